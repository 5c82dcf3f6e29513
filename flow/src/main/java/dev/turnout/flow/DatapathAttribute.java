package dev.turnout.flow;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * One attribute of a megaflow's text, such as {@code ipv4(src=…,frag=no)}: its name and its parts. Printer and parser of the text read the same
 * tables.
 *
 * @param name
 *            before the parentheses
 * @param parts
 *            in the order of printing; one without a name is the attribute's bare value
 */
record DatapathAttribute(String name, List<Part> parts) {
    /** How a value is written. */
    enum Style {
        DECIMAL, HEX, HEX4, MAC, IPV4, IPV6, HEX128, PORT, FRAGMENT, TCP_FLAGS, CT_STATE, TUNNEL_FLAGS
    }

    record Part(String name, Field field, Style style) {
    }

    static final DatapathAttribute RECIRC_ID = bare("recirc_id", Fields.RECIRC_ID, Style.HEX);
    static final DatapathAttribute DP_HASH = bare("dp_hash", Fields.DP_HASH, Style.HEX);
    static final DatapathAttribute SKB_PRIORITY = bare("skb_priority", Fields.SKB_PRIORITY, Style.HEX);
    static final DatapathAttribute TUNNEL = new DatapathAttribute("tunnel",
            List.of(part("tun_id", Fields.TUN_ID, Style.HEX), part("src", Fields.TUN_SRC, Style.IPV4),
                    part("dst", Fields.TUN_DST, Style.IPV4),
                    part("ipv6_src", Fields.TUN_IPV6_SRC, Style.IPV6),
                    part("ipv6_dst", Fields.TUN_IPV6_DST, Style.IPV6),
                    part("tos", Fields.TUN_TOS, Style.HEX), part("ttl", Fields.TUN_TTL, Style.DECIMAL),
                    part("flags", Fields.TUN_FLAGS, Style.TUNNEL_FLAGS)));
    static final DatapathAttribute IN_PORT = bare("in_port", Fields.IN_PORT, Style.PORT);
    static final DatapathAttribute SKB_MARK = bare("skb_mark", Fields.PKT_MARK, Style.HEX);
    static final DatapathAttribute CT_STATE = bare("ct_state", Fields.CT_STATE, Style.CT_STATE);
    static final DatapathAttribute CT_ZONE = bare("ct_zone", Fields.CT_ZONE, Style.HEX);
    static final DatapathAttribute CT_MARK = bare("ct_mark", Fields.CT_MARK, Style.HEX);
    static final DatapathAttribute CT_LABEL = bare("ct_label", Fields.CT_LABEL, Style.HEX128);
    static final DatapathAttribute CT_TUPLE4 = new DatapathAttribute("ct_tuple4",
            List.of(part("src", Fields.CT_NW_SRC, Style.IPV4), part("dst", Fields.CT_NW_DST, Style.IPV4),
                    part("proto", Fields.CT_NW_PROTO, Style.DECIMAL), part("tp_src", Fields.CT_TP_SRC, Style.DECIMAL),
                    part("tp_dst", Fields.CT_TP_DST, Style.DECIMAL)));
    static final DatapathAttribute CT_TUPLE6 = new DatapathAttribute("ct_tuple6",
            List.of(part("src", Fields.CT_IPV6_SRC, Style.IPV6), part("dst", Fields.CT_IPV6_DST, Style.IPV6),
                    part("proto", Fields.CT_NW_PROTO, Style.DECIMAL), part("src_port", Fields.CT_TP_SRC, Style.DECIMAL),
                    part("dst_port", Fields.CT_TP_DST, Style.DECIMAL)));
    static final DatapathAttribute ETH = new DatapathAttribute("eth",
            List.of(part("src", Fields.ETH_SRC, Style.MAC), part("dst", Fields.ETH_DST, Style.MAC)));
    static final DatapathAttribute VLAN = new DatapathAttribute("vlan",
            List.of(part("vid", Fields.DL_VLAN, Style.DECIMAL), part("pcp", Fields.DL_VLAN_PCP, Style.DECIMAL)));
    static final DatapathAttribute INNER_VLAN = new DatapathAttribute("vlan",
            List.of(part("vid", Fields.DL_VLAN.inWord(FlowLayout.IPV6_VLAN1), Style.DECIMAL),
                    part("pcp", Fields.DL_VLAN_PCP.inWord(FlowLayout.IPV6_VLAN1), Style.DECIMAL)));
    static final DatapathAttribute ETH_TYPE = bare("eth_type", Fields.ETH_TYPE, Style.HEX4);
    static final DatapathAttribute IPV4 = new DatapathAttribute("ipv4",
            List.of(part("src", Fields.IPV4_SRC, Style.IPV4), part("dst", Fields.IPV4_DST, Style.IPV4),
                    part("proto", Fields.IP_PROTO, Style.DECIMAL), part("tos", Fields.NW_TOS, Style.HEX),
                    part("ttl", Fields.NW_TTL, Style.DECIMAL),
                    part("frag", Fields.IP_FRAG, Style.FRAGMENT)));
    static final DatapathAttribute IPV6 = new DatapathAttribute("ipv6",
            List.of(part("src", Fields.IPV6_SRC, Style.IPV6), part("dst", Fields.IPV6_DST, Style.IPV6),
                    part("label", Fields.IPV6_LABEL, Style.HEX),
                    part("proto", Fields.IP_PROTO, Style.DECIMAL), part("tclass", Fields.NW_TOS, Style.HEX),
                    part("hlimit", Fields.NW_TTL, Style.DECIMAL), part("frag", Fields.IP_FRAG, Style.FRAGMENT)));
    static final DatapathAttribute ARP = new DatapathAttribute("arp",
            List.of(part("sip", Fields.ARP_SPA, Style.IPV4), part("tip", Fields.ARP_TPA, Style.IPV4),
                    part("op", Fields.ARP_OP, Style.DECIMAL),
                    part("sha", Fields.ARP_SHA, Style.MAC), part("tha", Fields.ARP_THA, Style.MAC)));
    static final DatapathAttribute TCP = ports("tcp", Fields.TCP_SRC, Fields.TCP_DST);
    static final DatapathAttribute TCP_FLAGS = bare("tcp_flags", Fields.TCP_FLAGS, Style.TCP_FLAGS);
    static final DatapathAttribute UDP = ports("udp", Fields.UDP_SRC, Fields.UDP_DST);
    static final DatapathAttribute SCTP = ports("sctp", Fields.SCTP_SRC, Fields.SCTP_DST);
    static final DatapathAttribute ICMP = new DatapathAttribute("icmp",
            List.of(part("type", Fields.ICMP_TYPE, Style.DECIMAL), part("code", Fields.ICMP_CODE, Style.DECIMAL)));
    static final DatapathAttribute ICMPV6 = new DatapathAttribute("icmpv6",
            List.of(part("type", Fields.ICMPV6_TYPE, Style.DECIMAL), part("code", Fields.ICMPV6_CODE, Style.DECIMAL)));
    static final DatapathAttribute ND = new DatapathAttribute("nd",
            List.of(part("target", Fields.ND_TARGET, Style.IPV6), part("sll", Fields.ND_SLL, Style.MAC),
                    part("tll", Fields.ND_TLL, Style.MAC)));
    static final DatapathAttribute ND_EXT = new DatapathAttribute("nd_ext",
            List.of(part("nd_reserved", Fields.ND_RESERVED, Style.HEX),
                    part("nd_options_type", Fields.ND_OPTIONS_TYPE, Style.DECIMAL)));
    static final DatapathAttribute NSH = new DatapathAttribute("nsh",
            List.of(part("flags", Fields.NSH_FLAGS, Style.DECIMAL), part("ttl", Fields.NSH_TTL, Style.DECIMAL),
                    part("mdtype", Fields.NSH_MDTYPE, Style.DECIMAL), part("np", Fields.NSH_NP, Style.DECIMAL),
                    part("spi", Fields.NSH_SPI, Style.HEX),
                    part("si", Fields.NSH_SI, Style.DECIMAL), part("c1", Fields.NSH_C1, Style.HEX),
                    part("c2", Fields.NSH_C2, Style.HEX),
                    part("c3", Fields.NSH_C3, Style.HEX), part("c4", Fields.NSH_C4, Style.HEX)));

