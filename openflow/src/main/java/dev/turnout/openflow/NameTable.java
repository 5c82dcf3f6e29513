package dev.turnout.openflow;

import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * A constant table from names to things that is looked up by a stretch of a text, without making a string of it first.
 * Open addressing, at most a quarter full.
 *
 * <p>Thread rules: immutable.
 */
final class NameTable<T> {
    private final boolean ignoreCase;
    private final String[] names;
    private final @Nullable Object[] values;

    NameTable(Map<String, ? extends T> entries, boolean ignoreCase) {
        this.ignoreCase = ignoreCase;
        int size = Integer.highestOneBit(Math.max(4, entries.size())) * 8;
        names = new String[size];
        values = new Object[size];
        for (Map.Entry<String, ? extends T> entry : entries.entrySet()) {
            String name = entry.getKey();
            int slot = hash(name, 0, name.length()) & (size - 1);
            while (values[slot] != null) {
                slot = (slot + 1) & (size - 1);
            }
            names[slot] = name;
            values[slot] = entry.getValue();
        }
    }

    /** What the text from {@code start} to before {@code end} names, or null. */
    @SuppressWarnings("unchecked")
    @Nullable
    T get(String text, int start, int end) {
        int mask = names.length - 1;
        int length = end - start;
        for (int slot = hash(text, start, end) & mask; values[slot] != null; slot = (slot + 1) & mask) {
            if (names[slot].length() == length && text.regionMatches(ignoreCase, start, names[slot], 0, length)) {
                return (T) values[slot];
            }
        }
        return null;
    }

    @Nullable
    T get(String name) {
        return get(name, 0, name.length());
    }

    /** Letters hash without their case, so that one function serves both kinds of table. */
    private static int hash(String text, int start, int end) {
        int hash = end - start;
        for (int i = start; i < end; i++) {
            hash = hash * 31 + (text.charAt(i) | 0x20);
        }
        return hash ^ hash >>> 15;
    }
}
