package dev.turnout.dpcls;

import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * Decides when a port gets a generated lookup, and over which tables.
 *
 * <p>Generating costs a fraction of a second of another core and code-cache memory, so it must pay off and must not be at
 * anybody's command:
 * <ul>
 * <li>the port has at least {@value #MIN_HITS} packets per ranking that the classifier or a signature cache in front of it
 * decides;
 * <li>a table counts only with at least 1/{@value #MIN_SHARE} of the port's hits in {@value #STABLE_RANKINGS} rankings in a
 * row. New masks that somebody makes by sending odd packets have no such share;
 * <li>the tables that a generated lookup can have, {@value #MAX_TABLES}, decide half of the port's packets: else it would be given up at
 * once;
 * <li>a port that has a generated lookup gets a new one only when tables outside it decide a fifth of the packets, never
 * because the ranks changed;
 * <li>the shortest time between two requests of a port doubles with each, from {@value #MIN_INTERVAL_SECONDS} to
 * {@value #MAX_INTERVAL_SECONDS} seconds.
 * </ul>
 *
 * <p>Thread rules: the classifier's owner thread.
 */
final class SpecializationPolicy {
    static final int MAX_TABLES = 64;
    static final int MIN_HITS = 10_000;
    static final int MIN_SHARE = 512;
    static final int STABLE_RANKINGS = 4;
    static final int MIN_INTERVAL_SECONDS = 3;
    static final int MAX_INTERVAL_SECONDS = 60;
    private static final long NS_PER_SECOND = 1_000_000_000L;

    /** The tables of the lookup in use, by identity. */
    private Set<Subtable> specialized = Collections.newSetFromMap(new IdentityHashMap<>());
    /** Scratch space of {@link #wanted}, so that a ranking allocates nothing. */
    private final Subtable[] hot = new Subtable[MAX_TABLES];
    private boolean pending;
    private long intervalNs = MIN_INTERVAL_SECONDS * NS_PER_SECOND;
    private long nextRequestNs = Long.MIN_VALUE;

    /** Whether the lookup in use visits the table. */
    boolean isSpecialized(Subtable table) {
        return specialized.contains(table);
    }

    /** A request was answered. */
    void onOffered(LookupGenerator.Generated generated) {
        pending = false;
        if (generated.lookup() != null) {
            specialized = Collections.newSetFromMap(new IdentityHashMap<>());
            Collections.addAll(specialized, generated.tables());
        }
    }

    /** The lookup in use was given up. */
    void onDropped() {
        specialized = Collections.newSetFromMap(new IdentityHashMap<>());
    }

    /** Whether the lookup in use decides so little that visiting its tables first is a waste. */
    boolean isStale(Subtable[] ranked) {
        long total = 0;
        long covered = 0;
        for (Subtable table : ranked) {
            total += table.windowPackets();
            covered += specialized.contains(table) ? table.windowPackets() : 0;
        }
        return total >= MIN_HITS && isTooLittle(covered, total);
    }

    private static boolean isTooLittle(long covered, long total) {
        return covered < total / 2;
    }

    /** Called once per ranking: the tables to generate a lookup for, or null. */
    Subtable @Nullable [] wanted(Subtable[] ranked, long nowNs) {
        long total = 0;
        long covered = 0;
        for (Subtable table : ranked) {
            total += table.windowPackets();
            covered += specialized.contains(table) ? table.windowPackets() : 0;
        }
        int count = 0;
        for (Subtable table : ranked) {
            boolean isHot = total >= MIN_HITS && table.windowPackets() >= Math.max(total / MIN_SHARE, 1);
            table.hotRankings = isHot ? table.hotRankings + 1 : 0;
            if (table.hotRankings >= STABLE_RANKINGS && count < MAX_TABLES) {
                hot[count++] = table;
            }
        }
        if (pending || count == 0 || total < MIN_HITS || covered >= total - total / 5 || nowNs < nextRequestNs
                || !gains(count, total, covered)) {
            return null;
        }
        pending = true;
        nextRequestNs = nowNs + intervalNs;
        intervalNs = Math.min(intervalNs * 2, MAX_INTERVAL_SECONDS * NS_PER_SECOND);
        return Arrays.copyOf(hot, count);
    }

    /** Whether a lookup over the hot tables would decide notably more than the one in use, and enough not to be stale at once. */
    private boolean gains(int count, long total, long covered) {
        long wouldCover = 0;
        for (int i = 0; i < count; i++) {
            wouldCover += hot[i].windowPackets();
        }
        return wouldCover >= covered + total / 5 && !isTooLittle(wouldCover, total);
    }
}
