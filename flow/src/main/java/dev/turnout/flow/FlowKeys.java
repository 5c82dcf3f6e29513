package dev.turnout.flow;

import dev.turnout.packet.PacketBatch;

/**
 * The flow keys of one batch, in rows of a flat array: word {@code w} of packet {@code i} is {@code words[i * STRIDE + w]}. A row's words outside
 * its <em>used</em> bitmap are zero, always: extraction clears what the former key of the row left.
 *
 * <p>Thread rules: one owner thread.
 */
public final class FlowKeys {
    /** Words from one row to the next. */
    public static final int STRIDE = FlowLayout.DATAPATH_WORDS;

    /** The rows. */
    public final long[] words = new long[PacketBatch.CAPACITY * STRIDE];
    /** Per row: bitmap of the words that may be other than zero. */
    public final long[] used = new long[PacketBatch.CAPACITY];
    /** Per row: hash of the whole key. */
    public final long[] hashes = new long[PacketBatch.CAPACITY];

    public static int row(int packet) {
        return packet * STRIDE;
    }

    /** A copy of one row as a slow-path key. */
    public FlowKey toKey(int packet) {
        FlowKey key = new FlowKey();
        System.arraycopy(words, row(packet), key.words(), 0, STRIDE);
        return key;
    }
}
