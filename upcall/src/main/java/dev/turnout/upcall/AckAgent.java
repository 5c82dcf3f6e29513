package dev.turnout.upcall;

import java.util.BitSet;
import java.util.List;
import java.util.function.IntConsumer;

import dev.turnout.core.Ack;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The agent {@code dp-acks}: applies the forwarding threads' answers to their ukeys, credits packets that left with a
 * command, and sends on commands that found a full queue.
 *
 * <p>Thread rules: {@link #doWork} on one thread; {@link #stop} any.
 */
final class AckAgent implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(AckAgent.class);
    private static final int TURN = 256;
    private static final int SPINS = 100;
    private static final long LONGEST_SLEEP_NS = 1_000_000_000L;
    private static final long OVERFLOW_SLEEP_NS = 100_000L;

    private final List<ThreadUpcalls> threads;
    private final UpcallScheduler scheduler;
    private final UkeyAudit audit;
    private final IntConsumer threadEnded;
    /** Threads whose end was told. */
    private final BitSet told = new BitSet();
    private volatile boolean stopped;

    /**
     * @param threadEnded
     *            told of each forwarding thread that has ended
     */
    AckAgent(List<ThreadUpcalls> threads, UpcallScheduler scheduler, UkeyAudit audit, IntConsumer threadEnded) {
        this.threadEnded = threadEnded;
        this.threads = threads;
        this.scheduler = scheduler;
        this.audit = audit;
    }

    void stop() {
        stopped = true;
        scheduler.agent().wake();
    }

    @Override
    public void run() {
        UpcallScheduler.Sleeper sleeper = scheduler.agent();
        sleeper.started();
        int spins = 0;
        while (!stopped) {
            if (doWork() > 0) {
                spins = 0;
            } else if (++spins < SPINS) {
                Thread.onSpinWait();
            } else {
                sleeper.lieDown();
                if (doWork() == 0 && !stopped) {
                    sleeper.sleep(isOverflowing() ? OVERFLOW_SLEEP_NS : LONGEST_SLEEP_NS);
                } else {
                    sleeper.getUp();
                }
                spins = 0;
            }
        }
    }

    private boolean isOverflowing() {
        for (ThreadUpcalls thread : threads) {
            if (thread.channel().waiting() > 0) {
                return true;
            }
        }
        return false;
    }

    /** A turn of every thread's answers; returns how much there was to do. */
    int doWork() {
        int work = 0;
        for (ThreadUpcalls thread : threads) {
            try {
                work += thread.drain(this::apply, TURN) + watch(thread.channel());
            } catch (RuntimeException | Error e) { // the agent must not end
                LOG.error("an answer of forwarding thread {} failed", thread.channel().threadId(), e);
                work++;
            }
        }
        return work;
    }

    private int watch(CommandChannel channel) {
        if (!channel.isEnded() || told.get(channel.threadId())) {
            return 0;
        }
        told.set(channel.threadId());
        threadEnded.accept(channel.threadId());
        return 1;
    }

    private void apply(Ack ack) {
        if (!(ack.token() instanceof Ukey ukey)) {
            return; // the deletion of a megaflow that has no ukey
        }
        ukey.lock();
        try {
            if (!ukey.onAck(ack)) {
                audit.staleAck();
            }
        } finally {
            ukey.unlock();
        }
    }
}
