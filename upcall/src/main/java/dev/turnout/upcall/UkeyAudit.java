package dev.turnout.upcall;

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
    private final EnumCounters<Ack.Status> installFailures = new EnumCounters<>(Ack.Status.class);
    private final EnumCounters<Ack.Status> modifyFailures = new EnumCounters<>(Ack.Status.class);

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
        installFailures.add(status);
    }

    void modifyFailed(Ack.Status status) {
        modifyFailures.add(status);
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
        return installFailures.snapshot();
    }

    /** Modifies that did not succeed, by the fast path's reason. */
    public Map<Ack.Status, Long> modifyFailures() {
        return modifyFailures.snapshot();
    }
}
