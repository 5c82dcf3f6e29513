package dev.turnout.bench.micro;

import java.nio.ByteBuffer;
import java.util.Random;
import java.util.concurrent.TimeUnit;

import dev.turnout.flow.FlowExtractor;
import dev.turnout.flow.FlowKeys;
import dev.turnout.packet.Memory;
import dev.turnout.packet.Packet;
import dev.turnout.packet.PacketPool;
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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Key extraction with the hash, in nanoseconds per packet. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@State(Scope.Thread)
public class ExtractBenchmark {
    private static final int BATCHES = 16;

    private final PacketPool pool = new PacketPool(BATCHES * KeyBatches.BATCH, 0);
    private final long[] packets = new long[BATCHES * KeyBatches.BATCH];
    private final FlowKeys keys = new FlowKeys();
    private int next;

    /** What the frames are; only untagged IPv4 with TCP or UDP goes the short way. */
    @Param({"udp", "tcp", "vlan-udp", "ipv6-tcp"})
    public String kind = "udp";

    /** Makes the frames, which differ in the last byte of the source address and in the source port. */
    @Setup
    public void fill() {
        Random random = new Random(7);
        for (int i = 0; i < packets.length; i++) {
            packets[i] = pool.allocate();
            Packet.fromBytes(packets[i], frame(random));
            Packet.setInPort(packets[i], KeyBatches.IN_PORT);
            if (FlowExtractor.extract(packets[i], keys, 0) != 0) {
                throw new IllegalStateException("a frame of kind " + kind + " is not well-formed");
            }
        }
    }

    /** Gives the memory back. */
    @TearDown
    public void close() {
        pool.close();
    }

    private byte[] frame(Random random) {
        int transport = kind.endsWith("tcp") ? 20 : 8;
        ByteBuffer frame = ByteBuffer.allocate(90);
        frame.putLong(0x0200_0000_0002_0200L).putInt(1);
        switch (kind) {
            case "udp", "tcp", "vlan-udp" -> {
                if (kind.startsWith("vlan")) {
                    frame.putInt(0x8100_000a);
                }
                frame.putShort((short) 0x0800);
                int length = 20 + transport;
                frame.putInt(0x4500_0000 | length).putInt(0x4000);
                frame.putInt(0x4000_0000 | (transport == 20 ? 6 : 17) << 16);
                frame.putInt(0x0a00_0000 | random.nextInt(256)).putInt(0x1400_0001);
            }
            case "ipv6-tcp" -> {
                frame.putShort((short) 0x86dd).putInt(0x6000_0000).putInt(transport << 16 | 0x0640);
                frame.putLong(0x2001_0db8_0000_0000L).putLong(random.nextInt(256));
                frame.putLong(0x2001_0db8_0000_0000L).putLong(1);
            }
            default -> throw new IllegalArgumentException("kind '" + kind + "'");
        }
        frame.putShort((short) random.nextInt(1 << 16)).putShort((short) 80);
        if (transport == 20) {
            frame.putLong(0).putInt(0x5010_0000).putInt(0);
        } else {
            frame.putShort((short) 8).putShort((short) 0);
        }
        byte[] bytes = new byte[Math.max(60, frame.position())];
        frame.get(0, bytes);
        return bytes;
    }

    /** Extracts a batch. */
    @Benchmark
    @OperationsPerInvocation(KeyBatches.BATCH)
    public long extract() {
        int from = next;
        next = from + KeyBatches.BATCH == packets.length ? 0 : from + KeyBatches.BATCH;
        int malformed = 0;
        for (int i = 0; i < KeyBatches.BATCH; i++) {
            malformed |= FlowExtractor.extract(Memory.known(packets[from + i]), keys, i);
        }
        return malformed + keys.hashes[0];
    }
}
