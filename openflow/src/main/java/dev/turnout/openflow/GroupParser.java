package dev.turnout.openflow;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import dev.turnout.flow.Field;
import dev.turnout.openflow.GroupMod.Command;
import dev.turnout.openflow.GroupSelection.MaskedField;
import org.jspecify.annotations.Nullable;

/**
 * Reads group texts in the syntax of {@code ovs-ofctl}: {@code group_id=1,type=select,bucket=weight:2,actions=output:1,bucket=output:2}. What stands
 * before the first {@code bucket=} is of the group; each bucket reaches to the next one.
 *
 * <p>Thread rules: one owner. It may be used for many texts, one after the other.
 */
public final class GroupParser {
    private static final String BUCKET = "bucket=";

    private final PortNames ports;
    private final Protocols allowed;
    private int usable = Protocols.P_OF10_UP;

    /** A parser; see {@link FlowParser#FlowParser}. */
    public GroupParser(PortNames ports, Protocols allowed) {
        this.ports = ports;
        this.allowed = allowed;
    }

    /** What the parts before the buckets say. */
    private static final class Head {
        @Nullable
        Integer group;
        @Nullable
        GroupType type;
        @Nullable
        Integer commandBucket;
        String method = "";
        @Nullable
        Long parameter;
        List<MaskedField> fields = List.of();
    }

    /**
     * A change of the group table.
     *
     * @throws FlowSyntaxException
     *             if it cannot be understood, or no allowed protocol can say it
     */
    public GroupMod parse(String text, Command command) {
        usable = Protocols.P_OF10_UP;
        boolean changesBuckets = command == Command.INSERT_BUCKETS || command == Command.REMOVE_BUCKETS;
        if (changesBuckets) {
            usable &= Protocols.P_OF10_ALL | Protocols.P_NXM_ALL | Protocols.P_OF15_UP;
        }
        int bucketsAt = nextBucket(text, 0);
        Head head = new Head();
        KeyValues part = new KeyValues(text, 0, bucketsAt < 0 ? text.length() : bucketsAt);
        while (part.next()) {
            part(part, command, head);
        }
        int group = checkHead(head, command);
        List<GroupBucket> buckets = new ArrayList<>();
        if (bucketsAt >= 0 && (command == Command.DELETE || command == Command.REMOVE_BUCKETS)) {
            throw new FlowSyntaxException("bucket is not needed");
        }
        for (int at = bucketsAt; at >= 0;) {
            int next = nextBucket(text, at + BUCKET.length());
            buckets.add(bucket(text, at + BUCKET.length(), next < 0 ? text.length() : next));
            at = next;
        }
        GroupType type = head.type == null ? GroupType.ALL : head.type;
        if (command == Command.INSERT_BUCKETS && buckets.isEmpty()) {
            throw new FlowSyntaxException("must specify a bucket");
        }
        if (command.hasGroup()) {
            checkBuckets(type, buckets);
            buckets = numbered(buckets);
        }
        buckets.replaceAll(bucket -> bucket.weight() == UNSET_WEIGHT ? bucket.withWeight(1) : bucket);
        checkUnique(buckets);
        if ((usable & allowed.bits()) == 0) {
            throw new FlowSyntaxException("none of the usable flow formats (" + new Protocols(usable)
                    + ") is among the allowed flow formats (" + allowed + ")");
        }
        int commandBucket = head.commandBucket == null ? GroupMod.ALL_BUCKETS : head.commandBucket;
        GroupSelection selection = new GroupSelection(head.method, head.parameter == null ? 0 : head.parameter,
                head.fields);
        return new GroupMod(command, group, type, commandBucket, selection, buckets);
    }

    /**
     * A line of a file of groups, taken apart.
     *
     * @param command
     *            the one that the line begins with, or an addition
     * @param text
     *            the rest
     */
    public record Line(Command command, String text) {
    }

    /** A line of a file of groups, which may begin with a command ({@code modify}, {@code insert_bucket}…); without one it is an addition. */
    public GroupMod parseLine(String line) {
        Line parts = split(line);
        return parse(parts.text, parts.command);
    }

