package dev.turnout.flow;

import dev.turnout.packet.Memory;
import dev.turnout.packet.Packet;

/**
 * The general way of {@link FlowExtractor}: every kind of header. It writes into words that are zero beforehand. Methods return a <em>result</em>: bitmap
 * of the words that are not zero in the low bits, ordinal of a {@link Malformed} reason in the high byte.
 *
 * <p>Thread rules: stateless.
 */
final class HeaderParser {
    private static final int REASON_SHIFT = 56;
    private static final int ETHERNET = 14;
    private static final int TYPE_VLAN = 0x8100;
    private static final int TYPE_QINQ = 0x88a8;
    private static final int TYPE_MPLS = 0x8847;
    private static final int TYPE_MPLS_MULTICAST = 0x8848;
    private static final int TYPE_IPV4 = 0x0800;
    private static final int TYPE_IPV6 = 0x86dd;
    private static final int TYPE_ARP = 0x0806;
    private static final int TYPE_RARP = 0x8035;
    private static final int TYPE_NSH = 0x894f;
    /** From here on, the two bytes after the addresses are a type; below, a length. */
    private static final int LOWEST_TYPE = 0x600;
    /** LLC header of SNAP and the organization code of Ethernet, six bytes. */
    private static final long SNAP_ETHERNET = 0xaaaa_0300_0000L;
    private static final int MPLS_BOTTOM = 0x100;

    private HeaderParser() {
    }

    static long used(long result) {
        return result & ((1L << REASON_SHIFT) - 1);
    }

    static int reason(long result) {
        return (int) (result >>> REASON_SHIFT);
    }

    static long fail(Malformed reason) {
        return (long) reason.number() << REASON_SHIFT;
    }

    /** The word's bit where its value is not zero. */
    static long bit(int word, long value) {
        return value != 0 ? 1L << word : 0;
    }

    /** Fills the words of a whole key and the packet's header offsets. */
    static long parse(long address, long[] words, int base) {
        long packet = Memory.known(address);
        long result = FlowExtractor.ALWAYS_USED | metadata(packet, words, base) | ethernet(packet, words, base);
        return result | bit(FlowLayout.TCP_CT, words[base + FlowLayout.TCP_CT])
                | bit(FlowLayout.IPV6_VLAN1, words[base + FlowLayout.IPV6_VLAN1]);
    }

    private static long metadata(long packet, long[] words, int base) {
        words[base + FlowLayout.RECIRC_PORT] = Packet.recircAndPort(packet);
        if (Packet.isUnmarked(packet)) {
            return 0;
        }
        long marks = Packet.pktMark(packet) & 0xffff_ffffL;
        long hash = ((long) Packet.dpHash(packet) << 32) | (Packet.skbPriority(packet) & 0xffff_ffffL);
        long labels = 0;
        if (Packet.ctState(packet) != 0) {
            marks |= (long) Packet.ctMark(packet) << 32;
            words[base + FlowLayout.TCP_CT] = ((Packet.ctState(packet) & 0xffffL) << 32)
                    | ((Packet.ctZone(packet) & 0xffffL) << 16);
            long high = Packet.ctLabelHigh(packet);
            long low = Packet.ctLabelLow(packet);
            words[base + FlowLayout.CT_LABEL] = high;
            words[base + FlowLayout.CT_LABEL + 1] = low;
            labels = bit(FlowLayout.CT_LABEL, high) | bit(FlowLayout.CT_LABEL + 1, low);
        }
        words[base + FlowLayout.MARKS] = marks;
        words[base + FlowLayout.HASH_PRIO] = hash;
        return labels | bit(FlowLayout.MARKS, marks) | bit(FlowLayout.HASH_PRIO, hash);
    }

