package dev.turnout.core;

import dev.turnout.packet.PacketPool;

/**
 * What a receiver or transmitter works with: things of the forwarding thread that opened it.
 *
 * @param portNumber
 *            the port's number in the datapath
 * @param threadId
 *            number of the forwarding thread
 * @param pool
 *            the thread's packet pool
 * @param io
 *            the thread's I/O backend
 * @param counters
 *            the port's counters of this thread
 */
public record PortContext(int portNumber, int threadId, PacketPool pool, IoBackend io, PortCounters counters) {
}
