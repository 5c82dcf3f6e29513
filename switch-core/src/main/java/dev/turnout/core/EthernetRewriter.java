package dev.turnout.core;

import dev.turnout.packet.Memory;
import dev.turnout.packet.Packet;

/**
 * Changes of Ethernet headers, VLAN tags and MPLS labels. A pushed header shifts the offsets that key extraction noted in
 * the packet, and those of its virtio-net header, so that later actions and the way out find the network header.
 *
 * <p>Thread rules: stateless; the packet belongs to the caller.
 */
final class EthernetRewriter {
    private static final int TYPE = 12;
    private static final int TAG = 4;
    private static final int LABEL = 4;
    private static final int BOTTOM_OF_STACK = 0x100;

    private EthernetRewriter() {
    }

    static void setAddresses(long packet, long src, long srcMask, long dst, long dstMask) {
        long data = Packet.data(packet);
        if (dstMask != 0) {
            Memory.putMac(data, (Memory.getMac(data) & ~dstMask) | dst);
        }
        if (srcMask != 0) {
            Memory.putMac(data + 6, (Memory.getMac(data + 6) & ~srcMask) | src);
        }
    }

    /** Puts a tag in front of all others; false if there is no room. */
    static boolean pushVlan(long packet, int tag) {
        if (!Packet.pushFront(packet, TAG)) {
            return false;
        }
        long data = Packet.data(packet);
        long first = Memory.getLongNative(data + TAG);
        int second = Memory.getIntNative(data + TAG + 8);
        Memory.putLongNative(data, first);
        Memory.putIntNative(data + 8, second);
        Memory.putInt(data + TYPE, tag);
        shiftOffsets(packet, TAG);
        return true;
    }

    /** Takes the outermost tag off, if there is one. */
    static void popVlan(long packet) {
        long data = Packet.data(packet);
        if (Packet.length(packet) < TYPE + TAG + 2 || !isVlan(Memory.getShort(data + TYPE))) {
            return;
        }
        long first = Memory.getLongNative(data);
        int second = Memory.getIntNative(data + 8);
        Memory.putIntNative(data + TAG + 8, second);
        Memory.putLongNative(data + TAG, first);
        Packet.pullFront(packet, TAG);
        shiftOffsets(packet, -TAG);
    }

    /** Puts a label in front of all others, behind the VLAN tags; false if there is no room. */
    static boolean pushMpls(long packet, int ethType, int lse) {
        int at = Packet.l25Offset(packet);
        if (at == Packet.NO_OFFSET) {
            at = Packet.l3Offset(packet);
        }
        if (at == Packet.NO_OFFSET || at > Packet.length(packet)) {
            return true;
        }
        if (!Packet.pushFront(packet, LABEL)) {
            return false;
        }
        long data = Packet.data(packet);
        Memory.copy(data + LABEL, data, at);
        Memory.putShort(data + at - 2, ethType);
        Memory.putInt(data + at, lse);
        int l3 = Packet.l3Offset(packet);
        int l4 = Packet.l4Offset(packet);
        Packet.setOffsets(packet, at, shifted(l3, LABEL), shifted(l4, LABEL));
        Packet.shiftVnet(packet, LABEL);
        return true;
    }

    /** Takes the first label off, if there is one. */
    static void popMpls(long packet, int ethType) {
        int at = Packet.l25Offset(packet);
        if (at == Packet.NO_OFFSET || at + LABEL > Packet.length(packet)) {
            return;
        }
        long data = Packet.data(packet);
        boolean wasLast = (Memory.getInt(data + at) & BOTTOM_OF_STACK) != 0;
        Memory.putShort(data + at - 2, ethType);
        Memory.copy(data, data + LABEL, at);
        Packet.pullFront(packet, LABEL);
        Packet.setOffsets(packet, wasLast ? Packet.NO_OFFSET : at, shifted(Packet.l3Offset(packet), -LABEL),
                shifted(Packet.l4Offset(packet), -LABEL));
        Packet.shiftVnet(packet, -LABEL);
    }

    static void setMpls(long packet, int lse, int mask) {
        int at = Packet.l25Offset(packet);
        if (at != Packet.NO_OFFSET && at + LABEL <= Packet.length(packet)) {
            long label = Memory.known(Packet.data(packet) + at);
            Memory.putInt(label, (Memory.getInt(label) & ~mask) | lse);
        }
    }

    static boolean isVlan(int ethType) {
        return ethType == 0x8100 || ethType == 0x88a8;
    }

    private static void shiftOffsets(long packet, int delta) {
        Packet.setOffsets(packet, shifted(Packet.l25Offset(packet), delta), shifted(Packet.l3Offset(packet), delta),
                shifted(Packet.l4Offset(packet), delta));
        Packet.shiftVnet(packet, delta);
    }

    private static int shifted(int offset, int delta) {
        return offset == Packet.NO_OFFSET ? offset : offset + delta;
    }
}
