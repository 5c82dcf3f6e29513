package dev.turnout.core.port;

import java.lang.foreign.Arena;

import dev.turnout.core.PortContext;
import dev.turnout.core.PortCounters.Counter;
import dev.turnout.core.Transmitter;
import dev.turnout.core.io.Errno;
import dev.turnout.core.io.Linux;
import dev.turnout.core.io.SystemCallException;
import dev.turnout.core.io.SystemCalls;
import dev.turnout.packet.Memory;
import dev.turnout.packet.Packet;

/**
 * Sends through a packet socket with {@code sendmmsg}: packets are gathered until {@link #flush} or until {@link #BATCH} of them are there. The
 * virtio-net header is written right before the frame, so that each message is one piece of memory.
 *
 * <p>When the interface's queue is full the rest of the gathered packets is dropped and counted; a packet that the kernel refuses (longer than the
 * MTU without a segmentation request, a virtio-net header that does not fit the frame) is counted as an error and the others go on.
 *
 * <p>Thread rules: those of {@link Transmitter}.
 */
final class MmsgTransmitter implements Transmitter {
    static final int BATCH = 64;

    private final SystemCalls calls = SystemCalls.ofThread();
    private final PortContext context;
    private final Arena arena = Arena.ofShared();
    private final long messages = arena.allocate((long) BATCH * Linux.MMSGHDR_SIZE, 64).address();
    private final long vectors = arena.allocate((long) BATCH * Linux.IOVEC_SIZE, 64).address();
    private final long[] queue = new long[BATCH];
    private final int fd;
    private int queued;

    MmsgTransmitter(String name, PortContext context) throws SystemCallException {
        this.context = context;
        fd = PacketSocket.openTransmit(calls, name);
        for (int i = 0; i < BATCH; i++) {
            long message = messages + (long) i * Linux.MMSGHDR_SIZE;
            Memory.putLongNative(message + Linux.MSGHDR_IOV, vectors + (long) i * Linux.IOVEC_SIZE);
            Memory.putLongNative(message + Linux.MSGHDR_IOV_COUNT, 1);
        }
    }

    @Override
    public void transmit(long[] packets, int count) {
        for (int i = 0; i < count; i++) {
            if (queued == BATCH) {
                flush();
            }
            long packet = packets[i];
            long start = VnetHeader.writeBeforeFrame(packet);
            long vector = vectors + (long) queued * Linux.IOVEC_SIZE;
            Memory.putLongNative(vector, start);
            Memory.putLongNative(vector + Linux.IOVEC_LENGTH, Packet.length(packet) + Linux.VNET_HEADER_SIZE);
            queue[queued++] = packet;
        }
    }

    @Override
    public void flush() {
        int from = 0;
        while (from < queued) {
            int sent = calls.sendmmsg(fd, messages + (long) from * Linux.MMSGHDR_SIZE, queued - from,
                    Linux.MSG_DONTWAIT);
            if (sent > 0) {
                count(from, sent);
                from += sent;
            } else if (sent == -Errno.EAGAIN || sent == -Errno.ENOBUFS) {
                context.counters().add(Counter.TX_DROPPED, queued - from);
                break;
            } else if (sent == -Errno.ENETDOWN || sent == -Errno.ENXIO || sent == -Errno.ENODEV) {
                context.counters().add(Counter.TX_ERRORS, queued - from);
                break;
            } else {
                context.counters().add(Counter.TX_ERRORS, 1);
                from++;
            }
        }
        for (int i = 0; i < queued; i++) {
            context.pool().release(queue[i]);
        }
        queued = 0;
    }

    private void count(int from, int sent) {
        long bytes = 0;
        for (int i = from; i < from + sent; i++) {
            bytes += Packet.length(queue[i]);
        }
        context.counters().transmitted(sent, bytes);
    }

    @Override
    public boolean acceptsVnet() {
        return true;
    }

    @Override
    public void close() {
        flush();
        calls.close(fd);
        arena.close();
    }
}
