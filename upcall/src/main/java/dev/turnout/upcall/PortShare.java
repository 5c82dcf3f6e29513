package dev.turnout.upcall;

/**
 * One ingress port's share of the upcall path on one forwarding thread: how many packets of it wait, and its queues.
 *
 * <p>Thread rules: {@link #held} belongs to the forwarding thread; the queues to it and the handlers.
 */
final class PortShare {
    final PortQueue misses;
    final PortQueue userspace;
    /** Packets of this port that wait. */
    int held;

    PortShare(int capacity) {
        misses = new PortQueue(capacity, false);
        userspace = new PortQueue(capacity, true);
    }
}
