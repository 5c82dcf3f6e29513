package dev.turnout.ofproto;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

import dev.turnout.flow.Match;
import dev.turnout.openflow.OfAction;

/**
 * What {@code learn} must know of cookies: how many flows of a cookie a table has, for {@code limit}, and which cookies no flow learns with any more,
 * for {@code delete_learned}.
 *
 * <p>Flows are counted for those cookies only that a limit was asked for: then once by looking through the table, and by keeping count from there.
 *
 * <p>Thread rules: changes under the bridge's lock; {@link #known} from any thread.
 */
final class LearnedCookies {
    /** So many cookies are kept count of; beyond them all are forgotten, and looked for again when asked. */
    private static final int MAX_COUNTED = 4096;

    private record Key(int table, long cookie) {
    }

    private final ConcurrentHashMap<Key, AtomicInteger> counted = new ConcurrentHashMap<>();
    /** How many flows learn with this cookie into this table, and want {@code delete_learned}. */
    private final Map<Key, Integer> learners = new HashMap<>();
    private final Set<Key> left = new LinkedHashSet<>();

    /** A rule is there now, or again. */
    void added(Rule rule) {
        count(rule, 1);
        learns(rule.actions(), 1);
    }

    /** A rule is not there any more. */
    void removed(Rule rule) {
        count(rule, -1);
        learns(rule.actions(), -1);
    }

    private void count(Rule rule, int change) {
        if (!counted.isEmpty()) {
            AtomicInteger count = counted.get(new Key(rule.table(), rule.cookie()));
            if (count != null) {
                count.addAndGet(change);
            }
        }
    }

    private void learns(List<OfAction> actions, int change) {
        NestedActions.forEach(actions, action -> {
            if (action instanceof OfAction.Learn learn && learn.deleteLearned()) {
                Key key = new Key(learn.table(), learn.cookie());
                int now = learners.merge(key, change, Integer::sum);
                if (now == 0) {
                    learners.remove(key);
                    left.add(key);
                }
            }
        });
    }

    /** The flows whose learners have all gone since this was last asked. */
    List<Rule> orphans(RuleTables tables) {
        if (left.isEmpty()) {
            return List.of();
        }
        List<Rule> orphans = new ArrayList<>();
        for (Key key : left) {
            if (!learners.containsKey(key)) {
                for (Rule rule : tables.table(key.table).classifier.collect(Match.ANY, tables.nextVersion())) {
                    if (rule.cookie() == key.cookie) {
                        orphans.add(rule);
                    }
                }
            }
        }
        left.clear();
        return orphans;
    }

    /** Nothing became of what was done since {@link #orphans} was last asked. */
    void abandon() {
        left.clear();
    }

    /** How many flows of this cookie the table has, with the changes under way. */
    int flows(RuleTables tables, int table, long cookie) {
        Key key = new Key(table, cookie);
        AtomicInteger count = counted.get(key);
        if (count == null) {
            if (counted.size() >= MAX_COUNTED) {
                counted.clear();
            }
            int flows = 0;
            for (Rule rule : tables.table(table).classifier.collect(Match.ANY, tables.nextVersion())) {
                flows += rule.cookie() == cookie ? 1 : 0;
            }
            count = new AtomicInteger(flows);
            counted.put(key, count);
        }
        return count.get();
    }

    /** How many flows of this cookie the table has if that is known, else 0; perhaps with changes that are under way. */
    int known(int table, long cookie) {
        AtomicInteger count = counted.get(new Key(table, cookie));
        return count == null ? 0 : count.get();
    }
}