    /** Takes a line of a file of groups apart. */
    public static Line split(String line) {
        int start = 0;
        while (start < line.length() && KeyValues.isSpace(line.charAt(start))) {
            start++;
        }
        int stop = start;
        while (stop < line.length() && line.charAt(stop) != '=' && !KeyValues.isSeparator(line.charAt(stop))) {
            stop++;
        }
        if (stop == line.length() || line.charAt(stop) != '=') {
            String word = line.substring(start, stop);
            for (Command command : Command.values()) {
                if (command.keyword().equals(word)
                        || (command == Command.INSERT_BUCKETS && word.equals("insert_buckets"))
                        || (command == Command.REMOVE_BUCKETS && word.equals("remove_buckets"))) {
                    return new Line(command, line.substring(stop));
                }
            }
        }
        return new Line(Command.ADD, line.substring(start));
    }

    /** A group's number, or {@code all} or {@code any} (both {@link GroupMod#ALL_GROUPS}). */
    public static int groupNumber(String text) {
        if (text.equalsIgnoreCase("all") || text.equalsIgnoreCase("any")) {
            return GroupMod.ALL_GROUPS;
        }
        int group = Numbers.u32(text, 0, text.length(), "group_id");
        if (Integer.compareUnsigned(group, GroupMod.MAX_GROUP) > 0) {
            throw new FlowSyntaxException("invalid group id " + text, OfError.OFPGMFC_INVALID_GROUP);
        }
        return group;
    }

    /** Where the next {@code bucket=} begins as a part of its own, or -1. */
    private static int nextBucket(String text, int from) {
        for (int at = text.indexOf(BUCKET, from); at >= 0; at = text.indexOf(BUCKET, at + 1)) {
            if (at == 0 || KeyValues.isSeparator(text.charAt(at - 1))) {
                return at;
            }
        }
        return -1;
    }

    private void part(KeyValues part, Command command, Head head) {
        switch (part.key()) {
            case "group_id" -> {
                requireValue(part);
                head.group = groupNumber(part.value());
            }
            case "type" -> {
                if (!command.hasGroup()) {
                    throw new FlowSyntaxException("type is not needed");
                }
                head.type = type(part.value());
            }
            case "command_bucket_id" -> head.commandBucket = commandBucket(part, command);
            case "selection_method" -> {
                requireSelection(part, command);
                head.method = part.value();
                if (head.method.length() > GroupSelection.MAX_METHOD) {
                    throw new FlowSyntaxException("selection method is longer than " + GroupSelection.MAX_METHOD
                            + " bytes long: " + head.method);
                }
            }
            case "selection_method_param" -> {
                requireSelection(part, command);
                head.parameter = Numbers.u64(part.text, part.valueStart, part.valueEnd, "selection_method_param");
            }
            case "fields" -> {
                requireSelection(part, command);
                head.fields = fields(part);
            }
            default -> throw new FlowSyntaxException("unknown keyword " + part.key());
        }
    }

    private static void requireValue(KeyValues part) {
        if (!part.hasValue()) {
            throw new FlowSyntaxException("field " + part.key() + " missing value");
        }
    }

    private static void requireSelection(KeyValues part, Command command) {
        if (!command.hasGroup()) {
            throw new FlowSyntaxException(part.key() + " is not needed");
        }
        requireValue(part);
    }

    private static GroupType type(String word) {
        return switch (word) {
            case "all" -> GroupType.ALL;
            case "select" -> GroupType.SELECT;
            case "indirect" -> GroupType.INDIRECT;
            case "ff", "fast_failover" -> GroupType.FAST_FAILOVER;
            default -> throw new FlowSyntaxException(
                    "invalid group type " + word + ", expected all, select, indirect, ff or fast_failover");
        };
    }

    private static int commandBucket(KeyValues part, Command command) {
        if (command != Command.INSERT_BUCKETS && command != Command.REMOVE_BUCKETS) {
            throw new FlowSyntaxException("command bucket id is not needed");
        }
        requireValue(part);
        String value = part.value();
        return switch (value) {
            case "all" -> {
                if (command == Command.INSERT_BUCKETS) {
                    throw new FlowSyntaxException("command_bucket_id=all is not permitted");
                }
                yield GroupMod.ALL_BUCKETS;
            }
            case "first" -> GroupMod.FIRST_BUCKET;
            case "last" -> GroupMod.LAST_BUCKET;
            default -> bucketId(part, "command_bucket_id");
        };
    }

