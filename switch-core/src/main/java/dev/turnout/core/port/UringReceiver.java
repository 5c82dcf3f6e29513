package dev.turnout.core.port;

import java.lang.foreign.Arena;
import java.lang.invoke.VarHandle;

import dev.turnout.core.PortContext;
import dev.turnout.core.PortCounters.Counter;
import dev.turnout.core.Receiver;
import dev.turnout.core.io.AuxData;
import dev.turnout.core.io.Errno;
import dev.turnout.core.io.Linux;
import dev.turnout.core.io.UringLoop;
import dev.turnout.packet.Memory;
import dev.turnout.packet.Packet;
import dev.turnout.packet.PacketBatch;
import dev.turnout.packet.PacketPool;
import io.netty.channel.IoEvent;
import io.netty.channel.IoRegistration;
import io.netty.channel.uring.IoUringIoEvent;
import io.netty.channel.uring.IoUringIoHandle;
import io.netty.channel.uring.IoUringIoOps;

/**
 * Receives through the forwarding thread's io_uring: one multishot request (RECVMSG of a packet socket, READ of a TAP queue) completes once per packet
 * into a buffer that was provided beforehand.
 *
 * <p>The kernel takes the next buffer whatever the packet's length, so all provided buffers are large. They are packet buffers, provided from a place in
 * their headroom chosen so that what precedes the frame (the RECVMSG header, control messages, the virtio-net header) ends where frames start. A packet
 * of at most {@link #COPY_LIMIT} bytes is copied to a small buffer and its large one provided again; a longer one is the buffer itself, and another
 * takes its place.
 *
 * <p>Buffers are provided through a ring shared with the kernel where it could be registered, else by PROVIDE_BUFFERS requests.
 *
 * <p>Completions come during {@link UringLoop#run}; they wait here, in arrival order, until {@link #receive} takes them.
 *
 * <p>Thread rules: those of {@link Receiver}.
 */
final class UringReceiver implements Receiver, IoUringIoHandle {
    private static final int BUFFERS = 32;
    private static final int COPY_LIMIT = 1664;
    /** With fewer a burst of segments would end the request again and again. */
    private static final int FEWEST = 4;
    private static final int ENTRY_SIZE = 16;
    private static final int RING_TAIL = 14;
    private static final int PAGE = 4096;
    // struct io_uring_recvmsg_out, and the room for PACKET_AUXDATA that follows it
    private static final int OUT_SIZE = 16;
    private static final int OUT_CONTROL_LENGTH = 4;
    private static final int OUT_FLAGS = 12;
    private static final int CONTROL_SIZE = 40;
    private static final long RECEIVE_DATA = 1;
    private static final long PROVIDE_DATA = 2;
    /** Ring groups are a ring's own namespace; one receiver takes one. */
    private static final int MAX_GROUPS = 0x7fff;

    private final PortContext context;
    private final UringLoop loop;
    private final int fd;
    private final int provided;
    private final int group;
    private final int prefix;
    private final Arena arena = Arena.ofShared();
    private final long bufferRing;
    private final long scratch = arena.allocate(64, 8).address();
    private final boolean registered;
    private final IoRegistration registration;
    private final IoUringIoOps request;
    private final long[] buffers = new long[BUFFERS];
    /** Ids of buffers with a packet in them, and the packets' lengths, in arrival order. */
    private final int[] arrivedIds = new int[BUFFERS];
    private final int[] arrivedLengths = new int[BUFFERS];
    private int arrivedHead;
    private int arrived;
    /** Ids that have no buffer provided. */
    private final int[] vacant = new int[BUFFERS];
    private int vacantCount;
    private int ringTail;
    private boolean armed;
    private boolean closed;
    /** The interface is gone: another request would fail at once. */
    private boolean gone;

    /**
     * @param fd a bound packet socket or a TAP queue, which stays the caller's
     * @param socket whether it is a packet socket
     */
    UringReceiver(PortContext context, UringLoop loop, int fd, boolean socket) {
        this.context = context;
        this.loop = loop;
        this.fd = fd;
        provided = Math.min(BUFFERS, context.pool().freeLargeBuffers() / 2);
        group = loop.nextGroup() % MAX_GROUPS;
        prefix = Linux.VNET_HEADER_SIZE + (socket ? OUT_SIZE + CONTROL_SIZE : 0);
        bufferRing = arena.allocate(PAGE, PAGE).address();
        registered = loop.registerBufferRing(bufferRing, BUFFERS, group, scratch) == 0;
        registration = loop.register(this);
        long message = arena.allocate(Linux.MSGHDR_SIZE, 8).address();
        Memory.putLongNative(message + Linux.MSGHDR_CONTROL_LENGTH, CONTROL_SIZE);
        request = socket
                ? new IoUringIoOps(UringLoop.OP_RECVMSG, UringLoop.SQE_BUFFER_SELECT, UringLoop.RECV_MULTISHOT, fd, 0L,
                        message, 1, 0, RECEIVE_DATA,
                        (short) group, (short) 0, 0, 0L)
                : new IoUringIoOps(UringLoop.OP_READ_MULTISHOT, UringLoop.SQE_BUFFER_SELECT, (short) 0, fd, -1L, 0L, 0,
                        0, RECEIVE_DATA,
                        (short) group, (short) 0, 0, 0L);
        for (int id = 0; id < provided; id++) {
            vacant[vacantCount++] = id;
        }
        provideVacant();
        arm();
    }

