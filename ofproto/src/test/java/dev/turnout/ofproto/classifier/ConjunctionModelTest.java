package dev.turnout.ofproto.classifier;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;

import dev.turnout.flow.Field;
import dev.turnout.flow.Fields;
import dev.turnout.flow.FlowLayout;
import dev.turnout.flow.FlowMask;
import dev.turnout.flow.Match;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Conjunctive matches against a list that is searched priority by priority, and their cost. */
class ConjunctionModelTest {
    private static final Field[] FIELDS = {Fields.IN_PORT, Fields.IPV4_SRC, Fields.IPV4_DST, Fields.TCP_DST};

    private record Clause(int id, int clause, int of) {
    }

    private static final class TestRule extends ClassifierRule {
        private final List<Clause> clauses;
        private int asked;

        TestRule(Match match, int priority, List<Clause> clauses) {
            super(match, priority, 1);
            this.clauses = clauses;
        }

        @Override
        protected boolean isConjunctive() {
            return !clauses.isEmpty();
        }

        @Override
        protected void addClauses(Clauses to) {
            asked++;
            clauses.forEach(clause -> to.add(clause.id, clause.clause, clause.of));
        }

        @Override
        public String toString() {
            return priority() + " " + clauses;
        }
    }

    private final long seed = System.getProperty("turnout.seed", "").isEmpty()
            ? new Random().nextLong()
            : Long.getLong("turnout.seed", 0);
    private final Random random = new Random(seed);
    private final Classifier.Scratch scratch = new Classifier.Scratch();

    private long[] key() {
        long[] key = new long[FlowLayout.WORDS];
        for (Field field : FIELDS) {
            field.set(key, random.nextInt(3));
        }
        return key;
    }

    private Match match(boolean withId) {
        long[] values = key();
        long[] mask = new long[FlowLayout.WORDS];
        for (int n = random.nextInt(3); n > 0; n--) {
            FIELDS[random.nextInt(FIELDS.length)].setAll(mask);
        }
        if (random.nextInt(4) == 0) {
            mask[FlowLayout.IPV4] &= ~1L;
        }
        if (withId) {
            Fields.CONJ_ID.set(values, id());
            Fields.CONJ_ID.setAll(mask);
        }
        return new Match(values, FlowMask.of(mask));
    }

    /** Few ids, some of them negative as numbers. */
    private int id() {
        return random.nextInt(3) - 1;
    }

    private static int clausesOf(int id) {
        return id < 0 ? 3 : 2;
    }

    private TestRule rule() {
        List<Clause> clauses = new ArrayList<>();
        if (random.nextInt(3) > 0) {
            for (int n = 1 + random.nextInt(2); n > 0; n--) {
                int id = id();
                clauses.add(new Clause(id, random.nextInt(clausesOf(id)), clausesOf(id)));
            }
        }
        int priority = clauses.isEmpty() ? 2 * random.nextInt(500) : 200 * random.nextInt(5) + 1;
        return new TestRule(match(clauses.isEmpty() && random.nextInt(2) == 0), priority, clauses);
    }

    private static @Nullable TestRule plain(List<TestRule> rules, long[] key) {
        TestRule best = null;
        for (TestRule rule : rules) {
            if (!rule.isConjunctive() && rule.match().matches(key)
                    && (best == null || rule.priority() > best.priority())) {
                best = rule;
            }
        }
        return best;
    }

