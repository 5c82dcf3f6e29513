package dev.turnout.openflow;

import static dev.turnout.openflow.Protocols.P_NXM_OXM;
import static dev.turnout.openflow.Protocols.P_OF10_ALL;
import static dev.turnout.openflow.Protocols.P_OF11;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import dev.turnout.flow.Field;
import dev.turnout.flow.Fields;
import org.jspecify.annotations.Nullable;

/**
 * What the text syntax needs to know of a field beyond the registry's row: its name in actions, its NXM or OXM name, and
 * which protocols can match it. Built from the registry; a field that has no line of its own here gets its names by rule.
 */
final class FieldTable {
    /** How OpenFlow 1.0 or 1.1 can match a field. */
    private enum Old {
        NONE, EXACT, CIDR, BITWISE
    }

    /**
     * One field.
     *
     * @param actionName
     *            name in {@code set_field}
     * @param nxmName
     *            name in subfields, of NXM if it has one there, else of OXM; "" for a field that has neither
     * @param exact
     *            protocols that can match it exactly
     * @param cidr
     *            protocols that can match it under a prefix
     * @param bitwise
     *            protocols that can match it under any mask
     */
    record Row(Field field, String actionName, String nxmName, int exact, int cidr, int bitwise) {
        /** Bytes that the field takes in a message. */
        int bytes() {
            return (field.wireBytesBits() + 7) / 8;
        }

        /** Whether the field's number is one of Nicira's or of OpenFlow's own classes, so that {@code load} can name it. */
        boolean hasShortNumber() {
            return !nxmName.isEmpty() && field.experimenter() == 0 && !field.equals(Fields.ACTSET_OUTPUT);
        }
    }

