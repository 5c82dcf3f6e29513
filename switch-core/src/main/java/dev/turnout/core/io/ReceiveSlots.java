package dev.turnout.core.io;

import java.lang.foreign.Arena;

import dev.turnout.packet.Memory;
import dev.turnout.packet.Packet;
import dev.turnout.packet.PacketBatch;
import dev.turnout.packet.PacketPool;

/**
 * Packet buffers posted for {@code recvmmsg}, {@code recvmsg} and {@code readv}, shared by all receivers of a forwarding thread: buffers that one
 * call did not fill serve the next one, of whichever port.
 *
 * <p>Each slot scatters a packet over three places: the virtio-net header goes straight into the packet header's copy of it, the first
 * {@link #SPLIT} bytes into a small buffer, and what is longer on into a large buffer, at the place where it belongs there. An ordinary frame
 * therefore arrives in a small buffer, and nothing else was touched; for a segment of up to 64 KB its first part is copied over to the large one,
 * which then is the packet, and the small one stays posted. So small packets never pay for large ones, and a large one pays for a short copy.
 *
 * <p>VLAN tags, which packet sockets deliver in a control message (PACKET_AUXDATA), are put back in front of the frame.
 *
 * <p>Thread rules: belongs to one forwarding thread, as its pool.
 */
public final class ReceiveSlots {
    /** Slots, and so the most packets that one call receives. */
    public static final int SLOTS = PacketBatch.CAPACITY;
    /** Bytes of a frame that go into the small buffer. */
    static final int SPLIT = 1664;

    /** {@link #take}: the packet was longer than the buffers posted for it and is gone. */
    public static final long TRUNCATED = 0;

    private static final int VECTORS = 3;
    private static final int CONTROL_SIZE = 64;
    private static final int LARGE_CAPACITY = PacketPool.LARGE_BUFFER - Packet.DATA_START;

    private final PacketPool pool;
    private final SystemCalls calls = SystemCalls.ofThread();
    private final Arena arena = Arena.ofShared();
    private final long messages = arena.allocate((long) SLOTS * Linux.MMSGHDR_SIZE, 64).address();
    private final long vectors = arena.allocate((long) SLOTS * VECTORS * Linux.IOVEC_SIZE, 64).address();
    private final long controls = arena.allocate((long) SLOTS * CONTROL_SIZE, 64).address();
    private final long[] small = new long[SLOTS];
    private final long[] large = new long[SLOTS];
    /** Slots from 0 on that are known to have at least a small buffer. */
    private int posted;

    ReceiveSlots(PacketPool pool) {
        this.pool = pool;
        for (int i = 0; i < SLOTS; i++) {
            long message = message(i);
            Memory.putLongNative(message + Linux.MSGHDR_IOV, vector(i));
            Memory.putLongNative(message + Linux.MSGHDR_CONTROL, control(i));
            rearm(i);
            Memory.putLongNative(vector(i) + Linux.IOVEC_LENGTH, Linux.VNET_HEADER_SIZE);
            Memory.putLongNative(vector(i) + Linux.IOVEC_SIZE + Linux.IOVEC_LENGTH, SPLIT);
            Memory.putLongNative(vector(i) + 2 * Linux.IOVEC_SIZE + Linux.IOVEC_LENGTH, LARGE_CAPACITY - SPLIT);
        }
    }

    private long message(int slot) {
        return messages + (long) slot * Linux.MMSGHDR_SIZE;
    }

    private long vector(int slot) {
        return vectors + (long) slot * VECTORS * Linux.IOVEC_SIZE;
    }

    private long control(int slot) {
        return controls + (long) slot * CONTROL_SIZE;
    }

    /** Sets what the kernel overwrites. */
    private void rearm(int slot) {
        Memory.putLongNative(message(slot) + Linux.MSGHDR_CONTROL_LENGTH, CONTROL_SIZE);
        Memory.putIntNative(message(slot) + Linux.MSGHDR_FLAGS, 0);
    }

    /** Posts buffers in the first {@code wanted} slots; returns how many have one. */
    private int post(int wanted) {
        while (posted < wanted) {
            if (small[posted] == 0) {
                long packet = pool.allocate();
                if (packet == 0) {
                    break;
                }
                small[posted] = packet;
                Memory.putLongNative(vector(posted), packet + Packet.VNET_HEADER);
                Memory.putLongNative(vector(posted) + Linux.IOVEC_SIZE, packet + Packet.DATA_START);
            }
            if (large[posted] == 0) {
                postLarge(posted);
            }
            posted++;
        }
        return Math.min(posted, wanted);
    }

