package dev.turnout.upcall;

import dev.turnout.flow.DatapathActions;
import dev.turnout.flow.FlowMask;

/** Takes the place of a translation that failed: drops, looked at nothing, credits nobody. */
class FailedTranslation implements Translation {
    static final FailedTranslation INSTANCE = new FailedTranslation();

    @Override
    public final DatapathActions actions() {
        return DatapathActions.DROP;
    }

    @Override
    public final FlowMask wildcards() {
        return FlowMask.EMPTY;
    }

    @Override
    public boolean isCacheable() {
        return false;
    }

    @Override
    public final DeleteReason refusal() {
        return DeleteReason.TRANSLATION_ERROR;
    }

    @Override
    public void credit(long packets, long bytes, long usedNs, int tcpFlags) {
        // no rule was found
    }

    @Override
    public void close() {
        // holds nothing
    }
}
