package dev.turnout.core;

import dev.turnout.packet.Memory;
import dev.turnout.packet.Packet;
import dev.turnout.packet.PacketBatch;

/**
 * A group of packets as a meter sees it: as it will be on the wire. A segment that the switch carries whole (up to 64 kB)
 * counts as the packets that it will be cut into, with the headers that each of them will have; a frame counts from its
 * Ethernet header to its last byte, without preamble and checksum, as in every other counter.
 *
 * <p>Thread rules: one owner thread; reused from group to group.
 */
final class MeteredGroup {
    final int[] wirePackets = new int[PacketBatch.CAPACITY];
    final int[] wireBytes = new int[PacketBatch.CAPACITY];
    /** Band that a packet exceeds, or -1; valid if the meter said that some exceed. */
    final int[] exceeded = new int[PacketBatch.CAPACITY];
    int count;
    long packets;
    long bytes;

    /** Looks at the packets {@code [first, first + number)}; their header offsets are known. */
    void measure(long[] group, int first, int number) {
        count = number;
        packets = 0;
        bytes = 0;
        for (int i = 0; i < number; i++) {
            long packet = Memory.known(group[first + i]);
            int length = Packet.length(packet);
            wirePackets[i] = 1;
            wireBytes[i] = length;
            if (Packet.gsoType(packet) != Packet.GSO_NONE) {
                segments(i, packet, length);
            }
            packets += wirePackets[i];
            bytes += wireBytes[i];
        }
    }

    private void segments(int i, long packet, int length) {
        int size = Packet.gsoSize(packet);
        int l4 = Packet.l4Offset(packet);
        if (size == 0 || l4 == Packet.NO_OFFSET) {
            return; // no segment that could be cut: it goes out whole or not at all
        }
        boolean isTcp = (Packet.gsoType(packet) & ~Packet.GSO_ECN) != Packet.GSO_UDP_L4;
        int headers = l4 + 8;
        if (isTcp) {
            if (l4 + 20 > length) {
                return;
            }
            headers = l4 + (Memory.getByte(Packet.data(packet) + l4 + 12) >>> 4 << 2);
        }
        int payload = length - headers;
        if (payload > size) {
            int segments = (payload + size - 1) / size;
            wirePackets[i] = segments;
            wireBytes[i] = payload + segments * headers;
        }
    }
}
