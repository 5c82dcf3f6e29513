package dev.turnout.upcall;

import java.util.concurrent.atomic.AtomicBoolean;

import org.jctools.queues.varhandle.MpmcVarHandleArrayQueue;
import org.jspecify.annotations.Nullable;

/**
 * A bounded queue of one port's upcalls. While it is not empty it stands once in the {@link UpcallScheduler}'s line, or one
 * handler is about to put it there again.
 *
 * <p>Thread rules: any thread.
 */
final class PortQueue {
    private final MpmcVarHandleArrayQueue<Upcall> queue;
    private final AtomicBoolean scheduled = new AtomicBoolean();
    private final boolean serial;

    /**
     * @param serial
     *            whether one handler at a time serves it, which keeps the order
     */
    PortQueue(int capacity, boolean serial) {
        queue = new MpmcVarHandleArrayQueue<>(Math.max(2, capacity));
        this.serial = serial;
    }

    boolean isSerial() {
        return serial;
    }

    boolean offer(Upcall upcall) {
        return queue.offer(upcall);
    }

    @Nullable
    Upcall poll() {
        return queue.poll();
    }

    boolean isEmpty() {
        return queue.isEmpty();
    }

    int size() {
        return queue.size();
    }

    /** Whether the caller is to put it in line. */
    boolean schedule() {
        return scheduled.compareAndSet(false, true);
    }

    void unschedule() {
        scheduled.set(false);
    }
}
