package dev.turnout.dpcls;

import java.util.Arrays;

import org.jspecify.annotations.Nullable;

/**
 * Where the megaflow of a slot is: its table and the row in it. Tables keep it up to date when rows move.
 *
 * <p>Thread rules: one owner thread.
 */
final class SlotIndex {
    private @Nullable Subtable[] tables = new @Nullable Subtable[1024];
    private int[] rows = new int[1024];

    void put(int slot, Subtable table, int row) {
        if (slot >= rows.length) {
            int length = Math.max(slot + 1, rows.length * 2);
            tables = Arrays.copyOf(tables, length);
            rows = Arrays.copyOf(rows, length);
        }
        tables[slot] = table;
        rows[slot] = row;
    }

    void clear(int slot) {
        tables[slot] = null;
    }

    @Nullable
    Subtable table(int slot) {
        return slot >= 0 && slot < tables.length ? tables[slot] : null;
    }

    int row(int slot) {
        return rows[slot];
    }
}
