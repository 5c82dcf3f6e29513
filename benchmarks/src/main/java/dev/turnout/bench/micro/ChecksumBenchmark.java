package dev.turnout.bench.micro;

import java.util.concurrent.TimeUnit;

import dev.turnout.packet.Checksums;
import dev.turnout.packet.Packet;
import dev.turnout.packet.PacketPool;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** The Internet checksum of a range in memory that the first-level or second-level cache has, in nanoseconds per range. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@State(Scope.Thread)
public class ChecksumBenchmark {
    private final PacketPool pool = new PacketPool(1, 1);
    private final long packet = pool.allocateLarge();

    /** Bytes: an IPv4 header, a small frame, a full frame, a segment. */
    @Param({"20", "64", "1500", "65000"})
    public int length;

    /** Gives the memory back. */
    @TearDown
    public void close() {
        pool.close();
    }

    /** Sums and folds. */
    @Benchmark
    public int checksum() {
        return Checksums.complement(Checksums.sum(Packet.data(packet), length));
    }
}
