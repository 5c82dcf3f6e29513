package dev.turnout.emc;

import java.util.Arrays;

/**
 * The signature cache: from the hash of a flow key to the number of a megaflow's slot, a few bytes per entry.
 *
 * <p>A bucket is four entries of one word each: half of the key's hash as the signature and the slot's number. A bucket is
 * found by other bits of the hash. That a signature is equal says little: the entry's megaflow is compared with the packet
 * under its mask, through {@link MegaflowVerifier}, so a hit is always right, whatever became of the slot since. A stale entry
 * is one that fails the comparison; it is overwritten by the next insertion with its signature.
 *
 * <pre>
 *   entry    signature:32 (high half of the hash)    slot + 1:32 (0: empty)
 *   bucket   bits 12 and up of the hash
 * </pre>
 *
 * <p>The table begins small and doubles, empty again, when insertions push out many entries: where there are few flows it
 * stays within the processor's caches. A lookup handles a batch in two passes: the first reads all buckets, without a branch
 * on what it finds, so that the reads overlap; the second compares the candidates.
 *
 * <p>Thread rules: one owner thread.
 */
public final class SignatureCache {
    private static final int FIRST_ENTRIES = 1 << 14;
    private static final int WAYS = 4;
    private static final int BUCKET_SHIFT = 12;
    private static final long SIGNATURE = 0xffff_ffff_0000_0000L;

    private final int maxEntries;
    private long[] entries;
    private int bucketMask;
    /** Insertions since the table was made, and those of them that pushed out another entry. */
    private int insertions;
    private int evictions;

    /**
     * @param maxEntries
     *            how many at most, a power of two of at least 16
     */
    public SignatureCache(int maxEntries) {
        if (maxEntries < 16 || Integer.bitCount(maxEntries) != 1) {
            throw new IllegalArgumentException(
                    "signature cache of " + maxEntries + " entries: not a power of two of at least 16");
        }
        this.maxEntries = maxEntries;
        entries = new long[Math.min(maxEntries, FIRST_ENTRIES)];
        bucketMask = entries.length / WAYS - 1;
    }

    /** Entries at this moment. */
    public int entries() {
        return entries.length;
    }

    /**
     * Looks up the keys of a batch.
     *
     * @param words
     *            rows of keys, {@code stride} apart
     * @param hashes
     *            their hashes, by row number
     * @param pending
     *            the rows' numbers
     * @param count
     *            how many
     * @param slots
     *            gets, by row number, the slot of a megaflow that matches the key, or -1
     */
    public void lookup(long[] words, int stride, long[] hashes, int[] pending, int count, int[] slots,
            MegaflowVerifier verifier) {
        for (int i = 0; i < count; i++) {
            int row = pending[i];
            slots[row] = candidate(hashes[row]);
        }
        for (int i = 0; i < count; i++) {
            int row = pending[i];
            if (slots[row] >= 0 && !verifier.matches(slots[row], words, row * stride)) {
                slots[row] = -1;
            }
        }
    }

    /** The slot that is stored with the signature of a hash, or -1; there is at most one. */
    int candidate(long hash) {
        long[] table = entries;
        int bucket = bucketOf(hash);
        long found = matching(table[bucket], hash) | matching(table[bucket + 1], hash)
                | matching(table[bucket + 2], hash)
                | matching(table[bucket + 3], hash);
        return (int) found - 1;
    }

    /** The entry if it has the signature, else 0. */
    private static long matching(long entry, long hash) {
        long difference = (entry ^ hash) >>> 32;
        return entry & ~((difference | -difference) >> 63);
    }

    /** Remembers the slot of the megaflow that matches the key with that hash. */
    public void insert(long hash, int slot) {
        if (++insertions == entries.length) {
            adapt();
        }
        long[] table = entries;
        int bucket = bucketOf(hash);
        int place = -1;
        for (int i = bucket + WAYS - 1; i >= bucket; i--) {
            long entry = table[i];
            if (((entry ^ hash) & SIGNATURE) == 0 && (int) entry != 0) {
                place = i;
                break;
            }
            if ((int) entry == 0) {
                place = i;
            }
        }
        if (place < 0) {
            place = bucket + (evictions++ & (WAYS - 1));
        }
        table[place] = (hash & SIGNATURE) | ((slot + 1) & 0xffff_ffffL);
    }

    /** Forgets everything. */
    public void clear() {
        Arrays.fill(entries, 0);
    }

    /** Doubles the table if more than an eighth of the last insertions pushed out another entry. */
    private void adapt() {
        if (evictions > insertions / 8 && entries.length < maxEntries) {
            entries = new long[entries.length * 2];
            bucketMask = entries.length / WAYS - 1;
        }
        insertions = 0;
        evictions = 0;
    }

    private int bucketOf(long hash) {
        return ((int) (hash >>> BUCKET_SHIFT) & bucketMask) * WAYS;
    }
}
