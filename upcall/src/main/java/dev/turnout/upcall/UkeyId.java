package dev.turnout.upcall;

import java.security.SecureRandom;
import java.util.Locale;

import dev.turnout.flow.FlowMask;
import org.jspecify.annotations.Nullable;

/**
 * The id of a ukey, and of its megaflow: a 128-bit hash of (masked key, mask, forwarding thread), seeded once per process so that nobody
 * outside can choose packets that collide. The mask is part of it: two megaflows may have equal masked keys.
 *
 * @param high
 *            upper half
 * @param low
 *            lower half
 */
public record UkeyId(long high, long low) {
    private static final long[] SEEDS = new SecureRandom().longs(8).map(seed -> seed | 1).toArray();

    /** The id of a megaflow. The masked words of {@code key} alone matter. */
    public static UkeyId of(long[] key, FlowMask mask, int thread) {
        long a = mix(SEEDS[0] + thread, SEEDS[6]); // mixed first: thread and port are small numbers both
        long b = mix(SEEDS[1] + thread, SEEDS[7]);
        for (int n = 0; n < mask.wordCount(); n++) {
            int word = mask.wordIndex(n);
            long bits = mask.word(word);
            long value = key[word] & bits;
            a = mix(a ^ value ^ SEEDS[2] * word, SEEDS[3]);
            b = mix(b + value + SEEDS[4] * word, SEEDS[5]);
            a = mix(a ^ bits, SEEDS[6]);
            b = mix(b + bits, SEEDS[7]);
        }
        return new UkeyId(mix(a, SEEDS[4]), mix(b ^ a, SEEDS[2]));
    }

    private static long mix(long value, long factor) {
        long product = value * factor ^ Math.unsignedMultiplyHigh(value, factor);
        return product ^ product >>> 29;
    }

    /** Reads the form that {@link #toString} writes; null if it is none. */
    public static @Nullable UkeyId parse(String text) {
        String digits = (text.startsWith("ufid:") ? text.substring(5) : text).replace("-", "");
        if (digits.length() != 32 || !digits.chars().allMatch(c -> Character.digit(c, 16) >= 0)) {
            return null;
        }
        return new UkeyId(Long.parseUnsignedLong(digits.substring(0, 16), 16),
                Long.parseUnsignedLong(digits.substring(16), 16));
    }

    /** As a UUID, the form in which Open vSwitch prints a UFID. */
    @Override
    public String toString() {
        String digits = String.format(Locale.ROOT, "%016x%016x", high, low);
        return digits.substring(0, 8) + '-' + digits.substring(8, 12) + '-' + digits.substring(12, 16) + '-'
                + digits.substring(16, 20) + '-' + digits.substring(20);
    }
}