    private static int bucketId(KeyValues part, String what) {
        int id = Numbers.u32(part.text, part.valueStart, part.valueEnd, what);
        if (Integer.compareUnsigned(id, GroupBucket.MAX_ID) > 0) {
            throw new FlowSyntaxException("invalid " + what + " id " + part.value(), OfError.OFPGMFC_BAD_BUCKET);
        }
        return id;
    }

    /** {@code ip_dst,tcp_src=0xff}: a value is the mask. */
    private List<MaskedField> fields(KeyValues list) {
        List<MaskedField> fields = new ArrayList<>();
        Set<Integer> seen = new HashSet<>();
        FieldText text = new FieldText(ports);
        KeyValues part = new KeyValues(list.text, list.valueStart, list.valueEnd);
        while (part.next()) {
            FieldTable.Row row = FieldTable.byName(part.text, part.keyStart, part.keyEnd);
            if (row == null || !row.field().isStored()) {
                throw new FlowSyntaxException("fields: unknown field " + part.key());
            }
            if (!seen.add(row.field().index())) {
                throw new FlowSyntaxException("fields: duplicate field " + part.key());
            }
            FieldValue mask = FieldValue.ones(row.field().bits());
            if (part.hasValue()) {
                if (!hasMask(row.field())) {
                    throw new FlowSyntaxException("fields: " + part.key() + ": a mask is not supported here");
                }
                text.parse(row, part.text, part.valueStart, part.valueEnd);
                if (!text.exact) {
                    throw new FlowSyntaxException(part.value() + ": wildcards not allowed here");
                }
                mask = text.fieldValue(row.field());
            }
            fields.add(new MaskedField(row.field(), mask));
        }
        return fields;
    }

    /** Flags are hashed as a whole: their values have no form that could be a mask. */
    private static boolean hasMask(Field field) {
        return switch (field.format()) {
            case DECIMAL, HEXADECIMAL, ETHERNET, IPV4, IPV6, OPENFLOW_PORT -> true;
            default -> false;
        };
    }

    private int checkHead(Head head, Command command) {
        Integer group = head.group;
        if (group == null) {
            if (command != Command.DELETE) {
                throw new FlowSyntaxException("must specify a group_id");
            }
            group = GroupMod.ALL_GROUPS;
        }
        if (command != Command.DELETE && group == GroupMod.ALL_GROUPS) {
            throw new FlowSyntaxException("group_id=all: a number expected", OfError.OFPGMFC_INVALID_GROUP);
        }
        if (command.hasGroup() && head.type == null) {
            throw new FlowSyntaxException("must specify a type");
        }
        if ((command == Command.INSERT_BUCKETS || command == Command.REMOVE_BUCKETS) && head.commandBucket == null) {
            throw new FlowSyntaxException("must specify a command bucket id");
        }
        if (head.method.isEmpty() && head.parameter != null) {
            throw new FlowSyntaxException("selection_method_param is only allowed with \"selection_method\"");
        }
        if (!head.fields.isEmpty() && !head.method.equals(GroupSelection.HASH)) {
            throw new FlowSyntaxException("fields may only be specified with \"selection_method=hash\"");
        }
        if (!head.method.isEmpty()) {
            usable &= Protocols.P_OF10_ALL | Protocols.P_NXM_ALL | Protocols.P_OF15_UP;
        }
        return group;
    }

