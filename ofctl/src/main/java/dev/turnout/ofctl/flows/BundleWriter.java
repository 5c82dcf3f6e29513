package dev.turnout.ofctl.flows;

import java.util.ArrayList;
import java.util.List;

import dev.turnout.ofctl.CliException;
import dev.turnout.ofctl.Console;
import dev.turnout.openflow.FlowCommand;
import dev.turnout.openflow.FlowMod;
import dev.turnout.openflow.FlowParser;
import dev.turnout.openflow.FlowSyntaxException;
import dev.turnout.openflow.GroupMod;
import dev.turnout.openflow.GroupParser;
import dev.turnout.v1.FlowUpdate;
import dev.turnout.v1.GroupUpdate;
import dev.turnout.v1.UpdateStatus;
import dev.turnout.v1.WriteRequest;

/**
 * {@code bundle}: a file of flows and groups as one change, in the order of its lines, of which packets see all or nothing. A line is {@code flow} or
 * {@code group}, perhaps a command, and what {@code add-flows} or {@code add-groups} would take: {@code group add group_id=1,…}, {@code flow delete
 * table=3}. It is read whole: where a line cannot be understood, nothing is sent.
 *
 * <p>Thread rules: one owner.
 */
final class BundleWriter {
    private static final int MAX_REPORTED = 20;
    /** What one request may have. */
    private static final int MAX_BYTES = 16 << 20;

    private final Console console;
    private final BridgeClient bridge;
    private final FlowParser flows;
    private final GroupParser groups;
    /** The line of each update of the request. */
    private final List<Integer> lines = new ArrayList<>();

    BundleWriter(Console console, BridgeClient bridge, Settings settings) {
        this.console = console;
        this.bridge = bridge;
        flows = new FlowParser(bridge, settings.allowed());
        groups = new GroupParser(bridge, settings.allowed());
    }

    /** Sends a file, {@code -} for standard input. */
    void file(String name) {
        WriteRequest.Builder request = read(name);
        if (request.getUpdatesCount() == 0) {
            return;
        }
        if (request.build().getSerializedSize() >= MAX_BYTES) {
            throw new CliException(name + ": a bundle is one request, of less than 16 MiB");
        }
        List<UpdateStatus> statuses = bridge.write(request).getStatusesList();
        Refusals refusals = new Refusals(console, MAX_REPORTED);
        for (int i = 0; i < statuses.size(); i++) {
            refusals.addIfRefused(name + ":" + lines.get(i), statuses.get(i));
        }
        refusals.end("lines");
    }

    private WriteRequest.Builder read(String name) {
        WriteRequest.Builder request = WriteRequest.newBuilder().setAtomic(true);
        FlowReader.lines(name, console, "lines", (number, text) -> {
            request.addUpdates(update(text));
            lines.add(number);
            for (String warning : flows.warnings()) {
                console.err().println("ofctl: " + name + ":" + number + ": " + warning);
            }
        });
        return request;
    }

    private FlowUpdate update(String line) {
        String kind = firstWord(line);
        String rest = line.substring(kind.length()).strip();
        return switch (kind) {
            case "flow" -> flow(rest);
            case "group" -> group(rest);
            case "packet-out" -> throw new FlowSyntaxException(
                    "packet-out cannot be part of a bundle: a packet that was sent cannot be taken back");
            default -> throw new FlowSyntaxException(
                    "Unsupported bundle message type: " + kind + "; expected flow or group");
        };
    }

    private static String firstWord(String text) {
        int end = 0;
        while (end < text.length() && !Character.isWhitespace(text.charAt(end))) {
            end++;
        }
        return text.substring(0, end);
    }

    private FlowUpdate flow(String text) {
        FlowMod mod = flows.parseLine(text, FlowCommand.ADD);
        String keyword = mod.command().keyword();
        boolean named = text.startsWith(keyword)
                && (text.length() == keyword.length() || " \t,".indexOf(text.charAt(keyword.length())) >= 0);
        return FlowUpdate.newBuilder().setCommand(FlowWriter.command(mod.command()))
                .setText(named ? text.substring(keyword.length()) : text).build();
    }

    private FlowUpdate group(String text) {
        GroupParser.Line line = GroupParser.split(text);
        GroupMod ignored = groups.parse(line.text(), line.command());
        return FlowUpdate.newBuilder().setGroup(
                GroupUpdate.newBuilder().setCommand(GroupWriter.command(line.command())).setText(line.text())).build();
    }
}
