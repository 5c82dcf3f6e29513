package dev.turnout.ofproto;

/**
 * One OpenFlow table's counters.
 *
 * @param table
 *            0 to 254
 * @param activeFlows
 *            flows in it
 * @param lookups
 *            packets that were looked up
 * @param matches
 *            packets that matched
 * @param maxFlows
 *            its limit
 */
public record TableStats(int table, int activeFlows, long lookups, long matches, int maxFlows) {
}
