package dev.turnout.core;

import dev.turnout.dpcls.PortClassifier;
import org.jspecify.annotations.Nullable;

/**
 * Which caches the packets of one ingress port go through on their way to the classifier.
 *
 * <p>A cache pays off only where what it saves is more than what it costs. With one or two tables the classifier decides in
 * less time than the exact-match cache needs to be looked at; with more flows than it has entries, that cache mostly misses;
 * the signature cache costs a memory access or two, as much as ten tables of a generated lookup. So the way is chosen, a few
 * times per second, by what the port's packets would cost on each, from measured hit rates and these figures (nanoseconds,
 * typical of the processors of today; only their ratios matter):
 *
 * <pre>
 *   exact-match cache {@value #EXACT_NS}   signature cache {@value #SIGNATURE_NS}   a table {@value #TABLE_NS}, in a generated lookup {@value #COMPILED_TABLE_NS}
 * </pre>
 *
 * <p>One batch in {@value #SAMPLED} takes the whole way, so that the hit rates are known.
 *
 * <p>Thread rules: one owner thread.
 */
final class PortPath {
    private static final double EXACT_NS = 10;
    private static final double SIGNATURE_NS = 30;
    private static final double TABLE_NS = 11;
    private static final double COMPILED_TABLE_NS = 4.5;
    private static final int SAMPLED = 64;
    private static final int MIN_LOOKUPS = 256;
    /** Another way must be so much better to be taken. */
    private static final double HYSTERESIS = 0.85;
    /** Share of the packets that the signature cache decides, of those that it sees: where it does not grow further. */
    private static final double SIGNATURE_HIT_RATE = 0.97;

    private final PortClassifier classifier;
    private boolean usesExact = true;
    private boolean usesSignatures = true;
    private int batches;
    private long exactLookups;
    private long exactHits;
    private double exactHitRate;

    PortPath(PortClassifier classifier) {
        this.classifier = classifier;
    }

    PortClassifier classifier() {
        return classifier;
    }

    /** Called once per batch: whether it is to take the whole way. */
    boolean isSampled() {
        return (++batches & (SAMPLED - 1)) == 0;
    }

    boolean usesExact() {
        return usesExact;
    }

    boolean usesSignatures() {
        return usesSignatures;
    }

    /** Counts a batch that went through the exact-match cache. */
    void countExact(int lookups, int hits) {
        exactLookups += lookups;
        exactHits += hits;
    }

    /** Chooses the way anew. */
    void choose() {
        if (exactLookups >= MIN_LOOKUPS) {
            exactHitRate = (double) exactHits / exactLookups;
            exactLookups = 0;
            exactHits = 0;
        }
        double classify = classifier.visitsPerPacket() * (classifier.isSpecialized() ? COMPILED_TABLE_NS : TABLE_NS);
        double signatures = SIGNATURE_NS + (1 - SIGNATURE_HIT_RATE) * classify;
        usesSignatures = signatures < classify * (usesSignatures ? 1 : HYSTERESIS);
        double behindExact = Math.min(signatures, classify);
        double saved = exactHitRate * behindExact;
        usesExact = EXACT_NS < saved * (usesExact ? 1 : HYSTERESIS);
    }

    /** Chooses anew for all ports that have a path. */
    static void chooseAll(@Nullable PortPath[] paths) {
        for (PortPath path : paths) {
            if (path != null) {
                path.choose();
            }
        }
    }
}
