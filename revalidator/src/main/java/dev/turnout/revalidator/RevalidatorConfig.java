package dev.turnout.revalidator;

/**
 * Settings of revalidation.
 *
 * @param threads
 *            revalidator threads, the leader included ({@code n-revalidator-threads})
 * @param maxIdleMs
 *            a megaflow that was not hit for so long is deleted ({@code max-idle})
 * @param maxRevalidatorMs
 *            most time between two rounds ({@code max-revalidator})
 * @param minRevalidatePps
 *            under load, megaflows with fewer packets per second are deleted rather than translated again; 0: none is
 *            ({@code min-revalidate-pps})
 */
public record RevalidatorConfig(int threads, int maxIdleMs, int maxRevalidatorMs, int minRevalidatePps) {
    public RevalidatorConfig {
        check("n-revalidator-threads", threads, 1, 64);
        check("max-idle", maxIdleMs, 1, 1_000_000_000);
        check("max-revalidator", maxRevalidatorMs, 1, 1_000_000_000);
        check("min-revalidate-pps", minRevalidatePps, 0, 1_000_000_000);
    }

    private static void check(String what, int value, int least, int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(what + ": " + value + " is not between " + least + " and " + most);
        }
    }

    /** A quarter of the processors plus one, 10 s, 500 ms, 5 packets per second. */
    public static RevalidatorConfig defaults() {
        return new RevalidatorConfig(Runtime.getRuntime().availableProcessors() / 4 + 1, 10_000, 500, 5);
    }

    public RevalidatorConfig withThreads(int count) {
        return new RevalidatorConfig(count, maxIdleMs, maxRevalidatorMs, minRevalidatePps);
    }

    public RevalidatorConfig withMaxIdleMs(int milliseconds) {
        return new RevalidatorConfig(threads, milliseconds, maxRevalidatorMs, minRevalidatePps);
    }

    public RevalidatorConfig withMaxRevalidatorMs(int milliseconds) {
        return new RevalidatorConfig(threads, maxIdleMs, milliseconds, minRevalidatePps);
    }

    public RevalidatorConfig withMinRevalidatePps(int packetsPerSecond) {
        return new RevalidatorConfig(threads, maxIdleMs, maxRevalidatorMs, packetsPerSecond);
    }
}
