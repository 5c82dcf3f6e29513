package dev.turnout.core;

import dev.turnout.packet.Checksums;
import dev.turnout.packet.Memory;
import dev.turnout.packet.Packet;

/**
 * Changes of TCP, UDP, SCTP, ICMP and neighbour discovery headers, whose checksums follow. An unfinished checksum will cover
 * the header as it is then, so it stays. A header that is not there or not whole, or that would be in an earlier fragment, is left alone.
 *
 * <p>Thread rules: stateless; the packet belongs to the caller.
 */
final class TransportRewriter {
    private static final int UDP = 17;
    private static final int SCTP = 132;
    private static final int ICMPV6 = 58;
    private static final int ND = 24;
    private static final int SOURCE_OPTION = 1;
    private static final int TARGET_OPTION = 2;

    private TransportRewriter() {
    }

    /** Operands as of {@link ActionProgram#SET_PORTS}. */
    static void setPorts(long packet, long[] operands, int at) {
        int protocol = (int) operands[at];
        int l4 = headerOffset(packet, protocol, protocol == UDP ? 8 : protocol == SCTP ? 12 : 20);
        if (l4 < 0) {
            return;
        }
        long header = Memory.known(Packet.data(packet) + l4);
        int mask = (int) operands[at + 2];
        int old = Memory.getInt(header);
        int now = (old & ~mask) | (int) operands[at + 1];
        if (old == now) {
            return;
        }
        if (protocol == SCTP) {
            setSctpPorts(packet, header, l4, now);
            return;
        }
        Memory.putInt(header, now);
        if (isUnfinished(packet, l4)) {
            return;
        }
        long delta = Checksums.delta32(old, now);
        int field = protocol == UDP ? Checksums.UDP_OFFSET : Checksums.TCP_OFFSET;
        int checksum = Memory.getShort(header + field);
        Memory.putShort(header + field,
                protocol == UDP ? Checksums.applyUdp(checksum, delta) : Checksums.apply(checksum, delta));
    }

    /** A CRC that was wrong stays wrong by the same difference. */
    private static void setSctpPorts(long packet, long header, int l4, int ports) {
        if (isUnfinished(packet, l4)) {
            Memory.putInt(header, ports);
            return;
        }
        int length = payloadEnd(packet) - l4;
        int difference = Memory.getInt(header + Checksums.SCTP_OFFSET) ^ Checksums.sctp(header, length);
        Memory.putInt(header, ports);
        Memory.putInt(header + Checksums.SCTP_OFFSET, Checksums.sctp(header, length) ^ difference);
    }

    /** Operands as of {@link ActionProgram#SET_ICMP}. */
    static void setIcmp(long packet, long[] operands, int at) {
        int l4 = headerOffset(packet, (int) operands[at], 4);
        if (l4 < 0) {
            return;
        }
        long header = Memory.known(Packet.data(packet) + l4);
        int old = Memory.getShort(header);
        int now = (old & ~(int) operands[at + 2]) | (int) operands[at + 1];
        Memory.putShort(header, now);
        if (!isUnfinished(packet, l4)) {
            int checksum = Memory.getShort(header + Checksums.ICMP_OFFSET);
            Memory.putShort(header + Checksums.ICMP_OFFSET, Checksums.apply(checksum, Checksums.delta16(old, now)));
        }
    }

    /** Operands as of {@link ActionProgram#SET_ND}. */
    static void setNd(long packet, long[] operands, int at) {
        int l4 = headerOffset(packet, ICMPV6, ND);
        if (l4 < 0) {
            return;
        }
        long header = Memory.known(Packet.data(packet) + l4);
        long delta = 0;
        for (int i = 0; i < 2; i++) {
            long mask = operands[at + 2 * i + 1];
            long old = Memory.getLong(header + 8 + 8L * i);
            long now = (old & ~mask) | operands[at + 2 * i];
            Memory.putLong(header + 8 + 8L * i, now);
            delta += Checksums.delta64(old, now);
        }
        int end = payloadEnd(packet) - l4;
        for (int option = ND; option + 8 <= end;) {
            int length = Memory.getByte(header + option + 1) * 8;
            if (length == 0 || option + length > end) {
                break;
            }
            int type = Memory.getByte(header + option);
            if (type == SOURCE_OPTION || type == TARGET_OPTION) {
                int operand = at + (type == SOURCE_OPTION ? 4 : 6);
                long old = Memory.getMac(header + option + 2);
                long now = (old & ~operands[operand + 1]) | operands[operand];
                Memory.putMac(header + option + 2, now);
                delta += Checksums.delta64(old, now);
            }
            option += length;
        }
        if (!isUnfinished(packet, l4)) {
            int checksum = Memory.getShort(header + Checksums.ICMPV6_OFFSET);
            Memory.putShort(header + Checksums.ICMPV6_OFFSET, Checksums.apply(checksum, delta));
        }
    }

    /** Offset of a transport header of that protocol with at least so many bytes, or -1. */
    private static int headerOffset(long packet, int protocol, int bytes) {
        int l4 = Packet.l4Offset(packet);
        if (l4 == Packet.NO_OFFSET || l4 + bytes > Packet.length(packet)) {
            return -1;
        }
        long ip = Memory.known(Packet.data(packet) + Packet.l3Offset(packet));
        int version = Memory.getByte(ip) >>> 4;
        if (version == 4) {
            return Memory.getByte(ip + 9) == protocol && (Memory.getShort(ip + 6) & 0x1fff) == 0 ? l4 : -1;
        }
        if (version != 6) {
            return -1;
        }
        return (NetworkRewriter.extensions(packet, ip, l4) & ~NetworkRewriter.ROUTED) == protocol ? l4 : -1;
    }

    /** Where the IP packet ends, from the frame's start: padding may follow. */
    private static int payloadEnd(long packet) {
        int l3 = Packet.l3Offset(packet);
        long ip = Memory.known(Packet.data(packet) + l3);
        int length = Memory.getByte(ip) >>> 4 == 4 ? Memory.getShort(ip + 2) : 40 + Memory.getShort(ip + 4);
        return Math.min(l3 + length, Packet.length(packet));
    }

    private static boolean isUnfinished(long packet, int l4) {
        return Packet.needsChecksum(packet) && Packet.csumStart(packet) == l4;
    }
}
