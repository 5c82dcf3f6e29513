package dev.turnout.ofproto.classifier;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

import dev.turnout.flow.FlowMask;
import dev.turnout.flow.Match;
import org.jspecify.annotations.Nullable;

/**
 * What the classifier knows of a rule: mask, masked values in compact form (the mask's words only, so that a million rules fit), priority, and the
 * versions it is visible in.
 *
 * <p>Thread rules: the values never change; the versions are written by the writer before it publishes a version, so plain and opaque accesses
 * do; {@code nextLower} is released by the writer and acquired by readers.
 */
public abstract class ClassifierRule {
    /** {@code removeVersion} of a rule that stays. */
    public static final long NEVER = Long.MAX_VALUE;

    private static final VarHandle REMOVE_VERSION;
    private static final VarHandle NEXT;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            REMOVE_VERSION = lookup.findVarHandle(ClassifierRule.class, "removeVersion", long.class);
            NEXT = lookup.findVarHandle(ClassifierRule.class, "nextLower", ClassifierRule.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    final long[] values;
    private final int priority;
    private final long addVersion;
    /** The mask until the rule is inserted, then the subtable's. */
    private FlowMask mask;
    @SuppressWarnings("unused") // by REMOVE_VERSION
    private long removeVersion = NEVER;
    /** The rule of the same values with the next lower (or same) priority. */
    @SuppressWarnings("unused") // by NEXT
    private @Nullable ClassifierRule nextLower;

    /** A rule visible from {@code addVersion} on. */
    protected ClassifierRule(Match match, int priority, long addVersion) {
        this.mask = match.mask();
        this.priority = priority;
        this.addVersion = addVersion;
        values = match.compactValues();
    }

    public final int priority() {
        return priority;
    }

    public final FlowMask mask() {
        return mask;
    }

    /** Lets go of an equal mask of its own. */
    final void shareMask(FlowMask shared) {
        mask = shared;
    }

    /** The match, which shares the values. */
    public final Match match() {
        return Match.ofCompact(values, mask);
    }

    /** Writes the values to their words; the other words stay as they are. */
    final void expandTo(long[] words) {
        for (int n = 0; n < values.length; n++) {
            words[mask.wordIndex(n)] = values[n];
        }
    }

    public final long addVersion() {
        return addVersion;
    }

    public final long removeVersion() {
        return (long) REMOVE_VERSION.getOpaque(this);
    }

    /** Sets the first version that does not see the rule any more; {@link #NEVER} takes that back. Writer only. */
    public final void setRemoveVersion(long version) {
        REMOVE_VERSION.setOpaque(this, version);
    }

    /** Whether lookups of this version see the rule. */
    public final boolean isVisible(long version) {
        return addVersion <= version && version < removeVersion();
    }

    /** Whether the rule is but a part of conjunctive matches, see {@link Clauses}. */
    protected boolean isConjunctive() {
        return false;
    }

    /** Tells the clauses that the rule meets, if it {@link #isConjunctive}. */
    protected void addClauses(Clauses clauses) {
    }

    final @Nullable ClassifierRule next() {
        return (ClassifierRule) NEXT.getAcquire(this);
    }

    /** The rule of the same values with the next lower priority that is visible in the version, or null. */
    final @Nullable ClassifierRule nextVisible(long version) {
        ClassifierRule rule = next();
        while (rule != null && !rule.isVisible(version)) {
            rule = rule.next();
        }
        return rule;
    }

    final void setNext(@Nullable ClassifierRule rule) {
        NEXT.setRelease(this, rule);
    }
}
