package dev.turnout.flow;

/**
 * What is wrong with a packet whose headers are truncated or lie about their lengths. Such a packet still has a key: that of what is valid. Key
 * extraction returns its number; forwarding threads count by it.
 */
public enum Malformed {
    /** Nothing is wrong; number 0. */
    NONE,
    /** Shorter than an Ethernet header: the key has metadata only. */
    ETHERNET_TRUNCATED,
    /** A VLAN tag without room for its content and the type that follows. */
    VLAN_TRUNCATED,
    /** The label stack ends before its bottom. */
    MPLS_TRUNCATED, ARP_TRUNCATED,
    /** Shorter than an IPv4 header without options. */
    IPV4_TRUNCATED,
    /** The header length field is below 20 bytes or beyond the frame. */
    IPV4_HEADER_LENGTH,
    /** The total length field is below the header's or beyond the frame. */
    IPV4_TOTAL_LENGTH, IPV6_TRUNCATED,
    /** The payload length field is beyond the frame. */
    IPV6_PAYLOAD_LENGTH,
    /** An extension header is beyond the payload. */
    IPV6_EXTENSION, TCP_TRUNCATED,
    /** The data offset field is below 20 bytes or beyond the segment. */
    TCP_DATA_OFFSET, UDP_TRUNCATED, SCTP_TRUNCATED, ICMP_TRUNCATED, ICMPV6_TRUNCATED, IGMP_TRUNCATED,
    /** A neighbour discovery message without a whole target or with a lying or repeated option. */
    ND_OPTION,
    /** A network service header of another version or with a lying length. */
    NSH_LENGTH;

    private static final Malformed[] ALL = values();

    /** How many there are, {@link #NONE} included; for arrays of counters. */
    public static final int COUNT = ALL.length;

    /** The number that key extraction returns; 0 for {@link #NONE}. */
    @SuppressWarnings("EnumOrdinal") // the numbers live in the process only
    public int number() {
        return ordinal();
    }

    /** The reason of a number. */
    public static Malformed of(int number) {
        return ALL[number];
    }
}
