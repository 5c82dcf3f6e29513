package dev.turnout.core;

/**
 * One thread's transmit side of a port.
 *
 * <p>Thread rules: all methods are called on the forwarding thread that opened it.
 */
public interface Transmitter {
    /**
     * Takes over {@code packets[0..count)}; count is any positive number. Each buffer is given back with
     * {@code context.pool().release(packet)} once sent or dropped. Never blocks: a full queue drops and counts. Sent
     * packets and bytes are counted here, in {@link PortContext#counters}.
     */
    void transmit(long[] packets, int count);

    /** Pushes out what {@link #transmit} has queued; called at the end of a cycle in which packets were handed over. */
    void flush();

    /**
     * Whether packets may have unfinished checksums and segmentation requests in their virtio-net header. Otherwise the
     * forwarding thread finishes them in software first. Does not change.
     */
    boolean acceptsVnet();

    /** Gives back the buffers it holds and closes. */
    void close();
}
