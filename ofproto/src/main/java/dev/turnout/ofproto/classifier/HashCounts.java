package dev.turnout.ofproto.classifier;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * A multiset of 64-bit hashes: which values the rules of a subtable have in their first stages. Open addressing; a removed hash keeps its slot
 * until the next growth.
 *
 * <p>Thread rules: one writer; readers follow a release-published table. A reader that misses a hash that is being added belongs to a version that
 * does not see its rule.
 */
final class HashCounts {
    private static final VarHandle TABLE;
    private static final VarHandle KEY = MethodHandles.arrayElementVarHandle(long[].class);
    private static final VarHandle COUNT = MethodHandles.arrayElementVarHandle(int[].class);

    static {
        try {
            TABLE = MethodHandles.lookup().findVarHandle(HashCounts.class, "table", Table.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private static final class Table {
        final long[] keys;
        final int[] counts;
        int used;

        Table(int capacity) {
            keys = new long[capacity];
            counts = new int[capacity];
        }

        /** The key's slot, or the free one where it would go. */
        int slot(long key) {
            int mask = keys.length - 1;
            int i = (int) (key ^ (key >>> 32)) & mask;
            while (true) {
                long found = (long) KEY.getAcquire(keys, i);
                if (found == key || found == 0) {
                    return i;
                }
                i = (i + 1) & mask;
            }
        }
    }

    private Table table = new Table(8);

    /** Whether the hash was added more often than removed. */
    boolean contains(long hash) {
        long key = hash == 0 ? 1 : hash;
        Table t = (Table) TABLE.getAcquire(this);
        int i = t.slot(key);
        return (long) KEY.getOpaque(t.keys, i) == key && (int) COUNT.getOpaque(t.counts, i) > 0;
    }

    void add(long hash) {
        long key = hash == 0 ? 1 : hash;
        int i = table.slot(key);
        if (table.keys[i] == 0) {
            if ((table.used + 1) * 3 > table.keys.length * 2) {
                grow();
                i = table.slot(key);
            }
            table.used++;
            COUNT.setOpaque(table.counts, i, 1);
            KEY.setRelease(table.keys, i, key);
        } else {
            COUNT.setOpaque(table.counts, i, table.counts[i] + 1);
        }
    }

    void remove(long hash) {
        long key = hash == 0 ? 1 : hash;
        int i = table.slot(key);
        if (table.counts[i] <= 0) {
            throw new IllegalStateException("a hash is removed that was never added");
        }
        COUNT.setOpaque(table.counts, i, table.counts[i] - 1);
    }

    private void grow() {
        int live = 0;
        for (int count : table.counts) {
            live += count > 0 ? 1 : 0;
        }
        int capacity = Math.max(8, Integer.highestOneBit(live * 2 + 1) * 2);
        Table bigger = new Table(capacity);
        for (int i = 0; i < table.keys.length; i++) {
            if (table.counts[i] > 0) {
                int to = bigger.slot(table.keys[i]);
                bigger.keys[to] = table.keys[i];
                bigger.counts[to] = table.counts[i];
                bigger.used++;
            }
        }
        TABLE.setRelease(this, bigger);
    }
}
