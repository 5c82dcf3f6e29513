package dev.turnout.openflow;

import java.util.ArrayList;
import java.util.List;

/**
 * Reads flow texts in the syntax of {@code ovs-ofctl}: flow-mods, and the filters of listings and deletions.
 *
 * <p>Thread rules: one owner. It may be used for many texts, one after the other.
 */
public final class FlowParser {
    private final PortNames ports;
    private final Protocols allowed;
    private final List<String> warnings = new ArrayList<>();

    /**
     * A parser.
     *
     * @param ports
     *            names that may stand for port numbers
     * @param allowed
     *            the protocols of which one must be able to say what the texts say
     */
    public FlowParser(PortNames ports, Protocols allowed) {
        this.ports = ports;
        this.allowed = allowed;
    }

    /** One text, one command; see {@link #parseFlowMod(String, FlowCommand)}. */
    public static FlowMod parseFlowMod(String text, FlowCommand command, PortNames ports, Protocols allowed) {
        return new FlowParser(ports, allowed).parseFlowMod(text, command);
    }

    /**
     * A flow, as {@code add-flow}, {@code mod-flows} and {@code del-flows --strict} take it.
     *
     * @throws FlowSyntaxException
     *             if it cannot be understood, or if no allowed protocol can say it
     */
    public FlowMod parseFlowMod(String text, FlowCommand command) {
        throw new FlowSyntaxException(text + command + ports + allowed);
    }

    /** A line of a file of flows: the flow may begin with a command ({@code delete}, {@code modify_strict}…). */
    public FlowMod parseLine(String line, FlowCommand otherwise) {
        throw new FlowSyntaxException(line + otherwise);
    }

    /** What {@code dump-flows}, {@code dump-aggregate} and {@code del-flows} take: no actions, no priority. */
    public FlowFilter parseFilter(String text) {
        throw new FlowSyntaxException(text);
    }

    /** The protocols that can say what the last text said, whether allowed or not. */
    public Protocols usable() {
        return Protocols.EMPTY;
    }

    /** What the last text said that was given up or changed, one line each. */
    public List<String> warnings() {
        return List.copyOf(warnings);
    }
}
