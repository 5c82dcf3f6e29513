package dev.turnout.ofproto;

/**
 * What has become of the flows that {@code learn} was to make in a bridge. A flow that is there already, and the same, counts nowhere.
 *
 * @param learned
 *            flows added, or changed
 * @param overLimit
 *            refused since the table had as many flows of the cookie as the action allows
 * @param refused
 *            refused since the table was full, or the flow that learns was gone
 */
public record LearnCounts(long learned, long overLimit, long refused) {
}
