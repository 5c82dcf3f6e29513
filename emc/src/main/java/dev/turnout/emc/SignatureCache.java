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
 * <p>Thread rules: one owner thread.
 */
public final class SignatureCache {
    /** Entries unless set otherwise. */
    public static final int DEFAULT_ENTRIES = 1 << 20;
    private static final int WAYS = 4;
    private static final int BUCKET_SHIFT = 12;
    private static final long SIGNATURE = 0xffff_ffff_0000_0000L;

    private final long[] entries;
    private final int bucketMask;
    /** Which way a full bucket gives up next. */
    private int victim;

    /**
     * @param entries
     *            how many, a power of two of at least 16
     */
    public SignatureCache(int entries) {
        if (entries < 16 || Integer.bitCount(entries) != 1) {
            throw new IllegalArgumentException(
                    "signature cache of " + entries + " entries: not a power of two of at least 16");
        }
        this.entries = new long[entries];
        bucketMask = entries / WAYS - 1;
    }

    /** The slot of a megaflow that matches the key, or -1. The parameters as in {@link ExactMatchCache#lookup}. */
    public int lookup(long[] words, int offset, long hash, MegaflowVerifier verifier) {
        long[] table = entries;
        int bucket = bucketOf(hash);
        for (int i = bucket; i < bucket + WAYS; i++) {
            long entry = table[i];
            if (((entry ^ hash) & SIGNATURE) == 0 && (int) entry != 0
                    && verifier.matches((int) entry - 1, words, offset)) {
                return (int) entry - 1;
            }
        }
        return -1;
    }

    /** Remembers the slot of the megaflow that matches the key with that hash. */
    public void insert(long hash, int slot) {
        long[] table = entries;
        int bucket = bucketOf(hash);
        int place = bucket + (victim++ & (WAYS - 1));
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
        table[place] = (hash & SIGNATURE) | ((slot + 1) & 0xffff_ffffL);
    }

    /** Forgets everything. */
    public void clear() {
        Arrays.fill(entries, 0);
    }

    private int bucketOf(long hash) {
        return ((int) (hash >>> BUCKET_SHIFT) & bucketMask) * WAYS;
    }
}
