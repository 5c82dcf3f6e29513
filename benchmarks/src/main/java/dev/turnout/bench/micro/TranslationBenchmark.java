package dev.turnout.bench.micro;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

import dev.turnout.flow.Fields;
import dev.turnout.flow.FlowKey;
import dev.turnout.ofproto.Bridge;
import dev.turnout.ofproto.FailMode;
import dev.turnout.ofproto.FlowModResult;
import dev.turnout.ofproto.Ofproto;
import dev.turnout.ofproto.PortInfo;
import dev.turnout.ofproto.XlateIn;
import dev.turnout.ofproto.XlateOut;
import dev.turnout.openflow.FlowCommand;
import dev.turnout.openflow.FlowMod;
import dev.turnout.openflow.FlowParser;
import dev.turnout.openflow.PortNames;
import dev.turnout.openflow.Protocols;
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
 * The translation of a packet that missed, from key to actions, mask and statistics cache, in nanoseconds. Every table of the pipeline has
 * {@value #RULES} rules, matches another field, loads a register and goes to the next; the last one sets an address and outputs.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 20, time = 1)
@Measurement(iterations = 5, time = 1)
@State(Scope.Thread)
public class TranslationBenchmark {
    static final int RULES = 256;
    private static final int KEYS = 16_384;
    private static final long MAC = 0x02_0000_000000L;

    private final Ofproto ofproto = new Ofproto(() -> 0);
    private final XlateIn[] packets = new XlateIn[KEYS];
    private int next;

    /** Tables that a packet goes through. */
    @Param({"1", "4", "10"})
    public int tables;

    /** Whether it has effects, as for an upcall, or none, as for a revalidation. */
    @Param({"true", "false"})
    public boolean upcall;

    /** Builds the pipeline. */
    @Setup
    public void fill() {
        Bridge bridge = ofproto.addBridge("br0", FailMode.SECURE, 1);
        bridge.addPort(PortInfo.of("p1", "memory", 1, 1));
        bridge.addPort(PortInfo.of("p2", "memory", 2, 2));
        List<FlowMod> mods = new ArrayList<>();
        for (int table = 0; table < tables; table++) {
            for (int i = 0; i < RULES; i++) {
                String text = "table=" + table + ",priority=100," + match(table, i) + ",actions=" + actions(table, i);
                mods.add(FlowParser.parseFlowMod(text, FlowCommand.ADD, PortNames.NONE, Protocols.DEFAULT));
            }
        }
        for (FlowModResult result : bridge.apply(mods, true)) {
            if (!result.equals(FlowModResult.OK)) {
                throw new IllegalStateException(String.valueOf(result));
            }
        }
        Random random = new Random(5);
        for (int i = 0; i < KEYS; i++) {
            packets[i] = new XlateIn(key(random), 60, 0, upcall, 0);
            if (next().actions().actions().isEmpty()) {
                throw new IllegalStateException("a packet is dropped");
            }
        }
    }

    private static FlowKey key(Random random) {
        FlowKey key = new FlowKey();
        key.set(Fields.IN_PORT, 1);
        key.set(Fields.ETH_SRC, MAC + random.nextInt(RULES));
        key.set(Fields.ETH_DST, MAC + random.nextInt(RULES));
        key.set(Fields.ETH_TYPE, 0x0800);
        key.set(Fields.IPV4_SRC, 10L << 24 | random.nextInt(RULES));
        key.set(Fields.IPV4_DST, 20L << 24 | random.nextInt(RULES));
        key.set(Fields.IP_PROTO, 6);
        key.set(Fields.NW_TTL, 64);
        key.set(Fields.TCP_SRC, random.nextInt(RULES));
        key.set(Fields.TCP_DST, random.nextInt(RULES));
        return key;
    }

    private String match(int table, int i) {
        return switch (table % 6) {
            case 0 -> "dl_src=02:00:00:00:00:" + hex(i);
            case 1 -> "dl_dst=02:00:00:00:00:" + hex(i);
            case 2 -> "ip,nw_src=10.0.0." + i;
            case 3 -> "ip,nw_dst=20.0.0." + i;
            case 4 -> "tcp,tp_src=" + i;
            default -> "tcp,tp_dst=" + i;
        };
    }

    private static String hex(int value) {
        return Integer.toHexString(0x100 | value).substring(1);
    }

    private String actions(int table, int i) {
        return table < tables - 1
                ? "load:" + i + "->NXM_NX_REG" + table % 8 + "[],goto_table:" + (table + 1)
                : "mod_dl_dst:02:00:00:00:01:" + hex(i) + ",output:2";
    }

    private XlateOut next() {
        int number = next;
        next = (number + 1) & (KEYS - 1);
        XlateOut out = ofproto.translator().translate(packets[number]);
        out.cache().close();
        return out;
    }

    /** Translates a packet. */
    @Benchmark
    public XlateOut translate() {
        return next();
    }
}
