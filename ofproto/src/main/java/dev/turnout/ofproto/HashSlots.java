package dev.turnout.ofproto;

import java.util.Arrays;
import java.util.List;

import dev.turnout.openflow.GroupBucket;

/**
 * Maps the low bits of a datapath hash to the buckets of a select group, in proportion to their weights: Webster's method of apportionment
 * (Sainte-Laguë), which gives each next slot to the bucket with the highest {@code weight / (2 * slots + 1)}. As many slots as give the lightest bucket
 * at least one, a power of two, at least 16 and at most {@link #MAX_SLOTS}.
 *
 * <p>Thread rules: immutable.
 */
final class HashSlots {
    /** Most slots: what a megaflow looks at of the hash are 8 bits. */
    static final int MAX_SLOTS = 256;
    private static final int MIN_SLOTS = 16;
    /** No bucket can be chosen so. */
    static final HashSlots NONE = new HashSlots(new int[0]);

    private final int[] buckets;

    private HashSlots(int[] buckets) {
        this.buckets = buckets;
    }

    /** The slots of these buckets, or {@link #NONE} if one that has weight would get none, or none has weight. */
    static HashSlots of(List<GroupBucket> buckets) {
        long total = 0;
        int lightest = Integer.MAX_VALUE;
        int count = 0;
        for (GroupBucket bucket : buckets) {
            if (bucket.weight() > 0) {
                total += bucket.weight();
                lightest = Math.min(lightest, bucket.weight());
                count++;
            }
        }
        if (count == 0 || count > MAX_SLOTS) {
            return NONE;
        }
        long wanted = Math.max(MIN_SLOTS, (total + lightest - 1) / lightest);
        int size = MIN_SLOTS;
        while (size < wanted && size < MAX_SLOTS) {
            size <<= 1;
        }
        HashSlots slots = new HashSlots(apportion(buckets, size));
        return Arrays.stream(slots.buckets).distinct().count() == count ? slots : NONE;
    }

    private static int[] apportion(List<GroupBucket> buckets, int size) {
        int[] slots = new int[size];
        int[] given = new int[buckets.size()];
        for (int slot = 0; slot < size; slot++) {
            int best = -1;
            for (int i = 0; i < given.length; i++) {
                // weight / (2 given + 1), compared without division
                if (buckets.get(i).weight() > 0 && (best < 0 || (long) buckets.get(i).weight()
                        * (2L * given[best] + 1) > (long) buckets.get(best).weight() * (2L * given[i] + 1))) {
                    best = i;
                }
            }
            slots[slot] = best;
            given[best]++;
        }
        return slots;
    }

    boolean isEmpty() {
        return buckets.length == 0;
    }

    /** How many there are, a power of two. */
    int size() {
        return buckets.length;
    }

    /** The bits of a hash that are looked at. */
    int mask() {
        return buckets.length - 1;
    }

    /** Index of the bucket that a hash means. */
    int bucket(int hash) {
        return buckets[hash & mask()];
    }
}
