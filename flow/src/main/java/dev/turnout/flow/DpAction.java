package dev.turnout.flow;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * A datapath action: what a megaflow does to a packet. The names and the printed forms are those of Open vSwitch's datapath ({@code odp-util}).
 * Setting actions carry a value and a mask per header; a set bit of the mask is written. All are immutable.
 */
public sealed interface DpAction {
    /** Sends to a datapath port; the packet goes on unchanged. */
    record Output(int port) implements DpAction {
    }

    /** Hands the packet to the slow path, for the controllers or for collectors of samples. */
    record Userspace(Kind kind, int stateId) implements DpAction {
        public enum Kind {
            /** Packet-in; {@code stateId} is the translator's id of what to tell the controller. */
            CONTROLLER,
            /** A sample for collectors; {@code stateId} is the translator's id of what to tell them. */
            FLOW_SAMPLE
        }

        /** Hands the packet to the controllers. */
        public static Userspace controller(int stateId) {
            return new Userspace(Kind.CONTROLLER, stateId);
        }
    }

    /** Ethernet addresses, low 48 bits each. */
    record SetEthernet(long src, long srcMask, long dst, long dstMask) implements DpAction {
    }

    /** IPv4 header; {@code tos} includes ECN. */
    record SetIpv4(int src, int srcMask, int dst, int dstMask, int tos, int tosMask, int ttl,
            int ttlMask) implements DpAction {
    }

    /** IPv6 header; addresses as two words, label 20 bits. */
    record SetIpv6(long srcHigh, long srcLow, long srcHighMask, long srcLowMask, long dstHigh, long dstLow,
            long dstHighMask, long dstLowMask,
            int label, int labelMask, int trafficClass, int trafficClassMask, int hopLimit,
            int hopLimitMask) implements DpAction {
    }

    /** Ports of TCP, UDP or SCTP (by IP protocol number). */
    record SetPorts(int protocol, int src, int srcMask, int dst, int dstMask) implements DpAction {
    }

    /** ICMP (1) or ICMPv6 (58) type and code. */
    record SetIcmp(int protocol, int type, int typeMask, int code, int codeMask) implements DpAction {
    }

    record SetArp(int op, int opMask, int spa, int spaMask, int tpa, int tpaMask, long sha, long shaMask, long tha,
            long thaMask) implements DpAction {
    }

    /** Neighbour discovery: target and link-layer address options. */
    record SetNd(long targetHigh, long targetLow, long targetHighMask, long targetLowMask, long sll, long sllMask,
            long tll,
            long tllMask) implements DpAction {
    }

    record SetMark(int mark, int mask) implements DpAction {
    }

    record SetPriority(int priority, int mask) implements DpAction {
    }

    /** The top MPLS label stack entry as a whole. */
    record SetMpls(int lse, int mask) implements DpAction {
    }

    /** {@code tci} without the CFI bit's meaning "present": what goes on the wire is {@code tci & ~0x1000}. */
    record PushVlan(int tpid, int tci) implements DpAction {
    }

    record PopVlan() implements DpAction {
    }

    record PushMpls(int ethType, int lse) implements DpAction {
    }

    record PopMpls(int ethType) implements DpAction {
    }

    /**
     * Writes a hash of the packet's addresses, IP protocol and ports, the same for both directions, to its {@code dp_hash}; never zero. It depends on
     * the packet and the basis alone.
     */
    record Hash(int basis) implements DpAction {
    }

    /** Goes through the caches again with this recirculation id. */
    record Recirc(int id) implements DpAction {
    }

    /** Outputs that follow carry at most so many bytes; holds for the next output only. */
    record Trunc(int maxLength) implements DpAction {
    }

    /** Runs the actions on a copy; the packet goes on as it was. */
    record Clone(List<DpAction> actions) implements DpAction {
        public Clone {
            actions = List.copyOf(actions);
        }
    }

    /**
     * Runs the actions on a copy of some of the packets.
     *
     * @param probability
     *            in 2^32 - 1, unsigned
     */
    record Sample(int probability, List<DpAction> actions) implements DpAction {
        public Sample {
            actions = List.copyOf(actions);
        }
    }

    /**
     * Runs one of two lists on a copy, by the frame's length from the Ethernet header on, without a frame check sequence. The length of a frame that is
     * yet to be segmented is that of its longest segment.
     *
     * @param length
     *            in bytes
     * @param greater
     *            for frames that are longer
     * @param lessEqual
     *            for the others
     */
    record CheckPktLen(int length, List<DpAction> greater, List<DpAction> lessEqual) implements DpAction {
        public CheckPktLen {
            greater = List.copyOf(greater);
            lessEqual = List.copyOf(lessEqual);
        }
    }

    /**
     * Sends the packet through connection tracking: from then on its metadata has the connection's state, which a recirculation shows in the key.
     *
     * @param commit
     *            whether a new connection is kept
     * @param force
     *            whether an existing one of the other direction is replaced; only with {@code commit}
     * @param zone
     *            16 bits
     * @param mark
     *            bits of the connection's mark to set, where {@code markMask} is set
     * @param labelHigh
     *            of the label to set, where the masks are set
     * @param helper
     *            {@code ftp}, {@code tftp}, or ""
     * @param nat
     *            address translation, or null for none
     */
    record Ct(boolean commit, boolean force, int zone, int mark, int markMask, long labelHigh, long labelLow,
            long labelHighMask, long labelLowMask, String helper, @Nullable Nat nat) implements DpAction {
    }

    /**
     * Address translation of {@link Ct}.
     *
     * @param direction
     *            which addresses a new connection gets
     * @param ipv6
     *            whether the addresses are IPv6's; IPv4's are in the lower 32 bits of the low word
     * @param range
     *            whether addresses are named: from the first to the last
     * @param minPort
     *            0 where no ports are named
     */
    record Nat(NatDirection direction, boolean range, boolean ipv6, long firstHigh, long firstLow, long lastHigh,
            long lastLow, int minPort, int maxPort, boolean persistent, boolean hash, boolean random) {
    }

    /** Which addresses {@link Nat} changes: those that the connection has already, or a new one's source or destination. */
    enum NatDirection {
        NONE, SRC, DST
    }

    /** Forgets what connection tracking said of the packet. */
    record CtClear() implements DpAction {
    }

    record Meter(int id) implements DpAction {
    }
}
