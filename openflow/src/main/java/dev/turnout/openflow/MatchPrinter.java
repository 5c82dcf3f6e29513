package dev.turnout.openflow;

import java.util.List;

import dev.turnout.flow.Field;
import dev.turnout.flow.Fields;
import dev.turnout.flow.FlowLayout;
import dev.turnout.flow.FlowMask;
import dev.turnout.flow.Match;

/**
 * Writes matches as {@code ovs-ofctl} does: priority, metadata and connection tracking first, then the word for the
 * protocol, registers, tunnel, port, and the headers from the outermost inwards.
 */
public final class MatchPrinter {
    private final StringBuilder out;
    private final PortNames ports;
    private final long[] values;
    private final FlowMask mask;
    private final int ethType;
    private final int ipProto;

    private MatchPrinter(StringBuilder out, Match match, PortNames ports) {
        this.out = out;
        this.ports = ports;
        values = match.values();
        mask = match.mask();
        ethType = ethType();
        ipProto = (int) Fields.IP_PROTO.get(values);
    }

    /** The match alone; empty if it matches everything. */
    public static String format(Match match, PortNames ports) {
        StringBuilder out = new StringBuilder(64);
        append(out, match, List.of(), ports, FlowMod.DEFAULT_PRIORITY);
        return out.toString();
    }

    /** With {@code priority=} before it, unless it is the default one, and fields without storage in their place. */
    public static void append(StringBuilder out, Match match, List<FieldMatch> tunnelMetadata, PortNames ports,
            int priority) {
        int start = out.length();
        if (priority != FlowMod.DEFAULT_PRIORITY) {
            out.append("priority=").append(priority).append(',');
        }
        if (match.mask().used() != 0 || !tunnelMetadata.isEmpty()) {
            new MatchPrinter(out, match, ports).appendMatch(tunnelMetadata);
        }
        if (out.length() > start) {
            out.setLength(out.length() - 1);
        }
    }

    private void appendMatch(List<FieldMatch> tunnelMetadata) {
        appendMetadata();
        boolean ethTypeShown = appendProtocol();
        appendRegisters();
        appendTunnel(tunnelMetadata);
        hex(Fields.METADATA, "metadata");
        port(Fields.IN_PORT, "in_port");
        appendVlans();
        ethernet(Fields.ETH_SRC, "dl_src");
        ethernet(Fields.ETH_DST, "dl_dst");
        if (!ethTypeShown && has(Fields.ETH_TYPE)) {
            name("dl_type");
            Numbers.appendHexPadded(out, ethType, 4);
            out.append(',');
        }
        appendNetwork();
        appendMpls();
        if (has(Fields.IP_FRAG)) {
            name("nw_frag")
                    .append(FieldText.fragmentName((int) Fields.IP_FRAG.get(values), (int) maskOf(Fields.IP_FRAG)))
                    .append(',');
        }
        appendTransport();
    }

    private int ethType() {
        long packetType = Fields.PACKET_TYPE.get(values);
        return packetType != 0
                ? packetType >>> 16 == 1 ? (int) packetType & 0xffff : 0
                : (int) Fields.ETH_TYPE.get(values);
    }

    private boolean isArp() {
        return ethType == EthTypes.ARP || ethType == EthTypes.RARP;
    }

    private void appendMetadata() {
        hex(Fields.PKT_MARK, "pkt_mark");
        hex(Fields.RECIRC_ID, "recirc_id");
        hex(Fields.DP_HASH, "dp_hash");
        decimal(Fields.CONJ_ID, "conj_id");
        hex(Fields.SKB_PRIORITY, "skb_priority");
        port(Fields.ACTSET_OUTPUT, "actset_output");
        flags(Fields.CT_STATE, "ct_state", FlagText.CT_STATE);
        decimal(Fields.CT_ZONE, "ct_zone");
        hex(Fields.CT_MARK, "ct_mark");
        hex(Fields.CT_LABEL, "ct_label");
        ipv4(Fields.CT_NW_SRC, "ct_nw_src");
        ipv6(Fields.CT_IPV6_SRC, "ct_ipv6_src");
        ipv4(Fields.CT_NW_DST, "ct_nw_dst");
        ipv6(Fields.CT_IPV6_DST, "ct_ipv6_dst");
        decimal(Fields.CT_NW_PROTO, "ct_nw_proto");
        decimal(Fields.CT_TP_SRC, "ct_tp_src");
        decimal(Fields.CT_TP_DST, "ct_tp_dst");
        if (has(Fields.PACKET_TYPE)) {
            FieldText.appendPacketType(name("packet_type"), (int) Fields.PACKET_TYPE.get(values));
            out.append(',');
        }
    }