    private static long ethernet(long packet, long[] words, int base) {
        long data = Packet.data(packet);
        int length = Packet.length(packet);
        if (length < ETHERNET) {
            Packet.setOffsets(packet, Packet.NO_OFFSET, Packet.NO_OFFSET, Packet.NO_OFFSET);
            return fail(Malformed.ETHERNET_TRUNCATED);
        }
        long typed = Memory.getLong(data + 6);
        int type = (int) typed & 0xffff;
        int offset = 12;
        long reason = 0;
        long tci = 0;
        if (type == TYPE_VLAN || type == TYPE_QINQ) {
            if (length < offset + 6) {
                reason = fail(Malformed.VLAN_TRUNCATED);
            } else {
                tci = Memory.getShort(data + 14) | FlowLayout.VLAN_PRESENT;
                words[base + FlowLayout.TCP_CT] |= type;
                offset = 16;
                type = Memory.getShort(data + offset);
                if (type == TYPE_VLAN || type == TYPE_QINQ) {
                    if (length < offset + 6) {
                        reason = fail(Malformed.VLAN_TRUNCATED);
                    } else {
                        words[base + FlowLayout.IPV6_VLAN1] = ((long) type << 16) | Memory.getShort(data + 18)
                                | FlowLayout.VLAN_PRESENT;
                        offset = 20;
                        type = Memory.getShort(data + offset);
                    }
                }
            }
        }
        offset += 2;
        if (type < LOWEST_TYPE) {
            type = FlowLayout.ETH_TYPE_NONE;
            if (length >= offset + 8 && Memory.getMac(data + offset) == SNAP_ETHERNET) {
                int inner = Memory.getShort(data + offset + 6);
                offset += 8;
                if (inner >= LOWEST_TYPE) {
                    type = inner;
                }
            }
        }
        words[base + FlowLayout.ETH_DST_TYPE] = (Memory.getLong(data) & ~0xffffL) | type;
        words[base + FlowLayout.ETH_SRC_VLAN] = (typed & ~0xffffL) | tci;
        return reason | network(packet, words, base, type, offset, length);
    }

    private static long network(long packet, long[] words, int base, int type, int offset, int length) {
        return switch (type) {
            case TYPE_IPV4 -> ipv4(packet, words, base, offset, length);
            case TYPE_IPV6 -> Ipv6Parser.ipv6(packet, words, base, offset, length);
            case TYPE_MPLS, TYPE_MPLS_MULTICAST -> mpls(packet, words, base, offset, length);
            default -> {
                Packet.setOffsets(packet, Packet.NO_OFFSET, offset, Packet.NO_OFFSET);
                yield notIp(Packet.data(packet) + offset, words, base, type, length - offset);
            }
        };
    }

    private static long notIp(long header, long[] words, int base, int type, int room) {
        return switch (type) {
            case TYPE_ARP, TYPE_RARP -> arp(header, words, base, room);
            case TYPE_NSH -> nsh(header, words, base, room);
            default -> 0;
        };
    }

    /** The whole stack is walked to find what follows; the first three entries are kept. */
    private static long mpls(long packet, long[] words, int base, int start, int length) {
        long data = Packet.data(packet);
        int offset = start;
        int labels = 0;
        int entry = 0;
        while (length - offset >= 4 && (entry & MPLS_BOTTOM) == 0) {
            entry = Memory.getInt(data + offset);
            offset += 4;
            long value = entry & 0xffff_ffffL;
            switch (labels++) {
                case 0 -> words[base + FlowLayout.MPLS01] = value << 32;
                case 1 -> words[base + FlowLayout.MPLS01] |= value;
                case 2 -> words[base + FlowLayout.MPLS2_PTYPE] |= value << 32;
                default -> {
                    // deeper entries are not in the key
                }
            }
        }
        Packet.setOffsets(packet, start, offset, Packet.NO_OFFSET);
        return bit(FlowLayout.MPLS01, words[base + FlowLayout.MPLS01])
                | bit(FlowLayout.MPLS2_PTYPE, words[base + FlowLayout.MPLS2_PTYPE])
                | ((entry & MPLS_BOTTOM) == 0 ? fail(Malformed.MPLS_TRUNCATED) : 0);
    }

    /** Addresses are kept whatever the operation; an operation above 255 reads as 0. */
    private static long arp(long arp, long[] words, int base, int room) {
        if (room < 28) {
            return fail(Malformed.ARP_TRUNCATED);
        }
        if (Memory.getShort(arp) != 1 || Memory.getShort(arp + 2) != TYPE_IPV4 || Memory.getShort(arp + 4) != 0x0604) {
            return 0;
        }
        int operation = Memory.getShort(arp + 6);
        words[base + FlowLayout.IPV4] = ((long) Memory.getInt(arp + 14) << 32)
                | (Memory.getInt(arp + 24) & 0xffff_ffffL);
        words[base + FlowLayout.L4] = operation <= 0xff ? (long) operation << 56 : 0;
        long sender = Memory.getMac(arp + 8) << 16;
        long target = Memory.getMac(arp + 18) << 16;
        words[base + FlowLayout.SHA] = sender;
        words[base + FlowLayout.THA] = target;
        return bit(FlowLayout.SHA, sender) | bit(FlowLayout.THA, target);
    }

