package dev.turnout.flow;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import dev.turnout.flow.Field.Format;
import dev.turnout.flow.Field.Older;
import dev.turnout.flow.Field.Prerequisite;
import org.jspecify.annotations.Nullable;

/**
 * The field registry: every match field, one row each. Names, widths, prerequisites and numbers are those of Open vSwitch's
 * {@code meta-flow}; OXM numbers are of OpenFlow 1.5.1, section 7.2.3.7, NXM numbers of Nicira's extensions. Adding a field is adding a row (and,
 * where it is read from packets, a line in the key extraction).
 *
 * <p>Rows are in the order in which a match is printed where no other order is prescribed.
 */
public final class Fields {
    private static final List<Field> ROWS = new ArrayList<>();
    private static final Map<String, Field> BY_NAME = new HashMap<>();

    private static final int NXM_0 = 0x0000;
    private static final int NXM_1 = 0x0001;
    private static final int BASIC = 0x8000;
    private static final int PACKET_REGS = 0x8001;
    private static final int EXPERIMENTER = 0xffff;
    private static final int NICIRA = 0x00002320;
    private static final int NSH_CLASS_NICIRA = 0x005ad650;
    private static final int ERICSSON = 0x0000d4a0;

    // @formatter:off
    public static final Field DP_HASH = row("dp_hash").bits(32).at(FlowLayout.HASH_PRIO, 32).format(Format.HEXADECIMAL).nxm(NXM_1, 35, "NXM_NX_DP_HASH").experimenter(NICIRA, 0, "NXOXM_ET_DP_HASH").readOnly().add();
    public static final Field RECIRC_ID = row("recirc_id").bits(32).at(FlowLayout.RECIRC_PORT, 32).format(Format.DECIMAL).notMaskable().nxm(NXM_1, 36, "NXM_NX_RECIRC_ID").readOnly().add();
    public static final Field PACKET_TYPE = row("packet_type").bits(32).at(FlowLayout.MPLS2_PTYPE, 0).format(Format.PACKET_TYPE).notMaskable().oxm(BASIC, 44, "OXM_OF_PACKET_TYPE").readOnly().add();
    public static final Field CONJ_ID = row("conj_id").bits(32).at(FlowLayout.CONJ_ACTSET, 32).format(Format.DECIMAL).notMaskable().nxm(NXM_1, 37, "NXM_NX_CONJ_ID").readOnly().add();
    public static final Field TUN_ID = row("tun_id").alias("tunnel_id").bits(64).at(FlowLayout.TUN_ID, 0).format(Format.HEXADECIMAL).oxm(BASIC, 38, "OXM_OF_TUNNEL_ID").nxm(NXM_1, 16, "NXM_NX_TUN_ID").add();
    public static final Field TUN_SRC = row("tun_src").bits(32).at(FlowLayout.TUN_IPV4, 32).format(Format.IPV4).nxm(NXM_1, 31, "NXM_NX_TUN_IPV4_SRC").add();
    public static final Field TUN_DST = row("tun_dst").bits(32).at(FlowLayout.TUN_IPV4, 0).format(Format.IPV4).nxm(NXM_1, 32, "NXM_NX_TUN_IPV4_DST").add();
    public static final Field TUN_IPV6_SRC = row("tun_ipv6_src").bits(128).at(FlowLayout.TUN_IPV6_SRC, 0).format(Format.IPV6).nxm(NXM_1, 109, "NXM_NX_TUN_IPV6_SRC").add();
    public static final Field TUN_IPV6_DST = row("tun_ipv6_dst").bits(128).at(FlowLayout.TUN_IPV6_DST, 0).format(Format.IPV6).nxm(NXM_1, 110, "NXM_NX_TUN_IPV6_DST").add();
    public static final Field TUN_FLAGS = row("tun_flags").bits(16).wireBits(1).at(FlowLayout.TUN_MISC, 48).format(Format.TUNNEL_FLAGS).nxm(NXM_1, 104, "NXM_NX_TUN_FLAGS").add();
    public static final Field TUN_TTL = row("tun_ttl").bits(8).at(FlowLayout.TUN_MISC, 32).format(Format.DECIMAL).notMaskable().readOnly().add();
    public static final Field TUN_TOS = row("tun_tos").bits(8).at(FlowLayout.TUN_MISC, 40).format(Format.DECIMAL).notMaskable().readOnly().add();
    public static final Field TUN_GBP_ID = row("tun_gbp_id").bits(16).at(FlowLayout.TUN_MISC, 16).format(Format.DECIMAL).nxm(NXM_1, 38, "NXM_NX_TUN_GBP_ID").add();
    public static final Field TUN_GBP_FLAGS = row("tun_gbp_flags").bits(8).at(FlowLayout.TUN_MISC, 8).format(Format.HEXADECIMAL).nxm(NXM_1, 39, "NXM_NX_TUN_GBP_FLAGS").add();
    public static final Field TUN_ERSPAN_IDX = row("tun_erspan_idx").bits(32).wireBits(20).at(FlowLayout.TUN_EXTRA, 32).format(Format.HEXADECIMAL).experimenter(NICIRA, 11, "NXOXM_ET_ERSPAN_IDX").add();
    public static final Field TUN_ERSPAN_VER = row("tun_erspan_ver").bits(8).wireBits(4).at(FlowLayout.TUN_MISC, 0).format(Format.DECIMAL).experimenter(NICIRA, 12, "NXOXM_ET_ERSPAN_VER").add();
    public static final Field TUN_ERSPAN_DIR = row("tun_erspan_dir").bits(8).wireBits(1).at(FlowLayout.TUN_EXTRA, 8).format(Format.DECIMAL).experimenter(NICIRA, 13, "NXOXM_ET_ERSPAN_DIR").add();
    public static final Field TUN_ERSPAN_HWID = row("tun_erspan_hwid").bits(8).wireBits(6).at(FlowLayout.TUN_EXTRA, 0).format(Format.HEXADECIMAL).experimenter(NICIRA, 14, "NXOXM_ET_ERSPAN_HWID").add();
    public static final Field TUN_GTPU_FLAGS = row("tun_gtpu_flags").bits(8).at(FlowLayout.TUN_EXTRA, 24).format(Format.HEXADECIMAL).experimenter(NICIRA, 15, "NXOXM_ET_GTPU_FLAGS").readOnly().add();
    public static final Field TUN_GTPU_MSGTYPE = row("tun_gtpu_msgtype").bits(8).at(FlowLayout.TUN_EXTRA, 16).format(Format.DECIMAL).experimenter(NICIRA, 16, "NXOXM_ET_GTPU_MSGTYPE").readOnly().add();
    static {
        addTunnelMetadata();
    }
    public static final Field METADATA = row("metadata").bits(64).at(FlowLayout.METADATA, 0).format(Format.HEXADECIMAL).oxm(BASIC, 2, "OXM_OF_METADATA").older(Older.NONE, Older.BITWISE).add();
    public static final Field IN_PORT = row("in_port").bits(16).at(FlowLayout.RECIRC_PORT, 0, 32).format(Format.OPENFLOW_PORT).notMaskable().nxm(NXM_0, 0, "NXM_OF_IN_PORT").older(Older.EXACT, Older.EXACT).add();
    public static final Field IN_PORT_OXM = row("in_port_oxm").bits(32).at(FlowLayout.RECIRC_PORT, 0).format(Format.OPENFLOW_PORT).notMaskable().oxm(BASIC, 0, "OXM_OF_IN_PORT").older(Older.NONE, Older.EXACT).add();
    public static final Field ACTSET_OUTPUT = row("actset_output").bits(32).at(FlowLayout.CONJ_ACTSET, 0).format(Format.OPENFLOW_PORT).notMaskable().oxm(BASIC, 43, "OXM_OF_ACTSET_OUTPUT").readOnly().also("ONFOXM_ET_ACTSET_OUTPUT").add();
    public static final Field SKB_PRIORITY = row("skb_priority").bits(32).at(FlowLayout.HASH_PRIO, 0).format(Format.HEXADECIMAL).notMaskable().readOnly().add();
    public static final Field PKT_MARK = row("pkt_mark").bits(32).at(FlowLayout.MARKS, 0).format(Format.HEXADECIMAL).nxm(NXM_1, 33, "NXM_NX_PKT_MARK").add();
    public static final Field CT_STATE = row("ct_state").bits(32).at(FlowLayout.TCP_CT, 32, 16).format(Format.CT_STATE).nxm(NXM_1, 105, "NXM_NX_CT_STATE").readOnly().add();
    public static final Field CT_ZONE = row("ct_zone").bits(16).at(FlowLayout.TCP_CT, 16).format(Format.HEXADECIMAL).nxm(NXM_1, 106, "NXM_NX_CT_ZONE").readOnly().notMaskable().add();
    public static final Field CT_MARK = row("ct_mark").bits(32).at(FlowLayout.MARKS, 32).format(Format.HEXADECIMAL).nxm(NXM_1, 107, "NXM_NX_CT_MARK").add();
    public static final Field CT_LABEL = row("ct_label").bits(128).at(FlowLayout.CT_LABEL, 0).format(Format.HEXADECIMAL).nxm(NXM_1, 108, "NXM_NX_CT_LABEL").add();
    public static final Field CT_NW_PROTO = row("ct_nw_proto").bits(8).at(FlowLayout.THA, 0).format(Format.DECIMAL).notMaskable().needs(Prerequisite.CT).nxm(NXM_1, 119, "NXM_NX_CT_NW_PROTO").readOnly().add();
    public static final Field CT_NW_SRC = row("ct_nw_src").bits(32).at(FlowLayout.CT_IPV4, 32).format(Format.IPV4).needs(Prerequisite.CT).nxm(NXM_1, 120, "NXM_NX_CT_NW_SRC").readOnly().add();
    public static final Field CT_NW_DST = row("ct_nw_dst").bits(32).at(FlowLayout.CT_IPV4, 0).format(Format.IPV4).needs(Prerequisite.CT).nxm(NXM_1, 121, "NXM_NX_CT_NW_DST").readOnly().add();
    public static final Field CT_IPV6_SRC = row("ct_ipv6_src").bits(128).at(FlowLayout.CT_IPV6_SRC, 0).format(Format.IPV6).needs(Prerequisite.CT).nxm(NXM_1, 122, "NXM_NX_CT_IPV6_SRC").readOnly().add();
    public static final Field CT_IPV6_DST = row("ct_ipv6_dst").bits(128).at(FlowLayout.CT_IPV6_DST, 0).format(Format.IPV6).needs(Prerequisite.CT).nxm(NXM_1, 123, "NXM_NX_CT_IPV6_DST").readOnly().add();
    public static final Field CT_TP_SRC = row("ct_tp_src").bits(16).at(FlowLayout.ND_CT_TP, 16).format(Format.DECIMAL).needs(Prerequisite.CT).nxm(NXM_1, 124, "NXM_NX_CT_TP_SRC").readOnly().add();
    public static final Field CT_TP_DST = row("ct_tp_dst").bits(16).at(FlowLayout.ND_CT_TP, 0).format(Format.DECIMAL).needs(Prerequisite.CT).nxm(NXM_1, 125, "NXM_NX_CT_TP_DST").readOnly().add();
    private static final Field[] REG = registers("reg", 32, 32);
    private static final Field[] XREG = registers("xreg", 16, 64);
    private static final Field[] XXREG = registers("xxreg", 8, 128);
    public static final Field ETH_SRC = row("eth_src").alias("dl_src").bits(48).at(FlowLayout.ETH_SRC_VLAN, 16).format(Format.ETHERNET).needs(Prerequisite.ETHERNET).oxm(BASIC, 4, "OXM_OF_ETH_SRC").nxm(NXM_0, 2, "NXM_OF_ETH_SRC").older(Older.EXACT, Older.BITWISE).add();
    public static final Field ETH_DST = row("eth_dst").alias("dl_dst").bits(48).at(FlowLayout.ETH_DST_TYPE, 16).format(Format.ETHERNET).needs(Prerequisite.ETHERNET).oxm(BASIC, 3, "OXM_OF_ETH_DST").nxm(NXM_0, 1, "NXM_OF_ETH_DST").older(Older.EXACT, Older.BITWISE).add();
    public static final Field ETH_TYPE = row("eth_type").alias("dl_type").bits(16).at(FlowLayout.ETH_DST_TYPE, 0).format(Format.HEXADECIMAL).notMaskable().needs(Prerequisite.ETHERNET).oxm(BASIC, 5, "OXM_OF_ETH_TYPE").nxm(NXM_0, 3, "NXM_OF_ETH_TYPE").readOnly().older(Older.EXACT, Older.EXACT).add();
    public static final Field VLAN_TCI = row("vlan_tci").bits(16).at(FlowLayout.ETH_SRC_VLAN, 0).format(Format.HEXADECIMAL).needs(Prerequisite.ETHERNET).nxm(NXM_0, 4, "NXM_OF_VLAN_TCI").older(Older.EXACT, Older.EXACT).add();
    public static final Field DL_VLAN = row("dl_vlan").bits(16).wireBits(12).at(FlowLayout.ETH_SRC_VLAN, 0, 12).format(Format.DECIMAL).notMaskable().needs(Prerequisite.ETHERNET).older(Older.EXACT, Older.EXACT).add();
    public static final Field VLAN_VID = row("vlan_vid").bits(16).wireBits(12).at(FlowLayout.ETH_SRC_VLAN, 0, 13).format(Format.DECIMAL).needs(Prerequisite.ETHERNET).oxm(BASIC, 6, "OXM_OF_VLAN_VID").older(Older.EXACT, Older.EXACT).add();
    public static final Field DL_VLAN_PCP = row("dl_vlan_pcp").bits(8).wireBits(3).at(FlowLayout.ETH_SRC_VLAN, 13, 3).format(Format.DECIMAL).notMaskable().needs(Prerequisite.ETHERNET).older(Older.EXACT, Older.EXACT).add();
    public static final Field VLAN_PCP = row("vlan_pcp").bits(8).wireBits(3).at(FlowLayout.ETH_SRC_VLAN, 13, 3).format(Format.DECIMAL).notMaskable().needs(Prerequisite.VLAN_VID).oxm(BASIC, 7, "OXM_OF_VLAN_PCP").older(Older.EXACT, Older.EXACT).add();
    public static final Field MPLS_LABEL = row("mpls_label").bits(32).wireBits(20).at(FlowLayout.MPLS01, 44, 20).format(Format.DECIMAL).notMaskable().needs(Prerequisite.MPLS).oxm(BASIC, 34, "OXM_OF_MPLS_LABEL").older(Older.NONE, Older.EXACT).add();
    public static final Field MPLS_TC = row("mpls_tc").bits(8).wireBits(3).at(FlowLayout.MPLS01, 41, 3).format(Format.DECIMAL).notMaskable().needs(Prerequisite.MPLS).oxm(BASIC, 35, "OXM_OF_MPLS_TC").older(Older.NONE, Older.EXACT).add();
    public static final Field MPLS_BOS = row("mpls_bos").bits(8).wireBits(1).at(FlowLayout.MPLS01, 40, 1).format(Format.DECIMAL).notMaskable().needs(Prerequisite.MPLS).oxm(BASIC, 36, "OXM_OF_MPLS_BOS").readOnly().add();
    public static final Field MPLS_TTL = row("mpls_ttl").bits(8).at(FlowLayout.MPLS01, 32).format(Format.DECIMAL).notMaskable().needs(Prerequisite.MPLS).nxm(NXM_1, 30, "NXM_NX_MPLS_TTL").add();
    public static final Field IPV4_SRC = row("nw_src").alias("ip_src").bits(32).at(FlowLayout.IPV4, 32).format(Format.IPV4).needs(Prerequisite.IPV4).oxm(BASIC, 11, "OXM_OF_IPV4_SRC").nxm(NXM_0, 7, "NXM_OF_IP_SRC").older(Older.CIDR, Older.BITWISE).add();
    public static final Field IPV4_DST = row("nw_dst").alias("ip_dst").bits(32).at(FlowLayout.IPV4, 0).format(Format.IPV4).needs(Prerequisite.IPV4).oxm(BASIC, 12, "OXM_OF_IPV4_DST").nxm(NXM_0, 8, "NXM_OF_IP_DST").older(Older.CIDR, Older.BITWISE).add();
    public static final Field IPV6_SRC = row("ipv6_src").bits(128).at(FlowLayout.IPV6_SRC, 0).format(Format.IPV6).needs(Prerequisite.IPV6).oxm(BASIC, 26, "OXM_OF_IPV6_SRC").nxm(NXM_1, 19, "NXM_NX_IPV6_SRC").add();
    public static final Field IPV6_DST = row("ipv6_dst").bits(128).at(FlowLayout.IPV6_DST, 0).format(Format.IPV6).needs(Prerequisite.IPV6).oxm(BASIC, 27, "OXM_OF_IPV6_DST").nxm(NXM_1, 20, "NXM_NX_IPV6_DST").add();
    public static final Field IPV6_LABEL = row("ipv6_label").bits(32).wireBits(20).at(FlowLayout.IPV6_VLAN1, 32, 20).format(Format.HEXADECIMAL).needs(Prerequisite.IPV6).oxm(BASIC, 28, "OXM_OF_IPV6_FLABEL").nxm(NXM_1, 27, "NXM_NX_IPV6_LABEL").add();
    public static final Field IP_PROTO = row("nw_proto").alias("ip_proto").bits(8).at(FlowLayout.L4, 56).format(Format.DECIMAL).notMaskable().needs(Prerequisite.IP_ANY).oxm(BASIC, 10, "OXM_OF_IP_PROTO").nxm(NXM_0, 6, "NXM_OF_IP_PROTO").readOnly().older(Older.EXACT, Older.EXACT).add();
    /** All eight bits in keys; matches on {@code nw_tos} are on the upper six of them and take values with the lower two zero. */
    public static final Field NW_TOS = row("nw_tos").bits(8).at(FlowLayout.L4, 48).format(Format.DECIMAL).notMaskable().needs(Prerequisite.IP_ANY).nxm(NXM_0, 5, "NXM_OF_IP_TOS").older(Older.EXACT, Older.EXACT).add();
    public static final Field IP_DSCP = row("ip_dscp").bits(8).wireBits(6).at(FlowLayout.L4, 50, 6).format(Format.DECIMAL).notMaskable().needs(Prerequisite.IP_ANY).oxm(BASIC, 8, "OXM_OF_IP_DSCP").older(Older.EXACT, Older.EXACT).add();
    public static final Field IP_ECN = row("nw_ecn").alias("ip_ecn").bits(8).wireBits(2).at(FlowLayout.L4, 48, 2).format(Format.DECIMAL).notMaskable().needs(Prerequisite.IP_ANY).oxm(BASIC, 9, "OXM_OF_IP_ECN").nxm(NXM_1, 28, "NXM_NX_IP_ECN").older(Older.NONE, Older.EXACT).add();
    public static final Field NW_TTL = row("nw_ttl").bits(8).at(FlowLayout.L4, 40).format(Format.DECIMAL).notMaskable().needs(Prerequisite.IP_ANY).nxm(NXM_1, 29, "NXM_NX_IP_TTL").add();
    public static final Field IP_FRAG = row("nw_frag").alias("ip_frag").bits(8).wireBits(2).at(FlowLayout.L4, 32, 2).format(Format.FRAGMENT).needs(Prerequisite.IP_ANY).nxm(NXM_1, 26, "NXM_NX_IP_FRAG").readOnly().add();
    public static final Field ARP_OP = row("arp_op").bits(16).at(FlowLayout.L4, 56, 8).format(Format.DECIMAL).notMaskable().needs(Prerequisite.ARP).oxm(BASIC, 21, "OXM_OF_ARP_OP").nxm(NXM_0, 15, "NXM_OF_ARP_OP").older(Older.EXACT, Older.EXACT).add();
    public static final Field ARP_SPA = row("arp_spa").bits(32).at(FlowLayout.IPV4, 32).format(Format.IPV4).needs(Prerequisite.ARP).oxm(BASIC, 22, "OXM_OF_ARP_SPA").nxm(NXM_0, 16, "NXM_OF_ARP_SPA").older(Older.CIDR, Older.BITWISE).add();
    public static final Field ARP_TPA = row("arp_tpa").bits(32).at(FlowLayout.IPV4, 0).format(Format.IPV4).needs(Prerequisite.ARP).oxm(BASIC, 23, "OXM_OF_ARP_TPA").nxm(NXM_0, 17, "NXM_OF_ARP_TPA").older(Older.CIDR, Older.BITWISE).add();
    public static final Field ARP_SHA = row("arp_sha").bits(48).at(FlowLayout.SHA, 16).format(Format.ETHERNET).needs(Prerequisite.ARP).oxm(BASIC, 24, "OXM_OF_ARP_SHA").nxm(NXM_1, 17, "NXM_NX_ARP_SHA").add();
    public static final Field ARP_THA = row("arp_tha").bits(48).at(FlowLayout.THA, 16).format(Format.ETHERNET).needs(Prerequisite.ARP).oxm(BASIC, 25, "OXM_OF_ARP_THA").nxm(NXM_1, 18, "NXM_NX_ARP_THA").add();
    public static final Field TCP_SRC = row("tcp_src").alias("tp_src").bits(16).at(FlowLayout.L4, 16).format(Format.DECIMAL).needs(Prerequisite.TCP).oxm(BASIC, 13, "OXM_OF_TCP_SRC").nxm(NXM_0, 9, "NXM_OF_TCP_SRC").older(Older.EXACT, Older.EXACT).add();
    public static final Field TCP_DST = row("tcp_dst").alias("tp_dst").bits(16).at(FlowLayout.L4, 0).format(Format.DECIMAL).needs(Prerequisite.TCP).oxm(BASIC, 14, "OXM_OF_TCP_DST").nxm(NXM_0, 10, "NXM_OF_TCP_DST").older(Older.EXACT, Older.EXACT).add();
    public static final Field TCP_FLAGS = row("tcp_flags").bits(16).wireBits(12).at(FlowLayout.TCP_CT, 48, 12).format(Format.TCP_FLAGS).needs(Prerequisite.TCP).oxm(BASIC, 42, "OXM_OF_TCP_FLAGS").nxm(NXM_1, 34, "NXM_NX_TCP_FLAGS").readOnly().also("ONFOXM_ET_TCP_FLAGS").add();
    public static final Field UDP_SRC = row("udp_src").bits(16).at(FlowLayout.L4, 16).format(Format.DECIMAL).needs(Prerequisite.UDP).oxm(BASIC, 15, "OXM_OF_UDP_SRC").nxm(NXM_0, 11, "NXM_OF_UDP_SRC").older(Older.EXACT, Older.EXACT).add();
    public static final Field UDP_DST = row("udp_dst").bits(16).at(FlowLayout.L4, 0).format(Format.DECIMAL).needs(Prerequisite.UDP).oxm(BASIC, 16, "OXM_OF_UDP_DST").nxm(NXM_0, 12, "NXM_OF_UDP_DST").older(Older.EXACT, Older.EXACT).add();
    public static final Field SCTP_SRC = row("sctp_src").bits(16).at(FlowLayout.L4, 16).format(Format.DECIMAL).needs(Prerequisite.SCTP).oxm(BASIC, 17, "OXM_OF_SCTP_SRC").older(Older.NONE, Older.EXACT).add();
    public static final Field SCTP_DST = row("sctp_dst").bits(16).at(FlowLayout.L4, 0).format(Format.DECIMAL).needs(Prerequisite.SCTP).oxm(BASIC, 18, "OXM_OF_SCTP_DST").older(Older.NONE, Older.EXACT).add();
    public static final Field ICMP_TYPE = row("icmp_type").bits(8).at(FlowLayout.L4, 16).format(Format.DECIMAL).notMaskable().needs(Prerequisite.ICMPV4).oxm(BASIC, 19, "OXM_OF_ICMPV4_TYPE").nxm(NXM_0, 13, "NXM_OF_ICMP_TYPE").older(Older.EXACT, Older.EXACT).add();
    public static final Field ICMP_CODE = row("icmp_code").bits(8).at(FlowLayout.L4, 0).format(Format.DECIMAL).notMaskable().needs(Prerequisite.ICMPV4).oxm(BASIC, 20, "OXM_OF_ICMPV4_CODE").nxm(NXM_0, 14, "NXM_OF_ICMP_CODE").older(Older.EXACT, Older.EXACT).add();
    public static final Field ICMPV6_TYPE = row("icmpv6_type").bits(8).at(FlowLayout.L4, 16).format(Format.DECIMAL).notMaskable().needs(Prerequisite.ICMPV6).oxm(BASIC, 29, "OXM_OF_ICMPV6_TYPE").nxm(NXM_1, 21, "NXM_NX_ICMPV6_TYPE").add();
    public static final Field ICMPV6_CODE = row("icmpv6_code").bits(8).at(FlowLayout.L4, 0).format(Format.DECIMAL).notMaskable().needs(Prerequisite.ICMPV6).oxm(BASIC, 30, "OXM_OF_ICMPV6_CODE").nxm(NXM_1, 22, "NXM_NX_ICMPV6_CODE").add();
    public static final Field ND_TARGET = row("nd_target").bits(128).at(FlowLayout.ND_TARGET, 0).format(Format.IPV6).needs(Prerequisite.ND).oxm(BASIC, 31, "OXM_OF_IPV6_ND_TARGET").nxm(NXM_1, 23, "NXM_NX_ND_TARGET").add();
    public static final Field ND_SLL = row("nd_sll").bits(48).at(FlowLayout.SHA, 16).format(Format.ETHERNET).needs(Prerequisite.ND_SOLICIT).oxm(BASIC, 32, "OXM_OF_IPV6_ND_SLL").nxm(NXM_1, 24, "NXM_NX_ND_SLL").add();
    public static final Field ND_TLL = row("nd_tll").bits(48).at(FlowLayout.THA, 16).format(Format.ETHERNET).needs(Prerequisite.ND_ADVERT).oxm(BASIC, 33, "OXM_OF_IPV6_ND_TLL").nxm(NXM_1, 25, "NXM_NX_ND_TLL").add();
    public static final Field ND_RESERVED = row("nd_reserved").bits(32).at(FlowLayout.ND_CT_TP, 32).format(Format.DECIMAL).notMaskable().needs(Prerequisite.ND).experimenter(ERICSSON, 1, "ERICOXM_OF_ICMPV6_ND_RESERVED").add();
    public static final Field ND_OPTIONS_TYPE = row("nd_options_type").bits(8).at(FlowLayout.SHA, 0).format(Format.DECIMAL).notMaskable().needs(Prerequisite.ND).experimenter(ERICSSON, 2, "ERICOXM_OF_ICMPV6_ND_OPTIONS_TYPE").add();
    public static final Field NSH_FLAGS = row("nsh_flags").bits(8).at(FlowLayout.NSH_BASE, 56).format(Format.DECIMAL).needs(Prerequisite.NSH).experimenter(NSH_CLASS_NICIRA, 1, "NXOXM_NSH_FLAGS").add();
    public static final Field NSH_MDTYPE = row("nsh_mdtype").bits(8).at(FlowLayout.NSH_BASE, 40).format(Format.DECIMAL).notMaskable().needs(Prerequisite.NSH).experimenter(NSH_CLASS_NICIRA, 2, "NXOXM_NSH_MDTYPE").readOnly().add();
    public static final Field NSH_NP = row("nsh_np").bits(8).at(FlowLayout.NSH_BASE, 32).format(Format.DECIMAL).notMaskable().needs(Prerequisite.NSH).experimenter(NSH_CLASS_NICIRA, 3, "NXOXM_NSH_NP").readOnly().add();
    public static final Field NSH_SPI = row("nsh_spi").alias("nsp").bits(32).wireBits(24).at(FlowLayout.NSH_BASE, 8, 24).format(Format.HEXADECIMAL).notMaskable().needs(Prerequisite.NSH).experimenter(NSH_CLASS_NICIRA, 4, "NXOXM_NSH_SPI").add();
    public static final Field NSH_SI = row("nsh_si").alias("nsi").bits(8).at(FlowLayout.NSH_BASE, 0).format(Format.DECIMAL).notMaskable().needs(Prerequisite.NSH).experimenter(NSH_CLASS_NICIRA, 5, "NXOXM_NSH_SI").add();
    public static final Field NSH_C1 = row("nsh_c1").alias("nshc1").bits(32).at(FlowLayout.NSH_C12, 32).format(Format.HEXADECIMAL).needs(Prerequisite.NSH).experimenter(NSH_CLASS_NICIRA, 6, "NXOXM_NSH_C1").add();
    public static final Field NSH_C2 = row("nsh_c2").alias("nshc2").bits(32).at(FlowLayout.NSH_C12, 0).format(Format.HEXADECIMAL).needs(Prerequisite.NSH).experimenter(NSH_CLASS_NICIRA, 7, "NXOXM_NSH_C2").add();
    public static final Field NSH_C3 = row("nsh_c3").alias("nshc3").bits(32).at(FlowLayout.NSH_C34, 32).format(Format.HEXADECIMAL).needs(Prerequisite.NSH).experimenter(NSH_CLASS_NICIRA, 8, "NXOXM_NSH_C3").add();
    public static final Field NSH_C4 = row("nsh_c4").alias("nshc4").bits(32).at(FlowLayout.NSH_C34, 0).format(Format.HEXADECIMAL).needs(Prerequisite.NSH).experimenter(NSH_CLASS_NICIRA, 9, "NXOXM_NSH_C4").add();
    public static final Field NSH_TTL = row("nsh_ttl").bits(8).at(FlowLayout.NSH_BASE, 48).format(Format.DECIMAL).needs(Prerequisite.NSH).experimenter(NSH_CLASS_NICIRA, 10, "NXOXM_NSH_TTL").notMaskable().add();
    // @formatter:on

