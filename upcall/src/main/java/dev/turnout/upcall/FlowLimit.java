package dev.turnout.upcall;

/**
 * How many megaflows there may be: as many as a revalidation round can look after in about a second.
 *
 * <p>Proportional control: after each round the limit is multiplied by the target duration over the round's duration, at
 * most doubled, at most divided by {@value #MOST_SHRINK}, and kept between {@link #FLOOR} and the cap. So a spike is forgotten within
 * a few rounds. It begins at the cap, and grows only where a round has time for more flows than the limit allows (one that
 * takes less than a tenth of the target has, whatever it looked at).
 *
 * <p>Thread rules: {@link #get} any thread; {@link #adapt} the leading revalidator.
 */
public final class FlowLimit {
    /** Never fewer. */
    public static final int FLOOR = 1000;
    /** The usual cap ({@code flow-limit}). */
    public static final int DEFAULT_CAP = 200_000;
    private static final long TARGET_NS = 1_000_000_000L;
    private static final int MOST_SHRINK = 8;

    private volatile int cap;
    private volatile int limit;

    public FlowLimit(int cap) {
        checkCap(cap);
        this.cap = cap;
        limit = cap;
    }

    /** Refuses a cap that is out of range. */
    public static void checkCap(int cap) {
        if (cap < FLOOR || cap > 100_000_000) {
            throw new IllegalArgumentException("flow limit " + cap + " is not between " + FLOOR + " and 100000000");
        }
    }

    /** The limit. */
    public int get() {
        return limit;
    }

    /** What the limit may grow to. */
    public int cap() {
        return cap;
    }

    /** Sets the cap; the limit is at most that from now on. */
    public synchronized void setCap(int newCap) {
        checkCap(newCap);
        cap = newCap;
        limit = Math.min(limit, newCap);
    }

    /** Adapts the limit to the duration of a round over so many megaflows. */
    public synchronized void adapt(long roundNs, int flows) {
        double ratio = (double) TARGET_NS / Math.max(roundNs, 1);
        if (ratio > 1 && ratio < 10 && flows * ratio <= limit) {
            return;
        }
        double factor = Math.clamp(ratio, 1.0 / MOST_SHRINK, 2.0);
        limit = (int) Math.clamp(limit * factor, FLOOR, cap);
    }
}
