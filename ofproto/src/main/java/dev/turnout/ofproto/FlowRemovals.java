package dev.turnout.ofproto;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Reports of flows that have gone, each held until its counters are final: megaflows that the flow made may forward for a moment yet, and what they
 * forwarded is credited when they go (see {@link ReportedStats}). That takes a round of the revalidators; a report waits {@value #MAX_WAIT_NS} ns at
 * most, for rounds may be paused.
 *
 * <p>Thread rules: any thread.
 */
final class FlowRemovals {
    static final long MAX_WAIT_NS = 5_000_000_000L;

    private record Waiting(ReportedStats stats, long sinceNs) {
    }

    private final CopyOnWriteArrayList<FlowRemoved.Listener> listeners = new CopyOnWriteArrayList<>();
    /** Those that may still wait, the oldest first. */
    private final Queue<Waiting> waiting = new ConcurrentLinkedQueue<>();

    void add(FlowRemoved.Listener listener) {
        listeners.add(listener);
    }

    void remove(FlowRemoved.Listener listener) {
        listeners.remove(listener);
    }

    /** Reports a flow whose removal has been published. */
    void removed(Bridge bridge, Rule rule, FlowRemoved.Reason reason, long nowNs) {
        if (rule.stats() instanceof ReportedStats stats && !listeners.isEmpty()) {
            waiting.add(new Waiting(stats, nowNs));
            stats.whenFinal(() -> report(new FlowRemoved(bridge, reason, rule.toStats(nowNs))));
        }
    }

    private void report(FlowRemoved removed) {
        for (FlowRemoved.Listener listener : listeners) {
            listener.onFlowRemoved(removed);
        }
    }

    /** Reports what has waited long enough, with the counters that are known. */
    void expire(long nowNs) {
        for (Waiting first = waiting.peek(); first != null && nowNs - first.sinceNs >= MAX_WAIT_NS; first = waiting
                .peek()) {
            if (waiting.remove(first)) {
                first.stats.reportNow();
            }
        }
    }
}
