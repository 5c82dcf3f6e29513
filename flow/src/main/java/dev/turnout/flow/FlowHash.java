package dev.turnout.flow;

import java.security.SecureRandom;

/**
 * Hashes of flow keys, seeded once per process, so that nobody outside can choose packets that collide.
 *
 * <p>{@link #hash} is over a whole key: the first six words, which nearly every packet has, go pairwise through one 64×64→128-bit multiplication
 * each (the NH construction); every further word through a multiplication of its own. All products are independent, so that they overlap in the
 * processor. A zero word beyond the sixth adds nothing: a key's hash depends on its words alone, not on which bitmap of used words it came with.
 *
 * <p>{@link #term} and {@link #finish} are the multilinear hash for masked words: the sum of the terms of any subset of words, finished once.
 */
public final class FlowHash {
    private static final long[] A = new long[FlowLayout.WORDS];
    private static final long[] B = new long[FlowLayout.WORDS];
    private static final long K0;
    private static final long K1;
    private static final long K2;
    private static final long K3;
    private static final long K4;
    private static final long K5;
    /** Words that {@link #hash} treats in pairs. */
    private static final long PAIRED = 0x3f;

    static {
        SecureRandom random = new SecureRandom();
        K0 = random.nextLong();
        K1 = random.nextLong();
        K2 = random.nextLong();
        K3 = random.nextLong();
        K4 = random.nextLong();
        K5 = random.nextLong();
        for (int i = 0; i < A.length; i++) {
            A[i] = random.nextLong() | 1;
            B[i] = random.nextLong() | 1;
        }
    }

    private FlowHash() {
    }

    /**
     * The hash of a key.
     *
     * @param words
     *            holds the key from {@code offset} on
     * @param used
     *            bitmap of the words that may be other than zero
     */
    public static long hash(long[] words, int offset, long used) {
        long hash = pairs(words[offset], words[offset + 1], words[offset + 2], words[offset + 3], words[offset + 4],
                words[offset + 5]);
        for (long rest = used & ~PAIRED; rest != 0; rest &= rest - 1) {
            int word = Long.numberOfTrailingZeros(rest);
            hash += term(word, words[offset + word]);
        }
        return finish(hash);
    }

    /** The hash of a key that has no other words than the first six. */
    static long hashOfSix(long w0, long w1, long w2, long w3, long w4, long w5) {
        return finish(pairs(w0, w1, w2, w3, w4, w5));
    }

    private static long pairs(long w0, long w1, long w2, long w3, long w4, long w5) {
        return pair(w0 + K0, w1 + K1) + pair(w2 + K2, w3 + K3) + pair(w4 + K4, w5 + K5);
    }

    private static long pair(long a, long b) {
        return Math.multiplyHigh(a, b) ^ (a * b);
    }

    /** What one word adds to the multilinear hash; zero for a zero word. */
    public static long term(int word, long value) {
        return value * A[word] + Math.unsignedMultiplyHigh(value, B[word]);
    }

    /** Finishes a sum of {@link #term}s: the best bits of a multilinear hash are the high ones, tables are indexed by the low ones. */
    public static long finish(long sum) {
        return sum ^ (sum >>> 32);
    }
}