    private Fields() {
    }

    /** All fields, in registry order. */
    public static List<Field> all() {
        return Collections.unmodifiableList(ROWS);
    }

    /** The field of a name, an alias or an NXM/OXM name, or null. Case matters not. */
    public static @Nullable Field byName(String name) {
        return BY_NAME.get(name.toLowerCase(Locale.ROOT));
    }

    /** {@code reg0} to {@code reg31}. */
    public static Field reg(int n) {
        return REG[n];
    }

    /** {@code xreg0} to {@code xreg15}: pairs of registers. */
    public static Field xreg(int n) {
        return XREG[n];
    }

    /** {@code xxreg0} to {@code xxreg7}: groups of four registers. */
    public static Field xxreg(int n) {
        return XXREG[n];
    }

    private static Field[] registers(String prefix, int count, int bits) {
        Field[] fields = new Field[count];
        for (int i = 0; i < count; i++) {
            Row row = row(prefix + i).bits(bits).format(Format.HEXADECIMAL);
            int word = FlowLayout.REGS + i * bits / 64;
            row.at(word, bits == 32 && i % 2 == 0 ? 32 : 0);
            fields[i] = switch (bits) {
                case 32 ->
                    (i < 16 ? row.nxm(NXM_1, i, "NXM_NX_REG" + i) : row.experimenter(NICIRA, i + 1, "NXOXM_ET_REG" + i))
                            .add();
                case 64 -> row.oxm(PACKET_REGS, i, "OXM_OF_PKT_REG" + i).add();
                default -> (i < 4
                        ? row.nxm(NXM_1, 111 + i, "NXM_NX_XXREG" + i)
                        : row.experimenter(NICIRA, i + 29, "NXOXM_ET_XXREG" + i)).add();
            };
        }
        return fields;
    }

