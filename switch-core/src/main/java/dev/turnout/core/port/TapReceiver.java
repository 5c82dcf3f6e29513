package dev.turnout.core.port;

import dev.turnout.core.PortContext;
import dev.turnout.core.PortCounters.Counter;
import dev.turnout.core.Receiver;
import dev.turnout.core.io.Errno;
import dev.turnout.core.io.ReceiveSlots;
import dev.turnout.core.io.ThreadIo;
import dev.turnout.core.io.Watch;
import dev.turnout.packet.PacketBatch;

/**
 * Receives from a TAP queue, a {@code readv} per packet.
 *
 * <p>Thread rules: those of {@link Receiver}.
 */
final class TapReceiver implements Receiver {
    private final PortContext context;
    private final ThreadIo io;
    private final ReceiveSlots slots;
    private final TapDevice device;
    private final Watch watch;
    /** The interface is gone: reading fails for ever. */
    private boolean gone;

    /** @param device with a share of it, which is released with this receiver */
    TapReceiver(TapDevice device, PortContext context, ThreadIo io) {
        this.context = context;
        this.io = io;
        this.device = device;
        slots = io.slots(context.pool());
        watch = io.watch(device.fd());
    }

    @Override
    public int receive(PacketBatch batch) {
        if (gone || !watch.ready()) {
            return 0;
        }
        int before = batch.count;
        int slot = 0;
        while (!batch.isFull()) {
            int result = slots.read(device.fd(), slot);
            if (result < 0) {
                failed(-result);
                break;
            }
            long packet = slots.take(slot);
            if (packet == ReceiveSlots.TRUNCATED) {
                context.counters().add(Counter.RX_DROPPED, 1);
                break;
            }
            batch.add(packet);
            slot = (slot + 1) % ReceiveSlots.SLOTS;
        }
        if (batch.count > before) {
            watch.gave();
        }
        return batch.count - before;
    }

    private void failed(int errno) {
        if (errno == Errno.EBADFD || errno == Errno.ENODEV) {
            gone = true;
            io.unwatch(watch); // it would be readable (POLLERR) for ever
        } else if (errno != Errno.EAGAIN && errno != Errno.ENOBUFS && errno != Errno.EIO) { // EIO: the interface is down
            context.counters().add(Counter.RX_ERRORS, 1);
        }
    }

    @Override
    public void close() {
        if (!gone) {
            io.unwatch(watch);
        }
        device.release();
    }
}
