package dev.turnout.core.port;

import dev.turnout.core.io.Linux;
import dev.turnout.packet.Memory;
import dev.turnout.packet.Packet;

/** Copies frames out of receive rings. */
final class RingFrames {
    /** Frames up to this long are copied by words. */
    private static final int SHORT = 192;

    private RingFrames() {
    }

    /** Copies a frame and the virtio-net header before it into a reset buffer, which has the room. */
    static void copy(long data, long packet, int length) {
        VnetHeader.read(data - Linux.VNET_HEADER_SIZE, packet);
        if (length <= SHORT) {
            Memory.copySmall(data, packet + Packet.DATA_START, length);
        } else {
            Memory.copy(data, packet + Packet.DATA_START, length);
        }
        Packet.setLength(packet, length);
    }
}
