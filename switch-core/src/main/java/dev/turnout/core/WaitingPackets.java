package dev.turnout.core;

/**
 * Packets of one flow that wait for a command of the slow path. The list may grow until the command is executed: packets
 * that miss meanwhile join it. So the forwarding thread asks for it when it executes the command (after it has installed
 * the megaflow), and no packet of a flow overtakes another.
 *
 * <p>Thread rules: {@link #take} is called once, on the forwarding thread that executes the command; also where that
 * thread ends and gives the packets back to their pool instead.
 */
@FunctionalInterface
public interface WaitingPackets {
    /** No packets. */
    WaitingPackets NONE = () -> new long[0];

    /** The packets, in order; the caller owns them now. May be empty. */
    long[] take();

    /** Packets that are known already. */
    static WaitingPackets of(long... packets) {
        return () -> packets;
    }
}
