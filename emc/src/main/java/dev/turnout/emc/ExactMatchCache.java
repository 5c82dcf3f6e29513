package dev.turnout.emc;

import java.util.Arrays;

import dev.turnout.flow.FlowLayout;
import dev.turnout.flow.Megaflow;
import org.jspecify.annotations.Nullable;

/**
 * The exact-match cache: from a whole flow key to the handle of a megaflow.
 *
 * <p>There are {@value #ENTRIES} entries, and a key has two candidate places among them: the low 13 bits of its hash and the
 * next 13. A key is in one of them at most. An insertion takes, in this order, the place that has the same key, one whose
 * megaflow is dead (or that is free), the one whose key has the smaller hash.
 *
 * <p>An entry is one row of a flat array and holds the whole key, so a hit is exact; it is as good as its handle, whose
 * generation the caller compares: an entry outlives its megaflow. Keys that use no word beyond the first
 * {@value #NARROW_WORDS} (IPv4, ARP, with or without VLAN tag, TCP flags or conntrack's state) are in rows of one cache line:
 *
 * <pre>
 *   narrow   hash, handle, word 0 .. word 5
 *   wide     hash, handle, used bitmap, the used words in ascending order
 * </pre>
 *
 * <p>Wide keys have an array of their own, with as many places, made when the first one is inserted. Words outside a key's
 * used bitmap are zero, so equal rows mean equal keys.
 *
 * <p>Not every key deserves a place: with many more flows than entries, each insertion pushes out an entry that was as good.
 * {@link #admits} lets one in so many through at random.
 *
 * <p>Thread rules: one owner thread.
 */
public final class ExactMatchCache {
    /** Entries of each of the two arrays. */
    public static final int ENTRIES = 8192;
    /** Keys that use only so many leading words are narrow. */
    public static final int NARROW_WORDS = 6;
    /** One in so many keys is admitted unless set otherwise. */
    public static final int DEFAULT_INVERSE_PROBABILITY = 100;

    private static final int PLACE_BITS = 13;
    private static final int PLACE_MASK = ENTRIES - 1;
    private static final long WIDE_USED = -1L << NARROW_WORDS;
    private static final int NARROW_SHIFT = 3;
    private static final int WIDE_STRIDE = FlowLayout.DATAPATH_WORDS + 3;

    private final long[] narrow = new long[ENTRIES << NARROW_SHIFT];
    private long @Nullable [] wide;
    /** State of the generator behind {@link #admits}; never 0. */
    private int random;
    /** {@link #admits} when the generator's next value, unsigned, is not above; 0 admits nothing. */
    private int threshold;

    /**
     * @param seed
     *            seeds the choice of {@link #admits}
     */
    public ExactMatchCache(long seed) {
        random = (int) (seed ^ seed >>> 32) | 1;
        setInverseProbability(DEFAULT_INVERSE_PROBABILITY);
    }

    /** Lets {@link #admits} answer yes once in {@code inverse} times; 0: never, 1: always. */
    public void setInverseProbability(int inverse) {
        if (inverse < 0) {
            throw new IllegalArgumentException("insertion probability 1/" + inverse);
        }
        threshold = inverse == 0 ? 0 : (int) (0xffff_ffffL / inverse);
    }

    /** Whether a key that missed should be inserted, at random with the set probability. */
    public boolean admits() {
        int x = random;
        x ^= x << 13;
        x ^= x >>> 17;
        x ^= x << 5;
        random = x;
        return Integer.compareUnsigned(x, threshold) <= 0;
    }

    /**
     * The handle stored for a key, or {@link Megaflow#NONE}. The caller compares the handle's generation.
     *
     * @param words
     *            holds the key at {@code offset}
     * @param offset
     *            first word of the key
     * @param used
     *            bitmap of the words that may be other than zero
     * @param hash
     *            hash of the key
     */
    public long lookup(long[] words, int offset, long used, long hash) {
        if ((used & WIDE_USED) != 0) {
            return lookupWide(words, offset, used, hash);
        }
        long[] rows = narrow;
        int first = ((int) hash & PLACE_MASK) << NARROW_SHIFT;
        int second = ((int) (hash >>> PLACE_BITS) & PLACE_MASK) << NARROW_SHIFT;
        // Without a branch: which of the two it is cannot be predicted.
        long difference = rows[first] ^ hash;
        int row = first ^ ((first ^ second) & (int) ((difference | -difference) >> 63));
        if (rows[row] != hash) {
            return Megaflow.NONE;
        }
        if (isNarrowEqual(rows, row, words, offset)) {
            return rows[row + 1];
        }
        // Another key with the same hash is in the first place.
        return rows[second] == hash && isNarrowEqual(rows, second, words, offset) ? rows[second + 1] : Megaflow.NONE;
    }

