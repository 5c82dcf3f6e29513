package dev.turnout.ofproto;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

import dev.turnout.flow.Field;
import dev.turnout.flow.Fields;
import dev.turnout.flow.FlowLayout;
import dev.turnout.ofproto.classifier.Wildcards;
import dev.turnout.openflow.ActionPrinter;
import dev.turnout.openflow.MatchPrinter;
import dev.turnout.openflow.OfAction;
import dev.turnout.openflow.PortNames;
import org.jspecify.annotations.Nullable;

/**
 * What one translation did, as a tree of tables and actions, and for each bit of the packet that it looked at the table or action that made it
 * necessary. Made of what the walk tells its observer, and of nothing else.
 *
 * <p>Thread rules: one owner.
 */
final class TraceTree implements XlateObserver {
    private static final String INDENT = "    ";
    private static final String EVERY_PACKET = "every packet";

    /** A line of the trace and what came of it. */
    private static final class Node {
        final String text;
        /** A table that is looked up last stands on the level of the one that led to it, since nothing comes back there. */
        final boolean isTable;
        final List<Node> children = new ArrayList<>();

        Node(String text, boolean isTable) {
            this.text = text;
            this.isTable = isTable;
        }
    }

    /**
     * A packet that goes through the caches again.
     *
     * @param id
     *            its recirculation id
     * @param words
     *            its key as the pipeline had it then
     * @param hashBasis
     *            of the hash that it carries, or null
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Recirculated(int id, long[] words, @Nullable Integer hashBasis) {
    }

    private Node root = new Node("", false);
    /** From the root to where the walk is. */
    private final Deque<Node> path = new ArrayDeque<>();
    /** The table that the walk is in, per level. */
    private final Deque<String> tables = new ArrayDeque<>();
    private final Map<String, long[]> because = new LinkedHashMap<>();
    private final List<Recirculated> recirculated = new ArrayList<>();
    private String cause = EVERY_PACKET;
    private String bridge = "";
    private @Nullable Node found;
    private long[] end = new long[FlowLayout.WORDS];

    TraceTree() {
        restarted();
    }

    @Override
    public void restarted() {
        root = new Node("", false);
        path.clear();
        path.push(root);
        tables.clear();
        tables.push("");
        because.clear();
        recirculated.clear();
        cause = EVERY_PACKET;
        bridge = "";
        found = null;
    }

    private Node add(String text, boolean isTable) {
        Node node = new Node(text, isTable);
        path.getFirst().children.add(node);
        return node;
    }

    @Override
    public void lookingUp(Bridge in, int table) {
        bridge = bridge.isEmpty() ? in.name() : bridge;
        cause = "table " + table + (in.name().equals(bridge) ? "" : " of " + in.name());
    }

    @Override
    public void lookedUp(Bridge in, int table, @Nullable Rule rule) {
        Node node = add(String.format("%2d. %s", table, rule == null ? "No match." : text(rule)), true);
        if (rule == null || rule.actions().isEmpty()) {
            node.children.add(new Node("drop", false));
        }
        found = node;
    }

    private static String text(Rule rule) {
        String match = MatchPrinter.format(rule.match(), PortNames.NONE);
        return (match.isEmpty() ? "" : match + ", ") + "priority " + rule.priority()
                + (rule.cookie() == 0 ? "" : ", cookie 0x" + Long.toHexString(rule.cookie()));
    }

    @Override
    public void lookedAt(int word, long bits) {
        because.computeIfAbsent(cause, name -> new long[FlowLayout.WORDS])[word] |= bits;
    }

    @Override
    public void action(OfAction action) {
        String text = ActionPrinter.format(List.of(action), PortNames.NONE);
        // Actions of a level are beside each other: what the one before led to is over.
        Node level = path.getFirst();
        level.children.add(new Node(text, false));
        String table = tables.getFirst();
        cause = table.isEmpty() ? text : table + ": " + text;
    }

    /** What an action leads to stands under it. */
    private Node place() {
        Node level = path.getFirst();
        return level.children.isEmpty() || level.children.getLast().isTable ? level : level.children.getLast();
    }

