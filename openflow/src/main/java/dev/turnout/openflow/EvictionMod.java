package dev.turnout.openflow;

/**
 * Says whether a full table deletes a flow to take another one (OpenFlow 1.4.1, 7.3.4.1: {@code OFPTC_EVICTION}).
 *
 * @param table
 *            0 to 253, or {@link FlowMod#ALL_TABLES}
 * @param evicts
 *            whether it does
 */
public record EvictionMod(int table, boolean evicts) implements TableMod {
}
