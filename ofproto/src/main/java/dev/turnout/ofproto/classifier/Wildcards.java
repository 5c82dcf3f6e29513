package dev.turnout.ofproto.classifier;

import java.util.Arrays;

import dev.turnout.flow.Field;
import dev.turnout.flow.FlowLayout;
import dev.turnout.flow.FlowMask;
import org.jspecify.annotations.Nullable;

/**
 * The bits of the packet's key that a translation has looked at. A bit too few misforwards, a bit too many costs cache hits.
 *
 * <p>What the pipeline wrote itself no longer tells anything about the packet: {@link #wrote} says so of bits whose value now depends only on bits
 * that were looked at already (a constant, or a copy of such bits), and looking at those is free from then on. So a rule that matches what an
 * earlier rule has set does not narrow the megaflow.
 *
 * <p>Thread rules: one owner.
 */
public final class Wildcards {
    private final long[] looked = new long[FlowLayout.WORDS];
    private final long[] written = new long[FlowLayout.WORDS];
    private final long @Nullable [] blind;
    private @Nullable Observer observer;

    /** Hears of each bit that is looked at for the first time. Thread rules: called on the thread that looks. */
    public interface Observer {
        /** Some bits of a word were looked at that had not been before. */
        void lookedAt(int word, long bits);

        /** What was looked at of the one field has been so of the other, and the other way round. */
        void swapped(Field one, Field other);
    }

    /** Nothing looked at. */
    public Wildcards() {
        blind = null;
    }

    /** For the tests that prove that the tests notice: looking at bits of {@code blind} leaves no trace. */
    public Wildcards(FlowMask blind) {
        this.blind = blind.toWords();
    }

    /** Tells an observer from now on, or nobody. */
    public void observe(@Nullable Observer now) {
        observer = now;
    }

    /** Looks at some bits of a word. */
    public void lookAt(int word, long bits) {
        lookAtPacket(word, bits & ~written[word]);
    }

    /** Looks at some bits of a word as the packet has them, whatever the pipeline wrote there. */
    public void lookAtPacket(int word, long bits) {
        long fresh = bits & ~looked[word];
        if (blind != null) {
            fresh &= ~blind[word];
        }
        if (fresh != 0) {
            looked[word] |= fresh;
            if (observer != null) {
                observer.lookedAt(word, fresh);
            }
        }
    }

    /** Looks at a whole field. */
    public void lookAt(Field field) {
        for (int i = 0; i < field.wordCount(); i++) {
            lookAt(field.word() + i, field.wordMask(i));
        }
    }

    /** Looks at all that {@code mask} has. */
    public void lookAt(FlowMask mask) {
        for (int n = 0; n < mask.wordCount(); n++) {
            int word = mask.wordIndex(n);
            lookAt(word, mask.word(word));
        }
    }

    /** The bits of a word that were looked at in the packet. */
    public long looked(int word) {
        return looked[word];
    }

    /** The bits of a word that the pipeline wrote. */
    public long written(int word) {
        return written[word];
    }

    /** These bits are the pipeline's own from now on. */
    public void wrote(int word, long bits) {
        written[word] |= bits;
    }

    /** Exchanges what is known of two fields of the same width: their values have been exchanged. */
    public void swap(Field one, Field other) {
        swap(looked, one, other);
        swap(written, one, other);
        if (observer != null) {
            observer.swapped(one, other);
        }
    }

    /** Exchanges the bits of two fields of the same width. */
    public static void swap(long[] words, Field one, Field other) {
        for (int i = 0; i < one.wordCount(); i++) {
            long a = (words[one.word() + i] & one.wordMask(i)) >>> one.shift();
            long b = (words[other.word() + i] & other.wordMask(i)) >>> other.shift();
            words[one.word() + i] = (words[one.word() + i] & ~one.wordMask(i)) | b << one.shift();
            words[other.word() + i] = (words[other.word() + i] & ~other.wordMask(i)) | a << other.shift();
        }
    }

    /** Copies what was written, for {@link #restoreWritten}. */
    public long[] saveWritten() {
        return written.clone();
    }

    /** Goes back to what was written then: the packet's own values have been restored. What was looked at stays. */
    public void restoreWritten(long[] saved) {
        System.arraycopy(saved, 0, written, 0, written.length);
    }

    /** The datapath part of what was looked at. */
    public FlowMask toDatapathMask() {
        return FlowMask.of(Arrays.copyOf(looked, FlowLayout.DATAPATH_WORDS));
    }
}
