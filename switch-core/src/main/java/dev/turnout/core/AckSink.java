package dev.turnout.core;

/**
 * Where a forwarding thread's acknowledgements go: a bounded ring per thread that the slow path drains.
 *
 * <p>Thread rules: called on the forwarding thread {@code from}, single producer per thread; must not block.
 */
@FunctionalInterface
public interface AckSink {
    /** Takes an acknowledgement over; false if there is no room. Then the thread keeps it, executes no further commands and tries again soon: in its next cycle, and while it is idle several times per millisecond. */
    boolean offer(ForwardingThread from, Ack ack);
}
