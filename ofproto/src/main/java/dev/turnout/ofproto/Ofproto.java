package dev.turnout.ofproto;

import java.util.List;
import java.util.function.LongSupplier;

import dev.turnout.flow.FlowKey;
import org.jspecify.annotations.Nullable;

/**
 * The OpenFlow side of a switch: all bridges, and what joins them to the datapath.
 *
 * <p>Thread rules: any thread. What a translation reads is published without locks.
 */
public final class Ofproto {
    /** An empty switch. {@code clock} gives nanoseconds, as {@link System#nanoTime}; all times of this module are on it. */
    public Ofproto(LongSupplier clock) {
        throw new UnsupportedOperationException(clock.toString());
    }

    /**
     * Adds a bridge.
     *
     * @throws IllegalArgumentException
     *             if there is one of that name
     */
    public Bridge addBridge(String name, FailMode failMode, long datapathId) {
        throw new UnsupportedOperationException(name + failMode + datapathId);
    }

    /** Removes a bridge with its ports and flows; false if there is none of that name. */
    public boolean removeBridge(String name) {
        throw new UnsupportedOperationException(name);
    }

    public @Nullable Bridge bridge(String name) {
        throw new UnsupportedOperationException(name);
    }

    /** The bridges, by name. */
    public List<Bridge> bridges() {
        throw new UnsupportedOperationException();
    }

    /** The port with this datapath number, or null. */
    public @Nullable PortRef portByDpPort(int dpPort) {
        throw new UnsupportedOperationException("" + dpPort);
    }

    public Translator translator() {
        throw new UnsupportedOperationException();
    }

    /**
     * Grows with every change that can change a translation. Read it before translating: a translation is stale when it has moved since.
     */
    public long changeSequence() {
        throw new UnsupportedOperationException();
    }

    /** Removes flows and MAC addresses whose time is over; to be called at least a few times a second. Returns how many went. */
    public int expire(long nowNs) {
        throw new UnsupportedOperationException("" + nowNs);
    }

    /**
     * Says that all packets that passed before this time have been credited. Idle timeouts count up to here only, so that a flow under cached
     * traffic never expires for counters that are late. To be called by the revalidator after each round, with the time when it began.
     */
    public void countersCreditedUpTo(long timeNs) {
        throw new UnsupportedOperationException("" + timeNs);
    }

    public void addPacketInListener(PacketInListener listener) {
        throw new UnsupportedOperationException(listener.toString());
    }

    public void removePacketInListener(PacketInListener listener) {
        throw new UnsupportedOperationException(listener.toString());
    }

    /**
     * Sends a packet to the controllers: what {@code DpAction.Userspace} of kind {@code CONTROLLER} asks for.
     *
     * @param stateId
     *            of the action
     * @param frame
     *            the frame as it is when the action is reached
     * @param key
     *            its key
     * @return false if the id is not (or no longer) known
     */
    public boolean packetIn(int stateId, byte[] frame, FlowKey key) {
        throw new UnsupportedOperationException(stateId + " " + frame.length + key);
    }
}
