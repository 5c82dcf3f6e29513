package dev.turnout.upcall;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A handler thread: takes ports from the line and handles a few upcalls of each.
 *
 * <p>Thread rules: {@link #doWork} on one thread; {@link #stop} any.
 */
final class UpcallHandler implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(UpcallHandler.class);
    /** Upcalls of one port before the next port has its turn. */
    private static final int TURN = 8;
    private static final int SPINS = 200;
    private static final long LONGEST_SLEEP_NS = 1_000_000_000L;

    private final UpcallScheduler scheduler;
    private final FlowSetup setup;
    private final UpcallScheduler.Sleeper sleeper = new UpcallScheduler.Sleeper();
    private final @Nullable Upcall[] turn = new @Nullable Upcall[TURN];
    private volatile boolean stopped;

    UpcallHandler(UpcallScheduler scheduler, FlowSetup setup) {
        this.scheduler = scheduler;
        this.setup = setup;
    }

    UpcallScheduler.Sleeper sleeper() {
        return sleeper;
    }

    void stop() {
        stopped = true;
        sleeper.wake();
    }

    @Override
    public void run() {
        sleeper.started();
        int spins = 0;
        while (!stopped) {
            if (doWork() > 0) {
                spins = 0;
            } else if (++spins < SPINS) {
                Thread.onSpinWait();
            } else {
                sleeper.lieDown();
                if (scheduler.isEmpty() && !stopped) {
                    sleeper.sleep(LONGEST_SLEEP_NS);
                } else {
                    sleeper.getUp();
                }
                spins = 0;
            }
        }
    }

    /** One port's turn; returns the upcalls handled. */
    int doWork() {
        PortQueue queue = scheduler.next();
        if (queue == null) {
            return 0;
        }
        int count = 0;
        for (Upcall upcall = queue.poll(); upcall != null; upcall = count < TURN ? queue.poll() : null) {
            turn[count++] = upcall;
        }
        if (!queue.isSerial()) {
            scheduler.giveBack(queue); // others may go on with this port meanwhile
        }
        for (int i = 0; i < count; i++) {
            Upcall upcall = turn[i];
            turn[i] = null;
            if (upcall != null) {
                handle(upcall);
            }
        }
        if (queue.isSerial()) {
            scheduler.giveBack(queue);
        }
        return Math.max(1, count);
    }

    private void handle(Upcall upcall) {
        try {
            setup.handle(upcall);
        } catch (RuntimeException | Error e) { // the handler must not end, nor a flow wait for ever
            LOG.error("an upcall failed; its packets are dropped", e);
            setup.giveUp(upcall);
        }
    }
}
