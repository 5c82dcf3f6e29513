package dev.turnout.upcall;

import dev.turnout.flow.FlowKey;

/**
 * The OpenFlow side of the slow path, as upcalls and revalidators use it. {@link OfprotoSlowPath} is the real one.
 *
 * <p>Thread rules: any thread may call any method.
 */
public interface SlowPath {
    /** Changes with everything that may change a translation. */
    long changeSequence();

    /**
     * Translates a flow key.
     *
     * @param key
     *            the key; not changed
     * @param sideEffects
     *            whether MAC addresses are learned: yes for a packet, no for a revalidation
     * @param frameLength
     *            bytes of the frame, 0 in a revalidation
     */
    Translation translate(FlowKey key, boolean sideEffects, int frameLength);

    /** Hands a packet to the controllers; false if the state is not known, or no longer. */
    boolean packetIn(int stateId, byte[] frame, FlowKey key);
}