    @Override
    public void entered(Level level, String what) {
        Node node = switch (level) {
            case FLOW -> found == null ? add("flow", true) : found;
            case PATCH -> new Node("bridge(\"" + what + "\")", false);
            case ACTION_SET -> new Node("--. Executing action set:", true);
            case COPY -> new Node(what.isEmpty() ? "on a copy:" : what, false);
            case THAWED -> new Node("resume", false);
        };
        if (level == Level.FLOW) {
            tables.push(cause);
        } else {
            place().children.add(node);
            tables.push(tables.getFirst());
        }
        found = null;
        path.push(node);
    }

    @Override
    public void left() {
        path.pop();
        tables.pop();
    }

    @Override
    public void note(String remark) {
        place().children.add(new Node(" >> " + remark, false));
    }

    @Override
    public void dropped(XlateDrop reason) {
        place().children.add(new Node(" >> " + reason.meaning() + ": the packet is dropped", false));
    }

    @Override
    public void frozen(int recircId, FrozenState state, long[] words) {
        place().children.add(new Node(" >> recirc(0x" + Integer.toHexString(recircId) + ")", false));
        recirculated.add(new Recirculated(recircId, words.clone(), state.hashBasis()));
    }

    @Override
    public void ended(long[] words) {
        end = words.clone();
    }

    /** The packet and the pipeline's fields at the end of the walk. */
    long[] end() {
        return end;
    }

    List<Recirculated> recirculated() {
        return recirculated;
    }

    // --- text ----------------------------------------------------------------------------------------------------------------------------

    void appendTree(StringBuilder out) {
        append(out, root.children, 0);
    }

    private static void append(StringBuilder out, List<Node> nodes, int level) {
        for (Node node : nodes) {
            out.append(INDENT.repeat(level)).append(node.text).append('\n');
            for (int i = 0; i < node.children.size(); i++) {
                Node child = node.children.get(i);
                boolean isTail = node.isTable && child.isTable && i + 1 == node.children.size();
                append(out, List.of(child), isTail ? level : level + 1);
            }
        }
    }

    /** Which table or action made it necessary to look at what of a packet with this key, a line each. */
    void appendReasons(StringBuilder out, long[] key) {
        because.forEach((reason, words) -> {
            String bits = bits(words, key);
            if (!bits.isEmpty()) {
                out.append("  ").append(reason).append(": ").append(bits).append('\n');
            }
        });
    }

    /** Bits of the packet's key by field: whole fields by name, prefixes by their length, others by mask. */
    private static String bits(long[] words, long[] key) {
        long[] rest = words.clone();
        StringBuilder out = new StringBuilder();
        Wildcards ignored = new Wildcards();
        // Fields of several protocols share words: those of the packet's own come first.
        appendBits(out, rest, field -> Prerequisites.hold(field.prerequisite(), key, ignored));
        appendBits(out, rest, field -> true);
        return out.toString();
    }

    private static void appendBits(StringBuilder out, long[] rest, Predicate<Field> wanted) {
        for (Field field : Fields.all()) {
            if (field.isStored() && field.word() < FlowLayout.DATAPATH_WORDS && field.isAnySet(rest)
                    && wanted.test(field)) {
                out.append(out.isEmpty() ? "" : ", ").append(field.name()).append(part(field, rest));
                field.clear(rest);
            }
        }
    }

    private static String part(Field field, long[] words) {
        if (field.isAllSet(words)) {
            return "";
        }
        if (field.isWide()) {
            int length = Long.bitCount(words[field.word()]) + Long.bitCount(words[field.word() + 1]);
            boolean prefix = isPrefix(words[field.word()], 64)
                    && (words[field.word()] == -1L
                            ? isPrefix(words[field.word() + 1], 64)
                            : words[field.word() + 1] == 0);
            return prefix
                    ? "/" + length
                    : String.format("/0x%x:%016x", words[field.word()], words[field.word() + 1]);
        }
        long mask = field.get(words);
        int width = Long.bitCount(field.wordMask(0));
        return isPrefix(mask, width) ? "/" + Long.bitCount(mask) : "/0x" + Long.toHexString(mask);
    }

    private static boolean isPrefix(long mask, int width) {
        long all = width == 64 ? -1L : (1L << width) - 1;
        long zeros = ~mask & all;
        return (zeros & zeros + 1) == 0;
    }
}