    /** tun_metadata0 to 63: known by name; their storage comes with tunnels. */
    private static void addTunnelMetadata() {
        for (int i = 0; i < 64; i++) {
            row("tun_metadata" + i).bits(992).format(Format.HEXADECIMAL)
                    .nxm(NXM_1, 40 + i, "NXM_NX_TUN_METADATA" + i).add();
        }
    }

    private static Row row(String name) {
        return new Row(name);
    }

    /** One row in the making. */
    private static final class Row {
        private final String name;
        private String alias = "";
        private int bits;
        private int wireBits;
        private int storedBits;
        private int word = -1;
        private int shift;
        private Format format = Format.HEXADECIMAL;
        private boolean maskable = true;
        private boolean writable = true;
        private Prerequisite prerequisite = Prerequisite.NONE;
        private long oxm = -1;
        private long nxm = -1;
        private int experimenter;
        private String nxmName = "";
        private String oxmName = "";
        private String other = "";
        private Older openFlow10 = Older.NONE;
        private Older openFlow11 = Older.NONE;

        Row(String name) {
            this.name = name;
        }

        Row alias(String other) {
            alias = other;
            return this;
        }

        Row bits(int n) {
            bits = n;
            wireBits = n;
            storedBits = n;
            return this;
        }

        Row wireBits(int n) {
            wireBits = n;
            return this;
        }

