package dev.turnout.ofproto;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import org.jspecify.annotations.Nullable;

/**
 * Counters of a flow whose end is reported with its final counters. Translations that credit it hold it until they are closed, which is after their
 * last packets were credited; so when the flow is gone and nobody holds its counters, they are final.
 *
 * <p>A translation that found the flow just before it went may come too late to be waited for. So it looks, after it holds the counters, whether the
 * flow is still visible, and starts again if not; who removes a flow publishes that first and looks for holders then. One of the two sees the other.
 *
 * <p>Thread rules: any thread.
 */
final class ReportedStats extends RuleStats implements Held {
    private final AtomicInteger holders = new AtomicInteger();
    private final AtomicReference<@Nullable Runnable> report = new AtomicReference<>();

    ReportedStats(long nowNs) {
        super(nowNs);
    }

    void hold() {
        holders.incrementAndGet();
    }

    @Override
    public void release() {
        if (holders.decrementAndGet() == 0) {
            reportNow();
        }
    }

    /** Runs the report as soon as nobody holds the counters, perhaps at once. The flow's removal is published. */
    void whenFinal(Runnable toReport) {
        report.set(toReport);
        if (holders.get() == 0) {
            reportNow();
        }
    }

    /** Runs a report that waits, if it has not run yet. */
    void reportNow() {
        Runnable waiting = report.getAndSet(null);
        if (waiting != null) {
            waiting.run();
        }
    }
}
