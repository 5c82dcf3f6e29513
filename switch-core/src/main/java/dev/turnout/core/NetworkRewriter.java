package dev.turnout.core;

import dev.turnout.packet.Checksums;
import dev.turnout.packet.Memory;
import dev.turnout.packet.Packet;

/**
 * Changes of IPv4, IPv6 and ARP headers. Checksums follow incrementally: that of the IPv4 header and, where addresses
 * change, those of the transport headers whose pseudo header has them. An unfinished checksum (see {@link Packet#needsChecksum})
 * holds the pseudo header's sum and follows in its own way. A header that is not there or not whole is left alone.
 *
 * <p>Thread rules: stateless; the packet belongs to the caller.
 */
final class NetworkRewriter {
    /** In the result of {@link #extensions}: a fragment other than the first. */
    static final int LATER_FRAGMENT = 0x100;
    /** In the result of {@link #extensions}: a routing header with segments left. */
    static final int ROUTED = 0x200;
    private static final int TCP = 6;
    private static final int UDP = 17;
    private static final int ICMPV6 = 58;
    private static final int ROUTING = 43;
    private static final int FRAGMENT = 44;
    private static final int ARP = 28;

    private NetworkRewriter() {
    }

    /** Operands as of {@link ActionProgram#SET_IPV4}. */
    static void setIpv4(long packet, long[] operands, int at) {
        int l4 = Packet.l4Offset(packet);
        if (l4 == Packet.NO_OFFSET) {
            return;
        }
        long ip = Memory.known(Packet.data(packet) + Packet.l3Offset(packet));
        if (Memory.getByte(ip) >>> 4 != 4) {
            return;
        }
        long delta = 0;
        long addressMask = operands[at + 1];
        if (addressMask != 0) {
            long old = Memory.getLong(ip + 12);
            long now = (old & ~addressMask) | operands[at];
            if (old != now) {
                Memory.putLong(ip + 12, now);
                delta = Checksums.delta64(old, now);
                int protocol = Memory.getByte(ip + 9);
                if ((Memory.getShort(ip + 6) & 0x1fff) == 0 && (protocol == TCP || protocol == UDP)) {
                    addressesChanged(packet, l4, protocol, delta);
                }
            }
        }
        int tosMask = (int) operands[at + 3];
        if (tosMask != 0) {
            int old = Memory.getShort(ip);
            int now = (old & ~tosMask) | (int) operands[at + 2];
            Memory.putShort(ip, now);
            delta += Checksums.delta16(old, now);
        }
        int ttlMask = (int) operands[at + 5] << 8;
        if (ttlMask != 0) {
            int old = Memory.getShort(ip + 8);
            int now = (old & ~ttlMask) | ((int) operands[at + 4] << 8);
            Memory.putShort(ip + 8, now);
            delta += Checksums.delta16(old, now);
        }
        int checksum = Memory.getShort(ip + Checksums.IPV4_OFFSET);
        Memory.putShort(ip + Checksums.IPV4_OFFSET, Checksums.apply(checksum, delta));
    }

    /** Operands as of {@link ActionProgram#SET_IPV6}. */
    static void setIpv6(long packet, long[] operands, int at) {
        int l4 = Packet.l4Offset(packet);
        if (l4 == Packet.NO_OFFSET) {
            return;
        }
        long ip = Memory.known(Packet.data(packet) + Packet.l3Offset(packet));
        if (Memory.getByte(ip) >>> 4 != 6) {
            return;
        }
        long sourceDelta = setWords(ip + 8, operands, at);
        long destinationDelta = setWords(ip + 24, operands, at + 4);
        if (sourceDelta != 0 || destinationDelta != 0) {
            int extensions = extensions(packet, ip, l4);
            if ((extensions & LATER_FRAGMENT) == 0) {
                // With segments left, the pseudo header has the final destination, not the one in the header.
                long delta = sourceDelta + ((extensions & ROUTED) == 0 ? destinationDelta : 0);
                addressesChanged(packet, l4, extensions & 0xff, delta);
            }
        }
        int mask = (int) operands[at + 9] | ((int) operands[at + 11] << 20);
        if (mask != 0) {
            int value = (int) operands[at + 8] | ((int) operands[at + 10] << 20);
            Memory.putInt(ip, (Memory.getInt(ip) & ~mask) | value);
        }
        int hopMask = (int) operands[at + 13];
        if (hopMask != 0) {
            Memory.putByte(ip + 7, (Memory.getByte(ip + 7) & ~hopMask) | (int) operands[at + 12]);
        }
    }

