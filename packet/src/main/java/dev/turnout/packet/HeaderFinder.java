package dev.turnout.packet;

/**
 * Finds the IP and transport headers of a frame that the switch itself is about to rework (segmentation), whatever tags and labels are in front. Not
 * for classification: that is key extraction's, which also understands frames that this one refuses.
 *
 * <p>Thread rules: one owner thread; results stand until the next {@link #find}.
 */
final class HeaderFinder {
    /** Offset of the IP header. */
    int l3;
    /** Offset of the transport header. */
    int l4;
    /** Protocol of the transport header. */
    int protocol;
    boolean isIpv6;
    /** Where the IP packet ends; padding may follow. */
    int end;

    /** Whether the frame holds an unfragmented IP packet with a whole header and, for TCP, UDP and SCTP, a whole fixed transport header. */
    boolean find(long packet) {
        long data = Packet.data(packet);
        int length = Packet.length(packet);
        int offset = 12;
        if (length < 14) {
            return false;
        }
        int type = Memory.getShort(data + offset);
        while (type == 0x8100 || type == 0x88a8) {
            offset += 4;
            if (offset + 2 > length) {
                return false;
            }
            type = Memory.getShort(data + offset);
        }
        offset += 2;
        if (type == 0x8847 || type == 0x8848) {
            offset = skipLabels(data, offset, length);
            if (offset < 0 || offset >= length) {
                return false;
            }
            type = Memory.getByte(data + offset) >>> 4 == 6 ? 0x86dd : 0x0800;
        }
        l3 = offset;
        isIpv6 = type == 0x86dd;
        boolean found = isIpv6 ? ipv6(data, length) : type == 0x0800 && ipv4(data, length);
        return found && end - l4 >= (protocol == 6 ? 20 : protocol == 132 ? 12 : 8);
    }

    private static int skipLabels(long data, int start, int length) {
        int offset = start;
        while (offset + 4 <= length) {
            offset += 4;
            if ((Memory.getByte(data + offset - 2) & 1) != 0) {
                return offset;
            }
        }
        return -1;
    }

    private boolean ipv4(long data, int length) {
        long ip = data + l3;
        if (length - l3 < 20) {
            return false;
        }
        int header = (Memory.getByte(ip) & 0xf) * 4;
        int total = Memory.getShort(ip + 2);
        l4 = l3 + header;
        end = l3 + total;
        protocol = Memory.getByte(ip + 9);
        return header >= 20 && total >= header && end <= length && (Memory.getShort(ip + 6) & 0x3fff) == 0;
    }

    private boolean ipv6(long data, int length) {
        long ip = data + l3;
        if (length - l3 < 40) {
            return false;
        }
        end = l3 + 40 + Memory.getShort(ip + 4);
        l4 = l3 + 40;
        protocol = Memory.getByte(ip + 6);
        if (end > length) {
            return false;
        }
        while (protocol == 0 || protocol == 43 || protocol == 60) {
            if (end - l4 < 8) {
                return false;
            }
            protocol = Memory.getByte(data + l4);
            l4 += (Memory.getByte(data + l4 + 1) + 1) * 8;
        }
        return l4 <= end;
    }
}
