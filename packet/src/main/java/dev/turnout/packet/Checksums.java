package dev.turnout.packet;

import java.nio.ByteOrder;

/**
 * The Internet's checksums: computed in full, verified, changed incrementally, and finished where a virtio-net header left one unfinished.
 *
 * <p>A <em>sum</em> here is an unfolded ones' complement sum of 16-bit words in a long, so that partial sums are added without carries in between;
 * {@link #fold} brings it to 16 bits. A <em>checksum</em> is what stands in a header: the complement of a folded sum.
 *
 * <p>Incremental changes follow RFC 1624, equation 3: gather the difference of all words that change with {@link #delta16}, {@link #delta32},
 * {@link #delta64}, then {@link #apply} it. An unfinished checksum holds the folded sum of the pseudo header, not complemented: only changes of
 * addresses concern it, and go through {@link #applyPartial}.
 *
 * <p>Thread rules: stateless.
 */
public final class Checksums {
    /** Where the checksum stands in a header, from its start; what {@code csum_offset} of a virtio-net header says. */
    public static final int TCP_OFFSET = 16;
    public static final int UDP_OFFSET = 6;
    public static final int SCTP_OFFSET = 8;
    public static final int ICMP_OFFSET = 2;
    public static final int ICMPV6_OFFSET = 2;
    public static final int IPV4_OFFSET = 10;

    private static final int PROTOCOL_UDP = 17;

    private Checksums() {
    }

    /** Sum of a range; an odd last byte counts as if a zero followed. */
    public static long sum(long address, int length) {
        if (length < 32 || ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN) {
            return sumInNetworkOrder(address, length);
        }
        // A ones' complement sum does not depend on the byte order but for that of the result: no word is swapped but the last.
        long even = 0;
        long odd = 0;
        int whole = length & ~31;
        for (long at = address, end = address + whole; at < end; at += 32) {
            long a = Memory.getLongNative(at);
            long b = Memory.getLongNative(at + 8);
            long c = Memory.getLongNative(at + 16);
            long d = Memory.getLongNative(at + 24);
            even += (a & 0xffff_ffffL) + (b & 0xffff_ffffL) + (c & 0xffff_ffffL) + (d & 0xffff_ffffL);
            odd += (a >>> 32) + (b >>> 32) + (c >>> 32) + (d >>> 32);
        }
        int swapped = fold(even + odd);
        return ((swapped & 0xff) << 8) + (swapped >>> 8) + sumInNetworkOrder(address + whole, length - whole);
    }

    private static long sumInNetworkOrder(long address, int length) {
        long sum = 0;
        long at = address;
        int rest = length;
        for (; rest >= 4; rest -= 4, at += 4) {
            sum += Memory.getInt(at) & 0xffff_ffffL;
        }
        if (rest >= 2) {
            sum += Memory.getShort(at);
            at += 2;
            rest -= 2;
        }
        return rest == 0 ? sum : sum + (Memory.getByte(at) << 8);
    }

    /** Brings a sum to 16 bits. */
    public static int fold(long sum) {
        long folded = (sum >>> 32) + (sum & 0xffff_ffffL);
        folded = (folded >>> 16) + (folded & 0xffff);
        folded = (folded >>> 16) + (folded & 0xffff);
        return (int) ((folded >>> 16) + (folded & 0xffff));
    }

    /** The checksum that belongs to a sum. */
    public static int complement(long sum) {
        return ~fold(sum) & 0xffff;
    }

    /** The checksum that belongs to a sum, in UDP: 0 means none there, so a computed 0 is sent as 0xffff, which says the same. */
    public static int complementUdp(long sum) {
        int checksum = complement(sum);
        return checksum == 0 ? 0xffff : checksum;
    }

    // --- IPv4 header -------------------------------------------------------------------------------------------------------------------

    /** The checksum that an IPv4 header should have. */
    public static int ipv4Header(long header, int length) {
        return complement(sum(header, length) + (~Memory.getShort(header + IPV4_OFFSET) & 0xffff));
    }

    public static void writeIpv4Header(long header, int length) {
        Memory.putShort(header + IPV4_OFFSET, 0);
        Memory.putShort(header + IPV4_OFFSET, complement(sum(header, length)));
    }

    public static boolean isIpv4HeaderRight(long header, int length) {
        return fold(sum(header, length)) == 0xffff;
    }

    // --- transport headers --------------------------------------------------------------------------------------------------------------

    /** Sum of the pseudo header of an IPv4 packet; {@code length} is that of transport header and payload. */
    public static long pseudoIpv4(long ipHeader, int protocol, int length) {
        return sum(ipHeader + 12, 8) + protocol + length;
    }

