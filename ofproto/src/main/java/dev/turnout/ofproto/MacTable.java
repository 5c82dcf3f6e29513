package dev.turnout.ofproto;

import java.util.List;

/**
 * The MAC addresses that a bridge's NORMAL action has learned.
 *
 * <p>Thread rules: any thread.
 */
public final class MacTable {
    /** Entries, ordered by port, VLAN, address. */
    public List<FdbEntry> entries(long nowNs) {
        throw new UnsupportedOperationException("" + nowNs);
    }

    /** Forgets all. */
    public void flush() {
    }
}
