package dev.turnout.openflow;

import dev.turnout.flow.Field;

/**
 * Some consecutive bits of a field, as {@code NXM_NX_REG0[16..31]}.
 *
 * @param field
 *            the field
 * @param offset
 *            the lowest bit
 * @param bits
 *            how many; at least 1
 */
public record Subfield(Field field, int offset, int bits) {
    public Subfield {
        if (offset < 0 || bits < 1 || offset + bits > field.nominalBits()) {
            throw new IllegalArgumentException(
                    field + "[" + offset + ".." + (offset + bits - 1) + "] is not within the field");
        }
    }

    /** The whole field. */
    public static Subfield of(Field field) {
        return new Subfield(field, 0, field.nominalBits());
    }

    /**
     * What a text names: {@code NXM_OF_IN_PORT[]}, {@code eth_src[0..15]}.
     *
     * @throws FlowSyntaxException
     *             if it names none
     */
    public static Subfield parse(String text) {
        return NxmNames.parse(text);
    }

    public boolean isWholeField() {
        return offset == 0 && bits == field.nominalBits();
    }

    /** The bits in the words of a key. */
    public FieldValue get(long[] key) {
        return field.isWide() ? FieldValue.get(field, key).slice(offset, bits) : FieldValue.of(getLong(key));
    }

    /** The bits in the words of a key; of a wider subfield the lowest 64. */
    public long getLong(long[] key) {
        if (field.isWide()) {
            return FieldValue.get(field, key).shiftRight(offset).low() & ones();
        }
        return (field.get(key) >>> offset) & ones();
    }

    /** Writes the bits into the words of a key. */
    public void put(long[] key, FieldValue value) {
        if (field.isWide()) {
            FieldValue mask = mask();
            FieldValue old = FieldValue.get(field, key).andNot(mask);
            old.or(value.shiftLeft(offset).and(mask)).put(field, key);
        } else {
            long mask = ones() << offset;
            field.set(key, (field.get(key) & ~mask) | ((value.low() << offset) & mask));
        }
    }

    /** The subfield's bits within the field. */
    public FieldValue mask() {
        return FieldValue.ones(bits).shiftLeft(offset);
    }

    private long ones() {
        return bits >= 64 ? -1L : (1L << bits) - 1;
    }

    @Override
    public String toString() {
        return NxmNames.format(this);
    }
}
