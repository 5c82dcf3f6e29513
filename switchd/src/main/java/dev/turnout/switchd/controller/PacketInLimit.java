package dev.turnout.switchd.controller;

/**
 * How fast a bridge's packet-ins may go to its controllers.
 *
 * @param packetsPerSecond
 *            the rate, 0 for no limit
 * @param burst
 *            packets that may go at once after a pause, and that may wait; at least 1
 */
public record PacketInLimit(int packetsPerSecond, int burst) {
    /** Key of a bridge's {@code other_config}: packets per second, 0 for no limit. */
    public static final String RATE_KEY = "controller-rate-limit";
    /** Key of a bridge's {@code other_config}: packets. */
    public static final String BURST_KEY = "controller-burst-limit";
    /** Of a bridge that sets none. */
    public static final int DEFAULT_RATE = 1000;
    /** Largest rate and burst that may be set. */
    public static final int MAX = 10_000_000;
    /** A burst that is not set is the rate divided by this. */
    private static final int DEFAULT_BURST_DIVISOR = 4;

    /** The burst of a bridge that sets a rate and no burst. */
    public static int defaultBurst(int packetsPerSecond) {
        return Math.max(1, packetsPerSecond / DEFAULT_BURST_DIVISOR);
    }

    boolean isUnlimited() { return packetsPerSecond == 0; }
}
