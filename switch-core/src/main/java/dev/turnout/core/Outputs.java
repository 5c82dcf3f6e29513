package dev.turnout.core;

import java.util.Arrays;

import dev.turnout.packet.PacketPool;
import org.jspecify.annotations.Nullable;

/**
 * One forwarding thread's ways out: a {@link TransmitQueue} per port of the datapath.
 *
 * <p>Thread rules: one owner thread.
 */
final class Outputs {
    private final PacketPool pool;
    private final ThreadCounters counters;
    private @Nullable TransmitQueue[] queues = new @Nullable TransmitQueue[16];
    private TransmitQueue[] dirty = new TransmitQueue[16];
    private int dirtyCount;

    Outputs(PacketPool pool, ThreadCounters counters) {
        this.pool = pool;
        this.counters = counters;
    }

    /** Sends packets to a port; takes them over. */
    void send(int port, long[] packets, int first, int count) {
        TransmitQueue queue = port >= 0 && port < queues.length ? queues[port] : null;
        if (queue == null) {
            dropAll(packets, first, count);
            return;
        }
        if (!queue.isDirty) {
            markDirty(queue);
        }
        queue.add(packets, first, count);
    }

    /** Pushes out what was sent since the last call. */
    void flush() {
        for (int i = 0; i < dirtyCount; i++) {
            dirty[i].isDirty = false;
            dirty[i].flush();
        }
        dirtyCount = 0;
    }

    void open(int port, TransmitQueue queue) {
        if (port >= queues.length) {
            queues = Arrays.copyOf(queues, Math.max(port + 1, queues.length * 2));
        }
        queues[port] = queue;
    }

    /** Closes the way to a port, if there is one; between cycles only. */
    void close(int port) {
        flush();
        TransmitQueue queue = port < queues.length ? queues[port] : null;
        if (queue != null) {
            queues[port] = null;
            queue.close();
        }
    }

    void closeAll() {
        for (int port = 0; port < queues.length; port++) {
            close(port);
        }
    }

    private void markDirty(TransmitQueue queue) {
        queue.isDirty = true;
        if (dirtyCount == dirty.length) {
            dirty = Arrays.copyOf(dirty, dirtyCount * 2);
        }
        dirty[dirtyCount++] = queue;
    }

    private void dropAll(long[] packets, int first, int count) {
        counters.drop(DropReason.NO_PORT, count);
        for (int i = first; i < first + count; i++) {
            pool.release(packets[i]);
        }
    }
}
