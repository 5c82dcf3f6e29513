package dev.turnout.core;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;

/** The backend of a thread all of whose ports live in memory: no I/O, sleeping by parking the thread. */
public final class ParkingBackend implements IoBackend {
    /** Makes these backends. */
    public static final Factory FACTORY = threadId -> new ParkingBackend();
    private static final VarHandle SIGNALLED;

    static {
        try {
            SIGNALLED = MethodHandles.lookup().findVarHandle(ParkingBackend.class, "signalled", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Thread owner = Thread.currentThread();
    /** Set by {@link #wakeup}, cleared by {@link #await}; through SIGNALLED. */
    @SuppressWarnings("UnusedVariable") // through SIGNALLED
    private boolean signalled;

    @Override
    public String name() {
        return "none";
    }

    @Override
    public int poll() {
        return 0;
    }

    @Override
    public void await(long maxNanos) {
        if (!(boolean) SIGNALLED.getAndSet(this, false)) {
            LockSupport.parkNanos(this, maxNanos);
            SIGNALLED.setVolatile(this, false);
        }
    }

    @Override
    public void wakeup() {
        if ((boolean) SIGNALLED.compareAndSet(this, false, true)) {
            LockSupport.unpark(owner);
        }
    }

    @Override
    public void close() {
    }
}
