package dev.turnout.ofproto;

import java.util.Objects;

import dev.turnout.ofproto.FlowRemoved.Reason;
import org.jspecify.annotations.Nullable;

/**
 * One flow's change within a batch.
 *
 * @param old
 *            what was there, or null
 * @param now
 *            what is there, or null
 * @param kind
 *            {@code ADDED}, {@code MODIFIED} or {@code DELETED}
 * @param reason
 *            of a deletion, else null
 */
record FlowChange(@Nullable Rule old, @Nullable Rule now, FlowEvent.Kind kind, @Nullable Reason reason) {
    static FlowChange added(@Nullable Rule old, Rule now) {
        return new FlowChange(old, now, FlowEvent.Kind.ADDED, null);
    }

    static FlowChange modified(Rule old, Rule now) {
        return new FlowChange(old, now, FlowEvent.Kind.MODIFIED, null);
    }

    static FlowChange deleted(Rule old, Reason reason) {
        return new FlowChange(old, null, FlowEvent.Kind.DELETED, reason);
    }

    /** The flow as it is to be told: as it is, or as it was. */
    Rule rule() {
        return now != null ? now : Objects.requireNonNull(old);
    }
}
