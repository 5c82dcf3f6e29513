package dev.turnout.ofctl.flows;

import java.util.ArrayList;
import java.util.List;

import dev.turnout.ofctl.Console;
import dev.turnout.openflow.GroupMod;
import dev.turnout.openflow.GroupParser;
import dev.turnout.v1.FlowUpdate;
import dev.turnout.v1.GroupUpdate;
import dev.turnout.v1.UpdateStatus;
import dev.turnout.v1.WriteRequest;
import org.jspecify.annotations.Nullable;

/**
 * Sends changes of groups to a bridge, as they were written, after they have been read here.
 *
 * <p>Thread rules: one owner.
 */
final class GroupWriter {
    private static final int MAX_REPORTED = 20;
    /** Changes per request; those of a bundle are one request, whatever their number. */
    private static final int CHUNK = 1000;

    /** A change, and where it comes from. */
    private record Change(String origin, GroupUpdate update) {
    }

    private final Console console;
    private final BridgeClient bridge;
    private final Settings settings;

    GroupWriter(Console console, BridgeClient bridge, Settings settings) {
        this.console = console;
        this.bridge = bridge;
        this.settings = settings;
    }

    /** One change from the command line; {@code -}: those of standard input, of which each line has this command. */
    void change(GroupMod.Command command, String text) {
        if (text.equals("-")) {
            file(text, command);
            return;
        }
        new FlowWriter(console, bridge, settings).update(FlowUpdate.newBuilder().setGroup(checked(command, text)));
    }

    /** The changes of a file, whose lines may begin with a command. */
    void file(String name) {
        file(name, null);
    }

    private void file(String name, GroupMod.@Nullable Command only) {
        List<Change> changes = read(name, only);
        Refusals refusals = new Refusals(console, MAX_REPORTED);
        int chunk = settings.bundle() ? Math.max(1, changes.size()) : CHUNK;
        for (int i = 0; i < changes.size(); i += chunk) {
            List<Change> part = changes.subList(i, Math.min(i + chunk, changes.size()));
            List<UpdateStatus> statuses = write(part);
            for (int n = 0; n < part.size(); n++) {
                refusals.addIfRefused(part.get(n).origin, statuses.get(n));
            }
        }
        refusals.end("groups");
    }

    /** Reads a file whole: where a line cannot be understood, nothing of it is done. */
    private List<Change> read(String name, GroupMod.@Nullable Command only) {
        List<Change> changes = new ArrayList<>();
        FlowReader.lines(name, console, "groups", (number, text) -> {
            GroupParser.Line parts = only == null ? GroupParser.split(text) : new GroupParser.Line(only, text);
            changes.add(new Change(name + ":" + number, checked(parts.command(), parts.text())));
        });
        return changes;
    }

    /** The change, if it can be understood. */
    private GroupUpdate checked(GroupMod.Command command, String text) {
        GroupMod ignored = new GroupParser(bridge, settings.allowed()).parse(text, command);
        return GroupUpdate.newBuilder().setCommand(command(command)).setText(text).build();
    }

    static GroupUpdate.Command command(GroupMod.Command command) {
        return switch (command) {
            case ADD -> GroupUpdate.Command.ADD;
            case MODIFY -> GroupUpdate.Command.MODIFY;
            case ADD_OR_MODIFY -> GroupUpdate.Command.ADD_OR_MODIFY;
            case DELETE -> GroupUpdate.Command.DELETE;
            case INSERT_BUCKETS -> GroupUpdate.Command.INSERT_BUCKETS;
            case REMOVE_BUCKETS -> GroupUpdate.Command.REMOVE_BUCKETS;
        };
    }

    private List<UpdateStatus> write(List<Change> changes) {
        WriteRequest.Builder request = WriteRequest.newBuilder().setAtomic(settings.bundle());
        changes.forEach(change -> request.addUpdates(FlowUpdate.newBuilder().setGroup(change.update)));
        return bridge.write(request).getStatusesList();
    }
}
