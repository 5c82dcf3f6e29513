package dev.turnout.upcall;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

import dev.turnout.flow.FlowKey;
import org.jspecify.annotations.Nullable;

/**
 * The packets of one flow, by exact key, that wait for the slow path. It is in flight from the first miss until a command
 * takes its packets.
 *
 * <p>Thread rules: the key does not change. {@link #isTaken} any thread. Everything else belongs to the forwarding thread.
 */
final class FlowWait {
    private static final VarHandle TAKEN;

    static {
        try {
            TAKEN = MethodHandles.lookup().findVarHandle(FlowWait.class, "taken", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    final ThreadUpcalls owner;
    final FlowKey key;
    final long hash;
    final PortShare port;
    /** Bytes of the first packet. */
    final int firstLength;
    /** Next of the hash chain. */
    @Nullable
    FlowWait next;
    /** Position in the owner's dense list. */
    int position;
    private long[] packets = new long[1];
    private int count;
    private long bytes;
    private long lastNs;
    /** Through TAKEN: release store by the owner, acquire loads. */
    @SuppressWarnings("UnusedVariable") // through TAKEN
    private boolean taken;

    FlowWait(ThreadUpcalls owner, PortShare port, FlowKey key, long hash, int firstLength) {
        this.owner = owner;
        this.port = port;
        this.key = key;
        this.hash = hash;
        this.firstLength = firstLength;
    }

    void add(long packet, int length, long nowNs) {
        if (count == packets.length) {
            packets = Arrays.copyOf(packets, count * 2);
        }
        packets[count++] = packet;
        bytes += length;
        lastNs = nowNs;
    }

    int count() {
        return count;
    }

    long bytes() {
        return bytes;
    }

    long lastNs() {
        return lastNs;
    }

    /** Moves the packets into {@code into} from {@code at}, and marks this taken. */
    int drainTo(long[] into, int at) {
        System.arraycopy(packets, 0, into, at, count);
        TAKEN.setRelease(this, true);
        return at + count;
    }

    /** Whether the packets are on their way. */
    boolean isTaken() {
        return (boolean) TAKEN.getAcquire(this);
    }
}
