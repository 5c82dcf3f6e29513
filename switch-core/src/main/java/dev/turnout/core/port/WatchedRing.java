package dev.turnout.core.port;

import dev.turnout.core.PortContext;
import dev.turnout.core.PortCounters.Counter;
import dev.turnout.core.io.SystemCallException;
import dev.turnout.core.io.ThreadIo;
import dev.turnout.core.io.Watch;

/**
 * A receive ring together with what every receiver needs beside it: the watch that ends the thread's sleep when the kernel has put something into the
 * ring, and the kernel's count of drops. They are opened and closed as one; where one part is refused the others are closed again.
 *
 * <p>Thread rules: belongs to the receiver's thread.
 */
final class WatchedRing implements AutoCloseable {
    private final PortContext context;
    private final ThreadIo io;
    private final PacketRing ring;
    private final Watch watch;
    private final KernelDrops drops;

    /** The parameters but for context and back end as those of {@link PacketRing}. */
    WatchedRing(String name, PortContext context, ThreadIo io, int version, int blockSize, int blocks, int frameSize,
            int retireMillis) throws SystemCallException {
        this.context = context;
        this.io = io;
        ring = new PacketRing(name, version, blockSize, blocks, frameSize, retireMillis);
        try {
            watch = io.watchAsleep(ring.fd());
        } catch (RuntimeException e) {
            ring.close();
            throw e;
        }
        drops = new KernelDrops(ring.fd(), context.counters());
    }

    int fd() {
        return ring.fd();
    }

    long address(long offset) {
        return ring.address(offset);
    }

    /** Called now and then while packets come, with how many came at once. */
    void tick(int received) {
        drops.tick(received);
    }

    /** Called where nothing came. An error that waits on the socket would end every sleep. */
    void quiet() {
        drops.quiet();
        if (watch.takeError()) {
            ring.clearError();
        }
    }

    /** Counts a packet that was lost between the ring and the pool. */
    void lost() {
        context.counters().add(Counter.RX_DROPPED, 1);
    }

    @Override
    public void close() {
        drops.close();
        io.unwatch(watch);
        ring.close();
    }
}
