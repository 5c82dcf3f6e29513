package dev.turnout.flow;

import java.util.Arrays;

/**
 * Which bits of a flow key matter; immutable, compared by value. A set bit matters. Besides the words it holds their compact form: the indices of
 * the words that are not zero.
 */
public final class FlowMask {
    /** Nothing matters. */
    public static final FlowMask EMPTY = new FlowMask(new long[FlowLayout.WORDS]);

    private final long[] words;
    private final int[] indices;
    private final long used;
    private final int hash;

    private FlowMask(long[] words) {
        this.words = words;
        long bitmap = 0;
        for (int i = 0; i < words.length; i++) {
            if (words[i] != 0) {
                bitmap |= 1L << i;
            }
        }
        used = bitmap;
        indices = new int[Long.bitCount(bitmap)];
        for (int n = 0; n < indices.length; n++, bitmap &= bitmap - 1) {
            indices[n] = Long.numberOfTrailingZeros(bitmap);
        }
        hash = Arrays.hashCode(words);
    }

    /** A mask of these words; copied. At most {@link FlowLayout#WORDS}. */
    public static FlowMask of(long[] words) {
        return new FlowMask(Arrays.copyOf(words, FlowLayout.WORDS));
    }

    public long word(int index) {
        return words[index];
    }

    /** Bitmap of the words that are not zero. */
    public long used() {
        return used;
    }

    /** How many words are not zero. */
    public int wordCount() {
        return indices.length;
    }

    /** Index of the n-th word that is not zero, ascending. */
    public int wordIndex(int n) {
        return indices[n];
    }

    /** A copy of all words. */
    public long[] toWords() {
        return words.clone();
    }

    /** Whether every bit of {@code other} is set here, too. */
    public boolean covers(FlowMask other) {
        for (int i : other.indices) {
            if ((other.words[i] & ~words[i]) != 0) {
                return false;
            }
        }
        return true;
    }

    /** Whether two keys agree in every bit that matters. */
    public boolean equalUnder(long[] key, long[] other) {
        for (int i : indices) {
            if (((key[i] ^ other[i]) & words[i]) != 0) {
                return false;
            }
        }
        return true;
    }

    /** Whether the mask has just these bits: {@link FlowLayout#WORDS} words. */
    public boolean hasWords(long[] other) {
        return Arrays.equals(words, other);
    }

    /** The key's masked words where the mask has bits, ascending: the n-th is that of {@link #wordIndex}{@code (n)}. */
    public long[] compact(long[] key) {
        long[] compact = new long[indices.length];
        for (int n = 0; n < compact.length; n++) {
            compact[n] = key[indices[n]] & words[indices[n]];
        }
        return compact;
    }

    /** A copy of the key with the bits cleared that don't matter; always of {@link FlowLayout#WORDS} words. */
    public long[] apply(long[] key) {
        long[] masked = new long[FlowLayout.WORDS];
        for (int i : indices) {
            masked[i] = key[i] & words[i];
        }
        return masked;
    }

    /** The same mask without the words of the slow path. */
    public FlowMask datapathPart() {
        long[] copy = Arrays.copyOf(words, FlowLayout.DATAPATH_WORDS);
        return of(copy);
    }

    @Override
    public boolean equals(Object o) {
        return o == this || (o instanceof FlowMask other && hash == other.hash && Arrays.equals(words, other.words));
    }

    @Override
    public int hashCode() {
        return hash;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("mask{");
        for (int i : indices) {
            text.append(i).append('=').append(Long.toHexString(words[i])).append(' ');
        }
        return text.append('}').toString();
    }
}
