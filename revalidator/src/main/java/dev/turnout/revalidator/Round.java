package dev.turnout.revalidator;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;

import dev.turnout.flow.Megaflow;
import dev.turnout.upcall.DeleteReason;
import dev.turnout.upcall.FastPath;
import dev.turnout.upcall.MegaflowReading;
import dev.turnout.upcall.SlowPath;
import dev.turnout.upcall.Translation;
import dev.turnout.upcall.Ukey;
import dev.turnout.upcall.UkeyState;
import dev.turnout.upcall.Upcalls;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One revalidation round. Its phases, with a barrier between:
 *
 * <p><b>Dump.</b> No ukey is removed. The threads share the fast path's megaflow slots out in batches. For each megaflow the
 * new packets are attributed; it is deleted if there are far too many, or it is idle; if a table has changed since it was
 * translated, it is translated again: kept, modified in place, or deleted. A ukey whose lock is taken is left for the
 * sweep.
 *
 * <p><b>Sweep.</b> Each thread has a share of the ukeys. What the dump did not see is looked at here; what was missing in
 * {@value #MISSING_DUMPS} dumps running is deleted; what is evicted leaves the table.
 *
 * <p>(<b>Settle</b> is the leader's, see {@link Revalidator}.)
 *
 * <p>Thread rules: {@link #dump} and {@link #sweep} may run on several threads at once, each with another number; no sweep
 * before all dumps are done. At most one ukey's lock is held, never waited for.
 */
final class Round {
    private static final Logger LOG = LoggerFactory.getLogger(Round.class);
    /** Megaflows that a thread takes at once. */
    static final int BATCH = 50;
    /** So many dumps must miss a megaflow before it counts as gone. */
    static final int MISSING_DUMPS = 4;
    private static final long IDLE_OVER_LIMIT_NS = 100_000_000L;

    private final Upcalls upcalls;
    private final SlowPath slowPath;
    private final RevalidatorConfig config;
    private final RoundCounters counters;
    private final List<FastPath> fastPaths;
    private final AtomicIntegerArray cursors;
    private final long dumpSequence;
    private final long changeSequence;
    private final long nowNs;
    private final long idleNs;
    private final boolean deletesAll;
    private final boolean hasTime;
    private final AtomicInteger flows = new AtomicInteger();
    private final AtomicInteger unfinished = new AtomicInteger();

    /**
     * @param lastRoundNs
     *            duration of the round before
     */
    Round(Upcalls upcalls, SlowPath slowPath, RevalidatorConfig config, RoundCounters counters, long lastRoundNs,
            long nowNs) {
        this.upcalls = upcalls;
        this.slowPath = slowPath;
        this.config = config;
        this.counters = counters;
        this.nowNs = nowNs;
        fastPaths = upcalls.fastPaths();
        cursors = new AtomicIntegerArray(fastPaths.size());
        changeSequence = slowPath.changeSequence();
        dumpSequence = upcalls.table().beginDump();
        int ukeys = upcalls.table().size();
        int limit = upcalls.flowLimit().get();
        deletesAll = ukeys > 2L * limit;
        long maxIdleNs = config.maxIdleMs() * 1_000_000L;
        idleNs = ukeys > limit ? Math.min(maxIdleNs, IDLE_OVER_LIMIT_NS) : maxIdleNs;
        hasTime = config.minRevalidatePps() == 0 || lastRoundNs < config.maxRevalidatorMs() * 1_000_000L / 2;
    }

    /** Megaflows seen. */
    int flows() {
        return flows.get();
    }

    /** Ukeys that need another round: their lock was taken, or an answer was awaited. */
    int unfinished() {
        return unfinished.get();
    }

    // --- dump ------------------------------------------------------------------------------------------------------------

    /** One thread's part of the dump. */
    void dump() {
        MegaflowReading reading = new MegaflowReading();
        int seen = 0;
        for (int thread = 0; thread < fastPaths.size(); thread++) {
            if (upcalls.hasEnded(thread)) {
                continue;
            }
            FastPath fastPath = fastPaths.get(thread);
            int limit = fastPath.slotLimit();
            for (int from = cursors.getAndAdd(thread, BATCH); from < limit; from = cursors.getAndAdd(thread, BATCH)) {
                int to = Math.min(limit, from + BATCH);
                for (int slot = from; slot < to; slot++) {
                    if (fastPath.read(slot, reading)) {
                        seen++;
                        int at = slot;
                        guarded(() -> dump(fastPath, at, reading));
                    }
                }
            }
        }
        flows.addAndGet(seen);
    }

    private void dump(FastPath fastPath, int slot, MegaflowReading reading) {
        if (!(reading.token instanceof Ukey owner)) {
            orphan(fastPath, reading);
            return;
        }
        if (!owner.tryLock()) {
            counters.busy.increment();
            return; // the sweep will look
        }
        boolean isGone;
        try {
            isGone = owner.state() == UkeyState.EVICTED || owner.state() == UkeyState.DELETED;
            if (!isGone && isFresh(fastPath, slot, owner, reading) && owner.seen(reading.handle)) {
                examine(owner, reading);
            }
        } finally {
            owner.unlock();
        }
        if (isGone) {
            dumpOfGone(fastPath, slot, owner, reading);
        }
    }

    /**
     * The slot was read before the ukey was locked. If the answer to a modify came in between, the ukey knows newer counters,
     * and the slot is read again.
     *
     * @return whether the reading is of this ukey's megaflow
     */
    private static boolean isFresh(FastPath fastPath, int slot, Ukey owner, MegaflowReading reading) {
        long handle = reading.handle;
        return (reading.packets >= owner.packets() && reading.bytes >= owner.bytes())
                || (fastPath.read(slot, reading) && reading.handle == handle);
    }

    /** A megaflow's ukey is gone. Either it was deleted since we read it, or it has another ukey, or none. */
    private void dumpOfGone(FastPath fastPath, int slot, Ukey former, MegaflowReading reading) {
        long handle = reading.handle;
        if (!fastPath.read(slot, reading) || reading.handle != handle) {
            return;
        }
        Ukey owner = upcalls.table().get(former.id());
        if (owner == null || owner == former) {
            orphan(fastPath, reading);
        } else if (owner.tryLock()) {
            try {
                if (owner.state().mayBeInstalled() && owner.handle() == handle
                        && isFresh(fastPath, slot, owner, reading)) {
                    examine(owner, reading);
                }
            } finally {
                owner.unlock();
            }
        }
    }

    private void orphan(FastPath fastPath, MegaflowReading reading) {
        counters.orphans.increment();
        if (reading.token != null) {
            upcalls.adopt(fastPath.id(), reading.token, reading.handle);
        }
    }

    // --- one ukey, its lock held, its megaflow read ----------------------------------------------------------------------

    private void examine(Ukey ukey, MegaflowReading reading) {
        ukey.setDumpSequence(dumpSequence);
        if (ukey.state() == UkeyState.EVICTING) {
            return; // the answer brings the last counters
        }
        long sinceNs = ukey.activeNs();
        boolean isNew = ukey.usedNs() == 0;
        long newPackets = ukey.attribute(reading.packets, reading.bytes, reading.usedNs, reading.tcpFlags);
        if (ukey.isQuarantined()) {
            delete(ukey, DeleteReason.QUARANTINED);
        } else if (ukey.state() == UkeyState.INCONSISTENT) {
            delete(ukey, DeleteReason.UPDATE_FAIL);
        } else if (deletesAll) {
            delete(ukey, DeleteReason.FLOW_LIMIT);
        } else if (nowNs - Math.max(ukey.activeNs(), reading.usedNs) > idleNs) {
            delete(ukey, DeleteReason.FLOW_IDLE);
        } else if (ukey.sequence() != changeSequence) {
            revalidate(ukey, isNew || isWorthIt(newPackets, nowNs - sinceNs));
        }
    }

    private boolean isWorthIt(long newPackets, long overNs) {
        return hasTime || newPackets * 1e9 >= (double) config.minRevalidatePps() * overNs;
    }

    private void revalidate(Ukey ukey, boolean isWorthIt) {
        if (ukey.isPending()) {
            unfinished.incrementAndGet();
            return;
        }
        if (!isWorthIt) {
            delete(ukey, DeleteReason.TOO_EXPENSIVE);
            return;
        }
        Translation next;
        long sequence = slowPath.changeSequence(); // before the translation: what changes meanwhile counts as a change
        try {
            next = slowPath.translate(ukey.key(), false, 0);
        } catch (RuntimeException | Error e) { // an Error: the stack is finite
            LOG.error("translation failed; the megaflow {} is deleted", ukey.id(), e);
            delete(ukey, DeleteReason.TRANSLATION_ERROR);
            return;
        }
        counters.translated.increment();
        if (!next.isCacheable()) {
            delete(ukey, next.refusal());
            next.close();
        } else if (!ukey.mask().covers(next.wildcards())) {
            delete(ukey, DeleteReason.FLOW_WILDCARDED);
            next.close();
        } else if (next.actions().equals(ukey.actions())) {
            counters.kept.increment();
            ukey.keep(next, sequence);
        } else {
            counters.modified.increment();
            ukey.modify(next, sequence, "revalidation");
        }
    }

    private void delete(Ukey ukey, DeleteReason reason) {
        if (ukey.delete(reason, false, "revalidation")) {
            counters.deleted.increment();
        }
    }

    // --- sweep -----------------------------------------------------------------------------------------------------------

    /** The sweep of one thread's share of the ukeys. */
    void sweep(int thread, int threads) {
        MegaflowReading reading = new MegaflowReading();
        upcalls.table().forEach(thread, threads, ukey -> {
            if (ukey.state() == UkeyState.OPERATIONAL && ukey.dumpSequence() == dumpSequence) {
                return; // the dump has looked at it; reading without the lock at worst leaves it for the next round
            }
            if (!ukey.tryLock()) {
                counters.busy.increment();
                unfinished.incrementAndGet();
                return;
            }
            try {
                guarded(() -> sweep(ukey, reading));
            } finally {
                ukey.unlock();
            }
        });
    }

    /** One ukey's trouble must not keep the others from being looked at. */
    private static void guarded(Runnable look) {
        try {
            look.run();
        } catch (RuntimeException | Error e) {
            LOG.error("revalidation of a megaflow failed", e);
        }
    }

    private void sweep(Ukey ukey, MegaflowReading reading) {
        switch (ukey.state()) {
            case EVICTED -> upcalls.table().remove(ukey, "sweep");
            case OPERATIONAL, INCONSISTENT -> {
                if (ukey.dumpSequence() != dumpSequence) {
                    sweepUnseen(ukey, reading);
                }
            }
            case CREATED, VISIBLE, EVICTING, DELETED -> {
                // an answer is awaited, or nothing is to be done
            }
        }
    }

    /** The dump did not look: the ukey was busy then, or its megaflow came later, or there is none. */
    private void sweepUnseen(Ukey ukey, MegaflowReading reading) {
        FastPath fastPath = fastPaths.get(ukey.threadId());
        if (fastPath.read(Megaflow.index(ukey.handle()), reading) && reading.handle == ukey.handle()) {
            examine(ukey, reading);
        } else if (dumpSequence - ukey.dumpSequence() >= MISSING_DUMPS) {
            delete(ukey, DeleteReason.MISSING_IN_FAST_PATH);
        }
    }
}
