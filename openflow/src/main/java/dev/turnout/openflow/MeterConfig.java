package dev.turnout.openflow;

import java.util.List;

/**
 * A meter as OpenFlow describes it (1.3.5, A.3.4.5).
 *
 * @param id
 *            1 to {@link #MAX_ID}, or one of the virtual meters
 * @param flags
 *            bits KBPS, PKTPS, BURST, STATS
 * @param bands
 *            in the order given
 */
public record MeterConfig(int id, int flags, List<Band> bands) {
    /** The highest number of an ordinary meter, as an unsigned number. */
    public static final int MAX_ID = 0xffff0000;
    /** Meters what the slow path executes itself. */
    public static final int SLOWPATH = 0xfffffffd;
    /** Meters packet-ins that say no other. */
    public static final int CONTROLLER = 0xfffffffe;
    /** All meters; in requests. */
    public static final int ALL = 0xffffffff;

    /** Rates and bursts are in kilobits. */
    public static final int KBPS = 1;
    /** Rates and bursts are in packets. */
    public static final int PKTPS = 2;
    /** Bands have a {@code burst_size}. */
    public static final int BURST = 4;
    /** Statistics are wanted. They are counted in any case. */
    public static final int STATS = 8;

    /** What a band does with what exceeds it. */
    public enum BandType {
        DROP("drop"), DSCP_REMARK("dscp_remark");

        private final String text;

        BandType(String text) {
            this.text = text;
        }

        /** As texts have it. */
        public String text() {
            return text;
        }
    }

    /**
     * A band.
     *
     * @param type
     *            what it does
     * @param rate
     *            per second, 1 to 2³² - 1
     * @param burst
     *            0 to 2³² - 1, 0 for none given
     * @param precedence
     *            {@code prec_level} of DSCP_REMARK, else 0
     */
    public record Band(BandType type, long rate, long burst, int precedence) {
    }

    public MeterConfig {
        bands = List.copyOf(bands);
    }

    /** Whether an id may be that of a meter to add: an ordinary or a virtual one. */
    public static boolean isMeter(int id) {
        return id != 0 && (Integer.compareUnsigned(id, MAX_ID) <= 0 || id == CONTROLLER || id == SLOWPATH);
    }

    /** The id as texts have it: {@code 5}, {@code controller}, {@code slowpath}, {@code all}. */
    public static String idText(int id) {
        return switch (id) {
            case SLOWPATH -> "slowpath";
            case CONTROLLER -> "controller";
            case ALL -> "all";
            default -> Integer.toUnsignedString(id);
        };
    }

    /** The meter as {@code dump-meters} prints it and {@code add-meter} reads it again: a line, and one for each band. */
    public String text() {
        return text("\n");
    }

    /** The same in one line. */
    public String line() {
        return text(" ").replace("bands= ", "bands=");
    }

    private String text(String separator) {
        StringBuilder out = new StringBuilder("meter=").append(idText(id)).append(' ');
        String[] names = {"kbps", "pktps", "burst", "stats"};
        for (int bit = 0; bit < names.length; bit++) {
            if ((flags & 1 << bit) != 0) {
                out.append(names[bit]).append(' ');
            }
        }
        out.append("bands=");
        for (Band band : bands) {
            out.append(separator).append("type=").append(band.type().text()).append(" rate=").append(band.rate());
            if ((flags & BURST) != 0) {
                out.append(" burst_size=").append(band.burst());
            }
            if (band.type() == BandType.DSCP_REMARK) {
                out.append(" prec_level=").append(band.precedence());
            }
        }
        return out.toString();
    }
}
