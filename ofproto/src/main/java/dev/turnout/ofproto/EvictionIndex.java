package dev.turnout.ofproto;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

import dev.turnout.openflow.FieldValue;
import dev.turnout.openflow.Subfield;
import org.jspecify.annotations.Nullable;

/**
 * Which flow of a full table goes first: of the largest group (by the values of chosen fields) the least important, and of those the one that
 * expires soonest. Flows without a timeout never go.
 *
 * <p>Packets move a flow's expiry; the index goes by what it was when the flow came or the index was built, and is built anew when it is older than
 * {@value #MOST_AGE_NS} ns.
 *
 * <p>Thread rules: under the bridge's lock.
 */
final class EvictionIndex {
    static final long MOST_AGE_NS = 1_000_000_000L;

    /** Flows of which those of the largest group go first. */
    private static final class Group {
        final List<FieldValue> key;
        final TreeSet<Candidate> candidates = new TreeSet<>(FIRST_TO_GO);

        Group(List<FieldValue> key) {
            this.key = key;
        }
    }

    private record Candidate(Rule rule, Group group, int importance, long expiresNs, long number) {
    }

    private static final Comparator<Candidate> FIRST_TO_GO = Comparator.comparingInt(Candidate::importance)
            .thenComparingLong(Candidate::expiresNs).thenComparingLong(Candidate::number);

    private final List<Subfield> fields;
    private final long builtNs;
    private final Map<List<FieldValue>, Group> groups = new HashMap<>();
    /** Those that are not empty: the largest first, of equal ones that whose first candidate goes first. Taken out before they change. */
    private final TreeSet<Group> bySize = new TreeSet<>(
            Comparator.<Group>comparingInt(group -> -group.candidates.size())
                    .thenComparing(group -> group.candidates.first(), FIRST_TO_GO));
    private final Map<Rule, Candidate> byRule = new HashMap<>();
    private long numbers;

    EvictionIndex(List<Subfield> fields, Collection<Rule> rules, long nowNs) {
        this.fields = fields;
        builtNs = nowNs;
        rules.forEach(this::add);
    }

    boolean isOld(long nowNs) {
        return nowNs - builtNs >= MOST_AGE_NS;
    }

    void add(Rule rule) {
        if (!rule.hasTimeout() || byRule.containsKey(rule)) {
            return;
        }
        Group group = groups.computeIfAbsent(key(rule), Group::new);
        Candidate candidate = new Candidate(rule, group, rule.importance(), rule.expiresNs(), numbers++);
        byRule.put(rule, candidate);
        change(group, () -> group.candidates.add(candidate));
    }

    void remove(Rule rule) {
        Candidate candidate = byRule.remove(rule);
        if (candidate != null) {
            change(candidate.group, () -> candidate.group.candidates.remove(candidate));
        }
    }

    private void change(Group group, Runnable change) {
        if (!group.candidates.isEmpty()) {
            bySize.remove(group);
        }
        change.run();
        if (group.candidates.isEmpty()) {
            groups.remove(group.key);
        } else {
            bySize.add(group);
        }
    }

    /** How many flows may go. */
    int size() {
        return byRule.size();
    }

    /** The flow that goes first, or null if all are there to stay. */
    @Nullable
    Rule first() {
        return bySize.isEmpty() ? null : bySize.first().candidates.first().rule;
    }

    private List<FieldValue> key(Rule rule) {
        if (fields.isEmpty()) {
            return List.of();
        }
        long[] values = rule.match().values();
        List<FieldValue> key = new ArrayList<>();
        for (Subfield field : fields) {
            key.add(field.field().isStored() ? field.get(values) : FieldValue.of(0));
        }
        return key;
    }
}
