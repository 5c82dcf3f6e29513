package dev.turnout.core.port;

import dev.turnout.core.PortContext;
import dev.turnout.core.Receiver;
import dev.turnout.core.io.AuxData;
import dev.turnout.core.io.Linux;
import dev.turnout.core.io.SystemCallException;
import dev.turnout.core.io.ThreadIo;
import dev.turnout.packet.Memory;
import dev.turnout.packet.PacketBatch;

/**
 * Receives from a TPACKET_V3 ring: the kernel packs frames one after the other into a block and hands the block over when it is full or after a
 * millisecond. Frames are copied out into buffers of the pool, so that a block goes back as soon as it is read.
 *
 * <p>Thread rules: those of {@link dev.turnout.core.Receiver}.
 */
final class BlockRingReceiver implements Receiver {
    private static final int BLOCK_SIZE = 1 << 18;
    private static final int BLOCKS = 32;
    private static final int FRAME_SIZE = 2048;
    private static final int RETIRE_MILLIS = 1;
    // struct tpacket_block_desc
    private static final int BLOCK_STATUS = 8;
    private static final int BLOCK_PACKETS = 12;
    private static final int BLOCK_FIRST = 16;
    // struct tpacket3_hdr
    private static final int NEXT = 0;
    private static final int SNAP_LENGTH = 12;
    private static final int LENGTH = 16;
    private static final int STATUS = 20;
    private static final int MAC = 24;
    private static final int VLAN_TCI = 32;
    private static final int VLAN_TPID = 36;

    private final PortContext context;
    private final WatchedRing ring;
    private int block;
    /** Packets of the present block that are still to be read; 0 between blocks. */
    private int left;
    private long frame;

    BlockRingReceiver(String name, PortContext context, ThreadIo io) throws SystemCallException {
        this.context = context;
        ring = new WatchedRing(name, context, io, Linux.TPACKET_V3, BLOCK_SIZE, BLOCKS, FRAME_SIZE, RETIRE_MILLIS);
    }

    @Override
    public int receive(PacketBatch batch) {
        int before = batch.count;
        while (!batch.isFull() && (left > 0 || openBlock())) {
            long packet = copy();
            if (packet == 0) {
                ring.lost();
            } else {
                batch.add(packet);
            }
            frame += Memory.getIntNative(frame + NEXT);
            if (--left == 0) {
                closeBlock();
            }
        }
        if (batch.count == before) {
            ring.quiet();
        }
        return batch.count - before;
    }

    /** Starts to read the next block, if the kernel has handed it over. */
    private boolean openBlock() {
        while (true) {
            long address = ring.address((long) block * BLOCK_SIZE);
            if ((PacketRing.status(address + BLOCK_STATUS) & Linux.TP_STATUS_USER) == 0) {
                return false;
            }
            left = Memory.getIntNative(address + BLOCK_PACKETS);
            if (left > 0) {
                frame = address + Memory.getIntNative(address + BLOCK_FIRST);
                return true;
            }
            closeBlock();
        }
    }

    private void closeBlock() {
        long address = ring.address((long) block * BLOCK_SIZE);
        int packets = Memory.getIntNative(address + BLOCK_PACKETS);
        PacketRing.setStatus(address + BLOCK_STATUS, Linux.TP_STATUS_KERNEL);
        block = block + 1 == BLOCKS ? 0 : block + 1;
        ring.tick(packets);
    }

    private long copy() {
        int length = Memory.getIntNative(frame + SNAP_LENGTH);
        if (length < Memory.getIntNative(frame + LENGTH)) {
            return 0;
        }
        long packet = context.pool().allocateFor(length);
        if (packet == 0) {
            return 0;
        }
        RingFrames.copy(frame + Memory.getShortNative(frame + MAC), packet, length);
        AuxData.restoreVlan(packet, Memory.getIntNative(frame + STATUS), Memory.getIntNative(frame + VLAN_TCI),
                Memory.getShortNative(frame + VLAN_TPID));
        return packet;
    }

    @Override
    public void close() {
        ring.close();
    }
}
