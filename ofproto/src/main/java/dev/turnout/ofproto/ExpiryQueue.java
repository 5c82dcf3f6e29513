package dev.turnout.ofproto;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * The flows that may expire, and which of them are over, found without looking at the others.
 *
 * <p>Each flow waits in a queue for the time at which it would expire if no packet came. A packet makes that time later but does not touch the queue:
 * when the flow's turn comes, it is queued again. Nor does a flow that goes leave the queue before its turn, unless most of the queue has gone. A flow
 * whose timeouts have become shorter must be {@link #shortened}; one that has none yet does not wait.
 *
 * <p>Thread rules: the bridge's lock; {@link #shortened} from any thread.
 */
final class ExpiryQueue {
    private static final int MIN_STALE = 1024;

    private record Turn(long atNs, Rule rule) {
    }

    private final Set<Rule> rules = new LinkedHashSet<>();
    private final PriorityQueue<Turn> turns = new PriorityQueue<>((a, b) -> Long.signum(a.atNs - b.atNs));
    private final Queue<Rule> shortened = new ConcurrentLinkedQueue<>();

    /** Adds a flow that may expire. */
    void add(Rule rule) {
        rules.add(rule);
        enqueue(rule);
    }

    private void enqueue(Rule rule) {
        long atNs = rule.expiresNs();
        if (atNs != Long.MAX_VALUE) {
            turns.add(new Turn(atNs, rule));
        }
    }

    void remove(Rule rule) {
        rules.remove(rule);
    }

    /** Notes that the timeouts of a flow are shorter than when it was added. */
    void shortened(Rule rule) {
        shortened.add(rule);
    }

    /** The flows that may expire, as they were added. */
    Set<Rule> rules() {
        return Collections.unmodifiableSet(rules);
    }

    /** Flows in the queue, those that have gone included; for tests. */
    int size() {
        return turns.size();
    }

    /** The flows that are over; they stay until they are removed. */
    List<Rule> expired(long nowNs, long creditedNs) {
        for (Rule rule = shortened.poll(); rule != null; rule = shortened.poll()) {
            if (rules.contains(rule)) {
                enqueue(rule);
            }
        }
        if (turns.size() > 2 * rules.size() + MIN_STALE) {
            turns.clear();
            rules.forEach(this::enqueue);
        }
        Set<Rule> due = new LinkedHashSet<>();
        for (Turn turn = turns.peek(); turn != null && nowNs - turn.atNs >= 0; turn = turns.peek()) {
            turns.remove();
            if (rules.contains(turn.rule)) {
                due.add(turn.rule);
            }
        }
        List<Rule> over = new ArrayList<>();
        for (Rule rule : due) {
            enqueue(rule);
            if (rule.isExpired(nowNs, creditedNs)) {
                over.add(rule);
            }
        }
        return over;
    }
}
