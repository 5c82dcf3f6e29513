package dev.turnout.core;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

import dev.turnout.flow.Malformed;

/**
 * The counters of one forwarding thread.
 *
 * <p>Thread rules: one writer, the forwarding thread (opaque stores); any thread may read.
 */
@SuppressWarnings("EnumOrdinal") // the numbers live in the process only
final class ThreadCounters {
    private static final VarHandle CELL = MethodHandles.arrayElementVarHandle(long[].class);
    /** Eight words in front and behind, so that no other thread's data shares a cache line. */
    private static final int PAD = 8;

    private final long[] counts = new long[ThreadCounter.values().length + 2 * PAD];
    private final long[] drops = new long[DropReason.values().length + 2 * PAD];
    private final long[] malformed = new long[Malformed.COUNT + 2 * PAD];

    void add(ThreadCounter counter, long amount) {
        add(counts, counter.ordinal(), amount);
    }

    void set(ThreadCounter counter, long value) {
        CELL.setOpaque(counts, PAD + counter.ordinal(), value);
    }

    long get(ThreadCounter counter) {
        return (long) CELL.getOpaque(counts, PAD + counter.ordinal());
    }

    void drop(DropReason reason, long packets) {
        add(drops, reason.ordinal(), packets);
    }

    long drops(DropReason reason) {
        return (long) CELL.getOpaque(drops, PAD + reason.ordinal());
    }

    /** Counts a packet that key extraction found something wrong with. */
    void malformed(int reason) {
        add(malformed, reason, 1);
        add(ThreadCounter.MALFORMED, 1);
    }

    long malformed(Malformed reason) {
        return (long) CELL.getOpaque(malformed, PAD + reason.number());
    }

    private static void add(long[] cells, int index, long amount) {
        CELL.setOpaque(cells, PAD + index, cells[PAD + index] + amount);
    }
}
