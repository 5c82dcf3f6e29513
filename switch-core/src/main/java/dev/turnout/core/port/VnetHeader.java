package dev.turnout.core.port;

import dev.turnout.core.io.Linux;
import dev.turnout.packet.Memory;
import dev.turnout.packet.Packet;

/** The virtio-net header's way between a packet buffer's metadata and the bytes before a frame that the kernel reads and writes. */
final class VnetHeader {
    private VnetHeader() {
    }

    /**
     * Writes a packet's virtio-net header right before its frame and returns where it starts. The place is headroom, or, where pushed headers used
     * all of it, metadata that a packet on its way out no longer needs.
     */
    static long writeBeforeFrame(long packet) {
        long start = Packet.data(packet) - Linux.VNET_HEADER_SIZE;
        copy(packet + Packet.VNET_HEADER, start);
        return start;
    }

    /** Reads a virtio-net header at an address into a packet's metadata. */
    static void read(long from, long packet) {
        copy(from, packet + Packet.VNET_HEADER);
    }

    private static void copy(long from, long to) {
        long first = Memory.getLongNative(from);
        int last = Memory.getShortNative(from + 8);
        Memory.putLongNative(to, first);
        Memory.putShortNative(to + 8, last);
    }
}
