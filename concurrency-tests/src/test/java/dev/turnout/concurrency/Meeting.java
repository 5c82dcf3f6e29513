package dev.turnout.concurrency;

import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Where the two actors of a try meet before they act. Without it one of them soon runs ahead, and hardly a try has both at
 * work at the same moment. They leave within a fraction of a microsecond of each other, now the one first and now the other.
 * Who waits for an actor that does not run goes on alone.
 */
public final class Meeting {
    private static final int PATIENCE = 1000;
    private static final int MOST_DELAY = 8;

    private final AtomicInteger arrived = new AtomicInteger();

    /** The first thing that an actor does. */
    public void arrive() {
        int delay = ThreadLocalRandom.current().nextInt(MOST_DELAY);
        arrived.getAndIncrement();
        for (int i = 0; i < PATIENCE && arrived.get() < 2; i++) {
            Thread.onSpinWait();
        }
        for (int i = 0; i < delay; i++) {
            Thread.onSpinWait();
        }
    }
}
