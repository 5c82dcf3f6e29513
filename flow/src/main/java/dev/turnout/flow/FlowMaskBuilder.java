package dev.turnout.flow;

import java.util.Arrays;

/**
 * The bits of a key that a decision has looked at so far: a mutable mask that only grows, until {@link #clear}. A bit too few here misforwards,
 * a bit too many costs cache hits.
 *
 * <p>Thread rules: one owner.
 */
public final class FlowMaskBuilder {
    private final long[] words = new long[FlowLayout.WORDS];

    /** Looks at a whole field. */
    public FlowMaskBuilder looksAt(Field field) {
        field.setAll(words);
        return this;
    }

    /** Looks at some bits of a field of up to 64 bits; bit 0 of {@code bits} is the field's lowest. */
    public FlowMaskBuilder looksAt(Field field, long bits) {
        words[field.word()] |= (bits << field.shift()) & field.wordMask(0);
        return this;
    }

    /** Looks at some bits of a word. */
    public FlowMaskBuilder looksAtWord(int word, long bits) {
        words[word] |= bits;
        return this;
    }

    /** Looks at all that {@code mask} has. */
    public FlowMaskBuilder addAll(FlowMask mask) {
        for (int n = 0; n < mask.wordCount(); n++) {
            int word = mask.wordIndex(n);
            words[word] |= mask.word(word);
        }
        return this;
    }

    /** Looks at all that {@code other} has. */
    public FlowMaskBuilder addAll(FlowMaskBuilder other) {
        for (int i = 0; i < words.length; i++) {
            words[i] |= other.words[i];
        }
        return this;
    }

    /** Forgets a field: for what the packet's owner wrote itself, so that its former value cannot matter. */
    public FlowMaskBuilder forget(Field field) {
        field.clear(words);
        return this;
    }

    public long word(int index) {
        return words[index];
    }

    /** Whether any bit of the field was looked at. */
    public boolean isLookedAt(Field field) {
        return field.isAnySet(words);
    }

    /** The words themselves, not a copy; for code that adds bits in bulk. */
    public long[] words() {
        return words;
    }

    public FlowMask build() {
        return FlowMask.of(words);
    }

    /** Looks at nothing again. */
    public FlowMaskBuilder clear() {
        Arrays.fill(words, 0);
        return this;
    }
}
