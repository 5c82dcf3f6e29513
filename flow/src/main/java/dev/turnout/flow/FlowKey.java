package dev.turnout.flow;

import java.util.Arrays;

/**
 * A flow key of the slow path: all {@link FlowLayout#WORDS} words of one packet, mutable (the translator's working copy). The fast path keeps its
 * keys in rows of flat arrays instead; see {@link FlowKeys}.
 *
 * <p>Thread rules: one owner.
 */
public final class FlowKey {
    private final long[] words;

    public FlowKey() {
        words = new long[FlowLayout.WORDS];
    }

    /** A key with these words; copied, missing ones are zero. */
    public FlowKey(long[] words) {
        this.words = Arrays.copyOf(words, FlowLayout.WORDS);
    }

    public FlowKey copy() {
        return new FlowKey(words);
    }

    /** The words themselves, not a copy. */
    public long[] words() {
        return words;
    }

    public long get(Field field) {
        return field.get(words);
    }

    public void set(Field field, long value) {
        field.set(words, value);
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof FlowKey other && Arrays.equals(words, other.words);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(words);
    }
}
