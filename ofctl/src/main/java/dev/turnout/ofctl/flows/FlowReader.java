package dev.turnout.ofctl.flows;

import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import dev.turnout.ofctl.CliException;
import dev.turnout.ofctl.Console;
import dev.turnout.openflow.FlowCommand;
import dev.turnout.openflow.FlowLines;
import dev.turnout.openflow.FlowMod;
import dev.turnout.openflow.FlowParser;
import dev.turnout.openflow.FlowSyntaxException;
import dev.turnout.openflow.OfError;
import dev.turnout.openflow.PortNames;
import dev.turnout.openflow.Protocols;
import org.jspecify.annotations.Nullable;

/**
 * Reads flows from the command line, from files and from standard input. A file is read whole: each line that cannot be
 * understood is reported with its number, and then nothing of the file is done.
 *
 * <p>Thread rules: one owner.
 */
final class FlowReader {
    private static final int MAX_REPORTED = 20;

    private final Console console;
    private final PortNames ports;
    private final FlowParser parser;
    private final Protocols allowed;
    private Protocols usable = Protocols.ANY;

    FlowReader(Console console, PortNames ports, Protocols allowed) {
        this.console = console;
        this.ports = ports;
        this.allowed = allowed;
        this.parser = new FlowParser(ports, allowed);
    }

    FlowParser parser() {
        return parser;
    }

    /** The protocols that can say all flows that were read. */
    Protocols usable() {
        return usable;
    }

    /** A flow of the command line. */
    FlowMod flow(String text, FlowCommand command) {
        FlowMod mod = parser.parseFlowMod(text, command);
        usable = parser.usable();
        parser.warnings().forEach(warning -> console.err().println("ofctl: " + warning));
        return mod;
    }

    /**
     * The flows of a file, or of standard input if it is called {@code -}.
     *
     * @param mixed
     *            whether a line may begin with another command than {@code add}: {@code delete in_port=1}
     */
    List<FlowLine> file(String name, boolean mixed) {
        List<FlowLine> flows = new ArrayList<>();
        Refusals refusals = new Refusals(console, MAX_REPORTED);
        FlowLines lines = new FlowLines(ports, allowed, FlowCommand.ADD, mixed, new FlowLines.Sink() {
            @Override
            public void flow(int line, FlowMod mod) {
                flows.add(new FlowLine(name + ":" + line, mod));
            }

            @Override
            public void refused(int line, @Nullable OfError error, String message) {
                refusals.add(name + ":" + line + ": " + message);
            }

            @Override
            public void warning(int line, String message) {
                console.err().println("ofctl: " + name + ":" + line + ": " + message);
            }
        });
        try (InputStream in = open(name, console)) {
            lines.read(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new CliException(name + ": read failed (" + e.getMessage() + ")");
        }
        refusals.end();
        usable = lines.usable();
        return flows;
    }

    /** What becomes of a line; lines count from 1. */
    interface LineSink {
        void line(int number, String text);
    }

    /**
     * Reads a file whole, or standard input if it is called {@code -}: its lines without comments, but for empty ones.
     *
     * @param what
     *            what its lines are, in the plural
     * @param sink
     *            gets them; a {@link FlowSyntaxException} of its is reported with the line's number
     * @throws CliException
     *             at the end, if a line was refused
     */
    static void lines(String name, Console console, String what, LineSink sink) {
        Refusals refusals = new Refusals(console, MAX_REPORTED);
        try (InputStream in = open(name, console)) {
            int number = 0;
            for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).split("\n", -1)) {
                number++;
                int comment = line.indexOf('#');
                String text = (comment < 0 ? line : line.substring(0, comment)).strip();
                if (!text.isEmpty()) {
                    try {
                        sink.line(number, text);
                    } catch (FlowSyntaxException e) {
                        refusals.add(name + ":" + number + ": " + e.text());
                    }
                }
            }
        } catch (IOException e) {
            throw new CliException(name + ": read failed (" + e.getMessage() + ")");
        }
        refusals.end(what);
    }

    /** Opens a file, or standard input if it is called {@code -}. */
    static InputStream open(String name, Console console) throws IOException {
        if (name.equals("-")) {
            return console.in();
        }
        try {
            return new FileInputStream(name);
        } catch (FileNotFoundException e) {
            String message = String.valueOf(e.getMessage());
            int reason = message.lastIndexOf(" (");
            throw new CliException(name + ": open failed" + (reason < 0 ? "" : message.substring(reason)));
        }
    }
}
