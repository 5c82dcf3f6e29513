package dev.turnout.ofproto;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * A flow's counters. A modification makes a new {@link Rule} that shares the old one's counters, so that packets credited late are not lost.
 *
 * <p>Thread rules: any thread; each counter is right by itself.
 */
class RuleStats {
    private static final VarHandle PACKETS;
    private static final VarHandle BYTES;
    private static final VarHandle USED;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            PACKETS = lookup.findVarHandle(RuleStats.class, "packets", long.class);
            BYTES = lookup.findVarHandle(RuleStats.class, "bytes", long.class);
            USED = lookup.findVarHandle(RuleStats.class, "usedNs", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    @SuppressWarnings("unused") // by PACKETS
    private long packets;
    @SuppressWarnings("unused") // by BYTES
    private long bytes;
    /** When the last packet passed, or the flow was made; grows only; by USED. */
    @SuppressWarnings("unused")
    private long usedNs;

    RuleStats(long nowNs) {
        usedNs = nowNs;
    }

    void credit(long morePackets, long moreBytes, long atNs) {
        PACKETS.getAndAdd(this, morePackets);
        BYTES.getAndAdd(this, moreBytes);
        long seen = usedNs();
        while (atNs - seen > 0 && !USED.weakCompareAndSet(this, seen, atNs)) {
            seen = usedNs();
        }
    }

    long packets() {
        return (long) PACKETS.getOpaque(this);
    }

    long bytes() {
        return (long) BYTES.getOpaque(this);
    }

    long usedNs() {
        return (long) USED.getOpaque(this);
    }
}
