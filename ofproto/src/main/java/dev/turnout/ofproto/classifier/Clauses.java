package dev.turnout.ofproto.classifier;

import java.util.Arrays;

import org.jspecify.annotations.Nullable;

/**
 * The conjunctive rules that a packet matches, and which conjunctions they complete.
 *
 * <p>A conjunctive rule is not a match by itself: it says that the packet meets clause k of n of a conjunction. A conjunction whose n clauses are
 * met by rules of one priority is complete. Where several are, the one of the lowest id (unsigned) counts.
 *
 * <p>Collecting is linear in the clauses that the matching rules name: each is one step in a hash table that is reused from lookup to lookup.
 *
 * <p>Thread rules: one owner.
 */
public final class Clauses {
    private static final int MIN_CAPACITY = 16;

    private @Nullable ClassifierRule[] rules = new ClassifierRule[MIN_CAPACITY];
    private int count;

    // Conjunctions by id: an open-addressed table, of which the slots of this stamp are in use.
    private int[] ids = new int[MIN_CAPACITY];
    private long[] met = new long[MIN_CAPACITY];
    private int[] stamps = new int[MIN_CAPACITY];
    private int stamp;
    private int used;
    private long lowest;

    /** Notes a conjunctive rule that the packet matches. */
    void found(ClassifierRule rule) {
        if (count == rules.length) {
            rules = Arrays.copyOf(rules, 2 * count);
        }
        rules[count++] = rule;
    }

    boolean isEmpty() {
        return count == 0;
    }

    void clear() {
        Arrays.fill(rules, 0, count, null);
        count = 0;
    }

    /** The highest priority of the rules, or -1. */
    int highest() {
        int highest = -1;
        for (int i = 0; i < count; i++) {
            highest = Math.max(highest, rule(i).priority());
        }
        return highest;
    }

    private ClassifierRule rule(int i) {
        ClassifierRule rule = rules[i];
        if (rule == null) {
            throw new IllegalStateException("no conjunctive rule " + i);
        }
        return rule;
    }

    /** The lowest id, unsigned, of a conjunction that the rules of this priority complete, or -1. */
    long complete(int priority) {
        used = 0;
        lowest = -1;
        if (++stamp == 0) {
            Arrays.fill(stamps, 0);
            stamp = 1;
        }
        for (int i = 0; i < count; i++) {
            if (rule(i).priority() == priority) {
                rule(i).addClauses(this);
            }
        }
        return lowest;
    }

    /**
     * A clause that a rule meets; called back by {@link ClassifierRule#addClauses}.
     *
     * @param id
     *            the conjunction
     * @param clause
     *            which clause, from 0
     * @param of
     *            how many it has, 1 to 64
     */
    public void add(int id, int clause, int of) {
        if (2 * (used + 1) > ids.length) {
            grow();
        }
        int slot = slot(id);
        if (stamps[slot] != stamp) {
            stamps[slot] = stamp;
            ids[slot] = id;
            met[slot] = 0;
            used++;
        }
        met[slot] |= 1L << clause;
        if (met[slot] == -1L >>> (64 - of)) {
            long unsigned = id & 0xffff_ffffL;
            lowest = lowest < 0 ? unsigned : Math.min(lowest, unsigned);
        }
    }

    private int slot(int id) {
        int hash = id * 0x9e3779b9;
        int slot = (hash ^ hash >>> 15) & (ids.length - 1);
        while (stamps[slot] == stamp && ids[slot] != id) {
            slot = (slot + 1) & (ids.length - 1);
        }
        return slot;
    }

    private void grow() {
        int[] oldIds = ids;
        long[] oldMet = met;
        int[] oldStamps = stamps;
        int capacity = 2 * oldIds.length;
        ids = new int[capacity];
        met = new long[capacity];
        stamps = new int[capacity];
        for (int i = 0; i < oldIds.length; i++) {
            if (oldStamps[i] == stamp) {
                int slot = slot(oldIds[i]);
                stamps[slot] = stamp;
                ids[slot] = oldIds[i];
                met[slot] = oldMet[i];
            }
        }
    }

    /**
     * Goes from the rules of this priority to the next lower rules of the same match.
     *
     * @return {@code best}, or a plain rule that was found so and beats it
     */
    @Nullable
    ClassifierRule lower(int priority, long version, @Nullable ClassifierRule best) {
        int kept = 0;
        @Nullable
        ClassifierRule better = best;
        for (int i = 0; i < count; i++) {
            ClassifierRule rule = rule(i);
            if (rule.priority() < priority) {
                rules[kept++] = rule;
                continue;
            }
            ClassifierRule next = rule.nextVisible(version);
            if (next != null && next.isConjunctive()) {
                rules[kept++] = next;
            } else if (next != null && (better == null || next.priority() > better.priority())) {
                better = next;
            }
        }
        Arrays.fill(rules, kept, count, null);
        count = kept;
        return better;
    }
}
