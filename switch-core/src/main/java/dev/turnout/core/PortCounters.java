package dev.turnout.core;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Collection;

/**
 * Counters of one port kept by one forwarding thread.
 *
 * <p>Thread rules: one writer, the forwarding thread (opaque stores, so that a reader never sees a torn or invented
 * value); any thread may read. Readers sum over the threads: see {@link #sum}.
 */
@SuppressWarnings("EnumOrdinal") // the numbers live in the process only
public final class PortCounters {
    private static final VarHandle CELL = MethodHandles.arrayElementVarHandle(long[].class);
    private static final int SIZE = Counter.values().length;

    /** What is counted. */
    public enum Counter {
        RX_PACKETS, RX_BYTES,
        /** Frames that were thrown away before they became packets: no buffer, truncated. */
        RX_DROPPED,
        /** Failed reads. */
        RX_ERRORS, TX_PACKETS, TX_BYTES,
        /** Packets that found the transmit queue full. */
        TX_DROPPED,
        /** Failed writes. */
        TX_ERRORS
    }

    /** Eight words on both sides, so that counters of different threads never share a cache line. */
    private final long[] cells = new long[SIZE + 16];

    /** Adds; owner thread only. */
    public void add(Counter counter, long amount) {
        int i = counter.ordinal() + 8;
        CELL.setOpaque(cells, i, cells[i] + amount);
    }

    /** Counts received packets. */
    public void received(long packets, long bytes) {
        add(Counter.RX_PACKETS, packets);
        add(Counter.RX_BYTES, bytes);
    }

    /** Counts sent packets. */
    public void transmitted(long packets, long bytes) {
        add(Counter.TX_PACKETS, packets);
        add(Counter.TX_BYTES, bytes);
    }

    /** A counter's value at this moment. */
    public long get(Counter counter) {
        return (long) CELL.getOpaque(cells, counter.ordinal() + 8);
    }

    /** The sums of what several threads counted. */
    public static PortCounters sum(Collection<PortCounters> parts) {
        PortCounters sum = new PortCounters();
        for (PortCounters part : parts) {
            for (Counter counter : Counter.values()) {
                sum.add(counter, part.get(counter));
            }
        }
        return sum;
    }
}
