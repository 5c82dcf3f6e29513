package dev.turnout.upcall;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

import dev.turnout.core.Ack;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts what must not happen to ukeys, and what may but is worth knowing. A switch whose {@link #illegalMoves} or
 * {@link #backwardCounters} is not zero has a fault: tests assert both.
 *
 * <p>Thread rules: any thread.
 */
public final class UkeyAudit {
    private static final Logger LOG = LoggerFactory.getLogger(UkeyAudit.class);
    /** So many faults are logged; all are counted. */
    private static final int LOGGED = 100;

    private final LongAdder illegalMoves = new LongAdder();
    private final LongAdder backwardCounters = new LongAdder();
    private final LongAdder staleAcks = new LongAdder();
    private final Map<Ack.Status, LongAdder> installFailures = adders();
    private final Map<Ack.Status, LongAdder> modifyFailures = adders();

    private static Map<Ack.Status, LongAdder> adders() {
        Map<Ack.Status, LongAdder> adders = new EnumMap<>(Ack.Status.class);
        for (Ack.Status status : Ack.Status.values()) {
            adders.put(status, new LongAdder());
        }
        return adders;
    }

    void illegalMove(Ukey ukey, UkeyState from, String fromThread, String fromPlace, UkeyState to, String place) {
        illegalMoves.increment();
        if (illegalMoves.sum() <= LOGGED) {
            LOG.error("ukey {}: illegal move from {} (thread {}, {}) to {} (thread {}, {}); it is quarantined",
                    ukey.id(), from.text(), fromThread, fromPlace, to.text(), Thread.currentThread().getName(), place);
        }
    }

    void countersWentBack(Ukey ukey) {
        backwardCounters.increment();
        if (backwardCounters.sum() <= LOGGED) {
            LOG.error("ukey {}: counters of its megaflow went back", ukey.id());
        }
    }

    void staleAck() {
        staleAcks.increment();
    }

    void installFailed(Ack.Status status) {
        count(installFailures, status);
    }

    void modifyFailed(Ack.Status status) {
        count(modifyFailures, status);
    }

    private static void count(Map<Ack.Status, LongAdder> counts, Ack.Status status) {
        LongAdder adder = counts.get(status);
        if (adder != null) {
            adder.increment();
        }
    }

    /** Moves that the table of states does not allow. */
    public long illegalMoves() {
        return illegalMoves.sum();
    }

    /** Times a megaflow's counters were lower than what was attributed before. */
    public long backwardCounters() {
        return backwardCounters.sum();
    }

    /** Answers of the fast path that came after another operation had begun; harmless. */
    public long staleAcks() {
        return staleAcks.sum();
    }

    /** Installs that did not succeed, by the fast path's reason. */
    public Map<Ack.Status, Long> installFailures() {
        return sums(installFailures);
    }

    /** Modifies that did not succeed, by the fast path's reason. */
    public Map<Ack.Status, Long> modifyFailures() {
        return sums(modifyFailures);
    }

    private static Map<Ack.Status, Long> sums(Map<Ack.Status, LongAdder> adders) {
        Map<Ack.Status, Long> sums = new EnumMap<>(Ack.Status.class);
        adders.forEach((status, adder) -> sums.put(status, adder.sum()));
        return sums;
    }
}