    // Field, name in actions ("-": as in matches), NXM name ("-": none), OXM names, OpenFlow 1.0, OpenFlow 1.1.
    private static final String ROWS = """
            dp_hash - NXM_NX_DP_HASH NXOXM_ET_DP_HASH NONE NONE
            recirc_id - NXM_NX_RECIRC_ID - NONE NONE
            packet_type - - OXM_OF_PACKET_TYPE NONE NONE
            conj_id - NXM_NX_CONJ_ID - NONE NONE
            tun_id - NXM_NX_TUN_ID OXM_OF_TUNNEL_ID NONE NONE
            tun_src - NXM_NX_TUN_IPV4_SRC - NONE NONE
            tun_dst - NXM_NX_TUN_IPV4_DST - NONE NONE
            tun_ipv6_src - NXM_NX_TUN_IPV6_SRC - NONE NONE
            tun_ipv6_dst - NXM_NX_TUN_IPV6_DST - NONE NONE
            tun_flags - NXM_NX_TUN_FLAGS - NONE NONE
            tun_ttl - - - NONE NONE
            tun_tos - - - NONE NONE
            tun_gbp_id - NXM_NX_TUN_GBP_ID - NONE NONE
            tun_gbp_flags - NXM_NX_TUN_GBP_FLAGS - NONE NONE
            tun_erspan_idx - - NXOXM_ET_ERSPAN_IDX NONE NONE
            tun_erspan_ver - - NXOXM_ET_ERSPAN_VER NONE NONE
            tun_erspan_dir - - NXOXM_ET_ERSPAN_DIR NONE NONE
            tun_erspan_hwid - - NXOXM_ET_ERSPAN_HWID NONE NONE
            tun_gtpu_flags - - NXOXM_ET_GTPU_FLAGS NONE NONE
            tun_gtpu_msgtype - - NXOXM_ET_GTPU_MSGTYPE NONE NONE
            metadata - - OXM_OF_METADATA NONE BITWISE
            in_port - NXM_OF_IN_PORT - EXACT EXACT
            in_port_oxm - - OXM_OF_IN_PORT NONE EXACT
            actset_output - - ONFOXM_ET_ACTSET_OUTPUT,OXM_OF_ACTSET_OUTPUT NONE NONE
            skb_priority - - - NONE NONE
            pkt_mark - NXM_NX_PKT_MARK - NONE NONE
            ct_state - NXM_NX_CT_STATE - NONE NONE
            ct_zone - NXM_NX_CT_ZONE - NONE NONE
            ct_mark - NXM_NX_CT_MARK - NONE NONE
            ct_label - NXM_NX_CT_LABEL - NONE NONE
            ct_nw_proto - NXM_NX_CT_NW_PROTO - NONE NONE
            ct_nw_src - NXM_NX_CT_NW_SRC - NONE NONE
            ct_nw_dst - NXM_NX_CT_NW_DST - NONE NONE
            ct_ipv6_src - NXM_NX_CT_IPV6_SRC - NONE NONE
            ct_ipv6_dst - NXM_NX_CT_IPV6_DST - NONE NONE
            ct_tp_src - NXM_NX_CT_TP_SRC - NONE NONE
            ct_tp_dst - NXM_NX_CT_TP_DST - NONE NONE
            eth_src eth_src NXM_OF_ETH_SRC OXM_OF_ETH_SRC EXACT BITWISE
            eth_dst eth_dst NXM_OF_ETH_DST OXM_OF_ETH_DST EXACT BITWISE
            eth_type eth_type NXM_OF_ETH_TYPE OXM_OF_ETH_TYPE EXACT EXACT
            vlan_tci - NXM_OF_VLAN_TCI - EXACT EXACT
            dl_vlan - - - EXACT EXACT
            vlan_vid - - OXM_OF_VLAN_VID EXACT EXACT
            dl_vlan_pcp - - - EXACT EXACT
            vlan_pcp - - OXM_OF_VLAN_PCP EXACT EXACT
            mpls_label - - OXM_OF_MPLS_LABEL NONE EXACT
            mpls_tc - - OXM_OF_MPLS_TC NONE EXACT
            mpls_bos - - OXM_OF_MPLS_BOS NONE NONE
            mpls_ttl - NXM_NX_MPLS_TTL - NONE NONE
            nw_src ip_src NXM_OF_IP_SRC OXM_OF_IPV4_SRC CIDR BITWISE
            nw_dst ip_dst NXM_OF_IP_DST OXM_OF_IPV4_DST CIDR BITWISE
            ipv6_src - NXM_NX_IPV6_SRC OXM_OF_IPV6_SRC NONE NONE
            ipv6_dst - NXM_NX_IPV6_DST OXM_OF_IPV6_DST NONE NONE
            ipv6_label - NXM_NX_IPV6_LABEL OXM_OF_IPV6_FLABEL NONE NONE
            nw_proto - NXM_OF_IP_PROTO OXM_OF_IP_PROTO EXACT EXACT
            nw_tos - NXM_OF_IP_TOS - EXACT EXACT
            ip_dscp - - OXM_OF_IP_DSCP EXACT EXACT
            nw_ecn - NXM_NX_IP_ECN OXM_OF_IP_ECN NONE EXACT
            nw_ttl - NXM_NX_IP_TTL - NONE NONE
            nw_frag ip_frag NXM_NX_IP_FRAG - NONE NONE
            arp_op - NXM_OF_ARP_OP OXM_OF_ARP_OP EXACT EXACT
            arp_spa - NXM_OF_ARP_SPA OXM_OF_ARP_SPA CIDR BITWISE
            arp_tpa - NXM_OF_ARP_TPA OXM_OF_ARP_TPA CIDR BITWISE
            arp_sha - NXM_NX_ARP_SHA OXM_OF_ARP_SHA NONE NONE
            arp_tha - NXM_NX_ARP_THA OXM_OF_ARP_THA NONE NONE
            tcp_src - NXM_OF_TCP_SRC OXM_OF_TCP_SRC EXACT EXACT
            tcp_dst - NXM_OF_TCP_DST OXM_OF_TCP_DST EXACT EXACT
            tcp_flags - NXM_NX_TCP_FLAGS ONFOXM_ET_TCP_FLAGS,OXM_OF_TCP_FLAGS NONE NONE
            udp_src - NXM_OF_UDP_SRC OXM_OF_UDP_SRC EXACT EXACT
            udp_dst - NXM_OF_UDP_DST OXM_OF_UDP_DST EXACT EXACT
            sctp_src - - OXM_OF_SCTP_SRC NONE EXACT
            sctp_dst - - OXM_OF_SCTP_DST NONE EXACT
            icmp_type - NXM_OF_ICMP_TYPE OXM_OF_ICMPV4_TYPE EXACT EXACT
            icmp_code - NXM_OF_ICMP_CODE OXM_OF_ICMPV4_CODE EXACT EXACT
            icmpv6_type - NXM_NX_ICMPV6_TYPE OXM_OF_ICMPV6_TYPE NONE NONE
            icmpv6_code - NXM_NX_ICMPV6_CODE OXM_OF_ICMPV6_CODE NONE NONE
            nd_target - NXM_NX_ND_TARGET OXM_OF_IPV6_ND_TARGET NONE NONE
            nd_sll - NXM_NX_ND_SLL OXM_OF_IPV6_ND_SLL NONE NONE
            nd_tll - NXM_NX_ND_TLL OXM_OF_IPV6_ND_TLL NONE NONE
            nd_reserved - - ERICOXM_OF_ICMPV6_ND_RESERVED NONE NONE
            nd_options_type - - ERICOXM_OF_ICMPV6_ND_OPTIONS_TYPE NONE NONE
            """;