    private static @Nullable TestRule search(List<TestRule> rules, long[] key) {
        TestRule plain = plain(rules, key);
        TreeSet<Integer> priorities = new TreeSet<>();
        rules.stream().filter(TestRule::isConjunctive).forEach(rule -> priorities.add(rule.priority()));
        for (int priority : priorities.descendingSet()) {
            if (plain != null && plain.priority() > priority) {
                break;
            }
            Map<Integer, TreeSet<Integer>> met = new HashMap<>();
            rules.stream().filter(rule -> rule.priority() == priority && rule.match().matches(key))
                    .flatMap(rule -> rule.clauses.stream())
                    .forEach(clause -> met.computeIfAbsent(clause.id, _ -> new TreeSet<>()).add(clause.clause));
            long lowest = Long.MAX_VALUE;
            for (Map.Entry<Integer, TreeSet<Integer>> entry : met.entrySet()) {
                if (entry.getValue().size() == clausesOf(entry.getKey())) {
                    lowest = Math.min(lowest, Integer.toUnsignedLong(entry.getKey()));
                }
            }
            if (lowest != Long.MAX_VALUE) {
                long[] withId = key.clone();
                Fields.CONJ_ID.set(withId, lowest);
                TestRule found = plain(rules, withId);
                if (found != null) {
                    return found;
                }
            }
        }
        return plain;
    }

    @Test
    void shouldFindWhatTheDefinitionSaysAndLookAtEnough() {
        int byConjunction = 0;
        for (int round = 0; round < 1500; round++) {
            Classifier<TestRule> classifier = new Classifier<>();
            List<TestRule> rules = new ArrayList<>();
            for (int n = random.nextInt(25); n > 0; n--) {
                TestRule rule = rule();
                boolean taken = rules.stream().anyMatch(other -> other.priority() == rule.priority()
                        && (!rule.isConjunctive() || other.match().equals(rule.match())));
                if (!taken) {
                    rules.add(rule);
                    classifier.insert(rule);
                }
            }
            classifier.publish();
            for (int i = 0; i < 20; i++) {
                long[] key = key();
                Wildcards wildcards = new Wildcards();
                TestRule expected = search(rules, key);
                TestRule found = classifier.lookup(key, 1, wildcards, scratch);
                assertThat(found).as("seed %d, rules %s", seed, rules).isSameAs(expected);
                assertThat(Fields.CONJ_ID.get(key)).isZero();
                byConjunction += found != null && Fields.CONJ_ID.isAnySet(found.match().mask().toWords())
                        && Fields.CONJ_ID.get(found.match().values()) != 0 ? 1 : 0;
                for (int n = 0; n < 8; n++) {
                    long[] other = key();
                    for (int word = 0; word < other.length; word++) {
                        long looked = wildcards.looked(word);
                        other[word] = (other[word] & ~looked) | (key[word] & looked);
                    }
                    assertThat(search(rules, other)).as("seed %d: a packet with the same looked-at bits", seed)
                            .isSameAs(found);
                }
            }
        }
        assertThat(byConjunction).as("seed %d", seed).isGreaterThan(200);
    }

    @Test
    void shouldAskEachMatchingRuleOnceHoweverManyConjunctionsItIsPartOf() {
        int conjunctions = 20_000;
        List<TestRule> rules = new ArrayList<>();
        Classifier<TestRule> classifier = new Classifier<>();
        for (int clause = 0; clause < 4; clause++) {
            List<Clause> clauses = new ArrayList<>();
            for (int id = 1; id <= conjunctions; id++) {
                if (clause < 3 || id == conjunctions) {
                    clauses.add(new Clause(id, clause, 4));
                }
            }
            long[] mask = new long[FlowLayout.WORDS];
            FIELDS[clause].setAll(mask);
            rules.add(new TestRule(new Match(new long[FlowLayout.WORDS], FlowMask.of(mask)), 10, clauses));
            classifier.insert(rules.getLast());
        }
        long[] values = new long[FlowLayout.WORDS];
        long[] mask = new long[FlowLayout.WORDS];
        Fields.CONJ_ID.set(values, conjunctions);
        Fields.CONJ_ID.setAll(mask);
        TestRule target = new TestRule(new Match(values, FlowMask.of(mask)), 10, List.of());
        classifier.insert(target);
        classifier.publish();
        for (int i = 0; i < 100; i++) {
            assertThat(classifier.lookup(new long[FlowLayout.WORDS], 1, new Wildcards(), scratch)).isSameAs(target);
        }
        assertThat(rules).allMatch(rule -> rule.asked == 100);
    }
}
