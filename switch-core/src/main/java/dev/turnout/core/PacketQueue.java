package dev.turnout.core;

import java.util.Arrays;

import dev.turnout.packet.PacketBatch;

/**
 * Packets that wait within a thread for another pass; first in, first out; grows as needed.
 *
 * <p>Thread rules: one owner thread.
 */
final class PacketQueue {
    private long[] packets = new long[64];
    private int head;
    private int count;

    boolean isEmpty() {
        return count == 0;
    }

    void add(long packet) {
        if (count == packets.length) {
            long[] longer = Arrays.copyOf(packets, count * 2);
            System.arraycopy(packets, 0, longer, count, head);
            packets = longer;
        }
        packets[(head + count++) & (packets.length - 1)] = packet;
    }

    /** Fills up a batch. */
    void drainTo(PacketBatch batch) {
        while (count > 0 && !batch.isFull()) {
            batch.add(packets[head]);
            head = (head + 1) & (packets.length - 1);
            count--;
        }
    }
}