    /** Those that stand before the Ethernet header, in order. */
    static final List<DatapathAttribute> METADATA = List.of(RECIRC_ID, DP_HASH, SKB_PRIORITY, TUNNEL, IN_PORT, SKB_MARK,
            CT_STATE, CT_ZONE, CT_MARK,
            CT_LABEL);

    private static DatapathAttribute bare(String name, Field field, Style style) {
        return new DatapathAttribute(name, List.of(part("", field, style)));
    }

    private static DatapathAttribute ports(String name, Field src, Field dst) {
        return new DatapathAttribute(name, List.of(part("src", src, Style.DECIMAL), part("dst", dst, Style.DECIMAL)));
    }

    private static Part part(String name, Field field, Style style) {
        return new Part(name, field, style);
    }

    /** The attributes of the transport header that a key has: none, one or two. */
    static List<DatapathAttribute> transport(long[] key) {
        int type = (int) Fields.ETH_TYPE.get(key);
        boolean ipv6 = type == 0x86dd;
        if ((!ipv6 && type != 0x0800) || (Fields.IP_FRAG.get(key) & FlowLayout.FRAG_LATER) != 0) {
            return List.of();
        }
        return switch ((int) Fields.IP_PROTO.get(key)) {
            case 6 -> List.of(TCP, TCP_FLAGS);
            case 17 -> List.of(UDP);
            case 132 -> List.of(SCTP);
            case 1 -> ipv6 ? List.of() : List.of(ICMP);
            case 58 -> ipv6 ? icmpv6(key) : List.of();
            default -> List.of();
        };
    }

    private static List<DatapathAttribute> icmpv6(long[] key) {
        long type = Fields.ICMPV6_TYPE.get(key);
        boolean discovery = (type == 135 || type == 136) && Fields.ICMPV6_CODE.get(key) == 0;
        return discovery ? List.of(ICMPV6, ND, ND_EXT) : List.of(ICMPV6);
    }

    /** The attribute of the network header that a key has, but for MPLS; null where there is none. */
    static @Nullable DatapathAttribute network(long[] key) {
        return switch ((int) Fields.ETH_TYPE.get(key)) {
            case 0x0800 -> IPV4;
            case 0x86dd -> IPV6;
            case 0x0806, 0x8035 -> ARP;
            case 0x894f -> NSH;
            default -> null;
        };
    }
}
