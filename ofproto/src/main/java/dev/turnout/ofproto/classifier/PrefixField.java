package dev.turnout.ofproto.classifier;

import dev.turnout.flow.Field;
import dev.turnout.flow.FlowMask;

/** A field whose prefixes a table tracks: where its bits are, and how to bring them to the top of 128 bits. */
final class PrefixField {
    final int word;
    final int width;
    private final int shift;

    PrefixField(Field field) {
        word = field.word();
        width = field.bits();
        shift = field.shift();
    }

    long high(long[] words) {
        return width == 128 ? words[word] : words[word] >>> shift << (64 - width);
    }

    long low(long[] words) {
        return width == 128 ? words[word + 1] : 0;
    }

    /** The prefix length of a mask on this field: 0 if the mask is empty or no prefix. */
    int lengthIn(FlowMask mask) {
        long high = width == 128 ? mask.word(word) : mask.word(word) >>> shift << (64 - width);
        long low = width == 128 ? mask.word(word + 1) : 0;
        int length = Long.bitCount(high) + Long.bitCount(low);
        return high == PrefixTrie.highMask(length) && low == PrefixTrie.lowMask(length) ? length : 0;
    }

    /** The bits of the field's word {@code n} (0 or, if wide, 1) in a prefix of that length. */
    long prefixBits(int length, int n) {
        if (width == 128) {
            return n == 0 ? PrefixTrie.highMask(length) : PrefixTrie.lowMask(length);
        }
        return n == 0 ? PrefixTrie.highMask(length) >>> (64 - width) << shift : 0;
    }

    void lookAt(Wildcards wildcards, int length) {
        wildcards.lookAt(word, prefixBits(length, 0));
        if (width == 128) {
            wildcards.lookAt(word + 1, prefixBits(length, 1));
        }
    }
}
