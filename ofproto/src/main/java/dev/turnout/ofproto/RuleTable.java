package dev.turnout.ofproto;

import java.util.concurrent.atomic.LongAdder;

import dev.turnout.ofproto.classifier.Classifier;

/**
 * One flow table.
 *
 * <p>Thread rules: the classifier says its own; the counters are credited by any thread; {@code pendingFlows} belongs to the writer, who holds the
 * bridge's lock; {@code flows} and {@code maxFlows} are written under that lock, others may read them a little late.
 */
final class RuleTable {
    /** Limit of a table that has none of its own. */
    static final int DEFAULT_MAX_FLOWS = 1_000_000_000;

    final int number;
    final Classifier<Rule> classifier = new Classifier<>();
    final LongAdder lookups = new LongAdder();
    final LongAdder matches = new LongAdder();
    private volatile int flows; // volatile: read by any thread for statistics, and by the translator for "empty"
    /** As of the coming version. */
    private int pendingFlows;
    private volatile int maxFlows = DEFAULT_MAX_FLOWS; // volatile: read by any thread for statistics

    RuleTable(int number) {
        this.number = number;
    }

    /** Flows as of the newest published version. */
    int flows() {
        return flows;
    }

    /** Flows as of the coming version; writer only. */
    int pendingFlows() {
        return pendingFlows;
    }

    /** Counts a flow of the coming version, or takes one back; writer only. */
    void countFlow(int change) {
        pendingFlows += change;
    }

    /** The coming version's flows are now those of the newest. */
    void publishFlows() {
        flows = pendingFlows;
    }

    int maxFlows() {
        return maxFlows;
    }

    void setMaxFlows(int max) {
        maxFlows = max;
    }
}