    private void postLarge(int slot) {
        long packet = pool.allocateLarge();
        large[slot] = packet;
        Memory.putLongNative(vector(slot) + 2 * Linux.IOVEC_SIZE, packet + Packet.DATA_START + SPLIT);
        Memory.putLongNative(message(slot) + Linux.MSGHDR_IOV_COUNT, packet == 0 ? VECTORS - 1 : VECTORS);
    }

    /**
     * Receives up to {@code room} packets from a packet socket with {@code recvmmsg}. Their lengths and flags stay in the slots: call
     * {@link #take} for each.
     *
     * @return the number of packets, or {@code -errno}; {@code -ENOBUFS} where no buffer is free
     */
    public int receive(int fd, int room) {
        int count = post(room);
        return count == 0 ? -Errno.ENOBUFS : calls.recvmmsg(fd, messages, count, Linux.MSG_DONTWAIT);
    }

    /** Receives one packet from a packet socket into slot 0, as {@link #receive}. Returns 1 or {@code -errno}. */
    public int receiveOne(int fd) {
        if (post(1) == 0) {
            return -Errno.ENOBUFS;
        }
        long length = calls.recvmsg(fd, messages, Linux.MSG_DONTWAIT);
        if (length < 0) {
            return (int) length;
        }
        Memory.putIntNative(messages + Linux.MMSGHDR_LENGTH, (int) length);
        return 1;
    }

    /** Reads one packet with its virtio-net header from a TAP queue into {@code slot}; call {@link #take} as after {@link #receive}. */
    public int read(int fd, int slot) {
        if (post(slot + 1) <= slot) {
            return -Errno.ENOBUFS;
        }
        long length = calls.readv(fd, vector(slot), (int) Memory.getLongNative(message(slot) + Linux.MSGHDR_IOV_COUNT));
        if (length < 0) {
            return (int) length;
        }
        Memory.putIntNative(message(slot) + Linux.MMSGHDR_LENGTH, (int) length);
        Memory.putLongNative(message(slot) + Linux.MSGHDR_CONTROL_LENGTH, 0);
        return 1;
    }

    /** The packet that arrived in a slot, or {@link #TRUNCATED}. */
    public long take(int slot) {
        long message = message(slot);
        int length = Memory.getIntNative(message + Linux.MMSGHDR_LENGTH) - Linux.VNET_HEADER_SIZE;
        int controlLength = (int) Memory.getLongNative(message + Linux.MSGHDR_CONTROL_LENGTH);
        boolean truncated = (Memory.getIntNative(message + Linux.MSGHDR_FLAGS) & Linux.MSG_TRUNC) != 0 || length < 0
                || (large[slot] == 0 && length == SPLIT);
        rearm(slot);
        posted = Math.min(posted, slot); // also where the packet was cut: a slot that got no large buffer tries again
        if (truncated) {
            return TRUNCATED;
        }
        long packet = small[slot];
        if (length <= SPLIT) {
            small[slot] = 0;
        } else {
            packet = large[slot];
            Memory.putLongNative(packet + Packet.VNET_HEADER, Memory.getLongNative(small[slot] + Packet.VNET_HEADER));
            Memory.putShortNative(packet + Packet.VNET_HEADER + 8,
                    Memory.getShortNative(small[slot] + Packet.VNET_HEADER + 8));
            Memory.copy(small[slot] + Packet.DATA_START, packet + Packet.DATA_START, SPLIT);
            large[slot] = 0;
        }
        Packet.setLength(packet, length);
        if (controlLength >= Linux.CMSGHDR_SIZE) {
            AuxData.restoreVlan(packet, control(slot), controlLength);
        }
        return packet;
    }

    /** Gives the posted buffers back to the pool. */
    public void close() {
        for (int i = 0; i < SLOTS; i++) {
            if (small[i] != 0) {
                pool.free(small[i]);
            }
            if (large[i] != 0) {
                pool.free(large[i]);
            }
            small[i] = 0;
            large[i] = 0;
        }
        posted = 0;
        arena.close();
    }
}
