package dev.turnout.ofproto;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

/**
 * Puts what {@code learn} makes into a bridge's tables, without ever waiting for the bridge's lock.
 *
 * <p>A flow that is there already and the same costs a lookup and a time stamp: no lock, no new version, nothing becomes stale. Else what is to be
 * learned is queued, and whoever gets the lock by trying works the queue off. Who holds the lock looks at the queue after letting go of it ({@link
 * #settle}), so nothing stays in it: either the learner had the lock, then the flow is in the tables when {@link #learn} returns, or the lock's
 * holder does it at the end of what he is doing.
 *
 * <p>Where packets disagree, the later one wins: what is credited late does not replace what was learned, or changed by a controller, since. And a
 * flow that is gone teaches nothing: packets that its megaflow forwarded before are credited without being learned from.
 *
 * <p>Thread rules: any thread, whatever locks it holds but the bridge's.
 */
final class FlowLearner {
    /** More than so much is not queued; what is refused is learned with the megaflow's next credit. */
    private static final int MAX_WAITING = 1 << 16;
    private static final int MOST_AT_ONCE = 256;

    /** What became of a flow to learn. */
    enum Outcome {
        /** It was there, and has been refreshed. */
        THERE("is there"),
        /** It was added, or what was there has been replaced. */
        LEARNED("new or changed"),
        /** The table has as many flows of the cookie as the action allows. */
        OVER_LIMIT("over the limit, not learned"),
        /** The table is full, the learning flow is gone, or what came out cannot be a flow. */
        REFUSED("refused"),
        /** Another thread does it. */
        WAITING("to be learned");

        private final String meaning;

        Outcome(String meaning) {
            this.meaning = meaning;
        }

        /** In a few words. */
        String meaning() {
            return meaning;
        }

        /** Whether the flow is in the table, or soon will be. */
        boolean isLearned() {
            return this == THERE || this == LEARNED || this == WAITING;
        }
    }

    private static final class Waiting {
        final LearnedFlow flow;
        final long atNs;
        /** Written under the lock; volatile: read by who queued it, who may not have had the lock. */
        volatile Outcome outcome = Outcome.WAITING;

        Waiting(LearnedFlow flow, long atNs) {
            this.flow = flow;
            this.atNs = atNs;
        }
    }

    private final RuleTables tables;
    private final Facilities facilities;
    private final ReentrantLock lock;
    private final Consumer<List<FlowModBatch>> onChange;
    private final ConcurrentLinkedQueue<Waiting> queue = new ConcurrentLinkedQueue<>();
    private final AtomicInteger queued = new AtomicInteger();
    private final LongAdder learned = new LongAdder();
    private final LongAdder overLimit = new LongAdder();
    private final LongAdder refused = new LongAdder();

    /** {@code lock} is the bridge's; {@code onChange} is called without it, after changes were published, with these. */
    FlowLearner(RuleTables tables, Facilities facilities, ReentrantLock lock, Consumer<List<FlowModBatch>> onChange) {
        this.tables = tables;
        this.facilities = facilities;
        this.lock = lock;
        this.onChange = onChange;
    }

    /** What {@link #learn} would come to, without doing it: {@code WAITING} where it would learn. */
    Outcome predict(LearnedFlow flow) {
        if (find(flow) != null) {
            return Outcome.THERE;
        }
        int flows = tables.learnedCookies().known(flow.mod().table(), flow.mod().cookie());
        return flow.isOverLimit(flows) ? Outcome.OVER_LIMIT : Outcome.WAITING;
    }

    private @Nullable Rule find(LearnedFlow flow) {
        return tables.table(flow.mod().table()).classifier.seek(flow.mod().match(), flow.mod().priority(),
                tables.version());
    }

    /** Learns from a packet that passed at this time. */
    Outcome learn(LearnedFlow flow, long atNs) {
        Rule same = find(flow);
        if (same != null && flow.isSame(same)) {
            same.refresh(atNs);
            return Outcome.THERE;
        }
        if (queued.incrementAndGet() > MAX_WAITING) {
            queued.decrementAndGet();
            refused.increment();
            return Outcome.REFUSED;
        }
        Waiting waiting = new Waiting(flow, atNs);
        queue.add(waiting);
        settle();
        return waiting.outcome;
    }

    /**
     * Works the queue off, unless another thread has the lock or waits for it: then that one does. To be called after every release of the lock, which
     * is released, and what has changed is told, after every {@value #MOST_AT_ONCE} flows.
     */
    void settle() {
        while (!queue.isEmpty() && !lock.hasQueuedThreads() && lock.tryLock()) {
            List<FlowModBatch> changes = new ArrayList<>();
            try {
                workOff(changes);
            } finally {
                lock.unlock();
                if (!changes.isEmpty()) {
                    onChange.accept(changes);
                }
            }
        }
    }

    private void workOff(List<FlowModBatch> changes) {
        for (int done = 0; done < MOST_AT_ONCE; done++) {
            Waiting next = queue.poll();
            if (next == null) {
                return;
            }
            queued.decrementAndGet();
            next.outcome = apply(next.flow, next.atNs, changes);
        }
    }

    private Outcome apply(LearnedFlow flow, long atNs, List<FlowModBatch> changes) {
        Rule by = flow.by();
        if (by != null && !by.isVisible(tables.nextVersion())) {
            refused.increment();
            return Outcome.REFUSED;
        }
        int table = flow.mod().table();
        Rule old = tables.find(table, flow.mod());
        if (old == null && flow.limit() != 0
                && flow.isOverLimit(tables.learnedCookies().flows(tables, table, flow.mod().cookie()))) {
            overLimit.increment();
            return Outcome.OVER_LIMIT;
        }
        if (old != null && (flow.isSame(old) || old.modifiedNs() - atNs > 0)) {
            old.refresh(atNs);
            return Outcome.THERE;
        }
        FlowModBatch batch = new FlowModBatch(tables, facilities, atNs);
        try {
            batch.apply(flow.mod());
        } catch (FlowModException e) {
            batch.rollBack();
            refused.increment();
            return Outcome.REFUSED;
        } catch (RuntimeException | Error e) {
            batch.rollBack(); // else the next batch would publish what this one has done
            throw e;
        }
        batch.publish();
        changes.add(batch);
        learned.increment();
        return Outcome.LEARNED;
    }

    LearnCounts counts() {
        return new LearnCounts(learned.sum(), overLimit.sum(), refused.sum());
    }
}