    private static long nsh(long nsh, long[] words, int base, int room) {
        if (room < 8) {
            return fail(Malformed.NSH_LENGTH);
        }
        int first = Memory.getShort(nsh);
        int length = (first & 0x3f) * 4;
        int type = Memory.getByte(nsh + 2);
        if (first >>> 14 != 0 || length > room || (type == 1 && length != 24) || (type == 2 && length < 8)) {
            return fail(Malformed.NSH_LENGTH);
        }
        int flags = first >>> 12 & 3;
        int ttl = first >>> 6 & 0x3f;
        long header = ((long) flags << 56) | ((long) ttl << 48) | ((long) type << 40)
                | ((long) Memory.getByte(nsh + 3) << 32)
                | (Memory.getInt(nsh + 4) & 0xffff_ffffL);
        words[base + FlowLayout.NSH_BASE] = header;
        if (type != 1) {
            return bit(FlowLayout.NSH_BASE, header);
        }
        long c12 = Memory.getLong(nsh + 8);
        long c34 = Memory.getLong(nsh + 16);
        words[base + FlowLayout.NSH_C12] = c12;
        words[base + FlowLayout.NSH_C34] = c34;
        return bit(FlowLayout.NSH_BASE, header) | bit(FlowLayout.NSH_C12, c12) | bit(FlowLayout.NSH_C34, c34);
    }

    private static long ipv4(long packet, long[] words, int base, int offset, int length) {
        Packet.setOffsets(packet, Packet.NO_OFFSET, offset, Packet.NO_OFFSET);
        int room = length - offset;
        if (room < 20) {
            return fail(Malformed.IPV4_TRUNCATED);
        }
        long ip = Packet.data(packet) + offset;
        int header = (Memory.getByte(ip) & 0x0f) * 4;
        if (header < 20 || header > room) {
            return fail(Malformed.IPV4_HEADER_LENGTH);
        }
        int total = Memory.getShort(ip + 2);
        if (total > room || total < header) {
            return fail(Malformed.IPV4_TOTAL_LENGTH);
        }
        int fragment = Memory.getShort(ip + 6);
        int protocol = Memory.getByte(ip + 9);
        long nwFrag = (fragment & 0x3fff) == 0
                ? 0
                : (fragment & 0x1fff) == 0 ? FlowLayout.FRAG_ANY : FlowLayout.FRAG_ANY | FlowLayout.FRAG_LATER;
        words[base + FlowLayout.IPV4] = Memory.getLong(ip + 12);
        words[base + FlowLayout.L4] = ((long) protocol << 56) | ((long) Memory.getByte(ip + 1) << 48)
                | ((long) Memory.getByte(ip + 8) << 40)
                | (nwFrag << 32);
        Packet.setOffsets(packet, Packet.NO_OFFSET, offset, offset + header);
        long tuple = Packet.ctState(packet) != 0 ? ConntrackTuple.ipv4(packet, words, base) : 0;
        if ((nwFrag & FlowLayout.FRAG_LATER) != 0) {
            return tuple;
        }
        return tuple | transport(ip + header, words, base, protocol, total - header);
    }

    /** The header after IP's, of a packet that is no later fragment; {@code room} bytes of it are there. */
    static long transport(long l4, long[] words, int base, int protocol, int room) {
        return switch (protocol) {
            case 6 -> tcp(l4, words, base, room);
            case 17 -> ports(l4, words, base, room, 8, Malformed.UDP_TRUNCATED);
            case 132 -> ports(l4, words, base, room, 12, Malformed.SCTP_TRUNCATED);
            case 1 -> typeAndCode(l4, words, base, room, Malformed.ICMP_TRUNCATED);
            case 2 -> typeAndCode(l4, words, base, room, Malformed.IGMP_TRUNCATED);
            case 58 -> Ipv6Parser.icmpv6(l4, words, base, room);
            default -> 0;
        };
    }

    private static long tcp(long l4, long[] words, int base, int room) {
        if (room < 20) {
            return fail(Malformed.TCP_TRUNCATED);
        }
        int control = Memory.getShort(l4 + 12);
        int header = control >>> 12 << 2;
        if (header < 20 || header > room) {
            return fail(Malformed.TCP_DATA_OFFSET);
        }
        words[base + FlowLayout.L4] |= Memory.getInt(l4) & 0xffff_ffffL;
        words[base + FlowLayout.TCP_CT] |= (control & 0xfffL) << 48;
        return 0;
    }

    private static long ports(long l4, long[] words, int base, int room, int header, Malformed truncated) {
        if (room < header) {
            return fail(truncated);
        }
        words[base + FlowLayout.L4] |= Memory.getInt(l4) & 0xffff_ffffL;
        return 0;
    }

    static long typeAndCode(long l4, long[] words, int base, int room, Malformed truncated) {
        if (room < 8) {
            return fail(truncated);
        }
        words[base + FlowLayout.L4] |= ((long) Memory.getByte(l4) << 16) | Memory.getByte(l4 + 1);
        return 0;
    }
}
