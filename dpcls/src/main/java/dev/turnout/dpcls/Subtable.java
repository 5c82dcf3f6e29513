package dev.turnout.dpcls;

import dev.turnout.flow.FlowLayout;
import dev.turnout.flow.FlowMask;
import dev.turnout.flow.Megaflow;

/**
 * The megaflows of one ingress port that have the same mask: a hash table over the masked words.
 *
 * <p>Open addressing with linear probing in one flat array, at most half full. A row is the handle (0: free) and the words
 * that the mask looks at, masked. The hash is multilinear: the sum of each masked word times a secret odd multiplier, of
 * which the highest bits are the place. The products are independent of each other, so the processor computes them side by
 * side; two different keys share a place of 2^l with a probability of at most 2 in 2^l. A removal closes the gap, so there
 * are no tombstones.
 *
 * <p>{@link #rows} and {@link #shift} change when the table grows; generated lookups read them from here.
 *
 * <p>Thread rules: one owner thread; {@link #mask} is immutable.
 */
final class Subtable {
    private static final int MIN_CAPACITY = 4;

    final FlowMask mask;
    /** Index of the n-th word that the mask looks at. */
    final int[] indices;
    /** The mask's bits of that word. */
    final long[] masks;
    /** That word's multiplier. */
    final long[] multipliers;
    /** Words from one row to the next. */
    final int stride;
    /** The rows; as many as {@code 1 << (64 - shift)}. */
    long[] rows;
    /** The place of a key is its hash, shifted right by this. */
    int shift;
    /** Lookups that this table decided. */
    long hits;
    /** Packets of this table that a signature cache decided. */
    long cacheHits;
    /** {@link #hits} when the tables were ranked last. */
    long rankedHits;
    /** {@link #cacheHits} when the tables were ranked last. */
    long rankedCacheHits;
    /** Hits between the last two rankings. */
    long windowHits;
    /** Cache hits between the last two rankings. */
    long windowCacheHits;
    /** Hits and cache hits with decay: what the tables are ranked by. */
    long score;
    /** How many rankings in a row the table had its share of the port's hits. */
    int hotRankings;
    private final SlotIndex slots;
    private int size;

    Subtable(FlowMask mask, long[] multiplierOfWord, SlotIndex slots) {
        this.mask = mask;
        this.slots = slots;
        int count = mask.wordCount();
        indices = new int[count];
        masks = new long[count];
        multipliers = new long[count];
        for (int n = 0; n < count; n++) {
            indices[n] = mask.wordIndex(n);
            masks[n] = mask.word(indices[n]);
            multipliers[n] = multiplierOfWord[indices[n]];
        }
        stride = count + 1;
        rows = new long[MIN_CAPACITY * stride];
        shift = 64 - Integer.numberOfTrailingZeros(MIN_CAPACITY);
    }

    /** Packets of this table between the last two rankings. */
    long windowPackets() {
        return windowHits + windowCacheHits;
    }

    /** An empty table with the same mask and multipliers. */
    Subtable emptyCopy(SlotIndex index) {
        long[] multiplierOfWord = new long[FlowLayout.WORDS];
        for (int n = 0; n < indices.length; n++) {
            multiplierOfWord[indices[n]] = multipliers[n];
        }
        return new Subtable(mask, multiplierOfWord, index);
    }

    int size() {
        return size;
    }

    /** The handle of the megaflow that matches the key, or {@link Megaflow#NONE}. */
    long lookup(long[] words, int offset) {
        int row = find(words, offset);
        if (row < 0) {
            return Megaflow.NONE;
        }
        hits++;
        return rows[row];
    }

    /** The first word of the row that matches the key, or -1. */
    int find(long[] words, int offset) {
        long[] table = rows;
        int step = stride;
        int row = home(words, offset);
        while (table[row] != Megaflow.NONE) {
            if (matchesRow(row, words, offset)) {
                return row;
            }
            row += step;
            if (row == table.length) {
                row = 0;
            }
        }
        return -1;
    }

    /** Whether a key, under the mask, is the one in a row. */
    boolean matchesRow(int row, long[] words, int offset) {
        long[] table = rows;
        long difference = 0;
        for (int n = 0; n < indices.length; n++) {
            difference |= (words[offset + indices[n]] & masks[n]) ^ table[row + 1 + n];
        }
        return difference == 0;
    }

    /** Adds a megaflow; no row has its masked key. */
    void insert(long handle, long[] maskedKey) {
        if ((size + 1) * 2 > rows.length / stride) {
            resize(rows.length / stride * 2);
        }
        int row = home(maskedKey, 0);
        while (rows[row] != Megaflow.NONE) {
            row = next(row);
        }
        rows[row] = handle;
        for (int n = 0; n < indices.length; n++) {
            rows[row + 1 + n] = maskedKey[indices[n]];
        }
        slots.put(Megaflow.index(handle), this, row);
        size++;
    }

    /** Removes the megaflow of a row. */
    void remove(int row) {
        slots.clear(Megaflow.index(rows[row]));
        size--;
        int gap = row;
        for (int from = next(gap); rows[from] != Megaflow.NONE; from = next(from)) {
            int home = homeOfRow(from);
            boolean reachable = gap <= from ? home <= gap || home > from : home <= gap && home > from;
            if (reachable) {
                System.arraycopy(rows, from, rows, gap, stride);
                slots.put(Megaflow.index(rows[gap]), this, gap);
                gap = from;
            }
        }
        rows[gap] = Megaflow.NONE;
        int capacity = rows.length / stride;
        if (capacity > MIN_CAPACITY && size * 8 < capacity) {
            resize(capacity / 2);
        }
    }

    private int home(long[] words, int offset) {
        long sum = 0;
        for (int n = 0; n < indices.length; n++) {
            sum += (words[offset + indices[n]] & masks[n]) * multipliers[n];
        }
        return (int) (sum >>> shift) * stride;
    }

    private int homeOfRow(int row) {
        long sum = 0;
        for (int n = 0; n < indices.length; n++) {
            sum += rows[row + 1 + n] * multipliers[n];
        }
        return (int) (sum >>> shift) * stride;
    }

    private int next(int row) {
        int next = row + stride;
        return next == rows.length ? 0 : next;
    }

    private void resize(int capacity) {
        long[] old = rows;
        rows = new long[capacity * stride];
        shift = 64 - Integer.numberOfTrailingZeros(capacity);
        for (int from = 0; from < old.length; from += stride) {
            if (old[from] != Megaflow.NONE) {
                place(old, from);
            }
        }
    }

    private void place(long[] old, int from) {
        long sum = 0;
        for (int n = 0; n < indices.length; n++) {
            sum += old[from + 1 + n] * multipliers[n];
        }
        int row = (int) (sum >>> shift) * stride;
        while (rows[row] != Megaflow.NONE) {
            row = next(row);
        }
        System.arraycopy(old, from, rows, row, stride);
        slots.put(Megaflow.index(rows[row]), this, row);
    }
}
