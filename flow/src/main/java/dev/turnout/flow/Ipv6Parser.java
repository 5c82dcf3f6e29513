package dev.turnout.flow;

import dev.turnout.packet.Memory;
import dev.turnout.packet.Packet;

/**
 * The part of {@link HeaderParser} for IPv6: its header, the extension headers, ICMPv6 and neighbour discovery.
 *
 * <p>Hop-by-hop options, destination options, routing, authentication and fragment headers are passed over; any other protocol number, known or not
 * (mobility, host identity), ends the walk and is the packet's {@code nw_proto}.
 *
 * <p>Thread rules: stateless.
 */
final class Ipv6Parser {
    private static final int HEADER = 40;
    private static final int HOP_BY_HOP = 0;
    private static final int ROUTING = 43;
    private static final int FRAGMENT = 44;
    private static final int AUTHENTICATION = 51;
    private static final int DESTINATION = 60;
    private static final int NEIGHBOUR_SOLICIT = 135;
    private static final int NEIGHBOUR_ADVERT = 136;
    private static final int SOURCE_LINK_ADDRESS = 1;
    private static final int TARGET_LINK_ADDRESS = 2;

    private Ipv6Parser() {
    }

    static long ipv6(long packet, long[] words, int base, int offset, int length) {
        Packet.setOffsets(packet, Packet.NO_OFFSET, offset, Packet.NO_OFFSET);
        int room = length - offset;
        if (room < HEADER) {
            return HeaderParser.fail(Malformed.IPV6_TRUNCATED);
        }
        long ip = Packet.data(packet) + offset;
        int payload = Memory.getShort(ip + 4);
        if (payload > room - HEADER) {
            return HeaderParser.fail(Malformed.IPV6_PAYLOAD_LENGTH);
        }
        long used = address(words, base + FlowLayout.IPV6_SRC, FlowLayout.IPV6_SRC, ip + 8)
                | address(words, base + FlowLayout.IPV6_DST, FlowLayout.IPV6_DST, ip + 24);
        if (Packet.ctState(packet) != 0) {
            used |= ConntrackTuple.ipv6(packet, words, base);
        }
        long walk = walk(ip + HEADER, Memory.getByte(ip + 6), payload);
        if (walk < 0) {
            return used | HeaderParser.fail(Malformed.IPV6_EXTENSION);
        }
        int protocol = (int) walk & 0xff;
        long nwFrag = walk >>> 8 & 0xff;
        int extensions = (int) (walk >>> 16);
        int flow = Memory.getInt(ip);
        words[base + FlowLayout.IPV6_VLAN1] |= (flow & 0xfffffL) << 32;
        words[base + FlowLayout.L4] = ((long) protocol << 56) | ((flow >>> 20 & 0xffL) << 48)
                | ((long) Memory.getByte(ip + 7) << 40) | (nwFrag << 32);
        Packet.setOffsets(packet, Packet.NO_OFFSET, offset, offset + HEADER + extensions);
        if ((nwFrag & FlowLayout.FRAG_LATER) != 0) {
            return used;
        }
        return used | HeaderParser.transport(ip + HEADER + extensions, words, base, protocol, payload - extensions);
    }

    static long address(long[] words, int index, int word, long address) {
        long high = Memory.getLong(address);
        long low = Memory.getLong(address + 8);
        words[index] = high;
        words[index + 1] = low;
        return HeaderParser.bit(word, high) | HeaderParser.bit(word + 1, low);
    }

    /**
     * Passes over the extension headers. Returns the protocol in bits 0 to 7, {@code nw_frag} in 8 to 15, the extension headers' length above; or -1
     * where one is not whole.
     */
    private static long walk(long headers, int first, int room) {
        int protocol = first;
        int nwFrag = 0;
        int offset = 0;
        while (isExtension(protocol)) {
            if (room - offset < 8) {
                return -1;
            }
            long header = headers + offset;
            int current = protocol;
            protocol = Memory.getByte(header);
            if (current == FRAGMENT) {
                offset += 8;
                int place = Memory.getShort(header + 2);
                if (place != 0) {
                    nwFrag = FlowLayout.FRAG_ANY;
                    if ((place & 0xfff8) != 0) {
                        nwFrag |= FlowLayout.FRAG_LATER;
                        protocol = FRAGMENT;
                        break;
                    }
                }
            } else {
                int units = Memory.getByte(header + 1);
                offset += current == AUTHENTICATION ? (units + 2) * 4 : (units + 1) * 8;
                if (offset > room) {
                    return -1;
                }
            }
        }
        return ((long) offset << 16) | (nwFrag << 8) | protocol;
    }

    private static boolean isExtension(int protocol) {
        return protocol == HOP_BY_HOP || protocol == ROUTING || protocol == FRAGMENT || protocol == AUTHENTICATION
                || protocol == DESTINATION;
    }

    static long icmpv6(long l4, long[] words, int base, int room) {
        long result = HeaderParser.typeAndCode(l4, words, base, room, Malformed.ICMPV6_TRUNCATED);
        if (result != 0 || Memory.getByte(l4 + 1) != 0) {
            return result;
        }
        int type = Memory.getByte(l4);
        return type == NEIGHBOUR_SOLICIT || type == NEIGHBOUR_ADVERT ? neighbourDiscovery(l4, words, base, room) : 0;
    }

    /** A link-layer address option that comes twice voids target and addresses, as in Open vSwitch. */
    private static long neighbourDiscovery(long l4, long[] words, int base, int room) {
        long reserved = (long) Memory.getInt(l4 + 4) << 32;
        words[base + FlowLayout.ND_CT_TP] |= reserved;
        long used = HeaderParser.bit(FlowLayout.ND_CT_TP, words[base + FlowLayout.ND_CT_TP]);
        if (room < 24) {
            return used | HeaderParser.fail(Malformed.ND_OPTION);
        }
        long source = 0;
        long target = 0;
        int firstType = 0;
        long reason = 0;
        int offset = 24;
        boolean repeated = false;
        while (room - offset >= 8) {
            int type = Memory.getByte(l4 + offset);
            int size = Memory.getByte(l4 + offset + 1) * 8;
            if (size == 0 || size > room - offset) {
                reason = HeaderParser.fail(Malformed.ND_OPTION);
                break;
            }
            if (size == 8 && (type == SOURCE_LINK_ADDRESS || type == TARGET_LINK_ADDRESS)) {
                repeated = (type == SOURCE_LINK_ADDRESS ? source : target) != 0;
                if (repeated) {
                    break;
                }
                long mac = Memory.getMac(l4 + offset + 2) << 16;
                if (type == SOURCE_LINK_ADDRESS) {
                    source = mac;
                } else {
                    target = mac;
                }
                firstType = firstType == 0 ? type : firstType;
            }
            offset += size;
        }
        if (repeated) {
            source = 0;
            target = 0;
            reason = HeaderParser.fail(Malformed.ND_OPTION);
        } else {
            used |= address(words, base + FlowLayout.ND_TARGET, FlowLayout.ND_TARGET, l4 + 8);
        }
        words[base + FlowLayout.SHA] = source | firstType;
        words[base + FlowLayout.THA] |= target;
        return used | reason | HeaderParser.bit(FlowLayout.SHA, source | firstType)
                | HeaderParser.bit(FlowLayout.THA, words[base + FlowLayout.THA]);
    }
}
