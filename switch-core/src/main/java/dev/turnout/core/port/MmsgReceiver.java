package dev.turnout.core.port;

import dev.turnout.core.PortContext;
import dev.turnout.core.PortCounters.Counter;
import dev.turnout.core.Receiver;
import dev.turnout.core.io.Errno;
import dev.turnout.core.io.ReceiveSlots;
import dev.turnout.core.io.SystemCallException;
import dev.turnout.core.io.SystemCalls;
import dev.turnout.core.io.ThreadIo;
import dev.turnout.core.io.Watch;
import dev.turnout.packet.PacketBatch;

/**
 * Receives from a packet socket with {@code recvmmsg}.
 *
 * <p>Thread rules: those of {@link Receiver}.
 */
final class MmsgReceiver implements Receiver {
    private final SystemCalls calls = SystemCalls.ofThread();
    private final PortContext context;
    private final ThreadIo io;
    private final ReceiveSlots slots;
    private final int fd;
    private final Watch watch;
    private final KernelDrops drops;

    MmsgReceiver(String name, PortContext context, ThreadIo io) throws SystemCallException {
        this.context = context;
        this.io = io;
        slots = io.slots(context.pool());
        fd = PacketSocket.openReceive(calls, name);
        try {
            PacketSocket.bind(calls, fd, name);
            watch = io.watch(fd);
        } catch (SystemCallException | RuntimeException e) {
            calls.close(fd);
            throw e;
        }
        drops = new KernelDrops(fd, context.counters());
    }

    @Override
    public int receive(PacketBatch batch) {
        if (!watch.ready()) {
            drops.quiet();
            return 0;
        }
        int received = slots.receive(fd, PacketBatch.CAPACITY - batch.count);
        if (received <= 0) {
            if (received != -Errno.EAGAIN && received != -Errno.ENOBUFS) {
                context.counters().add(Counter.RX_ERRORS, 1);
            }
            drops.quiet();
            return 0;
        }
        watch.gave();
        int before = batch.count;
        for (int i = 0; i < received; i++) {
            long packet = slots.take(i);
            if (packet == ReceiveSlots.TRUNCATED) {
                context.counters().add(Counter.RX_DROPPED, 1);
            } else {
                batch.add(packet);
            }
        }
        drops.tick(received);
        return batch.count - before;
    }

    @Override
    public void close() {
        drops.close();
        io.unwatch(watch);
        calls.close(fd);
    }
}
