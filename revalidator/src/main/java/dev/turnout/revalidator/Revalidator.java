package dev.turnout.revalidator;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

import dev.turnout.upcall.SlowPath;
import dev.turnout.upcall.Upcalls;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The revalidator threads. One of them leads: it begins each {@link Round}, takes part in it, and then settles: adapts the
 * flow limit to the round's duration and waits until the next round is due, at the latest after {@code max-revalidator};
 * when a table changes, at once, but at least {@value #LEAST_SETTLE_NS} ns after the last round, so that a burst of changes
 * is looked at once.
 *
 * <p>Thread rules: control methods from any thread. The monitor makes starts and stops happen one after another; threads are
 * joined under it. The lock guards the state that they share with the leader, and is held for moments only, together with no
 * other but that monitor.
 */
public final class Revalidator implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Revalidator.class);
    private static final long LEAST_SETTLE_NS = 5_000_000L;
    /** How often the leader looks for a change. */
    private static final long LOOK_NS = 2_000_000L;
    private static final long WAIT_SECONDS = 10;
    /** A wait is content with a round that left something unfinished after so many. */
    private static final int MOST_ROUNDS = 20;

    private final Upcalls upcalls;
    private final SlowPath slowPath;
    private final LongSupplier clock;
    private final LongConsumer afterRound;
    private final RoundCounters counters = new RoundCounters();

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    /** Under {@link #lock}. */
    private final List<Thread> threads = new ArrayList<>();
    /** Rounds that began, and that ended; the last one that ended with nothing unfinished. Under {@link #lock}. */
    private long begun;
    private long ended;
    private long endedFinished;
    /** Under {@link #lock}. */
    private boolean paused;
    private boolean inRound;
    /** Somebody waits for a round. Written under the lock, read by the leader without. */
    private volatile boolean hurry;
    private volatile boolean stopping;
    private volatile RevalidatorConfig config;
    private volatile RevalidatorStats stats = new RevalidatorStats(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, false);
    private volatile @Nullable Thread leader;

    /** Of the threads that run now; the leader writes it before the barrier that begins a round. */
    private @Nullable Round round;
    private long lastRoundNs;
    private long seenSequence;

    /**
     * @param afterRound
     *            told after each round when it began: what passed before is credited, which is when flows may expire
     */
    public Revalidator(Upcalls upcalls, SlowPath slowPath, RevalidatorConfig config, LongSupplier clock,
            LongConsumer afterRound) {
        this.upcalls = upcalls;
        this.slowPath = slowPath;
        this.config = config;
        this.clock = clock;
        this.afterRound = afterRound;
    }

    // --- life ------------------------------------------------------------------------------------------------------------

    /** Starts the threads. */
    public synchronized void start() {
        lock.lock();
        try {
            if (!threads.isEmpty()) {
                throw new IllegalStateException("started already");
            }
            stopping = false;
            int count = config.threads();
            CyclicBarrier barrier = new CyclicBarrier(count);
            Thread first = Thread.ofPlatform().name("revalidator-0").daemon().unstarted(() -> lead(barrier, count));
            leader = first;
            threads.add(first);
            for (int i = 1; i < count; i++) {
                int number = i;
                threads.add(Thread.ofPlatform().name("revalidator-" + i).daemon()
                        .unstarted(() -> follow(barrier, number, count)));
            }
            threads.forEach(Thread::start);
        } finally {
            lock.unlock();
        }
    }

    /** Stops the threads; megaflows stay as they are. */
    @Override
    public synchronized void close() {
        stopping = true;
        LockSupport.unpark(leader);
        List<Thread> stopped;
        lock.lock();
        try {
            stopped = List.copyOf(threads);
            threads.clear();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        boolean interrupted = false;
        for (Thread thread : stopped) {
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    public RevalidatorConfig config() {
        return config;
    }

    /** Changes the settings; a new number of threads restarts them. */
    public synchronized void setConfig(RevalidatorConfig settings) {
        boolean restart = settings.threads() != config.threads();
        config = settings;
        lock.lock();
        try {
            restart &= !threads.isEmpty();
        } finally {
            lock.unlock();
        }
        if (restart) {
            close();
            start();
        }
    }

    // --- the threads -----------------------------------------------------------------------------------------------------

    private void lead(CyclicBarrier barrier, int count) {
        try {
            while (awaitTurn()) {
                long beganNs = clock.getAsLong();
                Round next = new Round(upcalls, slowPath, config, counters, lastRoundNs, beganNs);
                round = next;
                barrier.await();
                phases(next, barrier, 0, count);
                settle(next, beganNs);
            }
            round = null;
            barrier.await();
        } catch (InterruptedException | BrokenBarrierException e) {
            LOG.error("revalidation ends", e);
        }
    }

    private void follow(CyclicBarrier barrier, int number, int count) {
        try {
            while (true) {
                barrier.await();
                Round next = round; // written before the barrier
                if (next == null) {
                    return;
                }
                phases(next, barrier, number, count);
            }
        } catch (InterruptedException | BrokenBarrierException e) {
            LOG.error("revalidation ends", e);
        }
    }

    private static void phases(Round round, CyclicBarrier barrier, int number, int count)
            throws InterruptedException, BrokenBarrierException {
        guarded(round::dump);
        barrier.await();
        guarded(() -> round.sweep(number, count));
        barrier.await();
    }

    /** A phase's trouble must not end revalidation. */
    private static void guarded(Runnable phase) {
        try {
            phase.run();
        } catch (RuntimeException | Error e) { // else the other threads would wait at the barrier for ever
            LOG.error("a phase of revalidation failed", e);
        }
    }

    private void settle(Round done, long beganNs) {
        lastRoundNs = clock.getAsLong() - beganNs;
        upcalls.flowLimit().adapt(lastRoundNs, done.flows());
        guarded(() -> afterRound.accept(beganNs));
        RevalidatorStats before = stats;
        int flows = done.flows();
        stats = new RevalidatorStats(before.rounds() + 1, flows, (before.averageFlows() * 15 + flows) / 16,
                Math.max(before.maxFlows(), flows), lastRoundNs, counters.translated.sum(), counters.kept.sum(),
                counters.modified.sum(), counters.deleted.sum(), counters.orphans.sum(), counters.busy.sum(),
                config.threads(), false);
        lock.lock();
        try {
            inRound = false;
            ended = begun;
            if (done.unfinished() == 0) {
                endedFinished = ended;
            } else {
                hurry = true;
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until the next round is due; false if the threads are to end. Sets {@link #inRound}. */
    private boolean awaitTurn() {
        RevalidatorConfig settings = config;
        long startNs = System.nanoTime();
        long mostNs = Math.min(settings.maxIdleMs(), settings.maxRevalidatorMs()) * 1_000_000L;
        while (!stopping) {
            long waitedNs = System.nanoTime() - startNs;
            boolean isDue = waitedNs >= mostNs
                    || (waitedNs >= LEAST_SETTLE_NS && (hurry || slowPath.changeSequence() != seenSequence));
            if (isDue && begin()) {
                return true;
            }
            LockSupport.parkNanos(this, isDue ? LOOK_NS : Math.min(LOOK_NS, mostNs - waitedNs));
        }
        return false;
    }

    /** Begins a round, unless rounds are paused. */
    private boolean begin() {
        lock.lock();
        try {
            if (paused) {
                return false;
            }
            hurry = false;
            inRound = true;
            begun++;
            seenSequence = slowPath.changeSequence();
            return true;
        } finally {
            lock.unlock();
        }
    }

    // --- what people ask for ---------------------------------------------------------------------------------------------

    /** Begins a round soon, for whoever knows that something changed. */
    public void wake() {
        hurry = true;
        LockSupport.unpark(leader);
    }

    /**
     * Waits until a round that began after this call is done, with nothing left unfinished, and its operations are answered
     * ({@code revalidator/wait}); false if that took too long, or rounds are paused or stopped.
     */
    public boolean waitForRound() {
        lock.lock();
        try {
            long first = begun + 1;
            long untilNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_SECONDS);
            while (endedFinished < first && ended < first + MOST_ROUNDS) {
                hurry = true;
                long leftNs = untilNs - System.nanoTime();
                if (leftNs <= 0 || paused || threads.isEmpty()) {
                    return false;
                }
                changed.awaitNanos(Math.min(leftNs, TimeUnit.MILLISECONDS.toNanos(100)));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            lock.unlock();
        }
        return upcalls.awaitAnswers();
    }

    /** Stops rounds from beginning, and waits until none runs ({@code revalidator/pause}). */
    public void pause() {
        lock.lock();
        try {
            paused = true;
            while (inRound && !threads.isEmpty()) {
                changed.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Lets rounds begin again ({@code revalidator/resume}). */
    public void resume() {
        lock.lock();
        try {
            paused = false;
        } finally {
            lock.unlock();
        }
        wake();
    }

    /** Deletes all megaflows ({@code revalidator/purge}) and waits until they are gone; returns how many there were. */
    public int purge() {
        return upcalls.purge();
    }

    /** The figures at this moment. */
    public RevalidatorStats stats() {
        RevalidatorStats now = stats;
        boolean isPaused;
        lock.lock();
        try {
            isPaused = paused;
        } finally {
            lock.unlock();
        }
        return new RevalidatorStats(now.rounds(), now.flows(), now.averageFlows(), now.maxFlows(), now.roundNs(),
                now.translated(), now.kept(), now.modified(), now.deleted(), now.orphans(), now.busy(),
                config.threads(), isPaused);
    }
}