    /** The word that stands for the Ethernet type, and for the IP protocol where there is one for it. */
    private boolean appendProtocol() {
        if (!has(Fields.ETH_TYPE)) {
            return false;
        }
        String word = switch (ethType) {
            case EthTypes.IPV4 -> isProtocolNamed() ? protocolName() : "ip";
            case EthTypes.IPV6 -> isProtocolNamed() ? protocolName() : "ipv6";
            case EthTypes.ARP -> "arp";
            case EthTypes.RARP -> "rarp";
            case EthTypes.MPLS -> "mpls";
            case EthTypes.MPLS_MULTICAST -> "mplsm";
            default -> "";
        };
        if (word.isEmpty()) {
            return false;
        }
        out.append(word).append(',');
        return true;
    }

    private boolean isProtocolNamed() {
        if (!has(Fields.IP_PROTO) || !has(Fields.ETH_TYPE)) {
            return false;
        }
        return switch (ethType) {
            case EthTypes.IPV4 -> IpProtocols.hasPorts(ipProto) || ipProto == IpProtocols.ICMP;
            case EthTypes.IPV6 -> IpProtocols.hasPorts(ipProto) || ipProto == IpProtocols.ICMPV6;
            default -> false;
        };
    }

    private String protocolName() {
        boolean ipv6 = ethType == EthTypes.IPV6;
        return switch (ipProto) {
            case IpProtocols.TCP -> ipv6 ? "tcp6" : "tcp";
            case IpProtocols.UDP -> ipv6 ? "udp6" : "udp";
            case IpProtocols.SCTP -> ipv6 ? "sctp6" : "sctp";
            default -> ipv6 ? "icmp6" : "icmp";
        };
    }

    private void appendRegisters() {
        if ((mask.used() >>> FlowLayout.REGS & 0xffff) != 0) {
            for (int i = 0; i < 32; i++) {
                Field register = Fields.reg(i);
                hex(register, register.name());
            }
        }
    }

    private void appendTunnel(List<FieldMatch> tunnelMetadata) {
        hex(Fields.TUN_ID, "tun_id");
        ipv4(Fields.TUN_SRC, "tun_src");
        ipv4(Fields.TUN_DST, "tun_dst");
        ipv6(Fields.TUN_IPV6_SRC, "tun_ipv6_src");
        ipv6(Fields.TUN_IPV6_DST, "tun_ipv6_dst");
        decimal(Fields.TUN_GBP_ID, "tun_gbp_id");
        if (has(Fields.TUN_GBP_FLAGS)) {
            // The field's tools print no mask here.
            Numbers.appendHex(name("tun_gbp_flags"), Fields.TUN_GBP_FLAGS.get(values));
            out.append(',');
        }
        hex(Fields.TUN_TOS, "tun_tos");
        decimal(Fields.TUN_TTL, "tun_ttl");
        decimal(Fields.TUN_ERSPAN_VER, "tun_erspan_ver");
        hex(Fields.TUN_ERSPAN_IDX, "tun_erspan_idx");
        decimal(Fields.TUN_ERSPAN_DIR, "tun_erspan_dir");
        hex(Fields.TUN_ERSPAN_HWID, "tun_erspan_hwid");
        hex(Fields.TUN_GTPU_FLAGS, "tun_gtpu_flags");
        decimal(Fields.TUN_GTPU_MSGTYPE, "tun_gtpu_msgtype");
        flags(Fields.TUN_FLAGS, "tun_flags", FlagText.TUNNEL);
        for (FieldMatch match : tunnelMetadata) {
            appendTunnelMetadata(match);
        }
    }

