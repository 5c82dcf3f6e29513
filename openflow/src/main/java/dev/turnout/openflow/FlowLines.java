package dev.turnout.openflow;

import org.jspecify.annotations.Nullable;

/**
 * Reads files of flows: a flow per line, comments after {@code #}, perhaps a command before the flow. A file may come in pieces.
 *
 * <p>Thread rules: one owner.
 */
public final class FlowLines {
    /** What becomes of the lines; lines count from 1. */
    public interface Sink {
        /** A line is this flow. */
        void flow(int line, FlowMod mod);

        /** A line cannot be understood; OpenFlow's error where there is one for it. */
        void refused(int line, @Nullable OfError error, String message);

        /** Something of a line was given up or changed. */
        void warning(int line, String message);
    }

    private final FlowParser parser;
    private final Protocols allowed;
    private final FlowCommand command;
    private final boolean mixed;
    private final Sink sink;
    private Protocols usable = Protocols.ANY;
    private int line;

    /**
     * A reader of one file.
     *
     * @param ports
     *            names that may stand for port numbers
     * @param allowed
     *            protocols of which one must be able to say all flows
     * @param command
     *            what to do with the flows
     * @param mixed
     *            whether a line may begin with another command: {@code delete in_port=1}
     */
    public FlowLines(PortNames ports, Protocols allowed, FlowCommand command, boolean mixed, Sink sink) {
        parser = new FlowParser(ports, allowed);
        this.allowed = allowed;
        this.command = command;
        this.mixed = mixed;
        this.sink = sink;
    }

    /** The protocols that can say all flows that were read. */
    public Protocols usable() {
        return usable;
    }

    /** Reads a piece of the file: whole lines, but for the last line feed, which may be missing. */
    public void read(String piece) {
        int start = 0;
        while (start < piece.length()) {
            int feed = piece.indexOf('\n', start);
            int end = feed < 0 ? piece.length() : feed;
            line++;
            readLine(piece, start, end);
            start = end + 1;
        }
    }

    private void readLine(String text, int lineStart, int lineEnd) {
        int comment = text.indexOf('#', lineStart, lineEnd);
        int start = lineStart;
        int end = comment < 0 ? lineEnd : comment;
        while (start < end && KeyValues.isSpace(text.charAt(start))) {
            start++;
        }
        while (start < end && KeyValues.isSpace(text.charAt(end - 1))) {
            end--;
        }
        if (start == end) {
            return;
        }
        try {
            FlowMod mod = mixed ? parser.parseLine(text, start, end, command) : parser.parse(text, start, end, command);
            usable = usable.intersect(parser.usable());
            if (usable.intersect(allowed).isEmpty()) {
                sink.refused(line, null, "no OpenFlow version of -O can say this flow and those before it");
            } else {
                sink.flow(line, mod);
            }
        } catch (FlowSyntaxException e) {
            sink.refused(line, e.error(), e.text());
        }
        if (parser.hasWarnings()) {
            parser.warnings().forEach(warning -> sink.warning(line, warning));
        }
    }
}
