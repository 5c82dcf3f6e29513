package dev.turnout.ofproto;

import java.util.ArrayList;
import java.util.List;

/**
 * The versions in which a translation looks its bridges' tables up: each bridge's as of when the translation first came to it.
 *
 * <p>Thread rules: one owner.
 */
final class TableVersions {
    private record Visit(RuleTables tables, long version) {
    }

    private final List<Visit> visits = new ArrayList<>();

    void clear() {
        visits.clear();
    }

    long versionOf(RuleTables tables) {
        for (Visit visit : visits) {
            if (visit.tables == tables) {
                return visit.version;
            }
        }
        Visit first = new Visit(tables, tables.version());
        visits.add(first);
        return first.version;
    }

    /** Whether rules may have been missed, since a purge overtook one of the versions. */
    boolean isStale() {
        return visits.stream().anyMatch(visit -> visit.tables.isStale(visit.version));
    }
}
