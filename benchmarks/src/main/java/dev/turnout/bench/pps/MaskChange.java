package dev.turnout.bench.pps;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * {@code bench pps --change}: what a change of all masks costs under traffic. The rules of a scenario are replaced by rules with other masks for the same
 * packets; megaflows are made anew, the generated lookup loses its tables and gives way to the generic one, until a new one is there. The rate is taken in
 * windows of {@value #WINDOW_MILLIS} ms throughout.
 *
 * <p>Thread rules: one control thread.
 */
final class MaskChange {
    static final String HEADER = String.format("%-14s %7s %7s %7s %7s %9s %9s", "scenario", "before", "lowest", "after",
            "slow,s", "generated", "misses");
    static final int WINDOW_MILLIS = 100;
    /** A window below this share of the rate before counts as slow. */
    private static final double SLOW = 0.9;

    private final WholeSwitch tested;
    private final double seconds;

    /**
     * @param seconds
     *            how long to watch before the change, twice as long after it
     */
    MaskChange(WholeSwitch tested, double seconds) {
        this.tested = tested;
        this.seconds = seconds;
    }

    /**
     * The figures of one change.
     *
     * @param before
     *            median rate before, in millions of packets per CPU-second
     * @param lowest
     *            that of the slowest window since the change began
     * @param after
     *            median rate in the second half of the time after
     * @param slowSeconds
     *            how much of the time since the change was slow
     * @param generated
     *            lookups that were generated since the change
     * @param misses
     *            packets that matched no megaflow since the change
     */
    record Result(double before, double lowest, double after, double slowSeconds, long generated, long misses) {
        void print(String name, boolean json, PrintStream out) {
            out.printf(Locale.ROOT, json
                    ? "{\"switch\": \"Turnout\", \"test\": \"mask-change\", \"name\": \"%s\", \"unit\": \"Mpps/CPU-s\", "
                            + "\"before\": %.4f, \"lowest\": %.4f, \"after\": %.4f, \"slow_seconds\": %.1f, \"generated\": %d, "
                            + "\"misses\": %d}%n"
                    : "%-14s %7.2f %7.2f %7.2f %7.1f %9d %9d%n", name, before, lowest, after, slowSeconds, generated,
                    misses);
        }
    }

    /** Replaces the rules once, under the traffic that runs. */
    Result run(String newRules) throws InterruptedException {
        int windows = Math.max(2, (int) (seconds * 1000 / WINDOW_MILLIS));
        double before = median(watch(windows));
        long generated = tested.datapath().generatedLookups();
        Sample start = Sample.now(tested.datapath(), tested.thread());
        Thread change = Thread.ofPlatform().name("rules").start(() -> tested.setFlows(newRules));
        List<Double> rates = watch(2 * windows);
        change.join();
        Sample since = Sample.now(tested.datapath(), tested.thread()).minus(start);
        double lowest = rates.stream().mapToDouble(r -> r).min().orElse(0);
        long slow = rates.stream().filter(r -> r < SLOW * before).count();
        return new Result(before, lowest, median(rates.subList(windows, rates.size())), slow * WINDOW_MILLIS / 1000.0,
                tested.datapath().generatedLookups() - generated, since.misses());
    }

    private List<Double> watch(int windows) throws InterruptedException {
        List<Double> rates = new ArrayList<>();
        Sample last = Sample.now(tested.datapath(), tested.thread());
        for (int i = 0; i < windows; i++) {
            Thread.sleep(WINDOW_MILLIS);
            Sample now = Sample.now(tested.datapath(), tested.thread());
            rates.add(now.minus(last).mpps());
            last = now;
        }
        return rates;
    }

    private static double median(List<Double> rates) {
        double[] sorted = rates.stream().mapToDouble(r -> r).toArray();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
