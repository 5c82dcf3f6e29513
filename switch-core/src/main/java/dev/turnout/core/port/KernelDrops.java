package dev.turnout.core.port;

import java.lang.foreign.Arena;

import dev.turnout.core.PortCounters;
import dev.turnout.core.io.Linux;
import dev.turnout.core.io.SystemCalls;
import dev.turnout.packet.Memory;
import dev.turnout.packet.PacketBatch;

/**
 * Brings the packets that the kernel dropped because a packet socket's queue was full into the port's counters. Reading resets the kernel's figure,
 * so it is read now and then while the socket is busy, once the socket is empty after a burst that may have overflown it, and at the end.
 *
 * <p>Thread rules: belongs to the receiver's thread.
 */
final class KernelDrops {
    private static final int INTERVAL = 1024;
    /** A receive that yields so many at once was late; only then has the queue had a chance to fill up. */
    private static final int BURST = PacketBatch.CAPACITY / 2;
    private static final int PACKETS = 0;
    private static final int DROPS = 4;
    private static final int SIZE = 12;

    private final SystemCalls calls = SystemCalls.ofThread();
    private final Arena arena = Arena.ofShared();
    private final long statistics = arena.allocate(16, 8).address();
    private final long length = arena.allocate(8, 8).address();
    private final int fd;
    private final PortCounters counters;
    private int untilNext = INTERVAL;
    private boolean afterBurst;

    KernelDrops(int fd, PortCounters counters) {
        this.fd = fd;
        this.counters = counters;
    }

    /**
     * Called once per successful receive.
     *
     * @param received
     *            packets that it has yielded
     */
    void tick(int received) {
        afterBurst |= received >= BURST;
        if (--untilNext == 0) {
            read();
        }
    }

    /** Called where nothing came: what a burst has cost is not left uncounted until there is other traffic. */
    void quiet() {
        if (afterBurst) {
            read();
        }
    }

    private void read() {
        untilNext = INTERVAL;
        afterBurst = false;
        Memory.putLongNative(statistics + PACKETS, 0);
        Memory.putIntNative(length, SIZE);
        if (calls.getsockopt(fd, Linux.SOL_PACKET, Linux.PACKET_STATISTICS, statistics, length) == 0) {
            counters.add(PortCounters.Counter.RX_DROPPED, Memory.getIntNative(statistics + DROPS) & 0xffff_ffffL);
        }
    }

    void close() {
        read();
        arena.close();
    }
}
