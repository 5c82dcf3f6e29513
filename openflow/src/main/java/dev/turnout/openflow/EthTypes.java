package dev.turnout.openflow;

/** Ethernet types that flow texts have words for. */
final class EthTypes {
    static final int IPV4 = 0x0800;
    static final int ARP = 0x0806;
    static final int RARP = 0x8035;
    static final int VLAN = 0x8100;
    static final int VLAN_AD = 0x88a8;
    static final int IPV6 = 0x86dd;
    static final int MPLS = 0x8847;
    static final int MPLS_MULTICAST = 0x8848;
    static final int NSH = 0x894f;

    private EthTypes() {
    }

    static boolean isMpls(int ethType) {
        return ethType == MPLS || ethType == MPLS_MULTICAST;
    }
}