    private GroupBucket bucket(String text, int start, int end) {
        int id = GroupBucket.UNNUMBERED;
        int weight = UNSET_WEIGHT;
        int watchPort = OfPorts.NONE;
        int watchGroup = FlowMod.ANY_GROUP;
        StringBuilder actions = new StringBuilder();
        boolean hasActions = false;
        KeyValues part = new KeyValues(text, start, end);
        while (part.next()) {
            switch (part.key()) {
                case "weight" -> weight = weight(part);
                case "watch_port" -> {
                    watchPort = PortText.parse(text, part.valueStart, part.valueEnd, ports);
                    if (watchPort < 0) {
                        throw new FlowSyntaxException(part.value() + ": invalid watch_port");
                    }
                }
                case "watch_group" -> {
                    watchGroup = groupNumber(part.value());
                    watchGroup = watchGroup == GroupMod.ALL_GROUPS ? FlowMod.ANY_GROUP : watchGroup;
                }
                case "bucket_id" -> id = bucketId(part, "bucket_id");
                case "action", "actions" -> {
                    hasActions = true;
                    actions.append(text, part.valueStart, part.valueEnd).append(',');
                }
                default -> {
                    hasActions = true;
                    actions.append(text, part.keyStart, rawEnd(part, end)).append(',');
                }
            }
        }
        if (!hasActions) {
            throw new FlowSyntaxException("bucket must specify actions");
        }
        ActionTexts reader = new ActionTexts(ports);
        List<OfAction> parsed = reader.parse(actions.toString(), 0, actions.length(), ActionTexts.Nesting.BUCKET);
        usable &= reader.usable() | Protocols.P_OF10_ALL | Protocols.P_NXM_ALL;
        return new GroupBucket(id, weight, watchPort, watchGroup, parsed);
    }

    /** While a text is read: no weight was named. */
    private static final int UNSET_WEIGHT = -1;

    private static int weight(KeyValues part) {
        long weight = Numbers.parse(part.text, part.valueStart, part.valueEnd);
        if (weight < 0 || weight > 0xffff) {
            throw new FlowSyntaxException("invalid weight \"" + part.value() + "\", expected 0 to 65535");
        }
        return (int) weight;
    }

    /** Where an action's text ends, its closing parenthesis included. */
    private static int rawEnd(KeyValues part, int end) {
        boolean closes = part.keyEnd < end && part.text.charAt(part.keyEnd) == '(' && part.valueEnd < end
                && part.text.charAt(part.valueEnd) == ')';
        return closes ? part.valueEnd + 1 : part.valueEnd;
    }

    private static void checkBuckets(GroupType type, List<GroupBucket> buckets) {
        if (type == GroupType.INDIRECT && buckets.size() > 1) {
            throw new FlowSyntaxException("Indirect groups can have at most one bucket.",
                    OfError.OFPGMFC_INVALID_GROUP);
        }
        for (GroupBucket bucket : buckets) {
            if (type != GroupType.SELECT && bucket.weight() != UNSET_WEIGHT) {
                throw new FlowSyntaxException("Only select groups can have bucket weights.",
                        OfError.OFPGMFC_INVALID_GROUP);
            }
            if (type == GroupType.FAST_FAILOVER && !bucket.watches()) {
                throw new FlowSyntaxException("fast failover bucket requires watch_port or watch_group",
                        OfError.OFPGMFC_INVALID_GROUP);
            }
        }
    }

    /** Gives buckets without an id the lowest that are free, as the field does. */
    private static List<GroupBucket> numbered(List<GroupBucket> buckets) {
        Set<Integer> taken = new HashSet<>();
        buckets.forEach(bucket -> taken.add(bucket.id()));
        List<GroupBucket> numbered = new ArrayList<>();
        int next = 0;
        for (GroupBucket bucket : buckets) {
            GroupBucket named = bucket;
            if (bucket.id() == GroupBucket.UNNUMBERED) {
                while (taken.contains(next)) {
                    next++;
                }
                named = bucket.withId(next++);
            }
            numbered.add(named);
        }
        return numbered;
    }

    private static void checkUnique(List<GroupBucket> buckets) {
        Set<Integer> seen = new HashSet<>();
        for (GroupBucket bucket : buckets) {
            if (bucket.id() != GroupBucket.UNNUMBERED && !seen.add(bucket.id())) {
                throw new FlowSyntaxException(
                        "bucket_id=" + Integer.toUnsignedString(bucket.id()) + ": two buckets with this id",
                        OfError.OFPGMFC_BAD_BUCKET);
            }
        }
    }
}
