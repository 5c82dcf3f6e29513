package dev.turnout.core.port;

import dev.turnout.core.PortContext;
import dev.turnout.core.Receiver;
import dev.turnout.core.io.AuxData;
import dev.turnout.core.io.Errno;
import dev.turnout.core.io.Linux;
import dev.turnout.core.io.ReceiveSlots;
import dev.turnout.core.io.SystemCallException;
import dev.turnout.core.io.ThreadIo;
import dev.turnout.packet.Memory;
import dev.turnout.packet.PacketBatch;

/**
 * Receives from a TPACKET_V2 ring of small frames: an ordinary packet costs no system call, only a copy out of the ring. A packet that is longer than
 * a ring frame (a segment of up to 64 KB) is queued whole on the socket besides, which its frame says (TP_STATUS_COPY), and fetched from there by
 * {@code recvmsg} straight into a large buffer; frames are handled in the order of the ring, so packets keep theirs.
 *
 * <p>Thread rules: those of {@link Receiver}.
 */
final class FrameRingReceiver implements Receiver {
    private static final int FRAME_SIZE = 2048;
    private static final int BLOCK_SIZE = 1 << 17;
    private static final int BLOCKS = 16;
    private static final int FRAMES = BLOCK_SIZE / FRAME_SIZE * BLOCKS;
    private static final long NO_BUFFER = -1;
    /** An error that waits on the socket (the interface went down) is reported once, before the packet. */
    private static final int FETCHES = 3;
    // struct tpacket2_hdr
    private static final int STATUS = 0;
    private static final int LENGTH = 4;
    private static final int SNAP_LENGTH = 8;
    private static final int MAC = 12;
    private static final int VLAN_TCI = 24;
    private static final int VLAN_TPID = 26;

    private final PortContext context;
    private final ReceiveSlots slots;
    private final WatchedRing ring;
    private int head;

    FrameRingReceiver(String name, PortContext context, ThreadIo io) throws SystemCallException {
        this.context = context;
        slots = io.slots(context.pool());
        ring = new WatchedRing(name, context, io, Linux.TPACKET_V2, BLOCK_SIZE, BLOCKS, FRAME_SIZE, 0);
    }

    @Override
    public int receive(PacketBatch batch) {
        int before = batch.count;
        while (!batch.isFull()) {
            long frame = ring.address((long) head * FRAME_SIZE);
            int status = PacketRing.status(frame + STATUS);
            if ((status & Linux.TP_STATUS_USER) == 0) {
                break;
            }
            long packet = (status & Linux.TP_STATUS_COPY) != 0 ? fetch() : copy(frame, status);
            if (packet == NO_BUFFER) {
                break;
            }
            if (packet == 0) {
                ring.lost();
            } else {
                batch.add(packet);
            }
            PacketRing.setStatus(frame + STATUS, Linux.TP_STATUS_KERNEL);
            head = head + 1 == FRAMES ? 0 : head + 1;
        }
        if (batch.count != before) {
            ring.tick(batch.count - before);
        } else {
            ring.quiet();
        }
        return batch.count - before;
    }

    /** The packet that the kernel queued whole on the socket; 0 where it is lost, {@link #NO_BUFFER} where it has to wait. */
    private long fetch() {
        for (int i = 0; i < FETCHES; i++) {
            int result = slots.receiveOne(ring.fd());
            if (result == 1) {
                return slots.take(0);
            }
            if (result == -Errno.ENOBUFS) {
                return NO_BUFFER;
            }
            if (result == -Errno.EAGAIN) {
                break;
            }
        }
        return 0;
    }

    private long copy(long frame, int status) {
        int length = Memory.getIntNative(frame + SNAP_LENGTH);
        if (length < Memory.getIntNative(frame + LENGTH)) {
            return 0;
        }
        long packet = context.pool().allocate();
        if (packet == 0) {
            return NO_BUFFER;
        }
        long data = frame + Memory.getShortNative(frame + MAC);
        RingFrames.copy(data, packet, length);
        AuxData.restoreVlan(packet, status, Memory.getShortNative(frame + VLAN_TCI),
                Memory.getShortNative(frame + VLAN_TPID));
        return packet;
    }

    @Override
    public void close() {
        ring.close();
    }
}
