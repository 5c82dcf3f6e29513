package dev.turnout.flow;

import java.util.List;

/**
 * What a datapath meter measures and where it drops.
 *
 * @param inPackets
 *            whether rates and bursts are in packets (per second); else in kilobits of 1000 bits (per second)
 * @param bands
 *            1 to {@link #MAX_BANDS} drop bands
 */
public record DpMeter(boolean inPackets, List<Band> bands) {
    /** Most bands of a meter. */
    public static final int MAX_BANDS = 8;

    /**
     * A drop band: drops what exceeds the rate by more than the burst.
     *
     * @param rate
     *            1 to 2³² - 1 per second
     * @param burst
     *            1 to 2³² - 1; 0 means as much as the rate gives in a second
     */
    public record Band(long rate, long burst) {
        public Band {
            if (rate < 1 || rate > 0xffff_ffffL || burst < 0 || burst > 0xffff_ffffL) {
                throw new IllegalArgumentException("band of rate " + rate + ", burst " + burst);
            }
        }
    }

    public DpMeter {
        bands = List.copyOf(bands);
        if (bands.isEmpty() || bands.size() > MAX_BANDS) {
            throw new IllegalArgumentException(bands.size() + " bands, 1 to " + MAX_BANDS + " expected");
        }
    }
}
