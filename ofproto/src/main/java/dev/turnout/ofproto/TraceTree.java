package dev.turnout.ofproto;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;

import dev.turnout.flow.DpAction;
import dev.turnout.flow.Field;
import dev.turnout.flow.Fields;
import dev.turnout.flow.FlowLayout;
import dev.turnout.flow.Json;
import dev.turnout.ofproto.classifier.Wildcards;
import dev.turnout.openflow.OfAction;
import org.jspecify.annotations.Nullable;

/**
 * What one translation did, as a tree of tables and actions, and for each bit of the packet that it looked at the table or action that made it
 * necessary. Made of what the walk tells its observer, and of nothing else.
 *
 * <p>Thread rules: one owner.
 */
final class TraceTree implements XlateObserver {
    /**
     * What made it necessary to look at a bit.
     *
     * @param bridge
     *            the bridge, "" if there is none
     * @param table
     *            its table, or {@link #NO_TABLE}
     * @param action
     *            the action of the table's flow, null for the lookup itself
     */
    record Cause(String bridge, int table, @Nullable String action) {
        static final int NO_TABLE = -1;
        /** Every translation looks at it. */
        static final Cause EVERY_PACKET = new Cause("", NO_TABLE, null);

        private String text(String firstBridge) {
            if (equals(EVERY_PACKET)) {
                return "every packet";
            }
            if (table == NO_TABLE) {
                return String.valueOf(action);
            }
            return "table " + table + (bridge.equals(firstBridge) ? "" : " of " + bridge)
                    + (action == null ? "" : ": " + action);
        }
    }

    /**
     * Bits of a field that were looked at.
     *
     * @param part
     *            "" for all, {@code /LENGTH} for a prefix, else {@code /MASK}
     */
    private record Bits(Field field, String part) {
    }

    /** A level of the walk: where its steps go, the lookup that led to it, and the action at hand. */
    private static final class Place {
        final TraceStep step;
        final Cause lookup;
        Cause now;

