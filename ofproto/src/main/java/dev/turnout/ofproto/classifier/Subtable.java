package dev.turnout.ofproto.classifier;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;

import dev.turnout.flow.FlowMask;
import dev.turnout.flow.Match;
import org.jspecify.annotations.Nullable;

/**
 * All rules of one mask, by their masked values: an open-addressed table of heads of lists; a list has the rules of the same values by descending
 * priority.
 *
 * <p>A lookup goes stage by stage. After each stage but the last it asks the stage's {@link HashCounts} whether any rule agrees so far; if none
 * does, the bits of the later stages stay unlooked at. Before a stage it asks the tries of the prefix fields that the stage brings in.
 *
 * <p>Thread rules: one writer. A slot, once used, keeps its values or becomes a tombstone; a new table is released as a whole.
 */
final class Subtable {
    private static final long SEED = ThreadLocalRandom.current().nextLong();
    private static final VarHandle SLOT = MethodHandles.arrayElementVarHandle(ClassifierRule[].class);
    private static final VarHandle SLOTS;

    static {
        try {
            SLOTS = MethodHandles.lookup().findVarHandle(Subtable.class, "slots", ClassifierRule[].class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** Marks a slot whose rules went. */
    private static final class Tombstone extends ClassifierRule {
        static final Tombstone INSTANCE = new Tombstone();

        Tombstone() {
            super(Match.ANY, -1, NEVER);
        }
    }

    final FlowMask mask;
    /** Prefix lengths of the mask in the tracked fields. */
    final int[] prefixLengths;
    /** Bitmap of the tracked fields that the mask has a prefix of. */
    private final int trackedFields;
    private final int[] words;
    private final long[] bits;
    /** Per stage that brings in bits, in order: the bits up to it, by position in {@link #words}. The last is {@link #bits}. */
    private final long[][] stageBits;
    /** Per stage: bitmap of the tracked fields with a prefix that it brings in. */
    private final int[] stagePrefixes;
    private final HashCounts[] stageIndex;
    private @Nullable ClassifierRule[] slots = new ClassifierRule[4];
    private int usedSlots;
    private int rules;
    /** Highest priority of a rule in here, never too low; writer only. */
    private int maxPriority = -1;
    /** How many rules have it; writer only. */
    private int atMaxPriority;

    Subtable(FlowMask mask) {
        this.mask = mask;
        prefixLengths = PrefixTries.lengthsIn(mask);
        int tracked = 0;
        for (int i = 0; i < prefixLengths.length; i++) {
            tracked |= prefixLengths[i] > 0 ? 1 << i : 0;
        }
        trackedFields = tracked;
        words = new int[mask.wordCount()];
        bits = new long[words.length];
        for (int n = 0; n < words.length; n++) {
            words[n] = mask.wordIndex(n);
            bits[n] = mask.word(words[n]);
        }
        long[][] stages = new long[Stages.COUNT][];
        int[] prefixes = new int[Stages.COUNT];
        int count = 0;
        int seen = 0;
        for (int stage = 0; stage < Stages.COUNT; stage++) {
            long[] upTo = new long[words.length];
            boolean more = false;
            for (int n = 0; n < words.length; n++) {
                upTo[n] = bits[n] & Stages.upTo(stage, words[n]);
                more |= upTo[n] != (count == 0 ? 0 : stages[count - 1][n]);
            }
            if (more) {
                stages[count] = upTo;
                int now = prefixesWithin(stage);
                prefixes[count++] = now & ~seen;
                seen |= now;
            }
        }
        stageBits = Arrays.copyOf(stages, count);
        stagePrefixes = Arrays.copyOf(prefixes, count);
        stageIndex = new HashCounts[Math.max(0, count - 1)];
        for (int i = 0; i < stageIndex.length; i++) {
            stageIndex[i] = new HashCounts();
        }
    }

    private int prefixesWithin(int stage) {
        int bitmap = 0;
        for (int i = 0; i < prefixLengths.length; i++) {
            PrefixField field = PrefixTries.FIELDS[i];
            if (prefixLengths[i] > 0 && (field.prefixBits(field.width, 0) & ~Stages.upTo(stage, field.word)) == 0) {
                bitmap |= 1 << i;
            }
        }
        return bitmap;
    }

    boolean hasPrefixes() {
        return trackedFields != 0;
    }

    int size() {
        return rules;
    }

    int maxPriority() {
        return maxPriority;
    }

    /** The visible rule of highest priority that matches the key, or null; marks what was looked at. */
    @Nullable
    ClassifierRule lookup(long[] key, long version, Wildcards wildcards, PrefixTries tries,
            PrefixTries.Results results) {
        // Walking a trie of many prefixes costs far more than a probe, and where a rule matches all bits count anyway.
        boolean probed = results.isMissing(trackedFields);
        if (probed) {
            ClassifierRule rule = visibleHead(key, version);
            if (rule != null) {
                lookAt(bits, wildcards);
                return rule;
            }
        }
        int last = stageBits.length - 1;
        for (int stage = 0; stage <= last; stage++) {
            for (int fields = stagePrefixes[stage]; fields != 0; fields &= fields - 1) {
                int field = Integer.numberOfTrailingZeros(fields);
                if (tries.excludes(field, prefixLengths[field], key, wildcards, results)) {
                    return null;
                }
            }
            if (stage < last && !stageIndex[stage].contains(hashKey(key, stageBits[stage]))) {
                lookAt(stageBits[stage], wildcards);
                return null;
            }
        }
        lookAt(bits, wildcards);
        return probed ? null : visibleHead(key, version);
    }

    /** The visible rule of highest priority that matches the key, or null. */
    private @Nullable ClassifierRule visibleHead(long[] key, long version) {
        for (ClassifierRule rule = head(key); rule != null; rule = rule.next()) {
            if (rule.isVisible(version)) {
                return rule;
            }
        }
        return null;
    }

    private void lookAt(long[] stage, Wildcards wildcards) {
        for (int n = 0; n < words.length; n++) {
            wildcards.lookAt(words[n], stage[n]);
        }
    }

    /** The first of the rules whose values the key has, or null. */
    private @Nullable ClassifierRule head(long[] key) {
        @Nullable
        ClassifierRule[] table = (ClassifierRule[]) SLOTS.getAcquire(this);
        int i = index(hashKey(key, bits), table.length);
        while (true) {
            ClassifierRule rule = (ClassifierRule) SLOT.getAcquire(table, i);
            if (rule == null) {
                return null;
            }
            if (rule != Tombstone.INSTANCE && agrees(rule.values, key)) {
                return rule;
            }
            i = (i + 1) & (table.length - 1);
        }
    }

    /** The first of the rules with these values, or null; any thread. */
    private @Nullable ClassifierRule headOf(long[] values) {
        @Nullable
        ClassifierRule[] table = (ClassifierRule[]) SLOTS.getAcquire(this);
        int i = index(hashValues(values, bits), table.length);
        while (true) {
            ClassifierRule rule = (ClassifierRule) SLOT.getAcquire(table, i);
            if (rule == null) {
                return null;
            }
            if (rule != Tombstone.INSTANCE && Arrays.equals(rule.values, values)) {
                return rule;
            }
            i = (i + 1) & (table.length - 1);
        }
    }

    private boolean agrees(long[] values, long[] key) {
        for (int n = 0; n < words.length; n++) {
            if ((key[words[n]] & bits[n]) != values[n]) {
                return false;
            }
        }
        return true;
    }

    private long hashKey(long[] key, long[] of) {
        long h = SEED;
        for (int n = 0; n < words.length; n++) {
            h = mix(h, key[words[n]] & of[n]);
        }
        return finish(h);
    }

    private static long hashValues(long[] values, long[] of) {
        long h = SEED;
        for (int n = 0; n < values.length; n++) {
            h = mix(h, values[n] & of[n]);
        }
        return finish(h);
    }

    private static long mix(long h, long word) {
        return Long.rotateLeft(h ^ word * 0xbf58476d1ce4e5b9L, 29) * 0x9e3779b97f4a7c15L;
    }

    private static long finish(long h) {
        long x = (h ^ (h >>> 32)) * 0x94d049bb133111ebL;
        return x ^ (x >>> 29);
    }

    private static int index(long hash, int capacity) {
        return (int) (hash >>> 20) & (capacity - 1);
    }

    // --- the writer's side ---------------------------------------------------------------------------------------------------------------

    /** The rule with these values and priority that is visible in the version, or null. */
    @Nullable
    ClassifierRule find(long[] values, int priority, long version) {
        for (ClassifierRule rule = headOf(values); rule != null; rule = rule.next()) {
            if (rule.priority() == priority && rule.isVisible(version)) {
                return rule;
            }
        }
        return null;
    }

    /** Calls back for every visible rule with these values; any thread. */
    void forEachWith(long[] values, long version, Consumer<ClassifierRule> consumer) {
        for (ClassifierRule rule = headOf(values); rule != null; rule = rule.next()) {
            if (rule.isVisible(version)) {
                consumer.accept(rule);
            }
        }
    }

    /** Calls back for every visible rule; any thread. */
    void forEach(long version, Consumer<ClassifierRule> consumer) {
        @Nullable
        ClassifierRule[] table = (ClassifierRule[]) SLOTS.getAcquire(this);
        for (int i = 0; i < table.length; i++) {
            ClassifierRule rule = (ClassifierRule) SLOT.getAcquire(table, i);
            for (; rule != null; rule = rule.next()) {
                if (rule.isVisible(version)) {
                    consumer.accept(rule);
                }
            }
        }
    }

    /** Adds a rule of this mask. Returns whether the highest priority rose. */
    boolean insert(ClassifierRule rule) {
        rule.shareMask(mask);
        for (int stage = 0; stage < stageIndex.length; stage++) {
            stageIndex[stage].add(hashValues(rule.values, stageBits[stage]));
        }
        rules++;
        int i = slotOf(rule.values);
        ClassifierRule head = slots[i];
        if (head == null || head == Tombstone.INSTANCE) {
            if (head == null && (usedSlots + 1) * 3 > slots.length * 2) {
                grow();
                i = slotOf(rule.values);
            }
            usedSlots += slots[i] == null ? 1 : 0;
            SLOT.setRelease(slots, i, rule);
        } else if (head.priority() <= rule.priority()) {
            rule.setNext(head);
            SLOT.setRelease(slots, i, rule);
        } else {
            ClassifierRule before = head;
            ClassifierRule next = before.next();
            while (next != null && next.priority() > rule.priority()) {
                before = next;
                next = before.next();
            }
            rule.setNext(next);
            before.setNext(rule);
        }
        if (rule.priority() > maxPriority) {
            maxPriority = rule.priority();
            atMaxPriority = 1;
            return true;
        }
        atMaxPriority += rule.priority() == maxPriority ? 1 : 0;
        return false;
    }

    /** Unlinks a rule. Readers on it go on through its link. */
    @SuppressWarnings("ReferenceEquality") // this very rule
    void unlink(ClassifierRule rule) {
        int i = slotOf(rule.values);
        ClassifierRule head = slots[i];
        if (head == rule) {
            ClassifierRule next = rule.next();
            SLOT.setRelease(slots, i, next == null ? Tombstone.INSTANCE : next);
        } else {
            ClassifierRule before = head;
            while (before != null && before.next() != rule) {
                before = before.next();
            }
            if (before == null) {
                throw new IllegalStateException("a rule is unlinked that was never inserted");
            }
            before.setNext(rule.next());
        }
        for (int stage = 0; stage < stageIndex.length; stage++) {
            stageIndex[stage].remove(hashValues(rule.values, stageBits[stage]));
        }
        rules--;
        atMaxPriority -= rule.priority() == maxPriority ? 1 : 0;
    }

    /** Whether the last rule of the highest priority went. */
    boolean isShrunk() {
        return atMaxPriority == 0;
    }

    /** Finds the highest priority again, after rules went. Returns whether it fell. */
    boolean refreshMaxPriority() {
        if (atMaxPriority > 0) {
            return false;
        }
        int max = -1;
        int count = 0;
        for (ClassifierRule head : slots) {
            for (ClassifierRule rule = head; rule != null && rule.priority() >= max; rule = rule.next()) {
                count = rule.priority() == max ? count + 1 : 1;
                max = rule.priority();
            }
        }
        boolean fell = max < maxPriority;
        maxPriority = max;
        atMaxPriority = count;
        return fell;
    }

    /** The slot of these values, or the first tombstone or free slot where they would go. */
    private int slotOf(long[] values) {
        int i = index(hashValues(values, bits), slots.length);
        int tombstone = -1;
        while (true) {
            ClassifierRule rule = slots[i];
            if (rule == null) {
                return tombstone >= 0 ? tombstone : i;
            }
            if (rule == Tombstone.INSTANCE) {
                tombstone = tombstone >= 0 ? tombstone : i;
            } else if (Arrays.equals(rule.values, values)) {
                return i;
            }
            i = (i + 1) & (slots.length - 1);
        }
    }

    private void grow() {
        int live = 0;
        for (ClassifierRule rule : slots) {
            live += rule != null && rule != Tombstone.INSTANCE ? 1 : 0;
        }
        @Nullable
        ClassifierRule[] old = slots;
        @Nullable
        ClassifierRule[] bigger = new ClassifierRule[Math.max(4, Integer.highestOneBit(live * 2 + 1) * 2)];
        for (ClassifierRule rule : old) {
            if (rule != null && rule != Tombstone.INSTANCE) {
                int i = index(hashValues(rule.values, bits), bigger.length);
                while (bigger[i] != null) {
                    i = (i + 1) & (bigger.length - 1);
                }
                bigger[i] = rule;
            }
        }
        usedSlots = live;
        SLOTS.setRelease(this, bigger);
    }
}
