package dev.turnout.bench;

import java.lang.management.ManagementFactory;
import java.util.Arrays;

/**
 * A fixed loop that says how fast this machine is at this moment, to be printed beside every figure: figures of two runs compare only where the
 * loop's agree. A step is a multiplication and a load from a table of 8 KB, each waiting for the one before, so it follows the processor's clock and
 * what else runs on its core, not its memory.
 *
 * <p>The loop must stay as it is: changed, all figures beside it lose their meaning.
 */
public final class Calibration {
    private static final int STEPS = 1 << 20;
    private static final int SAMPLES = 15;
    private static final int WARM_SAMPLES = 15;
    private static final long[] TABLE = new long[1024];

    static {
        for (int i = 0; i < TABLE.length; i++) {
            TABLE[i] = i * 0x9e37_79b9_7f4a_7c15L;
        }
    }

    private Calibration() {
    }

    /** Nanoseconds of CPU time per step, the median of {@value #SAMPLES} samples; takes some 100 ms. */
    public static double nsPerStep() {
        var threads = ManagementFactory.getThreadMXBean();
        long[] times = new long[SAMPLES];
        long state = 1;
        for (int i = -WARM_SAMPLES; i < SAMPLES; i++) {
            long before = threads.getCurrentThreadCpuTime();
            state = run(state);
            times[Math.max(i, 0)] = threads.getCurrentThreadCpuTime() - before;
        }
        if (state == 0) { // never: the loop must have a result that matters
            throw new IllegalStateException("calibration");
        }
        Arrays.sort(times);
        return (double) times[SAMPLES / 2] / STEPS;
    }

    private static long run(long start) {
        long state = start;
        for (int i = 0; i < STEPS; i++) {
            state = (state * 0x2545_f491_4f6c_dd1dL ^ TABLE[(int) (state >>> 54)]) | 1;
        }
        return state;
    }
}
