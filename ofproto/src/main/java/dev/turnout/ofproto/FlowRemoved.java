package dev.turnout.ofproto;

import dev.turnout.openflow.FlowStats;

/**
 * A flow with the flag {@code send_flow_rem} has gone.
 *
 * @param bridge
 *            where it was
 * @param reason
 *            why it went
 * @param flow
 *            the flow with its final counters; its duration is that until it went
 */
public record FlowRemoved(Bridge bridge, Reason reason, FlowStats flow) {
    /** OpenFlow's reasons. */
    public enum Reason {
        IDLE_TIMEOUT, HARD_TIMEOUT, DELETE, GROUP_DELETE, METER_DELETE, EVICTION
    }

    /**
     * Hears of flows that have gone.
     *
     * <p>Thread rules: called on any thread, perhaps with the lock of a ukey or bridge held: it must neither block nor call back.
     */
    @FunctionalInterface
    public interface Listener {
        void onFlowRemoved(FlowRemoved removed);
    }
}
