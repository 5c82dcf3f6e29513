package dev.turnout.ofproto;

import java.util.List;

import dev.turnout.openflow.OfAction;
import org.jspecify.annotations.Nullable;

/** A list of actions that a translation executes. Thread rules: belongs to its {@link XlateContext}, which uses it again. */
final class WalkFrame {
    List<OfAction> actions = List.of();
    /** Index of the action that is next. */
    int next;
    int table;
    /** The flow whose actions they are; null for a packet-out's. */
    @Nullable
    Rule rule;
    /** Whether it counts as a level of nesting. */
    boolean deeper;
    /** Whether the observer has been told that it began. */
    boolean observed;
}