        Place(TraceStep step, Cause lookup) {
            this.step = step;
            this.lookup = lookup;
            now = lookup;
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
     * @param tracking
     *            what tracks its connection on the way, or null
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Recirculated(int id, long[] words, @Nullable Integer hashBasis, DpAction.@Nullable Ct tracking) {
    }

    private TraceStep root = new TraceStep(new TraceStep.Resume());
    /** From where the walk is to the root. */
    private final Deque<Place> path = new ArrayDeque<>();
    private final Map<Cause, long[]> because = new LinkedHashMap<>();
    private final List<Recirculated> recirculated = new ArrayList<>();
    private Cause cause = Cause.EVERY_PACKET;
    private String bridge = "";
    /** What was looked up last, or the bucket that was chosen: the next level is its. */
    private @Nullable TraceStep found;
    /** Of the action at hand. */
    private DpAction.@Nullable Ct tracking;
    /** The last thing that may be why nothing is sent. */
    private String lastWord = "";
    private long[] end = new long[FlowLayout.WORDS];

    TraceTree() {
        restarted();
    }

    @Override
    public void restarted() {
        root = new TraceStep(new TraceStep.Resume());
        path.clear();
        path.push(new Place(root, Cause.EVERY_PACKET));
        because.clear();
        recirculated.clear();
        cause = Cause.EVERY_PACKET;
        bridge = "";
        found = null;
        tracking = null;
        lastWord = "";
    }

    @Override
    public void lookingUp(Bridge in, int table) {
        bridge = bridge.isEmpty() ? in.name() : bridge;
        cause = new Cause(in.name(), table, null);
    }

    @Override
    public void lookedUp(Bridge in, int table, @Nullable Rule rule) {
        found = actionAtHand().add(new TraceStep.Table(in.name(), table, rule));
        if (rule == null) {
            lastWord = "no flow matches in table " + table + " of " + in.name();
        } else if (rule.actions().isEmpty()) {
            lastWord = "the flow in table " + table + " of " + in.name() + " has no actions";
        }
    }

    @Override
    public void lookedAt(int word, long bits) {
        boolean isLast = cause.equals(Cause.EVERY_PACKET) && word == FlowLayout.ETH_SRC_VLAN
                && bits == FlowLayout.VLAN_PRESENT;
        because.computeIfAbsent(isLast ? whoLookedAtTags() : cause, name -> new long[FlowLayout.WORDS])[word] |= bits;
    }

    @Override
    public void swapped(Field one, Field other) {
        because.values().forEach(words -> Wildcards.swap(words, one, other));
    }

    /** At the end, the bit that says that there is a tag goes with whatever looked at bits of it. */
    private Cause whoLookedAtTags() {
        return because.entrySet().stream().filter(entry -> (entry.getValue()[FlowLayout.ETH_SRC_VLAN] & 0xffff) != 0)
                .map(Map.Entry::getKey).findFirst().orElse(cause);
    }

    @Override
    public void action(OfAction action) {
        found = null;
        tracking = null;
        Place place = path.getFirst();
        String text = RuleText.actions(List.of(action));
        place.step.add(new TraceStep.Action(text));
        place.now = new Cause(place.lookup.bridge, place.lookup.table, text);
        cause = place.now;
    }

    /** What an action leads to stands under it. */
    private TraceStep actionAtHand() {
        TraceStep level = path.getFirst().step;
        boolean isAction = !level.steps.isEmpty() && level.steps.getLast().what instanceof TraceStep.Action;
        return isAction ? level.steps.getLast() : level;
    }

    @Override
    public void chose(Group group, Group.Bucket bucket) {
        found = actionAtHand().add(new TraceStep.Bucket(group, bucket));
    }

    @Override
    public void entered(Level level, String what) {
        TraceStep step = found;
        found = null;
        if (step == null || (level != Level.FLOW && level != Level.COPY)) {
            step = switch (level) {
                case FLOW, COPY -> actionAtHand().add(new TraceStep.Copy(what));
                case PATCH -> actionAtHand().add(new TraceStep.Patch(what));
                case ACTION_SET -> path.getFirst().step.add(new TraceStep.ActionSet());
                case THAWED -> path.getFirst().step.add(new TraceStep.Resume());
            };
        }
        path.push(new Place(step, level == Level.FLOW ? cause : path.getFirst().lookup));
    }

    @Override
    public void left() {
        path.pop();
        cause = path.getFirst().now;
        found = null;
    }

    @Override
    public void note(String remark) {
        actionAtHand().add(new TraceStep.Note(remark));
        lastWord = remark;
    }

    @Override
    public void dropped(XlateDrop reason) {
        actionAtHand().add(new TraceStep.Drop(reason));
    }

    @Override
    public void tracked(DpAction.Ct by) {
        tracking = by;
    }

    @Override
    public void frozen(int recircId, FrozenState state, long[] words) {
        actionAtHand().add(new TraceStep.Recirculation(recircId));
        recirculated.add(new Recirculated(recircId, words.clone(), state.hashBasis(), tracking));
    }

    @Override
    public void ended(long[] words) {
        end = words.clone();
    }

    /** Bits of the packet's key, by what made it necessary to look at them. */
    Map<Cause, long[]> reasons() {
        return because;
    }

    List<TraceStep> steps() {
        return root.steps;
    }

    /** Why nothing is sent, where no limit was reached. */
    String whyNothing() {
        return lastWord.isEmpty() ? "no action sends it anywhere" : lastWord;
    }

    /** The packet and the pipeline's fields at the end of the walk. */
    long[] end() {
        return end;
    }

    List<Recirculated> recirculated() {
        return recirculated;
    }

    // --- what was looked at --------------------------------------------------------------------------------------------------------------

    /** Which table or action made it necessary to look at what of a packet with this key, a line each. */
    void appendReasons(StringBuilder out, long[] key) {
        because.forEach((reason, words) -> {
            List<Bits> bits = bits(words, key);
            if (!bits.isEmpty()) {
                out.append("  ").append(reason.text(bridge)).append(": ")
                        .append(bits.stream().map(part -> part.field.name() + part.part)
                                .collect(Collectors.joining(", ")))
                        .append('\n');
            }
        });
    }

    /** The same, an array with an object for each field and reason. */
    void writeReasons(Json out, long[] key) {
        out.array();
        because.forEach((reason, words) -> {
            for (Bits bits : bits(words, key)) {
                out.object().field("field", bits.field.name());
                if (!bits.part.isEmpty()) {
                    out.field("bits", bits.part);
                }
                out.name("because").object();
                if (reason.table != Cause.NO_TABLE) {
                    out.field("bridge", reason.bridge).field("table", reason.table);
                }
                if (reason.action != null) {
                    out.field("action", reason.action);
                }
                if (reason.equals(Cause.EVERY_PACKET)) {
                    out.field("every_packet", true);
                }
                out.endObject().endObject();
            }
        });
        out.endArray();
    }

    /** Bits of the packet's key by field: whole fields by name, prefixes by their length, others by mask. */
    private static List<Bits> bits(long[] words, long[] key) {
        long[] rest = words.clone();
        List<Bits> out = new ArrayList<>();
        Wildcards ignored = new Wildcards();
        // Fields of several protocols share words: those of the packet's own come first.
        addBits(out, rest, field -> Prerequisites.hold(field.prerequisite(), key, ignored));
        addBits(out, rest, field -> true);
        return out;
    }

    private static void addBits(List<Bits> out, long[] rest, Predicate<Field> wanted) {
        for (Field field : Fields.all()) {
            if (field.isStored() && field.word() < FlowLayout.DATAPATH_WORDS && field.isAnySet(rest)
                    && wanted.test(field)) {
                out.add(new Bits(field, part(field, rest)));
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
