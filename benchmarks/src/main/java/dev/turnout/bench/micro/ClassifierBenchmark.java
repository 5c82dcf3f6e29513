package dev.turnout.bench.micro;

import java.util.Random;
import java.util.concurrent.TimeUnit;

import dev.turnout.dpcls.Classifier;
import dev.turnout.dpcls.LookupGenerator;
import dev.turnout.dpcls.PortClassifier;
import dev.turnout.flow.FlowKeys;
import dev.turnout.flow.FlowLayout;
import dev.turnout.flow.FlowMask;
import dev.turnout.flow.Megaflow;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The megaflow classifier's lookup, generic and generated, where every packet hits, in nanoseconds per packet. The masks have equal shares of the packets, so a
 * lookup visits half of the tables on average; but of more than {@value #HOT} masks, as many as a generated lookup has, the first have three quarters of the
 * packets, generic or generated, for else none is generated.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@State(Scope.Thread)
public class ClassifierBenchmark {
    static final int HOT = 64;
    private static final int FLOWS = 16_384;
    private static final long RANK_INTERVAL_NS = 250_000_000;
    private static final long DEADLINE_NS = 120_000_000_000L;

    private final Classifier classifier = new Classifier(new Random(1));
    private final long[] handles = new long[KeyBatches.BATCH];
    private KeyBatches keys = new KeyBatches(1, 1, 0);
    private @Nullable PortClassifier port;

    /** Masks, a table each. */
    @Param({"1", "5", "20", "50", "200"})
    public int masks;

    /** Which lookup. */
    @Param({"generic", "generated"})
    public String lookup = "generic";

    /** Installs a megaflow per mask and, for the generated lookup, sends packets until there is one. */
    @Setup
    public void fill() throws InterruptedException {
        keys = new KeyBatches(FLOWS, masks, HOT);
        for (int k = 0; k < masks; k++) {
            long[] words = new long[FlowLayout.WORDS];
            words[FlowLayout.RECIRC_PORT] = -1;
            words[FlowLayout.ETH_DST_TYPE] = 0xffff;
            words[FlowLayout.IPV4] = -1L << (56 - k % 17) | (0xffff_ffffL & -1L << (24 - k / 17));
            FlowMask mask = FlowMask.of(words);
            long[] key = new long[FlowLayout.WORDS];
            key[FlowLayout.RECIRC_PORT] = KeyBatches.IN_PORT;
            key[FlowLayout.ETH_DST_TYPE] = 0x0800;
            key[FlowLayout.IPV4] = (long) (10 + k & 0xff) << 56 | 0x1400_0000L;
            classifier.insert(Megaflow.handle(k, 1), mask.apply(key), mask);
        }
        port = classifier.port(KeyBatches.IN_PORT);
        try (LookupGenerator generator = new LookupGenerator()) {
            if (lookup.equals("generated")) {
                specialize(generator);
            } else {
                pass();
                classifier.rank(0, generator);
            }
        }
        if (pass() > 0) {
            throw new IllegalStateException("some packets missed");
        }
    }

    private void specialize(LookupGenerator generator) throws InterruptedException {
        long end = System.nanoTime() + DEADLINE_NS;
        for (long now = 0; !required().isSpecialized(); now += RANK_INTERVAL_NS) {
            if (System.nanoTime() > end) {
                throw new IllegalStateException("no lookup was generated for " + masks + " masks");
            }
            pass();
            classifier.rank(now, generator);
            Thread.sleep(20);
        }
    }

    private PortClassifier required() {
        if (port == null) {
            throw new IllegalStateException("not set up");
        }
        return port;
    }

    private int pass() {
        int missed = 0;
        for (int b = 0; b < keys.count(); b++) {
            missed += find();
        }
        return missed;
    }

    /** Looks up a batch. */
    @Benchmark
    @OperationsPerInvocation(KeyBatches.BATCH)
    public int find() {
        FlowKeys batch = keys.next();
        return required().lookup(batch.words, keys.allPending(), KeyBatches.BATCH, handles);
    }
}
