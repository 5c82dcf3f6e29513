package dev.turnout.ofproto;

/**
 * One OpenFlow table's counters and settings.
 *
 * @param table
 *            0 to 254
 * @param name
 *            its name, perhaps empty
 * @param activeFlows
 *            flows in it
 * @param lookups
 *            packets that were looked up
 * @param matches
 *            packets that matched
 * @param maxFlows
 *            its limit
 * @param evicts
 *            whether it deletes a flow where it is full and another one is added
 */
public record TableStats(int table, String name, int activeFlows, long lookups, long matches, int maxFlows,
        boolean evicts) {
}
