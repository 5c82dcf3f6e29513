package dev.turnout.core.port;

import dev.turnout.core.PortContext;
import dev.turnout.core.PortCounters.Counter;
import dev.turnout.core.Transmitter;
import dev.turnout.core.io.Errno;
import dev.turnout.core.io.Linux;
import dev.turnout.core.io.SystemCalls;
import dev.turnout.packet.Packet;

/**
 * Sends into a TAP interface, a {@code write} per packet.
 *
 * <p>Thread rules: those of {@link Transmitter}.
 */
final class TapTransmitter implements Transmitter {
    private final SystemCalls calls = SystemCalls.ofThread();
    private final PortContext context;
    private final TapDevice device;

    /** @param device with a share of it, which is released with this transmitter */
    TapTransmitter(TapDevice device, PortContext context) {
        this.context = context;
        this.device = device;
    }

    @Override
    public void transmit(long[] packets, int count) {
        int sent = 0;
        long bytes = 0;
        for (int i = 0; i < count; i++) {
            long packet = packets[i];
            int length = Packet.length(packet);
            long start = VnetHeader.writeBeforeFrame(packet);
            long result = calls.write(device.fd(), start, length + Linux.VNET_HEADER_SIZE);
            if (result >= 0) {
                sent++;
                bytes += length;
            } else {
                context.counters().add(
                        result == -Errno.EAGAIN || result == -Errno.ENOBUFS ? Counter.TX_DROPPED : Counter.TX_ERRORS,
                        1);
            }
            context.pool().release(packet);
        }
        if (sent > 0) {
            context.counters().transmitted(sent, bytes);
        }
    }

    @Override
    public void flush() {
        // Nothing waits: each packet was written at once.
    }

    @Override
    public boolean acceptsVnet() {
        return true;
    }

    @Override
    public void close() {
        device.release();
    }
}
