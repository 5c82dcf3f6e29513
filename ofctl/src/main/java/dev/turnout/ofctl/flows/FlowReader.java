package dev.turnout.ofctl.flows;

import java.io.BufferedReader;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import dev.turnout.ofctl.CliException;
import dev.turnout.ofctl.Console;
import dev.turnout.openflow.FlowCommand;
import dev.turnout.openflow.FlowParser;
import dev.turnout.openflow.FlowSyntaxException;
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
    private final FlowParser parser;
    private final Protocols allowed;
    private Protocols usable = Protocols.ANY;

    FlowReader(Console console, PortNames ports, Protocols allowed) {
        this.console = console;
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
    FlowLine flow(String text, FlowCommand command) {
        FlowLine line = new FlowLine("", text, parser.parseFlowMod(text, command));
        usable = usable.intersect(parser.usable());
        parser.warnings().forEach(warning -> console.err().println("ofctl: " + warning));
        return line;
    }

    /**
     * The flows of a file, or of standard input if it is called {@code -}.
     *
     * @param command
     *            what to do with them
     * @param mixed
     *            whether a line may begin with another command: {@code delete in_port=1}
     */
    List<FlowLine> file(String name, FlowCommand command, boolean mixed) {
        List<FlowLine> flows = new ArrayList<>();
        Refusals refusals = new Refusals(console, MAX_REPORTED);
        try (BufferedReader reader = open(name)) {
            int number = 0;
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                number++;
                int comment = line.indexOf('#');
                String text = (comment < 0 ? line : line.substring(0, comment)).strip();
                if (!text.isEmpty()) {
                    read(name + ":" + number, text, command, mixed, flows, refusals);
                }
            }
        } catch (IOException e) {
            throw new CliException(name + ": read failed (" + e.getMessage() + ")");
        }
        refusals.end();
        return flows;
    }

    private void read(String origin, String text, FlowCommand command, boolean mixed, List<FlowLine> flows,
            Refusals refusals) {
        FlowCommand own = mixed ? leadingCommand(text) : null;
        String flow = own == null ? text : withoutCommand(text);
        try {
            flows.add(new FlowLine(origin, flow, parser.parseFlowMod(flow, own == null ? command : own)));
            usable = usable.intersect(parser.usable());
            if (usable.intersect(allowed).isEmpty()) {
                refusals.add(origin + ": no OpenFlow version of -O can say this flow and those before it");
            }
        } catch (FlowSyntaxException e) {
            refusals.add(origin + ": " + e.text());
        }
        parser.warnings().forEach(warning -> console.err().println("ofctl: " + origin + ": " + warning));
    }

    private static @Nullable FlowCommand leadingCommand(String text) {
        String word = text.substring(0, wordEnd(text));
        for (FlowCommand command : FlowCommand.values()) {
            if (command.keyword().equals(word)) {
                return command;
            }
        }
        return null;
    }

    private static String withoutCommand(String text) {
        int start = wordEnd(text);
        while (start < text.length() && (text.charAt(start) == ',' || Character.isWhitespace(text.charAt(start)))) {
            start++;
        }
        return text.substring(start);
    }

    private static int wordEnd(String text) {
        int end = 0;
        while (end < text.length() && text.charAt(end) != ',' && !Character.isWhitespace(text.charAt(end))) {
            end++;
        }
        return end;
    }

    private BufferedReader open(String name) throws IOException {
        if (name.equals("-")) {
            return new BufferedReader(new InputStreamReader(console.in(), StandardCharsets.UTF_8));
        }
        try {
            return Files.newBufferedReader(Path.of(name));
        } catch (NoSuchFileException | FileNotFoundException e) {
            throw new CliException(name + ": open failed (No such file or directory)");
        } catch (AccessDeniedException e) {
            throw new CliException(name + ": open failed (Permission denied)");
        }
    }
}
