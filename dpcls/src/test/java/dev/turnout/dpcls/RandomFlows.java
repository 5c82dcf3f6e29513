package dev.turnout.dpcls;

import java.util.Random;

import dev.turnout.flow.FlowLayout;
import dev.turnout.flow.FlowMask;

/** Draws masks and keys of which many overlap: few words, few values. */
final class RandomFlows {
    private static final int[] WORDS = {FlowLayout.ETH_DST_TYPE, FlowLayout.ETH_SRC_VLAN, FlowLayout.IPV4,
        FlowLayout.L4, FlowLayout.IPV6_SRC};
    final Random random;
    final FlowMask[] masks;

    RandomFlows(long seed, int maskCount) {
        random = new Random(seed);
        masks = new FlowMask[maskCount];
        for (int i = 0; i < maskCount; i++) {
            long[] words = new long[FlowLayout.WORDS];
            words[FlowLayout.RECIRC_PORT] = -1;
            for (int w : WORDS) {
                words[w] = random.nextInt(3) == 0
                        ? 0
                        : random.nextInt(8) == 0 ? -1 : 1L << random.nextInt(3) | 1L << (61 + random.nextInt(3));
            }
            masks[i] = FlowMask.of(words);
        }
    }

    FlowMask mask() {
        return masks[random.nextInt(masks.length)];
    }

    /** A packet's key on an ingress port, written to {@code words[offset]}. */
    void key(int inPort, long[] words, int offset) {
        for (int w = 0; w < FlowLayout.DATAPATH_WORDS; w++) {
            words[offset + w] = 0;
        }
        words[offset + FlowLayout.RECIRC_PORT] = (long) random.nextInt(2) << 32 | inPort;
        for (int w : WORDS) {
            words[offset + w] = random.nextInt(8) | (long) random.nextInt(8) << 61;
        }
    }

    long[] maskedKey(int inPort, FlowMask mask) {
        long[] key = new long[FlowLayout.WORDS];
        key(inPort, key, 0);
        return mask.apply(key);
    }
}
