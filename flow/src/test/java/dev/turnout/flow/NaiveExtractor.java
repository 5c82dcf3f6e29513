package dev.turnout.flow;

import dev.turnout.packet.Packet;

/**
 * The model of {@link FlowExtractor}: reads one frame header by header, in the order of the standards, with a check before every step. It shares no
 * code with what it is a model of, and knows fields by their registry rows instead of words and shifts.
 */
final class NaiveExtractor {
    final FlowKey key = new FlowKey();
    Malformed reason = Malformed.NONE;
    int l25 = Packet.NO_OFFSET;
    int l3 = Packet.NO_OFFSET;
    int l4 = Packet.NO_OFFSET;
    private final byte[] frame;
    /** Where the current header starts, and where what contains it ends. */
    private int at;
    private int end;

    NaiveExtractor(byte[] frame) {
        this.frame = frame;
        end = frame.length;
        ethernet();
    }

    private boolean has(int bytes) {
        return end - at >= bytes;
    }

    private long number(int offset, int bytes) {
        long value = 0;
        for (int i = 0; i < bytes; i++) {
            value = value * 256 + (frame[at + offset + i] & 0xff);
        }
        return value;
    }

    private int byteAt(int offset) {
        return (int) number(offset, 1);
    }

    private int shortAt(int offset) {
        return (int) number(offset, 2);
    }

    private void wide(Field field, int offset) {
        key.words()[field.word()] = number(offset, 8);
        key.words()[field.word() + 1] = number(offset + 8, 8);
    }

    private void ethernet() {
        if (!has(14)) {
            reason = Malformed.ETHERNET_TRUNCATED;
            return;
        }
        key.set(Fields.ETH_DST, number(0, 6));
        key.set(Fields.ETH_SRC, number(6, 6));
        at = 12;
        for (int tags = 0; tags < 2 && isTag(shortAt(0)); tags++) {
            if (!has(6)) {
                reason = Malformed.VLAN_TRUNCATED;
                break;
            }
            long tci = shortAt(2) | 0x1000;
            if (tags == 0) {
                key.set(Fields.VLAN_TCI, tci);
                key.words()[FlowLayout.TCP_CT] |= shortAt(0);
            } else {
                key.words()[FlowLayout.IPV6_VLAN1] |= ((long) shortAt(0) << 16) | tci;
            }
            at += 4;
        }
        int type = shortAt(0);
        at += 2;
        if (type < 1536) {
            type = FlowLayout.ETH_TYPE_NONE;
            if (has(8) && number(0, 6) == 0xaaaa03000000L) {
                type = shortAt(6) >= 1536 ? shortAt(6) : type;
                at += 8;
            }
        }
        key.set(Fields.ETH_TYPE, type);
        l3 = at;
        switch (type) {
            case 0x0800 -> ipv4();
            case 0x86dd -> ipv6();
            case 0x0806, 0x8035 -> arp();
            case 0x8847, 0x8848 -> mpls();
            case 0x894f -> nsh();
            default -> {
                // nothing further is known
            }
        }
    }

    private static boolean isTag(int type) {
        return type == 0x8100 || type == 0x88a8;
    }

    private void mpls() {
        l25 = at;
        int count = 0;
        boolean bottom = false;
        while (!bottom && has(4)) {
            long entry = number(0, 4);
            if (count == 0) {
                key.set(Fields.MPLS_LABEL, entry >> 12);
                key.set(Fields.MPLS_TC, entry >> 9);
                key.set(Fields.MPLS_BOS, entry >> 8);
                key.set(Fields.MPLS_TTL, entry);
            } else if (count == 1) {
                key.words()[FlowLayout.MPLS01] |= entry;
            } else if (count == 2) {
                key.words()[FlowLayout.MPLS2_PTYPE] |= entry << 32;
            }
            bottom = (entry & 0x100) != 0;
            count++;
            at += 4;
        }
        l3 = at;
        reason = bottom ? reason : Malformed.MPLS_TRUNCATED;
    }

    private void arp() {
        if (!has(28)) {
            reason = Malformed.ARP_TRUNCATED;
        } else if (number(0, 6) == 0x0001_0800_0604L) {
            key.set(Fields.ARP_OP, shortAt(6) <= 255 ? shortAt(6) : 0);
            key.set(Fields.ARP_SHA, number(8, 6));
            key.set(Fields.ARP_SPA, number(14, 4));
            key.set(Fields.ARP_THA, number(18, 6));
            key.set(Fields.ARP_TPA, number(24, 4));
        }
    }

    private void nsh() {
        reason = Malformed.NSH_LENGTH;
        if (!has(8) || shortAt(0) >> 14 != 0) {
            return;
        }
        int length = (shortAt(0) & 0x3f) * 4;
        int type = byteAt(2);
        if (!has(length) || (type == 1 && length != 24) || (type == 2 && length < 8)) {
            return;
        }
        reason = Malformed.NONE;
        key.set(Fields.NSH_FLAGS, shortAt(0) >> 12 & 3);
        key.set(Fields.NSH_TTL, shortAt(0) >> 6 & 63);
        key.set(Fields.NSH_MDTYPE, type);
        key.set(Fields.NSH_NP, byteAt(3));
        key.set(Fields.NSH_SPI, number(4, 3));
        key.set(Fields.NSH_SI, byteAt(7));
        if (type == 1) {
            key.set(Fields.NSH_C1, number(8, 4));
            key.set(Fields.NSH_C2, number(12, 4));
            key.set(Fields.NSH_C3, number(16, 4));
            key.set(Fields.NSH_C4, number(20, 4));
        }
    }

