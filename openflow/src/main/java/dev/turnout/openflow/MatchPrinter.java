package dev.turnout.openflow;

import java.util.List;

import dev.turnout.flow.Match;

/** Writes matches as {@code ovs-ofctl} does. */
public final class MatchPrinter {
    private MatchPrinter() {
    }

    /** The match alone; empty if it matches everything. */
    public static String format(Match match, PortNames ports) {
        return match.toString() + ports;
    }

    /** With {@code priority=} before it, unless it is the default one, and fields without storage in their place. */
    public static void append(StringBuilder out, Match match, List<FieldMatch> tunnelMetadata, PortNames ports, int priority) {
        out.append(match).append(tunnelMetadata).append(ports).append(priority);
    }
}