    /** The mask is left out where it takes in all bytes that the value or the mask needs. */
    private void appendTunnelMetadata(FieldMatch match) {
        out.append(match.field().name());
        if (!match.mask().isZero()) {
            out.append('=');
            Numbers.appendHex(out, match.value());
            int bytes = (match.mask().bitLength() + 7) / 8;
            if (!match.mask().isOnes(8 * bytes)) {
                out.append('/');
                Numbers.appendHex(out, match.mask());
            }
        }
        out.append(',');
    }

    /** The tags, outermost first; the inner one's parts have a 1 behind their names. No match on it can be written. */
    private void appendVlans() {
        appendVlan("", (int) Fields.VLAN_TCI.get(values), (int) maskOf(Fields.VLAN_TCI));
        appendVlan("1", (int) values[FlowLayout.IPV6_VLAN1] & 0xffff, (int) mask.word(FlowLayout.IPV6_VLAN1) & 0xffff);
    }

    private void appendVlan(String place, int tci, int tciMask) {
        if (tciMask == 0) {
            return;
        }
        int vidMask = tciMask & 0xfff;
        int pcpMask = tciMask & 0xe000;
        boolean present = (tciMask & tci & FlowLayout.VLAN_PRESENT) != 0;
        if (present && (vidMask == 0 || vidMask == 0xfff) && (pcpMask == 0 || pcpMask == 0xe000)
                && (vidMask | pcpMask) != 0) {
            if (vidMask != 0) {
                name("dl_vlan" + place).append(tci & 0xfff).append(',');
            }
            if (pcpMask != 0) {
                name("dl_vlan_pcp" + place).append(tci >> 13).append(',');
            }
            return;
        }
        padded("vlan_tci" + place, tci, tciMask, 0xffff);
    }

    private void appendNetwork() {
        if (ethType == EthTypes.IPV6) {
            ipv6(Fields.IPV6_SRC, "ipv6_src");
            ipv6(Fields.IPV6_DST, "ipv6_dst");
            padded("ipv6_label", Fields.IPV6_LABEL.get(values), maskOf(Fields.IPV6_LABEL), 0xfffff);
        } else if (ethType == EthTypes.NSH) {
            appendNsh();
        } else {
            ipv4(Fields.IPV4_SRC, isArp() ? "arp_spa" : "nw_src");
            ipv4(Fields.IPV4_DST, isArp() ? "arp_tpa" : "nw_dst");
        }
        if (!isProtocolNamed()) {
            decimal(Fields.IP_PROTO, isArp() ? "arp_op" : "nw_proto");
        }
        if (isArp()) {
            ethernet(Fields.ARP_SHA, "arp_sha");
            ethernet(Fields.ARP_THA, "arp_tha");
        }
        if (has(Fields.IP_DSCP)) {
            name("nw_tos").append(Fields.NW_TOS.get(values) & 0xfc).append(',');
        }
        decimal(Fields.IP_ECN, "nw_ecn");
        decimal(Fields.NW_TTL, "nw_ttl");
    }

    private void appendNsh() {
        decimal(Fields.NSH_FLAGS, "nsh_flags");
        decimal(Fields.NSH_TTL, "nsh_ttl");
        decimal(Fields.NSH_MDTYPE, "nsh_mdtype");
        decimal(Fields.NSH_NP, "nsh_np");
        hex(Fields.NSH_SPI, "nsh_spi");
        decimal(Fields.NSH_SI, "nsh_si");
        hex(Fields.NSH_C1, "nsh_c1");
        hex(Fields.NSH_C2, "nsh_c2");
        hex(Fields.NSH_C3, "nsh_c3");
        hex(Fields.NSH_C4, "nsh_c4");
    }

    private void appendMpls() {
        decimal(Fields.MPLS_LABEL, "mpls_label");
        decimal(Fields.MPLS_TC, "mpls_tc");
        decimal(Fields.MPLS_TTL, "mpls_ttl");
        decimal(Fields.MPLS_BOS, "mpls_bos");
    }

