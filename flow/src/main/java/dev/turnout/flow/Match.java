package dev.turnout.flow;

import java.util.Arrays;

/**
 * What an OpenFlow rule matches: values and the bits of them that matter. Immutable, compared by value. Only the words that the mask has are held,
 * since a batch may have a million of them.
 */
public final class Match {
    /** Matches every packet. */
    public static final Match ANY = new Match(new long[FlowLayout.WORDS], FlowMask.EMPTY);

    private final long[] compact;
    private final FlowMask mask;

    /** Values outside the mask are cleared. */
    public Match(long[] values, FlowMask mask) {
        this(mask, mask.compact(values));
    }

    private Match(FlowMask mask, long[] compact) {
        this.mask = mask;
        this.compact = compact;
    }

    /** Of values in the form of {@link #compactValues}, which must not change any more. */
    public static Match ofCompact(long[] compact, FlowMask mask) {
        if (compact.length != mask.wordCount()) {
            throw new IllegalArgumentException(compact.length + " words for a mask of " + mask.wordCount());
        }
        return new Match(mask, compact);
    }

    /** The values as {@link FlowLayout#WORDS} words, in a new array. */
    public long[] values() {
        long[] words = new long[FlowLayout.WORDS];
        for (int n = 0; n < compact.length; n++) {
            words[mask.wordIndex(n)] = compact[n];
        }
        return words;
    }

    /** The values' words where the mask has bits, see {@link FlowMask#compact}; the caller must not change them. */
    public long[] compactValues() {
        return compact;
    }

    public FlowMask mask() {
        return mask;
    }

    public boolean matches(long[] packetKey) {
        for (int n = 0; n < compact.length; n++) {
            int word = mask.wordIndex(n);
            if ((packetKey[word] & mask.word(word)) != compact[n]) {
                return false;
            }
        }
        return true;
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Match other && mask.equals(other.mask) && Arrays.equals(compact, other.compact);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(compact) * 31 + mask.hashCode();
    }
}
