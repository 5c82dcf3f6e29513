package dev.turnout.core;

import dev.turnout.flow.DpAction;

/**
 * Where packets go that the fast path cannot handle alone. Implemented by the slow path.
 *
 * <p>Thread rules: called on forwarding threads, of which there may be several; must neither block nor transmit. Key rows
 * are only valid during the call: what is needed later is copied.
 */
public interface UpcallSink {
    /**
     * A packet that no megaflow matches.
     *
     * @param from
     *            the forwarding thread, to which the answer goes
     * @param packet
     *            the packet, with its header offsets and metadata
     * @param words
     *            holds the packet's key at {@code offset}, {@link dev.turnout.flow.FlowLayout#DATAPATH_WORDS} words
     * @param offset
     *            first word of the key
     * @param used
     *            bitmap of the words that may be other than zero
     * @param hash
     *            seeded hash of the whole key
     * @param nowNs
     *            the cycle's clock
     * @return whether the packet was taken over; otherwise the caller drops it and counts a lost upcall
     */
    boolean miss(ForwardingThread from, long packet, long[] words, int offset, long used, long hash, long nowNs);

    /**
     * A packet that a megaflow hands to the slow path; the parameters as in {@link #miss}. The packet is a copy where the
     * megaflow's other actions go on with the original; its key is that of the packet as it is now, after what the
     * actions before have changed.
     */
    boolean userspace(ForwardingThread from, long packet, long[] words, int offset, long used,
            DpAction.Userspace action);

    /**
     * A port closes on the forwarding thread: the sink may forget what it keeps for that port, but not the packets that it
     * holds. Its number may come again. Called on that thread.
     */
    default void portCloses(ForwardingThread from, int port) {
    }

    /**
     * The forwarding thread ends: the sink gives back all packets of it that it still holds. Called on that thread, after the
     * last command was answered and before its packet pool is closed; nothing of that thread is handed over later.
     */
    default void threadEnds(ForwardingThread from) {
    }
}