    /** Sum of the pseudo header of an IPv6 packet; {@code protocol} is that after the extension headers. */
    public static long pseudoIpv6(long ipHeader, int protocol, int length) {
        return sum(ipHeader + 8, 32) + protocol + length;
    }

    /**
     * The checksum that a TCP, UDP, ICMP, ICMPv6 or IGMP header should have.
     *
     * @param field
     *            offset of the checksum in the header
     * @param pseudo
     *            sum of the pseudo header; 0 for ICMP and IGMP
     */
    public static int transport(long header, int length, int field, long pseudo, boolean udp) {
        long sum = pseudo + sum(header, length) + (~Memory.getShort(header + field) & 0xffff);
        return udp ? complementUdp(sum) : complement(sum);
    }

    /** Whether a TCP, ICMP, ICMPv6 or IGMP header's checksum is right; see {@link #transport}. */
    public static boolean isTransportRight(long header, int length, long pseudo) {
        return fold(pseudo + sum(header, length)) == 0xffff;
    }

    /** Whether a UDP header's checksum is right; none at all is right, too, if {@code zeroAllowed} (over IPv4). */
    public static boolean isUdpRight(long header, int length, long pseudo, boolean zeroAllowed) {
        if (Memory.getShort(header + UDP_OFFSET) == 0) {
            return zeroAllowed;
        }
        return isTransportRight(header, length, pseudo);
    }

    /** The CRC32c that an SCTP packet should have, as the four bytes to store in network order. */
    public static int sctp(long header, int length) {
        int crc = Crc32c.update(-1, header, SCTP_OFFSET);
        crc = Crc32c.updateZeros(crc, 4);
        crc = Crc32c.update(crc, header + SCTP_OFFSET + 4, length - SCTP_OFFSET - 4);
        return Integer.reverseBytes(~crc);
    }

    public static boolean isSctpRight(long header, int length) {
        return length >= 12 && Memory.getInt(header + SCTP_OFFSET) == sctp(header, length);
    }

    // --- incremental changes --------------------------------------------------------------------------------------------------------------

    /** The difference that changing a 16-bit word at an even offset makes. */
    public static long delta16(int old, int now) {
        return (~old & 0xffffL) + (now & 0xffff);
    }

    /** The difference that changing 32 bits at an even offset makes. */
    public static long delta32(int old, int now) {
        return (~old & 0xffff_ffffL) + (now & 0xffff_ffffL);
    }

    /** The difference that changing 64 bits at an even offset makes; for 128 bits add those of both halves. */
    public static long delta64(long old, long now) {
        return delta32((int) (old >>> 32), (int) (now >>> 32)) + delta32((int) old, (int) now);
    }

    /** The checksum after a change. */
    public static int apply(int checksum, long delta) {
        return complement((~checksum & 0xffff) + delta);
    }

    /** The checksum of UDP after a change: none stays none, and none other becomes none. */
    public static int applyUdp(int checksum, long delta) {
        return checksum == 0 ? 0 : complementUdp((~checksum & 0xffff) + delta);
    }

    /** An unfinished checksum after a change of the pseudo header. */
    public static int applyPartial(int partial, long delta) {
        return fold(partial + delta);
    }

    // --- unfinished checksums -------------------------------------------------------------------------------------------------------------

    /**
     * Finishes the checksum that the packet's virtio-net header says is unfinished, if any, and says so in that header. What is covered reaches from
     * {@code csum_start} to the frame's end. Not for a frame that is yet to be segmented.
     *
     * @return false if the header lies: the place is beyond the frame; the packet is unchanged then
     */
    public static boolean finish(long packet) {
        if (!Packet.needsChecksum(packet)) {
            return true;
        }
        int start = Packet.csumStart(packet);
        int field = Packet.csumOffset(packet);
        int length = Packet.length(packet) - start;
        int width = field == SCTP_OFFSET ? 4 : 2;
        if (field + width > length) {
            return false;
        }
        long header = Packet.data(packet) + start;
        if (field == SCTP_OFFSET) {
            Memory.putInt(header + field, sctp(header, length));
        } else {
            long sum = sum(header, length);
            Memory.putShort(header + field, field == UDP_OFFSET ? complementUdp(sum) : complement(sum));
        }
        Packet.setVnetFlags(packet, Packet.vnetFlags(packet) & ~Packet.VNET_NEEDS_CSUM);
        Packet.setCsum(packet, 0, 0);
        return true;
    }

    /** Offset of the checksum in a transport header, or -1 for a protocol without one that is known here. */
    public static int fieldOffset(int protocol) {
        return switch (protocol) {
            case 6 -> TCP_OFFSET;
            case PROTOCOL_UDP -> UDP_OFFSET;
            case 132 -> SCTP_OFFSET;
            case 1, 2 -> ICMP_OFFSET;
            case 58 -> ICMPV6_OFFSET;
            default -> -1;
        };
    }
}
