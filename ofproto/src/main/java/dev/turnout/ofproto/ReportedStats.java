package dev.turnout.ofproto;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import org.jspecify.annotations.Nullable;

/**
 * Counters of a flow whose end is reported with its final counters. Translations that credit it hold it until they are closed, which is after their
 * last packets were credited; so when the flow is gone and nobody holds its counters, they are final.
 *
 * <p>A translation that found the flow just before it went may come too late to be waited for. So it looks, after it holds the counters, whether their
 * end has come, and starts again if so; who reports a flow says that first and looks for holders then. One of the two sees the other. A modification,
 * which leaves the counters to the new flow, is no end: a translation may change a flow by {@code learn} and go on in the version before.
 *
 * <p>Thread rules: any thread.
 */
final class ReportedStats extends RuleStats implements Held {
    private final AtomicInteger holders = new AtomicInteger();
    private final AtomicReference<@Nullable Runnable> report = new AtomicReference<>();
    private volatile boolean ended; // volatile: written before holders are looked at, read after the own hold

    ReportedStats(long nowNs) {
        super(nowNs);
    }

    /** Holds the counters until {@link #release}. False if that may be too late to be waited for. */
    boolean hold() {
        holders.incrementAndGet();
        return !ended;
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
        ended = true;
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
