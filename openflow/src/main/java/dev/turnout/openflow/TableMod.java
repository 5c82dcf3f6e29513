package dev.turnout.openflow;

/** A change to a bridge's tables, as a batch may hold it. */
public sealed interface TableMod permits FlowMod, GroupMod, MeterMod, EvictionMod {
}
