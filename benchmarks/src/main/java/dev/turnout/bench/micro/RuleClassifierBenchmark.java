package dev.turnout.bench.micro;

import java.util.Random;
import java.util.concurrent.TimeUnit;

import dev.turnout.flow.Fields;
import dev.turnout.flow.FlowLayout;
import dev.turnout.flow.FlowMask;
import dev.turnout.flow.Match;
import dev.turnout.ofproto.classifier.Classifier;
import dev.turnout.ofproto.classifier.ClassifierRule;
import dev.turnout.ofproto.classifier.Wildcards;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A lookup in one OpenFlow table, with tracking of the bits looked at, in nanoseconds. Every mask is another pair of prefix lengths of the IPv4 addresses with a
 * priority of its own and the same share of the rules; every key matches a rule drawn at random.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@State(Scope.Thread)
public class RuleClassifierBenchmark {
    private static final int KEYS = 16_384;
    private static final int IPV4 = 0x0800;
    private static final int LENGTHS = 8;
    private static final int LONGEST = 28;

    private static final class BenchRule extends ClassifierRule {
        BenchRule(Match match, int priority) {
            super(match, priority, 1);
        }
    }

    private final Classifier<BenchRule> classifier = new Classifier<>();
    private final Classifier.Scratch scratch = new Classifier.Scratch();
    private final Wildcards wildcards = new Wildcards();
    private final long[][] keys = new long[KEYS][];
    private int next;

    /** Masks, a subtable each. */
    @Param({"1", "5", "20", "50"})
    public int masks;

    /** Rules in all. */
    @Param({"1000", "100000", "1000000"})
    public int rules;

    /** Fills the table and draws the keys. */
    @Setup
    public void fill() {
        Random random = new Random(3);
        for (int i = 0; i < rules; i++) {
            int k = i % masks;
            long[] words = words(random.nextInt(), random.nextInt());
            long[] bits = new long[FlowLayout.WORDS];
            Fields.ETH_TYPE.set(bits, 0xffff);
            Fields.IPV4_SRC.set(bits, -1L << (32 - LONGEST + k % LENGTHS) & 0xffff_ffffL);
            Fields.IPV4_DST.set(bits, -1L << (32 - LONGEST + k / LENGTHS) & 0xffff_ffffL);
            FlowMask mask = FlowMask.of(bits);
            classifier.insert(new BenchRule(new Match(mask.apply(words), mask), 1 + k));
            if (i < KEYS || random.nextInt(i) < KEYS) {
                keys[i < KEYS ? i : random.nextInt(KEYS)] = words;
            }
        }
        for (int i = rules; i < KEYS; i++) {
            keys[i] = keys[random.nextInt(rules)].clone();
        }
        classifier.publish();
        for (long[] key : keys) {
            if (classifier.lookup(key, 1, wildcards, scratch) == null) {
                throw new IllegalStateException("a key matches no rule");
            }
        }
    }

    private static long[] words(int source, int destination) {
        long[] words = new long[FlowLayout.WORDS];
        Fields.IN_PORT.set(words, 1);
        Fields.ETH_TYPE.set(words, IPV4);
        Fields.IPV4_SRC.set(words, source & 0xffff_ffffL);
        Fields.IPV4_DST.set(words, destination & 0xffff_ffffL);
        Fields.IP_PROTO.set(words, 17);
        Fields.UDP_DST.set(words, 80);
        return words;
    }

    /** Looks up a key. */
    @Benchmark
    public @Nullable Object lookup() {
        int number = next;
        next = (number + 1) & (KEYS - 1);
        return classifier.lookup(keys[number], 1, wildcards, scratch);
    }
}
