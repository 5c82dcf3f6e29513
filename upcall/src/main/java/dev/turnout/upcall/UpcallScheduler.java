package dev.turnout.upcall;

import java.lang.invoke.VarHandle;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

import org.jspecify.annotations.Nullable;

/**
 * The line of ports that have upcalls. A handler takes the first, does a few of its upcalls, and the port goes to the end
 * of the line: so ports are served round robin, however many upcalls one of them has.
 *
 * <p>Thread rules: any thread. A forwarding thread wakes a handler only if one sleeps.
 */
final class UpcallScheduler {
    /** A thread that sleeps when it has nothing to do. */
    static final class Sleeper {
        private final AtomicBoolean asleep = new AtomicBoolean();
        private volatile @Nullable Thread thread;

        void started() {
            thread = Thread.currentThread();
        }

        /** Wakes the thread if it sleeps; says whether it did. */
        boolean wake() {
            if (asleep.get() && asleep.compareAndSet(true, false)) {
                LockSupport.unpark(thread);
                return true;
            }
            return false;
        }

        /** Announces that the thread will sleep; it looks for work once more before it does. */
        void lieDown() {
            asleep.set(true);
            VarHandle.fullFence(); // before the look at queues, whose loads are no more than acquire
        }

        void getUp() {
            asleep.set(false);
        }

        /** Sleeps until it is woken, at most so long. */
        void sleep(long mostNs) {
            if (asleep.get()) {
                LockSupport.parkNanos(this, mostNs);
            }
            asleep.set(false);
        }
    }

    private final ConcurrentLinkedQueue<PortQueue> line = new ConcurrentLinkedQueue<>();
    private final Sleeper agent = new Sleeper();
    private volatile Sleeper[] handlers = {};

    /** An upcall was put into this queue. */
    void offered(PortQueue queue) {
        if (queue.schedule()) {
            line.add(queue);
            wakeHandler();
        }
    }

    /** The port whose turn it is, or null. */
    @Nullable
    PortQueue next() {
        return line.poll();
    }

    boolean isEmpty() {
        return line.isEmpty();
    }

    /** Puts a port back at the end of the line, if it has more. */
    void giveBack(PortQueue queue) {
        if (!queue.isEmpty()) {
            line.add(queue);
            wakeHandler();
            return;
        }
        queue.unschedule();
        if (!queue.isEmpty()) { // something came in between
            offered(queue);
        }
    }

    private void wakeHandler() {
        for (Sleeper handler : handlers) {
            if (handler.wake()) {
                return;
            }
        }
    }

    void setHandlers(Sleeper[] sleepers) {
        handlers = sleepers;
    }

    Sleeper agent() {
        return agent;
    }

    /** The agent has something to do. */
    void wakeAgent() {
        VarHandle.fullFence(); // what was put into its queue, before the look at whether it sleeps
        agent.wake();
    }
}
