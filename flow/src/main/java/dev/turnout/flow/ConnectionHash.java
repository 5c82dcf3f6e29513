package dev.turnout.flow;

/**
 * The hash of {@link DpAction.Hash}: over IP addresses, protocol and ports (Ethernet addresses and type where there is no IP), the same for both
 * directions of a connection and for all fragments of a packet. It is not seeded per process: what a flow hashes to survives a restart.
 *
 * <p>Thread rules: stateless; allocates nothing.
 */
public final class ConnectionHash {
    private static final int TCP = 6;
    private static final int UDP = 17;
    private static final int SCTP = 132;
    private static final int IPV4 = 0x0800;
    private static final int IPV6 = 0x86dd;

    private ConnectionHash() {
    }

    /**
     * The hash of a packet; never zero, which means "none".
     *
     * @param words
     *            the packet's key, from index 0 on
     * @param basis
     *            chooses among hash functions
     */
    public static int of(long[] words, int basis) {
        int type = (int) words[FlowLayout.ETH_DST_TYPE] & 0xffff;
        long sum = mix(basis ^ (long) type << 32);
        if (type == IPV4 || type == IPV6) {
            int protocol = (int) Fields.IP_PROTO.get(words);
            sum += protocol;
            if (type == IPV4) {
                sum = mix(sum + both(Fields.IPV4_SRC.get(words), Fields.IPV4_DST.get(words)));
            } else {
                int source = Fields.IPV6_SRC.word();
                int destination = Fields.IPV6_DST.word();
                sum = mix(sum + both(mix(words[source]) + words[source + 1],
                        mix(words[destination]) + words[destination + 1]));
            }
            boolean hasPorts = protocol == TCP || protocol == UDP || protocol == SCTP;
            if (hasPorts && (Fields.IP_FRAG.get(words) & FlowLayout.FRAG_ANY) == 0) {
                sum = mix(sum + both(Fields.TCP_SRC.get(words), Fields.TCP_DST.get(words)));
            }
        } else {
            sum = mix(sum + both(Fields.ETH_SRC.get(words), Fields.ETH_DST.get(words)));
        }
        int hash = (int) (sum ^ sum >>> 32);
        return hash == 0 ? 1 : hash;
    }

    private static long both(long a, long b) {
        return mix(a) + mix(b);
    }

    /** Spreads every bit over all (the finisher of MurmurHash3, after a step that tells zero from nothing). */
    private static long mix(long value) {
        long mixed = value + 0x9e37_79b9_7f4a_7c15L;
        mixed = (mixed ^ mixed >>> 33) * 0xff51_afd7_ed55_8ccdL;
        mixed = (mixed ^ mixed >>> 33) * 0xc4ce_b9fe_1a85_ec53L;
        return mixed ^ mixed >>> 33;
    }
}
