package dev.turnout.upcall;

import dev.turnout.flow.DatapathActions;
import dev.turnout.flow.FlowMask;

/** A translation that drops, and counts. */
final class CountingTranslation implements Translation {
    long packets;
    int closes;

    @Override
    public DatapathActions actions() {
        return DatapathActions.DROP;
    }

    @Override
    public FlowMask wildcards() {
        return FlowMask.EMPTY;
    }

    @Override
    public boolean isCacheable() {
        return true;
    }

    @Override
    public DeleteReason refusal() {
        return DeleteReason.AVOID_CACHING;
    }

    @Override
    public void credit(long count, long bytes, long usedNs, int tcpFlags) {
        packets += count;
    }

    @Override
    public void close() {
        closes++;
    }
}
