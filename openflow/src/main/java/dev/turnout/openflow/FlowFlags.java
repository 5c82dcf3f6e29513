package dev.turnout.openflow;

/** The flags of a flow, one bit each. */
public final class FlowFlags {
    /** Tell the controllers when the flow goes. */
    public static final int SEND_FLOW_REM = 1;
    /** Refuse the addition if another flow of the same priority overlaps. */
    public static final int CHECK_OVERLAP = 2;
    /** Start the counters again. */
    public static final int RESET_COUNTS = 4;
    /** Packets need not be counted. */
    public static final int NO_PACKET_COUNTS = 8;
    /** Bytes need not be counted. */
    public static final int NO_BYTE_COUNTS = 16;

    private static final String[] NAMES = {"send_flow_rem", "check_overlap", "reset_counts", "no_packet_counts",
        "no_byte_counts"};

    private FlowFlags() {
    }

    /** The flag of a keyword, or 0. */
    public static int byName(String name) {
        for (int i = 0; i < NAMES.length; i++) {
            if (NAMES[i].equals(name)) {
                return 1 << i;
            }
        }
        return 0;
    }

    /** Appends the keywords of the flags, each with a space after it. */
    static void append(StringBuilder out, int flags) {
        for (int i = 0; i < NAMES.length; i++) {
            if ((flags & 1 << i) != 0) {
                out.append(NAMES[i]).append(' ');
            }
        }
    }
}