    private static long setWords(long address, long[] operands, int at) {
        long delta = 0;
        for (int i = 0; i < 2; i++) {
            long mask = operands[at + 2 * i + 1];
            if (mask != 0) {
                long old = Memory.getLong(address + 8L * i);
                long now = (old & ~mask) | operands[at + 2 * i];
                if (old != now) {
                    Memory.putLong(address + 8L * i, now);
                    delta += Checksums.delta64(old, now);
                }
            }
        }
        return delta;
    }

    /** A pseudo header has changed by {@code delta}: makes the transport checksum follow. */
    private static void addressesChanged(long packet, int l4, int protocol, long delta) {
        long header = Memory.known(Packet.data(packet) + l4);
        int room = Packet.length(packet) - l4;
        if (protocol != TCP && protocol != UDP && protocol != ICMPV6) {
            return;
        }
        int field = Checksums.fieldOffset(protocol);
        if (room < field + 2) {
            return;
        }
        int old = Memory.getShort(header + field);
        int now;
        if (Packet.needsChecksum(packet) && Packet.csumStart(packet) == l4) {
            now = Checksums.applyPartial(old, delta);
        } else if (protocol == UDP) {
            now = Checksums.applyUdp(old, delta);
        } else {
            now = Checksums.apply(old, delta);
        }
        Memory.putShort(header + field, now);
    }

    /** The protocol after an IPv6 packet's extension headers, which end at {@code l4}, with what flags they call for. */
    static int extensions(long packet, long ip, int l4) {
        int next = Memory.getByte(ip + 6);
        long at = ip + 40;
        long end = Memory.known(Packet.data(packet) + l4);
        int flags = 0;
        while (at + 8 <= end) {
            int length = (Memory.getByte(at + 1) + 1) * 8;
            if (next == FRAGMENT) {
                length = 8;
                flags |= (Memory.getShort(at + 2) & 0xfff8) != 0 ? LATER_FRAGMENT : 0;
            } else if (next == ROUTING) {
                flags |= Memory.getByte(at + 3) != 0 ? ROUTED : 0;
            } else if (next == 51) {
                length = (Memory.getByte(at + 1) + 2) * 4;
            }
            next = Memory.getByte(at);
            at += length;
        }
        return next | flags;
    }

    /** Operands as of {@link ActionProgram#SET_ARP}. */
    static void setArp(long packet, long[] operands, int at) {
        int l3 = Packet.l3Offset(packet);
        if (l3 == Packet.NO_OFFSET || l3 + ARP > Packet.length(packet)) {
            return;
        }
        long arp = Memory.known(Packet.data(packet) + l3);
        int opMask = (int) operands[at + 1];
        Memory.putShort(arp + 6, (Memory.getShort(arp + 6) & ~opMask) | (int) operands[at]);
        int spaMask = (int) operands[at + 3];
        Memory.putInt(arp + 14, (Memory.getInt(arp + 14) & ~spaMask) | (int) operands[at + 2]);
        int tpaMask = (int) operands[at + 5];
        Memory.putInt(arp + 24, (Memory.getInt(arp + 24) & ~tpaMask) | (int) operands[at + 4]);
        long shaMask = operands[at + 7];
        Memory.putMac(arp + 8, (Memory.getMac(arp + 8) & ~shaMask) | operands[at + 6]);
        long thaMask = operands[at + 9];
        Memory.putMac(arp + 18, (Memory.getMac(arp + 18) & ~thaMask) | operands[at + 8]);
    }
}
