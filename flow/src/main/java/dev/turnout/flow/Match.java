package dev.turnout.flow;

/**
 * What an OpenFlow rule matches: values and the bits of them that matter. Immutable, compared by value.
 */
public final class Match {
    /** Matches every packet. */
    public static final Match ANY = new Match(new long[FlowLayout.WORDS], FlowMask.EMPTY);

    private final FlowKey key;
    private final FlowMask mask;

    /** Values outside the mask are cleared. */
    public Match(long[] values, FlowMask mask) {
        this.mask = mask;
        this.key = new FlowKey(mask.apply(values));
    }

    /** The values' words; the caller must not change them. */
    public long[] values() {
        return key.words();
    }

    public FlowMask mask() {
        return mask;
    }

    public boolean matches(long[] packetKey) {
        return mask.equalUnder(values(), packetKey);
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Match other && mask.equals(other.mask) && key.equals(other.key);
    }

    @Override
    public int hashCode() {
        return key.hashCode() * 31 + mask.hashCode();
    }
}
