package dev.turnout.upcall;

import java.util.Map;

import dev.turnout.core.Ack;

/**
 * The slow path's figures at one moment.
 *
 * @param counts
 *            what is counted
 * @param ukeys
 *            ukeys in the table, by state
 * @param deletions
 *            deletions by reason
 * @param installFailures
 *            installs that did not succeed, by the fast path's reason
 * @param modifyFailures
 *            modifies that did not succeed, likewise
 * @param flowLimit
 *            how many megaflows there may be now
 * @param flowLimitCap
 *            what that may grow to
 * @param handlers
 *            handler threads
 * @param illegalMoves
 *            moves of ukeys that the table of states does not allow: zero, or we have a fault
 * @param backwardCounters
 *            times a megaflow's counters went back: zero, or we have a fault
 * @param staleAcks
 *            answers that came too late to matter
 * @param packetsHeld
 *            packets that wait
 */
public record UpcallStats(Map<UpcallCounter, Long> counts, Map<UkeyState, Integer> ukeys,
        Map<DeleteReason, Long> deletions, Map<Ack.Status, Long> installFailures,
        Map<Ack.Status, Long> modifyFailures, int flowLimit, int flowLimitCap, int handlers, long illegalMoves,
        long backwardCounters, long staleAcks, int packetsHeld) {

    /** One count. */
    public long count(UpcallCounter counter) {
        return counts.getOrDefault(counter, 0L);
    }

    /** Ukeys in the table. */
    public int ukeyCount() {
        return ukeys.values().stream().mapToInt(Integer::intValue).sum();
    }
}
