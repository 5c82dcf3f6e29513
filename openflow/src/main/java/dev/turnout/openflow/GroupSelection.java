package dev.turnout.openflow;

import java.util.List;

import dev.turnout.flow.Field;

/**
 * How a {@link GroupType#SELECT} group hashes packets (an extension of Netronome's that Open vSwitch has, too).
 *
 * @param method
 *            {@code hash}, {@code dp_hash}, or empty for the switch's default
 * @param parameter
 *            the hash's basis; of {@code dp_hash} the low 32 bits, the high ones choose the algorithm
 * @param fields
 *            of {@code hash}: what is hashed; none: what belongs to a connection
 */
public record GroupSelection(String method, long parameter, List<MaskedField> fields) {
    /** The switch's default. */
    public static final GroupSelection DEFAULT = new GroupSelection("", 0, List.of());
    /** {@link #method} that hashes in the slow path. */
    public static final String HASH = "hash";
    /** {@link #method} that hashes in the datapath. */
    public static final String DP_HASH = "dp_hash";
    /** Longest name of a method, bytes. */
    static final int MAX_METHOD = 15;

    /** Bits of a field. */
    public record MaskedField(Field field, FieldValue mask) {
    }

    public GroupSelection {
        fields = List.copyOf(fields);
    }
}
