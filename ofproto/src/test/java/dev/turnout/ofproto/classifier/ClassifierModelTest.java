package dev.turnout.ofproto.classifier;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import dev.turnout.flow.Field;
import dev.turnout.flow.Fields;
import dev.turnout.flow.FlowLayout;
import dev.turnout.flow.FlowMask;
import dev.turnout.flow.Match;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The classifier against a list that is searched from end to end. */
class ClassifierModelTest {
    private static final Field[] FIELDS = {Fields.IN_PORT, Fields.ETH_TYPE, Fields.ETH_DST, Fields.IPV4_SRC,
        Fields.IPV4_DST, Fields.IPV6_DST,
        Fields.IP_PROTO, Fields.TCP_SRC, Fields.TCP_DST, Fields.METADATA, Fields.TCP_FLAGS};

    private static final class TestRule extends ClassifierRule {
        TestRule(Match match, int priority, long addVersion) {
            super(match, priority, addVersion);
        }
    }

    private final long seed = System.getProperty("turnout.seed", "").isEmpty()
            ? new Random().nextLong()
            : Long.getLong("turnout.seed", 0);
    private final Random random = new Random(seed);
    private final Classifier.Scratch scratch = new Classifier.Scratch();

    private Match match() {
        long[] values = new long[FlowLayout.WORDS];
        long[] mask = new long[FlowLayout.WORDS];
        for (int n = random.nextInt(4); n > 0; n--) {
            Field field = FIELDS[random.nextInt(FIELDS.length)];
            int prefix = random.nextInt(3) == 0 ? field.bits() : 1 + random.nextInt(field.bits());
            for (int i = 0; i < field.wordCount(); i++) {
                long bits = field.wordMask(i);
                if (field.isWide()) {
                    bits = i == 0 ? PrefixTrie.highMask(prefix) : PrefixTrie.lowMask(prefix);
                } else if (random.nextInt(6) > 0) {
                    bits &= -1L << (field.shift() + field.bits() - prefix);
                } else {
                    bits &= random.nextLong();
                }
                mask[field.word() + i] |= bits;
                values[field.word() + i] |= value(field) & bits;
            }
        }
        return new Match(values, FlowMask.of(mask));
    }

    /** Values of a field whose prefixes meet often. */
    private long value(Field field) {
        long top = (long) random.nextInt(4) << Math.min(62,
                field.shift() + Math.max(0, Math.min(64, field.bits()) - 2));
        return top | (long) random.nextInt(3) << field.shift();
    }

    private long[] key() {
        long[] key = new long[FlowLayout.WORDS];
        for (Field field : FIELDS) {
            for (int i = 0; i < field.wordCount(); i++) {
                key[field.word() + i] |= value(field) & field.wordMask(i);
            }
        }
        return key;
    }

    private static @Nullable TestRule search(List<TestRule> rules, long[] key, long version) {
        TestRule best = null;
        for (TestRule rule : rules) {
            boolean visible = rule.addVersion() <= version && version < rule.removeVersion();
            if (visible && rule.match().matches(key) && (best == null || rule.priority() > best.priority())) {
                best = rule;
            }
        }
        return best;
    }

    @Test
    void shouldFindWhatALinearSearchFindsAndLookAtEnough() {
        for (int round = 0; round < 60; round++) {
            Classifier<TestRule> classifier = new Classifier<>();
            List<TestRule> rules = new ArrayList<>();
            long version = 1;
            int nextPriority = 0;
            for (int step = 0; step < 30; step++) {
                version++;
                for (int n = random.nextInt(6); n > 0; n--) {
                    TestRule rule = new TestRule(match(), 100 * random.nextInt(10) + nextPriority++ % 100, version);
                    if (search(rules.stream().filter(r -> r.priority() == rule.priority()).toList(), key(),
                            version) == null
                            && rules.stream().noneMatch(r -> r.priority() == rule.priority()
                                    && r.removeVersion() == ClassifierRule.NEVER)) {
                        classifier.insert(rule);
                        rules.add(rule);
                    }
                }
                for (int n = random.nextInt(4); n > 0 && !rules.isEmpty(); n--) {
                    TestRule rule = rules.get(random.nextInt(rules.size()));
                    if (rule.removeVersion() == ClassifierRule.NEVER) {
                        rule.setRemoveVersion(version);
                    }
                }
                classifier.publish();
                check(classifier, rules, version);
                check(classifier, rules, version - 1);
                if (random.nextInt(4) == 0) {
                    long now = version;
                    rules.removeIf(rule -> {
                        boolean dead = rule.removeVersion() <= now;
                        if (dead) {
                            classifier.unlink(rule);
                        }
                        return dead;
                    });
                    classifier.publish();
                    check(classifier, rules, version);
                }
            }
            rules.forEach(classifier::unlink);
            classifier.publish();
            assertThat(classifier.size()).isZero();
            assertThat(classifier.lookup(key(), version, new Wildcards(), scratch)).isNull();
        }
    }

    /** The highest priority of a rule with this mask, visible or not: its rules are searched together. */
    private static int highestOf(List<TestRule> rules, FlowMask mask) {
        return rules.stream().filter(rule -> rule.mask().equals(mask)).mapToInt(TestRule::priority).max().orElse(-1);
    }

