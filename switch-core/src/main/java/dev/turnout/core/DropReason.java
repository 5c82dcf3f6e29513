package dev.turnout.core;

/** Why a forwarding thread threw a packet away. Drops at the edge of a port (full queue, no buffer) are counted in {@link PortCounters}. */
public enum DropReason {
    /** Shorter than an Ethernet header. */
    INVALID_PACKET("invalid-packet"),
    /** The megaflow's actions say so: they are empty, or end without an output. */
    ACTION_DROP("action-drop"),
    /** The upcall queue had no room. */
    UPCALL_LOST("upcall-lost"),
    /** The queue of packets for the slow path or the controller had no room. */
    USERSPACE_LOST("userspace-lost"),
    /** Output to a port that is not there. */
    NO_PORT("no-port"),
    /** Recirculated too often. */
    RECIRCULATION_LIMIT("recirculation-limit"),
    /** No packet buffer was free for a copy or a segment. */
    NO_BUFFER("no-buffer"),
    /** No room in front of the frame for another header. */
    NO_HEADROOM("no-headroom"),
    /** Longer than the port's longest frame, and not to be segmented. */
    TOO_LONG("too-long"),
    /** A segmentation or checksum request that the packet's headers do not bear out. */
    BAD_OFFLOAD("bad-offload"),
    /** A command's actions are none that the datapath can execute. */
    UNSUPPORTED_ACTION("unsupported-action"),
    /** Exceeded a band of a meter. */
    METER("meter");

    private final String text;

    DropReason(String text) {
        this.text = text;
    }

    /** The reason's name in metrics and texts. */
    public String text() {
        return text;
    }
}
