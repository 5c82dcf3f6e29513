package dev.turnout.ofproto;

import dev.turnout.flow.DpAction;
import dev.turnout.flow.Field;
import dev.turnout.ofproto.classifier.Wildcards;
import dev.turnout.openflow.OfAction;
import org.jspecify.annotations.Nullable;

/**
 * Watches one translation: the walk tells it what it does, step by step, in order. It is the same walk as without an observer; a trace is made of it
 * and of nothing else.
 *
 * <p>For whoever builds a trace: {@link #entered} and {@link #left} are balanced and form the tree. {@link #lookingUp} comes before a table is looked
 * at, so that the bits that {@link #lookedAt} reports until {@link #lookedUp} are due to that table; those reported after an {@link #action} are due
 * to that action (a prerequisite, a copied field, NORMAL) of the flow that was found last on this level. {@link #restarted} says that everything so
 * far is void. Recirculation ends a translation; {@link #frozen} has what the next one, with the packet as the datapath made it, starts from: call
 * the translator again with that id in the key.
 *
 * <p>Thread rules: called on the thread that translates.
 */
interface XlateObserver extends Wildcards.Observer {
    /** What a level of the walk is. */
    enum Level {
        /** A flow found by a lookup, by {@code resubmit} or {@code goto_table}, or the pipeline's first; or NORMAL where a bridge has no flows. */
        FLOW,
        /** The other bridge of a patch port. */
        PATCH,
        /** The action set, at the end of a pipeline. */
        ACTION_SET,
        /** Actions on a copy: {@code clone}, a group's bucket, one of two branches. */
        COPY,
        /** What a recirculated packet goes on with. */
        THAWED
    }

    /** A table is about to be looked at. */
    default void lookingUp(Bridge bridge, int table) {
    }

    /** The table has been looked at; null is a miss. */
    default void lookedUp(Bridge bridge, int table, @Nullable Rule rule) {
    }

    /** Bits of a word of the packet's key were looked at that had not been before. */
    @Override
    default void lookedAt(int word, long bits) {
    }

    /** What was looked at of the one field so far has been looked at of the other, and the other way round: they have been exchanged. */
    @Override
    default void swapped(Field one, Field other) {
    }

    /** An action begins. */
    default void action(OfAction action) {
    }

    /** A level begins; {@code what} names it where there is more to say: the bridge, or which copy, else "". */
    default void entered(Level level, String what) {
    }

    /** A bucket of the group at hand is executed: on the copy that is entered next, unless it has no actions. */
    default void chose(Group group, Group.Bucket bucket) {
    }

    /** The level that was entered last ends. */
    default void left() {
    }

    /** The datapath tracks the packet's connection; if the walk is {@link #frozen} by the same action, the packet brings back what it found. */
    default void tracked(DpAction.Ct tracking) {
    }

    /**
     * The walk of this bridge, or copy, ends here, and goes on when the packet comes back with the id.
     *
     * @param words
     *            the key as the pipeline has it; not to be kept
     */
    default void frozen(int recircId, FrozenState state, long[] words) {
    }

    /** The translation ends with this key, the pipeline's own fields included; not to be kept. */
    default void ended(long[] words) {
    }

    /** The packet is dropped for a limit, or because it has no bridge; all actions so far are void. */
    default void dropped(XlateDrop reason) {
    }

    /** A remark on what the action at hand did, or why it did nothing. */
    default void note(String remark) {
    }

    /** The tables changed meanwhile: the translation begins anew. */
    default void restarted() {
    }
}
