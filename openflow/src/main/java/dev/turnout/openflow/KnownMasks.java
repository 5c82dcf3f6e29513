package dev.turnout.openflow;

import java.util.Arrays;

import dev.turnout.flow.FlowMask;
import org.jspecify.annotations.Nullable;

/**
 * Masks of matches that were read of late: flows that come together have few masks, and a mask is nine times as large as what most flows match.
 *
 * <p>Thread rules: one owner.
 */
final class KnownMasks {
    private static final int SLOTS = 64;

    private final @Nullable FlowMask[] slots = new FlowMask[SLOTS];
    private FlowMask last = FlowMask.EMPTY;

    /** A mask of these words. */
    FlowMask of(long[] words) {
        if (last.hasWords(words)) {
            return last;
        }
        int hash = Arrays.hashCode(words);
        int slot = (hash ^ hash >>> 15) & (SLOTS - 1);
        FlowMask known = slots[slot];
        if (known == null || !known.hasWords(words)) {
            known = FlowMask.of(words);
            slots[slot] = known;
        }
        last = known;
        return known;
    }
}
