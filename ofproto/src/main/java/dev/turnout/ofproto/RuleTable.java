package dev.turnout.ofproto;

import java.util.concurrent.atomic.LongAdder;

import dev.turnout.ofproto.classifier.Classifier;
import org.jspecify.annotations.Nullable;

/**
 * One flow table.
 *
 * <p>Thread rules: the classifier says its own; the counters are credited by any thread; {@code pendingFlows} belongs to the writer, who holds the
 * bridge's lock; {@code flows} and the configuration are written under that lock, others may read them a little late.
 */
final class RuleTable {
    final int number;
    final Classifier<Rule> classifier = new Classifier<>();
    final LongAdder lookups = new LongAdder();
    final LongAdder matches = new LongAdder();
    private volatile int flows; // volatile: read by any thread for statistics, and by the translator for "empty"
    /** As of the coming version. */
    private int pendingFlows;
    private volatile TableConfig config = TableConfig.DEFAULT; // volatile: read by any thread for statistics
    /** Whether a controller asked for eviction; volatile: read by any thread for descriptions. */
    private volatile boolean evictsByRequest;
    /** Which flow goes first, while that is asked for; guarded by the bridge's lock. */
    private @Nullable EvictionIndex evictions;

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
        return config.flowLimit();
    }

    TableConfig config() {
        return config;
    }

    void setConfig(TableConfig next) {
        config = next;
        evictions = null;
    }

    boolean evicts() {
        return config.evicts() || evictsByRequest;
    }

    boolean evictsByRequest() {
        return evictsByRequest;
    }

    void setEvictsByRequest(boolean on) {
        evictsByRequest = on;
    }

    @Nullable
    EvictionIndex evictions() {
        return evictions;
    }

    void setEvictions(@Nullable EvictionIndex index) {
        evictions = index;
    }
}
