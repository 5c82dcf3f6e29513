package dev.turnout.ofproto;

import dev.turnout.flow.Match;

/**
 * What makes a flow the same as another one, and there is one flow at most of.
 *
 * @param table
 *            0 to 254
 * @param priority
 *            0 to 65535
 * @param match
 *            what it matches
 */
record FlowPlace(int table, int priority, Match match) {
    static FlowPlace of(Rule rule) {
        return new FlowPlace(rule.table(), rule.priority(), rule.match());
    }
}
