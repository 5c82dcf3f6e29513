package dev.turnout.openflow;

import dev.turnout.flow.Match;

/** Reads a match alone: {@code tcp,in_port=1,tp_dst=80}. */
public final class MatchParser {
    private MatchParser() {
    }

    /**
     * The match of a text; of an empty one {@link Match#ANY}.
     *
     * @throws FlowSyntaxException
     *             if it cannot be understood, holds anything but a match, or a field that keys have no storage for
     */
    public static Match parse(String text, PortNames ports) {
        throw new FlowSyntaxException(text + ports);
    }
}
