package dev.turnout.bench.micro;

import java.util.Random;
import java.util.concurrent.TimeUnit;

import dev.turnout.dpcls.Classifier;
import dev.turnout.emc.MegaflowVerifier;
import dev.turnout.emc.SignatureCache;
import dev.turnout.flow.FlowKeys;
import dev.turnout.flow.FlowLayout;
import dev.turnout.flow.FlowMask;
import dev.turnout.flow.Megaflow;
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
 * The signature cache with the verification of what it finds, in nanoseconds per packet. With 100,000 flows keys and entries are beyond the second-level
 * cache, as in a switch that has so many.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@State(Scope.Thread)
public class SignatureBenchmark {
    private static final int ENTRIES = 1 << 20;

    private final Classifier classifier = new Classifier(new Random(1));
    private final SignatureCache cache = new SignatureCache(ENTRIES);
    private final MegaflowVerifier verifier = classifier::matches;
    private final int[] slots = new int[KeyBatches.BATCH];
    private KeyBatches keys = new KeyBatches(1, 1, 0);

    /** Flows. */
    @Param({"1000", "100000"})
    public int flows;

    /** One megaflow for all; its slot is stored for every key until the cache has grown to its size. */
    @Setup
    public void fill() {
        keys = new KeyBatches(flows, 1, 0);
        long[] words = new long[FlowLayout.WORDS];
        words[FlowLayout.RECIRC_PORT] = -1;
        words[FlowLayout.ETH_DST_TYPE] = 0xffff;
        words[FlowLayout.IPV4] = 0xffL << 56;
        FlowMask mask = FlowMask.of(words);
        classifier.insert(Megaflow.handle(0, 1), mask.apply(keys.batch(0).toKey(0).words()), mask);
        for (int round = 0; round < 20; round++) {
            for (int b = 0; b < keys.count(); b++) {
                for (int i = 0; i < KeyBatches.BATCH; i++) {
                    cache.insert(keys.batch(b).hashes[i], 0);
                }
            }
        }
    }

    /** Looks up a batch. */
    @Benchmark
    @OperationsPerInvocation(KeyBatches.BATCH)
    public int hit() {
        FlowKeys batch = keys.next();
        cache.lookup(batch.words, FlowKeys.STRIDE, batch.hashes, keys.allPending(), KeyBatches.BATCH, slots, verifier);
        return slots[0];
    }
}
