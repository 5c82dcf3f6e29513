package dev.turnout.core;

/**
 * How one forwarding thread does input and output, and how it sleeps when there is none.
 *
 * <p>Thread rules: {@link #wakeup} may be called by any thread, everything else by the owner.
 */
public interface IoBackend extends AutoCloseable {
    /** For messages and {@code vsctl show}: {@code io_uring}, {@code poll}. */
    String name();

    /** Runs what is due without blocking and returns how much there was. Called once per cycle. */
    int poll();

    /**
     * Blocks until a receiver may have packets, until {@link #wakeup} or until the time is over. A wakeup that came since
     * the last call makes it return at once. May return for no reason.
     */
    void await(long maxNanos);

    /** Ends the owner's present or next {@link #await}. */
    void wakeup();

    /** Closes; the ports' receivers and transmitters were closed before. */
    @Override
    void close();

    /** Makes the backend of a forwarding thread. */
    @FunctionalInterface
    interface Factory {
        /** Called on the forwarding thread that will own the backend. */
        IoBackend open(int threadId);
    }
}