        Row at(int firstWord, int lowestBit) {
            word = firstWord;
            shift = lowestBit;
            return this;
        }

        Row at(int firstWord, int lowestBit, int width) {
            storedBits = width;
            return at(firstWord, lowestBit);
        }

        Row format(Format f) {
            format = f;
            return this;
        }

        Row notMaskable() {
            maskable = false;
            return this;
        }

        Row readOnly() {
            writable = false;
            return this;
        }

        Row needs(Prerequisite p) {
            prerequisite = p;
            return this;
        }

        Row oxm(int cls, int number, String longName) {
            oxm = ((long) cls << 32) | number;
            oxmName = longName;
            return this;
        }

        Row nxm(int cls, int number, String longName) {
            nxm = ((long) cls << 32) | number;
            nxmName = longName;
            return this;
        }

        Row experimenter(int id, int number, String longName) {
            experimenter = id;
            return oxm(EXPERIMENTER, number, longName);
        }

        /** A further long name, of a number that is read but not written. */
        Row also(String longName) {
            other = longName;
            return this;
        }

        /** How OpenFlow 1.0 and 1.1 match the field. */
        Row older(Older in10, Older in11) {
            openFlow10 = in10;
            openFlow11 = in11;
            return this;
        }

        Field add() {
            Field field = new Field(ROWS.size(), name, alias, storedBits, bits, wireBits, word, shift, format, maskable,
                    prerequisite, writable, oxm,
                    nxm, experimenter, nxmName, oxmName, other, openFlow10, openFlow11);
            ROWS.add(field);
            for (String key : List.of(name, alias, nxmName, oxmName, other)) {
                if (!key.isEmpty() && BY_NAME.put(key.toLowerCase(Locale.ROOT), field) != null) {
                    throw new IllegalStateException("two fields are called " + key);
                }
            }
            return field;
        }
    }
}
