package dev.turnout.bench.micro;

import java.util.concurrent.TimeUnit;

import dev.turnout.emc.ExactMatchCache;
import dev.turnout.flow.FlowKeys;
import dev.turnout.flow.Megaflow;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** The exact-match cache where every lookup hits, in nanoseconds per packet. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@State(Scope.Thread)
public class ExactMatchBenchmark {
    private final ExactMatchCache cache = new ExactMatchCache(1);
    private final KeyBatches keys = new KeyBatches(1024, 1, 0);

    /** Stores all keys; those that were pushed out are stored again, until all are there. */
    @Setup
    public void fill() {
        for (int round = 0; round < 100; round++) {
            int missing = 0;
            for (int b = 0; b < keys.count(); b++) {
                FlowKeys batch = keys.batch(b);
                for (int i = 0; i < KeyBatches.BATCH; i++) {
                    int row = FlowKeys.row(i);
                    if (cache.lookup(batch.words, row, batch.used[i], batch.hashes[i]) == Megaflow.NONE) {
                        missing++;
                        cache.insert(batch.words, row, batch.used[i], batch.hashes[i], Megaflow.handle(i, 1),
                                handle -> handle != Megaflow.NONE);
                    }
                }
            }
            if (missing == 0) {
                return;
            }
        }
        // Three keys may share both places: some misses then remain, one in thousands.
    }

    /** Looks up a batch. */
    @Benchmark
    @OperationsPerInvocation(KeyBatches.BATCH)
    public long hit() {
        FlowKeys batch = keys.next();
        long sum = 0;
        for (int i = 0; i < KeyBatches.BATCH; i++) {
            sum += cache.lookup(batch.words, FlowKeys.row(i), batch.used[i], batch.hashes[i]);
        }
        return sum;
    }
}
