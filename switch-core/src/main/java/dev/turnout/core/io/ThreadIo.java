package dev.turnout.core.io;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.atomic.AtomicInteger;

import dev.turnout.core.IoBackend;
import dev.turnout.core.PortContext;
import dev.turnout.packet.PacketPool;
import org.jspecify.annotations.Nullable;

/**
 * The back end of a forwarding thread. It sleeps in {@code ppoll} until a receiver asks for the ring ({@link #ring}); from then on it sleeps in
 * {@code io_uring_enter}, and descriptors without a multishot request of their own are watched by a one-shot poll request, put into the ring
 * only when the thread is about to sleep: a busy thread pays nothing for them.
 *
 * <p>A wake-up costs a system call only when the owner sleeps. {@link #state} says so: the owner goes from RUNNING to WAITING before it sleeps;
 * whoever wants to wake it exchanges the state for SIGNALLED and interrupts the sleep only if it was WAITING. An owner that finds SIGNALLED
 * when it wants to sleep does not.
 *
 * <p>Thread rules: those of {@link IoBackend}.
 */
public final class ThreadIo implements IoBackend {
    /** Uses io_uring where a port wants it and the system allows it. */
    public static final Factory FACTORY = threadId -> new ThreadIo(RingUse.ALL);
    /** Never uses io_uring. */
    public static final Factory WITHOUT_RING = threadId -> new ThreadIo(RingUse.NONE);

    /** What of io_uring may be used, whatever the kernel allows. */
    public enum RingUse {
        /** No ring. */
        NONE,
        /** A ring, whose buffers are provided by requests: what is left where no buffer ring can be registered. */
        WITHOUT_BUFFER_RINGS,
        /** Everything. */
        ALL
    }

    private static final int RUNNING = 0;
    private static final int WAITING = 1;
    private static final int SIGNALLED = 2;

    /** Exchanged by the owner and by any thread; its order also carries what the waker published before. */
    private final AtomicInteger state = new AtomicInteger(RUNNING);
    private final PollSet set;
    /** Written by the owner while it is awake; a waker reads it only after it saw WAITING. */
    private @Nullable UringLoop ring;
    private final RingUse ringUse;
    private String whyNoRing = "";
    private @Nullable ReceiveSlots slots;

    /**
     * To be called on the forwarding thread.
     *
     * @param ringUse what of io_uring may be used
     */
    public ThreadIo(RingUse ringUse) {
        this.ringUse = ringUse;
        try {
            set = new PollSet();
        } catch (SystemCallException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The back end that a port's context brings; an error where the datapath runs on another kind. */
    public static ThreadIo of(PortContext context) throws IOException {
        if (context.io() instanceof ThreadIo io) {
            return io;
        }
        throw new IOException(
                "the forwarding thread's I/O backend " + context.io().name() + " serves no interfaces of the system");
    }

    /** The ring, created on first use, or null where the system does not allow one: {@link #whyNoRing} says why. Owner thread only. */
    public @Nullable UringLoop ring() {
        if (ring == null && whyNoRing.isEmpty()) {
            whyNoRing = ringUse != RingUse.NONE ? UringLoop.unavailable() : "switched off by configuration";
            if (whyNoRing.isEmpty()) {
                try {
                    ring = new UringLoop(ringUse == RingUse.ALL);
                } catch (IllegalStateException e) {
                    whyNoRing = String.valueOf(e.getMessage());
                }
            }
        }
        return ring;
    }

    /** The receive buffers that this thread's receivers share, of the thread's pool. Owner thread only. */
    public ReceiveSlots slots(PacketPool pool) {
        ReceiveSlots present = slots;
        if (present == null) {
            present = new ReceiveSlots(pool);
            slots = present;
        }
        return present;
    }

    /** The reason why {@link #ring} returned null. */
    public String whyNoRing() {
        return whyNoRing;
    }

    @Override
    public int poll() {
        if (set.isAsked()) {
            set.refresh(System.nanoTime());
        }
        UringLoop loop = ring;
        return loop == null ? 0 : loop.run();
    }

    @Override
    public void await(long maxNanos) {
        if (maxNanos <= 0) {
            return;
        }
        if (state.compareAndSet(RUNNING, WAITING)) {
            UringLoop loop = ring;
            if (loop == null) {
                set.sleep(maxNanos);
            } else {
                loop.sleep(maxNanos, set.watches());
                set.lookSoon();
            }
            if (state.getAndSet(RUNNING) == SIGNALLED && loop == null) {
                set.drain();
            }
        } else {
            state.set(RUNNING);
        }
    }

    @Override
    public void wakeup() {
        if (state.getAndSet(SIGNALLED) == WAITING) {
            UringLoop loop = ring;
            if (loop == null) {
                set.interrupt();
            } else {
                loop.interrupt();
            }
        }
    }

    /** Adds a descriptor whose readability ends {@link #await} and whose reader asks {@link Watch#ready}. Owner thread only. */
    public Watch watch(int fd) {
        return set.add(fd, true);
    }

    /** Adds a descriptor whose readability ends {@link #await}, no more: what comes is seen without a system call. Owner thread only. */
    public Watch watchAsleep(int fd) {
        return set.add(fd, false);
    }

    /** Takes a descriptor out; it must still be open. Owner thread only. */
    public void unwatch(Watch watch) {
        set.remove(watch);
        if (ring != null) {
            ring.forget(watch);
        }
    }

    @Override
    public String name() {
        return ring == null ? "poll" : "io_uring";
    }

    @Override
    public void close() {
        if (slots != null) {
            slots.close();
            slots = null;
        }
        if (ring != null) {
            ring.close();
            ring = null;
        }
        set.close();
    }
}