    private void check(Classifier<TestRule> classifier, List<TestRule> rules, long version) {
        for (int i = 0; i < 20; i++) {
            long[] key = key();
            Wildcards wildcards = new Wildcards();
            TestRule found = classifier.lookup(key, version, wildcards, scratch);
            assertThat(found).as("seed %d", seed).isSameAs(search(rules, key, version));
            // A bit that no rule asks for which the search had to get past is a bit too many.
            long[] asked = new long[FlowLayout.WORDS];
            for (TestRule rule : rules) {
                if (found == null || highestOf(rules, rule.mask()) >= found.priority()) {
                    for (int word = 0; word < asked.length; word++) {
                        asked[word] |= rule.mask().word(word);
                    }
                }
            }
            for (int word = 0; word < asked.length; word++) {
                assertThat(wildcards.looked(word) & ~asked[word]).as("seed %d: word %d", seed, word).isZero();
            }
            for (int n = 0; n < 10; n++) {
                long[] other = key();
                for (int word = 0; word < other.length; word++) {
                    long looked = wildcards.looked(word);
                    other[word] = (other[word] & ~looked) | (key[word] & looked);
                }
                assertThat(search(rules, other, version)).as("seed %d: a packet with the same looked-at bits", seed)
                        .isSameAs(found);
            }
        }
    }

    @Test
    void shouldLookAtFewBitsOfAnAddressThatNoPrefixIsNear() {
        Classifier<TestRule> classifier = new Classifier<>();
        for (int i = 0; i < 100; i++) {
            long[] values = new long[FlowLayout.WORDS];
            Fields.IPV4_DST.set(values, 0x0a000000L + i);
            classifier.insert(new TestRule(new Match(values, maskOf(Fields.IPV4_DST)), 10, 1));
        }
        classifier.publish();
        long[] key = new long[FlowLayout.WORDS];
        Fields.IPV4_DST.set(key, 0xc0a80101L);
        Wildcards wildcards = new Wildcards();
        assertThat(classifier.lookup(key, 1, wildcards, scratch)).isNull();
        assertThat(wildcards.looked(FlowLayout.IPV4)).isEqualTo(0x8000_0000L);
    }

    @Test
    void shouldLookAtNoMoreThanAPrefixToExcludeIt() {
        Classifier<TestRule> classifier = new Classifier<>();
        long[] values = new long[FlowLayout.WORDS];
        Fields.IPV4_DST.set(values, 0x0a010203L);
        classifier.insert(new TestRule(new Match(values, maskOf(Fields.IPV4_DST)), 5, 1));
        long[] mask = new long[FlowLayout.WORDS];
        Fields.IPV4_DST.set(mask, 0xffff0000L);
        Fields.IP_PROTO.setAll(mask);
        Fields.IPV4_DST.set(values, 0x0a020000L);
        classifier.insert(new TestRule(new Match(values, FlowMask.of(mask)), 9, 1));
        classifier.insert(new TestRule(Match.ANY, 7, 1));
        classifier.publish();
        long[] key = new long[FlowLayout.WORDS];
        Fields.IPV4_DST.set(key, 0x0a010203L);
        Wildcards wildcards = new Wildcards();
        assertThat(classifier.lookup(key, 1, wildcards, scratch)).isNotNull().extracting(TestRule::priority)
                .isEqualTo(7);
        long[] looked = new long[FlowLayout.WORDS];
        Fields.IPV4_DST.set(looked, 0xffff0000L);
        assertThat(wildcards.toDatapathMask()).isEqualTo(FlowMask.of(looked));
    }

    @Test
    void shouldNotLookAtPortsWhereNoAddressAgrees() {
        Classifier<TestRule> classifier = new Classifier<>();
        long[] values = new long[FlowLayout.WORDS];
        Fields.ETH_DST.set(values, 1);
        Fields.TCP_DST.set(values, 80);
        long[] mask = new long[FlowLayout.WORDS];
        Fields.ETH_DST.setAll(mask);
        Fields.TCP_DST.setAll(mask);
        classifier.insert(new TestRule(new Match(values, FlowMask.of(mask)), 10, 1));
        classifier.publish();
        long[] key = new long[FlowLayout.WORDS];
        Fields.ETH_DST.set(key, 2);
        Wildcards wildcards = new Wildcards();
        assertThat(classifier.lookup(key, 1, wildcards, scratch)).isNull();
        assertThat(wildcards.looked(FlowLayout.L4)).isZero();
    }

    @Test
    void shouldNotLookAtMasksBelowTheMatch() {
        Classifier<TestRule> classifier = new Classifier<>();
        classifier.insert(new TestRule(Match.ANY, 10, 1));
        long[] values = new long[FlowLayout.WORDS];
        classifier.insert(new TestRule(new Match(values, maskOf(Fields.IPV4_SRC)), 9, 1));
        classifier.publish();
        Wildcards wildcards = new Wildcards();
        assertThat(classifier.lookup(values, 1, wildcards, scratch)).isNotNull();
        assertThat(wildcards.toDatapathMask()).isEqualTo(FlowMask.EMPTY);
    }

    private static FlowMask maskOf(Field field) {
        long[] mask = new long[FlowLayout.WORDS];
        field.setAll(mask);
        return FlowMask.of(mask);
    }
}
