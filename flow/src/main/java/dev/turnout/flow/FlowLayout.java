package dev.turnout.flow;

/**
 * The fixed layout of a flow key: which 64-bit word holds what. The first {@link #DATAPATH_WORDS} words are what a packet and its metadata
 * give; caches, megaflows and the classifier see only these. The rest is the state of the OpenFlow pipeline (registers, metadata), which only
 * the slow path knows.
 *
 * <p>The order puts what an ordinary packet needs first: an untracked IPv4 UDP packet uses words 0 to 4, TCP, a VLAN tag or conntrack's state add
 * word 5. A key's <em>used</em> bitmap has bit {@code w} set where word {@code w} may be other than zero.
 *
 * <pre>
 *  word          63..32                                31..0
 *  RECIRC_PORT   recirc_id:32                          in_port:32
 *  ETH_DST_TYPE  eth_dst:48 (63..16)                   eth_type:16 (15..0)
 *  ETH_SRC_VLAN  eth_src:48 (63..16)                   vlan_tci:16 (15..0), bit 12 set: there is a tag
 *  IPV4          nw_src:32 (also arp_spa)              nw_dst:32 (also arp_tpa)
 *  L4            nw_proto:8 nw_tos:8 nw_ttl:8 nw_frag:8   tp_src:16 tp_dst:16      (arp_op in nw_proto; ICMP type and code in tp_src, tp_dst)
 *  TCP_CT        tcp_flags:16 ct_state:16              ct_zone:16 vlan_tpid:16
 *  MARKS         ct_mark:32                            pkt_mark:32
 *  HASH_PRIO     dp_hash:32                            skb_priority:32
 *  IPV6_SRC +1   128 bits, high word first
 *  IPV6_DST +1
 *  IPV6_VLAN1    ipv6_label:32                         vlan1_tpid:16 vlan1_tci:16
 *  CT_LABEL +1   128 bits, high word first
 *  MPLS01        mpls_lse0:32                          mpls_lse1:32
 *  MPLS2_PTYPE   mpls_lse2:32                          packet_type:32
 *  SHA           arp_sha, nd_sll:48 (63..16)           nd_options_type:8 (7..0)
 *  THA           arp_tha, nd_tll:48 (63..16)           ct_nw_proto:8 (7..0)
 *  ND_TARGET +1  128 bits
 *  ND_CT_TP      nd_reserved:32                        ct_tp_src:16 ct_tp_dst:16
 *  CT_IPV4       ct_nw_src:32                          ct_nw_dst:32
 *  CT_IPV6_SRC +1, CT_IPV6_DST +1
 *  TUN_ID        64 bits
 *  TUN_IPV4      tun_src:32                            tun_dst:32
 *  TUN_IPV6_SRC +1, TUN_IPV6_DST +1
 *  TUN_MISC      tun_flags:16 tun_tos:8 tun_ttl:8      gbp_id:16 gbp_flags:8 erspan_ver:8
 *  TUN_EXTRA     erspan_idx:32                         gtpu_flags:8 gtpu_msgtype:8 erspan_dir:8 erspan_hwid:8
 *  NSH_BASE      nsh_flags:8 ttl:8 mdtype:8 np:8       nsh_spi:24 nsh_si:8
 *  NSH_C12, NSH_C34   four 32-bit context headers
 *  ---- slow path only ----
 *  METADATA      64 bits
 *  CONJ_ACTSET   conj_id:32                            actset_output:32
 *  REGS +15      reg0:32 reg1:32 | reg2 reg3 | ...     (so xreg N is one word and xxreg N two)
 * </pre>
 */
public final class FlowLayout {
    public static final int RECIRC_PORT = 0;
    public static final int ETH_DST_TYPE = 1;
    public static final int ETH_SRC_VLAN = 2;
    public static final int IPV4 = 3;
    public static final int L4 = 4;
    public static final int TCP_CT = 5;
    public static final int MARKS = 6;
    public static final int HASH_PRIO = 7;
    public static final int IPV6_SRC = 8;
    public static final int IPV6_DST = 10;
    public static final int IPV6_VLAN1 = 12;
    public static final int CT_LABEL = 13;
    public static final int MPLS01 = 15;
    public static final int MPLS2_PTYPE = 16;
    public static final int SHA = 17;
    public static final int THA = 18;
    public static final int ND_TARGET = 19;
    public static final int ND_CT_TP = 21;
    public static final int CT_IPV4 = 22;
    public static final int CT_IPV6_SRC = 23;
    public static final int CT_IPV6_DST = 25;
    public static final int TUN_ID = 27;
    public static final int TUN_IPV4 = 28;
    public static final int TUN_IPV6_SRC = 29;
    public static final int TUN_IPV6_DST = 31;
    public static final int TUN_MISC = 33;
    public static final int TUN_EXTRA = 34;
    public static final int NSH_BASE = 35;
    public static final int NSH_C12 = 36;
    public static final int NSH_C34 = 37;
    /** Words that caches and megaflows see. */
    public static final int DATAPATH_WORDS = 38;
    public static final int METADATA = 38;
    public static final int CONJ_ACTSET = 39;
    public static final int REGS = 40;
    /** Words of a whole key. At most 64, so that a bitmap of words fits a long. */
    public static final int WORDS = 56;

    /** {@code eth_type} of a frame that has a length instead (802.3 without SNAP), as {@code OFP_DL_TYPE_NOT_ETH_TYPE}. */
    public static final int ETH_TYPE_NONE = 0x05ff;
    /** Bit of {@code vlan_tci} that says that there is a tag (OpenFlow's {@code OFPVID_PRESENT}). */
    public static final int VLAN_PRESENT = 0x1000;
    /** {@code nw_frag}: a fragment. */
    public static final int FRAG_ANY = 1;
    /** {@code nw_frag}: a fragment other than the first, which has no layer-4 header. */
    public static final int FRAG_LATER = 2;

    private FlowLayout() {
    }
}
