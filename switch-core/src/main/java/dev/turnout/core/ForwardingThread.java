package dev.turnout.core;

import dev.turnout.flow.DatapathActions;

/**
 * A forwarding thread, as other threads see it.
 */
public final class ForwardingThread {
    private final int id;
    private final MegaflowTable megaflows;

    ForwardingThread(int id, DatapathConfig config) {
        this.id = id;
        this.megaflows = new MegaflowTable(config.maxMegaflows());
    }

    /** Number of the thread, from 0. */
    public int id() {
        return id;
    }

    /** The thread's megaflows; other threads may only read them. */
    public MegaflowTable megaflows() {
        return megaflows;
    }

    /**
     * Hands a command over and wakes the thread; any thread may call it.
     *
     * @return false if the queue is full or the thread has ended; then the command's packets still belong to the caller
     */
    public boolean submit(DatapathCommand command) {
        throw new UnsupportedOperationException(command.toString());
    }

    /** A counter's value at this moment; any thread may call it. */
    public long count(ThreadCounter counter) {
        throw new UnsupportedOperationException(counter.name());
    }

    /** Packets dropped for a reason so far; any thread may call it. */
    public long drops(DropReason reason) {
        throw new UnsupportedOperationException(reason.name());
    }

    /** Name of its I/O backend, for {@code show}; any thread may call it. */
    public String ioName() {
        throw new UnsupportedOperationException();
    }

    /** The Java thread, for its CPU time. */
    public Thread thread() {
        throw new UnsupportedOperationException();
    }

    /** Which action the datapath cannot execute, or "" if it can all of them. */
    public static String unsupported(DatapathActions actions) {
        return actions.isDrop() ? "" : "";
    }
}
