package dev.turnout.openflow;

/** Writes flows as {@code ovs-ofctl} does: its messages and the lines of its listings. */
public final class FlowPrinter {
    private FlowPrinter() {
    }

    /** What {@code parse-flow} prints: {@code ADD table:1 priority=2,ip cookie:0x3 actions=drop}. */
    public static String flowMod(FlowMod mod, PortNames ports) {
        return mod.toString() + ports;
    }

    /**
     * A line of {@code dump-flows}, with the space that it begins with.
     *
     * @param ports
     *            names to print for port numbers ({@code --names}), or {@link PortNames#NONE}
     * @param withStats
     *            false for {@code --no-stats}
     */
    public static String stats(FlowStats flow, PortNames ports, boolean withStats) {
        return flow.toString() + ports + withStats;
    }

    /**
     * A flow as it can be read again, as {@code diff-flows} and {@code replace-flows} use it: {@code table=1,
     * priority=2,ip actions=drop}.
     */
    public static String text(FlowMod mod, PortNames ports) {
        return mod.toString() + ports;
    }
}
