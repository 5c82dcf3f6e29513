package dev.turnout.ofproto.classifier;

import dev.turnout.flow.Field;
import dev.turnout.flow.Fields;
import dev.turnout.flow.FlowMask;

/**
 * A table's tries: one per field of {@link #FIELDS}. They work on bits, whatever the bits mean: ARP's addresses share those of IPv4, the ports
 * of TCP, UDP and SCTP and ICMP's type and code share theirs.
 */
final class PrefixTries {
    private static final Field[] TRACKED = {Fields.IPV4_SRC, Fields.IPV4_DST, Fields.IPV6_SRC, Fields.IPV6_DST,
        Fields.TCP_SRC, Fields.TCP_DST};
    static final PrefixField[] FIELDS = new PrefixField[TRACKED.length];

    static {
        for (int i = 0; i < FIELDS.length; i++) {
            FIELDS[i] = new PrefixField(TRACKED[i]);
        }
    }

    /** The results for one key, made when first asked for. Thread rules: one owner. */
    static final class Results {
        private final PrefixTrie.Result[] results = new PrefixTrie.Result[FIELDS.length];
        private int done;

        Results() {
            for (int i = 0; i < results.length; i++) {
                results[i] = new PrefixTrie.Result();
            }
        }

        void clear() {
            done = 0;
        }

        /** Whether one of these fields (a bit each) was not looked up yet. */
        boolean isMissing(int fields) {
            return (fields & ~done) != 0;
        }
    }

    private final PrefixTrie[] tries = new PrefixTrie[FIELDS.length];

    PrefixTries() {
        for (int i = 0; i < tries.length; i++) {
            tries[i] = new PrefixTrie(FIELDS[i].width);
        }
    }

    /** The prefix length of each tracked field in a mask, 0 where the mask has none. */
    static int[] lengthsIn(FlowMask mask) {
        int[] lengths = new int[FIELDS.length];
        for (int i = 0; i < lengths.length; i++) {
            lengths[i] = FIELDS[i].lengthIn(mask);
        }
        return lengths;
    }

    void add(int[] lengths, long[] words) {
        for (int i = 0; i < lengths.length; i++) {
            if (lengths[i] > 0) {
                tries[i].add(FIELDS[i].high(words), FIELDS[i].low(words), lengths[i]);
            }
        }
    }

    void remove(int[] lengths, long[] words) {
        for (int i = 0; i < lengths.length; i++) {
            if (lengths[i] > 0) {
                tries[i].remove(FIELDS[i].high(words), FIELDS[i].low(words), lengths[i]);
            }
        }
    }

    /**
     * Whether no rule with this prefix length in the field can match the key; then the bits that tell are marked, never more than the prefix has:
     * its first {@code length} bits alone decide which prefixes of at most that length the trie has for it.
     */
    boolean excludes(int field, int length, long[] key, Wildcards wildcards, Results results) {
        PrefixTrie.Result result = results.results[field];
        if ((results.done & 1 << field) == 0) {
            results.done |= 1 << field;
            tries[field].lookup(FIELDS[field].high(key), FIELDS[field].low(key), result);
        }
        if (result.matches(length)) {
            return false;
        }
        FIELDS[field].lookAt(wildcards, Math.min(result.bits, length));
        return true;
    }
}
