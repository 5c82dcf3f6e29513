package dev.turnout.core;

import dev.turnout.packet.PacketBatch;

/**
 * The receive side of a port.
 *
 * <p>Thread rules: all methods are called on the forwarding thread that opened it.
 */
public interface Receiver {
    /**
     * Appends received packets up to the batch's room and returns how many, 0 if none is waiting. Never blocks, and never
     * throws for trouble with a packet or the interface: that is counted in {@link PortContext#counters}. A packet has its
     * frame and virtio-net header set and VLAN tags restored; buffers come from {@link PortContext#pool}. Received
     * packets and bytes are counted by the caller.
     */
    int receive(PacketBatch batch);

    /** Gives back the buffers it holds and closes. */
    void close();
}