    private void appendTransport() {
        boolean icmp = ethType == EthTypes.IPV4 && ipProto == IpProtocols.ICMP;
        boolean icmp6 = ethType == EthTypes.IPV6 && ipProto == IpProtocols.ICMPV6;
        if (icmp || icmp6) {
            icmp(Fields.ICMP_TYPE, Fields.TCP_SRC, "icmp_type");
            icmp(Fields.ICMP_CODE, Fields.TCP_DST, "icmp_code");
        } else {
            decimal(Fields.TCP_SRC, "tp_src");
            decimal(Fields.TCP_DST, "tp_dst");
        }
        if (icmp6) {
            ipv6(Fields.ND_TARGET, "nd_target");
            ethernet(Fields.ND_SLL, "nd_sll");
            ethernet(Fields.ND_TLL, "nd_tll");
            decimal(Fields.ND_RESERVED, "nd_reserved");
            decimal(Fields.ND_OPTIONS_TYPE, "nd_options_type");
        } else {
            flags(Fields.TCP_FLAGS, "tcp_flags", FlagText.TCP);
        }
    }

    /** A match on the whole 16 bits that is more than a type or code can be is written as a port, which reads back equal. */
    private void icmp(Field icmp, Field port, String name) {
        long bits = maskOf(port);
        if (bits == 0xff) {
            decimal(icmp, name);
        } else {
            decimal(port, port.equals(Fields.TCP_SRC) ? "tp_src" : "tp_dst");
        }
    }

    private StringBuilder name(String name) {
        return out.append(name).append('=');
    }

    private boolean has(Field field) {
        for (int i = 0; i < field.wordCount(); i++) {
            if ((mask.word(field.word() + i) & field.wordMask(i)) != 0) {
                return true;
            }
        }
        return false;
    }

    private long maskOf(Field field) {
        long bits = mask.word(field.word()) >>> field.shift();
        return field.bits() == 64 ? bits : bits & (1L << field.bits()) - 1;
    }

    private FieldValue wideMaskOf(Field field) {
        return FieldValue.of(mask.word(field.word()), mask.word(field.word() + 1));
    }

    private boolean isExact(Field field) {
        return maskOf(field) == -1L >>> (64 - field.bits());
    }

    private void hex(Field field, String name) {
        if (!has(field)) {
            return;
        }
        name(name);
        if (field.isWide()) {
            FieldValue bits = wideMaskOf(field);
            Numbers.appendHex(out, FieldValue.get(field, values));
            if (!bits.isOnes(field.bits())) {
                out.append('/');
                Numbers.appendHex(out, bits);
            }
        } else {
            Numbers.appendHex(out, field.get(values));
            if (!isExact(field)) {
                out.append('/');
                Numbers.appendHex(out, maskOf(field));
            }
        }
        out.append(',');
    }

    /** Decimal if exact, else hexadecimal with the mask. */
    private void decimal(Field field, String name) {
        if (!has(field)) {
            return;
        }
        name(name);
        if (isExact(field)) {
            out.append(field.get(values));
        } else {
            out.append("0x").append(Long.toHexString(field.get(values))).append("/0x")
                    .append(Long.toHexString(maskOf(field)));
        }
        out.append(',');
    }

    /** As many digits as {@code all} has, the mask behind it unless it is that. */
    private void padded(String name, long value, long bits, long all) {
        if (bits == 0) {
            return;
        }
        int digits = Long.toHexString(all).length();
        Numbers.appendHexPadded(name(name), value, digits);
        if (bits != all) {
            out.append('/');
            Numbers.appendHexPadded(out, bits, digits);
        }
        out.append(',');
    }

    private void flags(Field field, String name, FlagText text) {
        if (has(field)) {
            text.append(name(name), (int) field.get(values), (int) maskOf(field));
            out.append(',');
        }
    }

    private void port(Field field, String name) {
        if (has(field)) {
            PortText.append(name(name), (int) field.get(values), ports);
            out.append(',');
        }
    }

    private void ethernet(Field field, String name) {
        if (has(field)) {
            FieldText.appendEthernet(name(name), field.get(values), maskOf(field));
            out.append(',');
        }
    }

    private void ipv4(Field field, String name) {
        if (has(field)) {
            FieldText.appendIpv4(name(name), (int) field.get(values), (int) maskOf(field));
            out.append(',');
        }
    }

    private void ipv6(Field field, String name) {
        if (has(field)) {
            FieldText.appendIpv6(name(name), values[field.word()], values[field.word() + 1], wideMaskOf(field));
            out.append(',');
        }
    }
}
