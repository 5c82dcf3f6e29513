package dev.turnout.openflow;

import java.util.Arrays;

import dev.turnout.flow.Field;

/**
 * A number of any width, as a field's value or mask: unsigned, immutable, compared by its numeric value, so that the
 * same number is equal whatever field it came from. Words are 64 bits, the highest first, as in flow keys.
 */
public final class FieldValue {
    /** The number zero. */
    public static final FieldValue ZERO = new FieldValue(new long[1]);
    /** The number one. */
    public static final FieldValue ONE = new FieldValue(new long[]{1});

    private final long[] words;

    private FieldValue(long[] words) {
        this.words = words;
    }

    /** The number of 64 bits, unsigned. */
    public static FieldValue of(long value) {
        return value == 0 ? ZERO : new FieldValue(new long[]{value});
    }

    /** The number of 128 bits. */
    public static FieldValue of(long high, long low) {
        return high == 0 ? of(low) : new FieldValue(new long[]{high, low});
    }

    /** The number of these words, the highest first; copied. */
    public static FieldValue ofWords(long... words) {
        int first = 0;
        while (first < words.length - 1 && words[first] == 0) {
            first++;
        }
        return first >= words.length ? ZERO : new FieldValue(Arrays.copyOfRange(words, first, words.length));
    }

    /** {@code 2^bits - 1}. */
    public static FieldValue ones(int bits) {
        if (bits <= 64) {
            return of(bits == 0 ? 0 : -1L >>> (64 - bits));
        }
        long[] words = new long[(bits + 63) / 64];
        Arrays.fill(words, -1L);
        if (bits % 64 != 0) {
            words[0] = -1L >>> (64 - bits % 64);
        }
        return ofWords(words);
    }

    /** The field's value in the words of a key, or its bits in those of a mask. */
    public static FieldValue get(Field field, long[] key) {
        if (!field.isWide()) {
            return of(field.get(key));
        }
        long[] copy = new long[field.wordCount()];
        for (int i = 0; i < copy.length; i++) {
            copy[i] = key[field.word() + i] & field.wordMask(i);
        }
        return ofWords(copy);
    }

    /** Writes this number to the field in the words of a key or mask. Bits beyond the field's width are ignored. */
    public void put(Field field, long[] key) {
        if (!field.isWide()) {
            field.set(key, low());
            return;
        }
        int count = field.wordCount();
        for (int i = 0; i < count; i++) {
            long mask = field.wordMask(i);
            int index = field.word() + i;
            key[index] = (key[index] & ~mask) | (word(count - 1 - i) & mask);
        }
    }

    /** Bits 64n to 64n+63: {@code word(0)} is the lowest. */
    public long word(int n) {
        return n < words.length ? words[words.length - 1 - n] : 0;
    }

    /** The lowest 64 bits. */
    public long low() {
        return words[words.length - 1];
    }

    /** Bits 64 to 127. */
    public long high() {
        return word(1);
    }

    /** How many words are needed to write the number; at least one. */
    public int wordCount() {
        return words.length;
    }

    public boolean isZero() {
        return words.length == 1 && words[0] == 0;
    }

    /** Whether this is {@code 2^bits - 1}. */
    public boolean isOnes(int bits) {
        return bits <= 64 ? words.length == 1 && words[0] == (bits == 0 ? 0 : -1L >>> (64 - bits)) : equals(ones(bits));
    }

    /** The number of bits up to the highest that is set; 0 for zero. */
    public int bitLength() {
        return 64 * words.length - Long.numberOfLeadingZeros(words[0]);
    }

    /** The bits {@code offset} to {@code offset + bits - 1}, moved down. */
    public FieldValue slice(int offset, int bits) {
        return shiftRight(offset).and(ones(bits));
    }

    /** This number times {@code 2^bits}. */
    public FieldValue shiftLeft(int bits) {
        if (bits == 0 || isZero()) {
            return this;
        }
        int wordShift = bits / 64;
        int bitShift = bits % 64;
        long[] result = new long[words.length + wordShift + 1];
        for (int i = 0; i < result.length; i++) {
            int from = i - wordShift;
            long low = from < 0 ? 0 : word(from) << bitShift;
            long carry = bitShift == 0 || from - 1 < 0 ? 0 : word(from - 1) >>> (64 - bitShift);
            result[result.length - 1 - i] = low | carry;
        }
        return ofWords(result);
    }

    /** This number divided by {@code 2^bits}. */
    public FieldValue shiftRight(int bits) {
        if (bits == 0) {
            return this;
        }
        int wordShift = bits / 64;
        int bitShift = bits % 64;
        long[] result = new long[Math.max(1, words.length - wordShift)];
        for (int i = 0; i < result.length; i++) {
            long high = bitShift == 0 ? 0 : word(i + wordShift + 1) << (64 - bitShift);
            result[result.length - 1 - i] = (word(i + wordShift) >>> bitShift) | high;
        }
        return ofWords(result);
    }

    public FieldValue and(FieldValue other) {
        long[] result = new long[Math.min(words.length, other.words.length)];
        for (int i = 0; i < result.length; i++) {
            result[result.length - 1 - i] = word(i) & other.word(i);
        }
        return ofWords(result);
    }

    public FieldValue or(FieldValue other) {
        long[] result = new long[Math.max(words.length, other.words.length)];
        for (int i = 0; i < result.length; i++) {
            result[result.length - 1 - i] = word(i) | other.word(i);
        }
        return ofWords(result);
    }

    /** The bits of this number that are not in the other. */
    public FieldValue andNot(FieldValue other) {
        long[] result = new long[words.length];
        for (int i = 0; i < result.length; i++) {
            result[result.length - 1 - i] = word(i) & ~other.word(i);
        }
        return ofWords(result);
    }

    /** Appends the digits in base 16, without a prefix. */
    public void appendHex(StringBuilder out) {
        out.append(Long.toHexString(words[0]));
        for (int i = 1; i < words.length; i++) {
            String digits = Long.toHexString(words[i]);
            out.repeat('0', 16 - digits.length()).append(digits);
        }
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof FieldValue other && Arrays.equals(words, other.words);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(words);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("0x");
        appendHex(text);
        return text.toString();
    }

    /** The prefix length of this mask of {@code bits}, or -1 if it is no prefix. */
    int prefixLength(int bits) {
        for (int n = 0; n * 64 < bits; n++) {
            int width = Math.min(64, bits - 64 * n);
            long word = word(n);
            int zeros = Math.min(width, Long.numberOfTrailingZeros(word));
            if (zeros == width) {
                continue;
            }
            if (word >>> zeros != -1L >>> (64 - width + zeros)) {
                return -1;
            }
            int length = bits - 64 * n - zeros;
            for (int above = n + 1; above * 64 < bits; above++) {
                if (word(above) != -1L >>> (64 - Math.min(64, bits - 64 * above))) {
                    return -1;
                }
            }
            return length;
        }
        return 0;
    }

    /** The mask of a prefix length. */
    static FieldValue prefixMask(int length, int bits) {
        return length == 0 ? ZERO : ones(length).shiftLeft(bits - length);
    }
}