    private void ipv4() {
        if (!has(20)) {
            reason = Malformed.IPV4_TRUNCATED;
            return;
        }
        int header = byteAt(0) % 16 * 4;
        int total = shortAt(2);
        if (header < 20 || !has(header)) {
            reason = Malformed.IPV4_HEADER_LENGTH;
            return;
        }
        if (total < header || !has(total)) {
            reason = Malformed.IPV4_TOTAL_LENGTH;
            return;
        }
        key.set(Fields.NW_TOS, byteAt(1));
        key.set(Fields.NW_TTL, byteAt(8));
        key.set(Fields.IP_PROTO, byteAt(9));
        key.set(Fields.IPV4_SRC, number(12, 4));
        key.set(Fields.IPV4_DST, number(16, 4));
        boolean more = (byteAt(6) & 0x20) != 0;
        boolean later = (shortAt(6) & 0x1fff) != 0;
        key.set(Fields.IP_FRAG, later ? 3 : more ? 1 : 0);
        int protocol = byteAt(9);
        end = at + total;
        at += header;
        l4 = at;
        if (!later) {
            transport(protocol);
        }
    }

    private void ipv6() {
        if (!has(40)) {
            reason = Malformed.IPV6_TRUNCATED;
            return;
        }
        if (!has(40 + shortAt(4))) {
            reason = Malformed.IPV6_PAYLOAD_LENGTH;
            return;
        }
        wide(Fields.IPV6_SRC, 8);
        wide(Fields.IPV6_DST, 24);
        final long first = number(0, 4);
        final int hopLimit = byteAt(7);
        int protocol = byteAt(6);
        end = at + 40 + shortAt(4);
        at += 40;
        int frag = 0;
        while (protocol == 0 || protocol == 43 || protocol == 44 || protocol == 51 || protocol == 60) {
            if (!has(8)) {
                reason = Malformed.IPV6_EXTENSION;
                return;
            }
            int size = switch (protocol) {
                case 44 -> 8;
                case 51 -> (byteAt(1) + 2) * 4;
                default -> (byteAt(1) + 1) * 8;
            };
            if (!has(size)) {
                reason = Malformed.IPV6_EXTENSION;
                return;
            }
            boolean fragment = protocol == 44;
            protocol = byteAt(0);
            int place = shortAt(2);
            at += size;
            if (fragment && place != 0) {
                frag = 1;
                if (place >> 3 != 0) {
                    frag = 3;
                    protocol = 44;
                    break;
                }
            }
        }
        key.set(Fields.IPV6_LABEL, first & 0xfffff);
        key.set(Fields.NW_TOS, first >> 20 & 0xff);
        key.set(Fields.NW_TTL, hopLimit);
        key.set(Fields.IP_PROTO, protocol);
        key.set(Fields.IP_FRAG, frag);
        l4 = at;
        if (frag != 3) {
            transport(protocol);
        }
    }

    private void transport(int protocol) {
        switch (protocol) {
            case 6 -> tcp();
            case 17 -> portsOf(8, Malformed.UDP_TRUNCATED);
            case 132 -> portsOf(12, Malformed.SCTP_TRUNCATED);
            case 1 -> icmp(Malformed.ICMP_TRUNCATED);
            case 2 -> icmp(Malformed.IGMP_TRUNCATED);
            case 58 -> {
                if (icmp(Malformed.ICMPV6_TRUNCATED) && (byteAt(0) == 135 || byteAt(0) == 136) && byteAt(1) == 0) {
                    neighbourDiscovery();
                }
            }
            default -> {
                // no ports
            }
        }
    }

    private void tcp() {
        if (!has(20)) {
            reason = Malformed.TCP_TRUNCATED;
        } else if (byteAt(12) / 16 < 5 || !has(byteAt(12) / 16 * 4)) {
            reason = Malformed.TCP_DATA_OFFSET;
        } else {
            portsOf(20, Malformed.TCP_TRUNCATED);
            key.set(Fields.TCP_FLAGS, shortAt(12) & 0xfff);
        }
    }

    private void portsOf(int header, Malformed truncated) {
        if (!has(header)) {
            reason = truncated;
            return;
        }
        key.set(Fields.TCP_SRC, shortAt(0));
        key.set(Fields.TCP_DST, shortAt(2));
    }

    private boolean icmp(Malformed truncated) {
        if (!has(8)) {
            reason = truncated;
            return false;
        }
        key.set(Fields.ICMP_TYPE, byteAt(0));
        key.set(Fields.ICMP_CODE, byteAt(1));
        return true;
    }

    private void neighbourDiscovery() {
        key.set(Fields.ND_RESERVED, number(4, 4));
        if (!has(24)) {
            reason = Malformed.ND_OPTION;
            return;
        }
        wide(Fields.ND_TARGET, 8);
        at += 24;
        long first = 0;
        while (has(8)) {
            int type = byteAt(0);
            int size = byteAt(1) * 8;
            if (size == 0 || !has(size)) {
                reason = Malformed.ND_OPTION;
                return;
            }
            if (size == 8 && (type == 1 || type == 2)) {
                Field field = type == 1 ? Fields.ND_SLL : Fields.ND_TLL;
                if (key.get(field) != 0) {
                    reason = Malformed.ND_OPTION;
                    key.set(Fields.ND_SLL, 0);
                    key.set(Fields.ND_TLL, 0);
                    Fields.ND_TARGET.clear(key.words());
                    return;
                }
                key.set(field, number(2, 6));
                first = first == 0 ? type : first;
                key.set(Fields.ND_OPTIONS_TYPE, first);
            }
            at += size;
        }
    }
}