    /** Why a receiver with this context would not work, or the empty string. It takes at most half of the pool's free large buffers. */
    static String unavailable(PortContext context) {
        return context.pool().freeLargeBuffers() / 2 >= FEWEST ? "" : "too few large packet buffers are left";
    }

    /** For {@code receive-mode}: in which way it makes do with less than it wants, or the empty string. */
    String limitation() {
        return registered ? "" : "without buffer ring";
    }

    private void arm() {
        armed = true;
        registration.submit(request);
    }

    private void provideVacant() {
        while (vacantCount > 0) {
            long buffer = context.pool().allocateLarge();
            if (buffer == 0) {
                break;
            }
            int id = vacant[--vacantCount];
            buffers[id] = buffer;
            provide(id);
        }
    }

    private void provide(int id) {
        long address = buffers[id] + Packet.DATA_START - prefix;
        int length = PacketPool.LARGE_BUFFER - Packet.DATA_START + prefix;
        if (!registered) {
            registration.submit(new IoUringIoOps(UringLoop.OP_PROVIDE_BUFFERS, (byte) 0, (short) 0, 1, id, address,
                    length, 0, PROVIDE_DATA,
                    (short) group, (short) 0, 0, 0L));
            return;
        }
        long entry = bufferRing + (long) (ringTail & BUFFERS - 1) * ENTRY_SIZE;
        Memory.putLongNative(entry, address);
        Memory.putIntNative(entry + 8, length);
        Memory.putShortNative(entry + 12, id);
        ringTail++;
        VarHandle.releaseFence();
        Memory.putShortNative(bufferRing + RING_TAIL, ringTail);
    }

    @Override
    public void handle(IoRegistration ignored, IoEvent event) {
        IoUringIoEvent completion = (IoUringIoEvent) event;
        if (completion.userData() != RECEIVE_DATA) {
            return;
        }
        if ((completion.flags() & UringLoop.CQE_MORE) == 0) {
            armed = false;
        }
        if ((completion.flags() & UringLoop.CQE_BUFFER) != 0) {
            int tail = (arrivedHead + arrived) % BUFFERS;
            arrivedIds[tail] = completion.flags() >>> UringLoop.CQE_BUFFER_SHIFT;
            arrivedLengths[tail] = completion.res();
            arrived++;
        } else if (completion.res() < 0 && completion.res() != -Errno.ENOBUFS && !closed) {
            context.counters().add(Counter.RX_ERRORS, 1);
            gone = completion.res() == -Errno.EBADFD || completion.res() == -Errno.ENODEV;
        }
    }

    @Override
    public int receive(PacketBatch batch) {
        int before = batch.count;
        while (arrived > 0 && !batch.isFull()) {
            int id = arrivedIds[arrivedHead];
            long packet = take(id, arrivedLengths[arrivedHead]);
            arrivedHead = (arrivedHead + 1) % BUFFERS;
            arrived--;
            if (packet == 0) {
                context.counters().add(Counter.RX_DROPPED, 1);
            } else {
                batch.add(packet);
            }
        }
        if (vacantCount > 0) {
            provideVacant();
        }
        if (!armed && !gone && vacantCount < provided) {
            arm();
        }
        return batch.count - before;
    }

    /** Makes a packet of what arrived in a buffer and provides the buffer again, or another one; 0 where the packet is lost. */
    private long take(int id, int result) {
        long buffer = buffers[id];
        long start = buffer + Packet.DATA_START - prefix;
        int length = result - prefix;
        if (length < 0 || (prefix > Linux.VNET_HEADER_SIZE
                && (Memory.getIntNative(start + OUT_FLAGS) & Linux.MSG_TRUNC) != 0)) {
            provide(id);
            return 0;
        }
        long packet = buffer;
        if (length <= COPY_LIMIT) {
            packet = context.pool().allocate();
            if (packet == 0) {
                provide(id);
                return 0;
            }
            RingFrames.copy(buffer + Packet.DATA_START, packet, length);
        } else {
            VnetHeader.read(buffer + Packet.DATA_START - Linux.VNET_HEADER_SIZE, packet);
            Packet.setLength(packet, length);
        }
        if (prefix > Linux.VNET_HEADER_SIZE) {
            int controlLength = Math.min(Memory.getIntNative(start + OUT_CONTROL_LENGTH), CONTROL_SIZE);
            AuxData.restoreVlan(packet, start + OUT_SIZE, controlLength);
        }
        if (packet == buffer) {
            buffers[id] = 0;
            vacant[vacantCount++] = id;
        } else {
            provide(id);
        }
        return packet;
    }

    /** Ends the request and gives the buffers back; the descriptor is still open. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        loop.cancel(fd, this::isDisarmed);
        registration.cancel();
        if (registered) {
            loop.unregisterBufferRing(group, scratch);
        } else {
            loop.removeBuffers(group, BUFFERS);
        }
        for (int id = 0; id < BUFFERS; id++) {
            if (buffers[id] != 0) {
                context.pool().free(buffers[id]);
                buffers[id] = 0;
            }
        }
        arena.close();
    }

    private boolean isDisarmed() {
        return !armed;
    }
}