    private static final Row[] BY_INDEX;
    private static final NameTable<Row> BY_NAME;
    private static final NameTable<Row> BY_NXM_NAME;

    static {
        Map<String, Row> byName = new HashMap<>();
        Map<String, Row> byNxmName = new HashMap<>();
        Map<String, String[]> lines = new HashMap<>();
        ROWS.lines().forEach(line -> lines.put(line.substring(0, line.indexOf(' ')), line.split(" ")));
        List<Field> fields = Fields.all();
        BY_INDEX = new Row[fields.size()];
        for (Field field : fields) {
            List<String> numberNames = new ArrayList<>();
            Row row = row(field, lines.remove(field.name()), numberNames);
            BY_INDEX[field.index()] = row;
            byName.put(field.name(), row);
            if (!field.alias().isEmpty()) {
                byName.put(field.alias(), row);
            }
            numberNames.forEach(name -> byNxmName.put(name, row));
        }
        if (!lines.isEmpty()) {
            throw new IllegalStateException("not in the registry: " + lines.keySet());
        }
        byName.putIfAbsent("tp_src", of(Fields.TCP_SRC));
        byName.putIfAbsent("tp_dst", of(Fields.TCP_DST));
        byName.put("dl_src", of(Fields.ETH_SRC));
        byName.put("dl_dst", of(Fields.ETH_DST));
        byName.put("dl_type", of(Fields.ETH_TYPE));
        BY_NAME = new NameTable<>(byName, false);
        BY_NXM_NAME = new NameTable<>(byNxmName, false);
    }

    private FieldTable() {
    }

    static Row of(Field field) {
        return BY_INDEX[field.index()];
    }

    /** The field of a name as in matches, or null. */
    static @Nullable Row byName(String text, int start, int end) {
        return BY_NAME.get(text, start, end);
    }

    /** The field of a name as in matches, or of an NXM or OXM name, with or without {@code _W}, or null. */
    static @Nullable Row byAnyName(String text, int start, int end) {
        int length = end - start;
        int stop = length > 2 && text.startsWith("_W", end - 2) ? end - 2 : end;
        Row row = BY_NXM_NAME.get(text, start, stop);
        return row != null ? row : BY_NAME.get(text, start, end);
    }

    private static Row row(Field field, String @Nullable [] line, List<String> numberNames) {
        if (line == null) {
            return rowByRule(field, numberNames);
        }
        String actionName = line[1].equals("-") ? field.name() : line[1];
        for (int i = 2; i <= 3; i++) {
            if (!line[i].equals("-")) {
                numberNames.addAll(List.of(line[i].split(",")));
            }
        }
        Old of10 = Old.valueOf(line[4]);
        Old of11 = Old.valueOf(line[5]);
        int newer = numberNames.isEmpty() && of10 == Old.NONE ? 0 : P_NXM_OXM;
        int exact = newer | (of10 != Old.NONE ? P_OF10_ALL : 0) | (of11 != Old.NONE ? P_OF11 : 0);
        int cidr = newer | (of10 == Old.CIDR ? P_OF10_ALL : 0) | (of11 == Old.BITWISE ? P_OF11 : 0);
        int bitwise = newer | (of11 == Old.BITWISE ? P_OF11 : 0);
        return new Row(field, actionName, numberNames.isEmpty() ? "" : numberNames.getFirst(), exact, cidr, bitwise);
    }

    /** Registers, tunnel metadata and NSH: named after the field. */
    private static Row rowByRule(Field field, List<String> numberNames) {
        String upper = field.name().toUpperCase(Locale.ROOT);
        String name;
        if (field.name().startsWith("xreg")) {
            name = "OXM_OF_PKT_REG" + field.name().substring(4);
        } else if (field.name().startsWith("nsh_")) {
            name = "NXOXM_" + upper;
        } else {
            name = "NXM_NX_" + upper;
        }
        numberNames.add(name);
        return new Row(field, field.name(), name, P_NXM_OXM, P_NXM_OXM, P_NXM_OXM);
    }
}
