package dev.turnout.ofproto;

/** The table that flow-mods may not touch. */
final class ReservedTable {
    static final int NUMBER = 254;

    private ReservedTable() {
    }
}