    /** Stores a handle for a key; the parameters as in {@link #lookup}. */
    public void insert(long[] words, int offset, long used, long hash, long handle, MegaflowLiveness liveness) {
        int first = (int) hash & PLACE_MASK;
        int second = (int) (hash >>> PLACE_BITS) & PLACE_MASK;
        if ((used & WIDE_USED) != 0) {
            insertWide(first, second, words, offset, used, hash, handle, liveness);
            return;
        }
        long[] rows = narrow;
        int row = first << NARROW_SHIFT;
        int other = second << NARROW_SHIFT;
        if (rows[row] != hash || !isNarrowEqual(rows, row, words, offset)) {
            if ((rows[other] == hash && isNarrowEqual(rows, other, words, offset))
                    || prefersSecond(rows, row, other, liveness)) {
                row = other;
            }
        }
        rows[row] = hash;
        rows[row + 1] = handle;
        System.arraycopy(words, offset, rows, row + 2, NARROW_WORDS);
    }

    /** Forgets everything. */
    public void clear() {
        Arrays.fill(narrow, 0);
        wide = null;
    }

    private static boolean isNarrowEqual(long[] rows, int row, long[] words, int offset) {
        return ((rows[row + 2] ^ words[offset]) | (rows[row + 3] ^ words[offset + 1])
                | (rows[row + 4] ^ words[offset + 2])
                | (rows[row + 5] ^ words[offset + 3]) | (rows[row + 6] ^ words[offset + 4])
                | (rows[row + 7] ^ words[offset + 5])) == 0;
    }

    /** Which of two places, neither of which holds the key, an insertion takes. */
    private static boolean prefersSecond(long[] rows, int row, int other, MegaflowLiveness liveness) {
        if (!liveness.isLive(rows[row + 1])) {
            return false;
        }
        return !liveness.isLive(rows[other + 1]) || Long.compareUnsigned(rows[other], rows[row]) < 0;
    }

    // --- wide keys ---------------------------------------------------------------------------------------------------------------------

    private long lookupWide(long[] words, int offset, long used, long hash) {
        long[] rows = wide;
        if (rows == null) {
            return Megaflow.NONE;
        }
        int row = ((int) hash & PLACE_MASK) * WIDE_STRIDE;
        if (rows[row] == hash && isWideEqual(rows, row, words, offset, used)) {
            return rows[row + 1];
        }
        row = ((int) (hash >>> PLACE_BITS) & PLACE_MASK) * WIDE_STRIDE;
        return rows[row] == hash && isWideEqual(rows, row, words, offset, used) ? rows[row + 1] : Megaflow.NONE;
    }

    private void insertWide(int first, int second, long[] words, int offset, long used, long hash, long handle,
            MegaflowLiveness liveness) {
        long[] rows = wide;
        if (rows == null) {
            rows = new long[ENTRIES * WIDE_STRIDE];
            wide = rows;
        }
        int row = first * WIDE_STRIDE;
        int other = second * WIDE_STRIDE;
        if (rows[row] != hash || !isWideEqual(rows, row, words, offset, used)) {
            if ((rows[other] == hash && isWideEqual(rows, other, words, offset, used))
                    || prefersSecond(rows, row, other, liveness)) {
                row = other;
            }
        }
        rows[row] = hash;
        rows[row + 1] = handle;
        rows[row + 2] = used;
        int at = row + 3;
        for (long left = used; left != 0; left &= left - 1) {
            rows[at++] = words[offset + Long.numberOfTrailingZeros(left)];
        }
    }

    private static boolean isWideEqual(long[] rows, int row, long[] words, int offset, long used) {
        if (rows[row + 2] != used) {
            return false;
        }
        int at = row + 3;
        for (long left = used; left != 0; left &= left - 1) {
            if (rows[at++] != words[offset + Long.numberOfTrailingZeros(left)]) {
                return false;
            }
        }
        return true;
    }
}
