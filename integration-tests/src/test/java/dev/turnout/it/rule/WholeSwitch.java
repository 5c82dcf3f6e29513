package dev.turnout.it.rule;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.BooleanSupplier;

import dev.turnout.core.Datapath;
import dev.turnout.core.DatapathConfig;
import dev.turnout.core.DropReason;
import dev.turnout.core.ThreadCounter;
import dev.turnout.core.memory.MemoryPort;
import dev.turnout.flow.DatapathActions;
import dev.turnout.flow.DatapathFlowText;
import dev.turnout.flow.Field;
import dev.turnout.flow.Fields;
import dev.turnout.flow.FlowKey;
import dev.turnout.flow.FlowMask;
import dev.turnout.ofproto.Bridge;
import dev.turnout.ofproto.FlowModResult;
import dev.turnout.ofproto.Ofproto;
import dev.turnout.ofproto.PacketIn;
import dev.turnout.ofproto.XlateDrop;
import dev.turnout.ofproto.XlateIn;
import dev.turnout.ofproto.XlateOut;
import dev.turnout.ofproto.model.MegaflowRule;
import dev.turnout.ofproto.model.ModelPacket;
import dev.turnout.ofproto.model.NaiveSwitch;
import dev.turnout.ofproto.model.RandomPipeline;
import dev.turnout.ofproto.model.Sent;
import dev.turnout.openflow.FlowCommand;
import dev.turnout.openflow.FlowMod;
import dev.turnout.packet.PacketPool;
import dev.turnout.revalidator.Revalidator;
import dev.turnout.revalidator.RevalidatorConfig;
import dev.turnout.upcall.DeleteReason;
import dev.turnout.upcall.OfprotoSlowPath;
import dev.turnout.upcall.SlowPath;
import dev.turnout.upcall.Translation;
import dev.turnout.upcall.UpcallConfig;
import dev.turnout.upcall.Upcalls;
import org.awaitility.Awaitility;

/**
 * A random pipeline at work: datapath with six ports in memory, upcalls, revalidators, beside the naive switch that says what
 * must come out. MAC addresses are learned beforehand and not by the packets, since the naive switch has no memory.
 */
final class WholeSwitch implements AutoCloseable {
    private static final int PORTS = 6;
    /** Packets sent at a time: some rules send each of them to the controller many times, and the queue there is bounded. */
    private static final int BURST = 20;
    private static final int MOST_RECIRCULATIONS = 8;
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    /** Metadata that a port gives to no packet. */
    private static final List<Field> NEVER_RECEIVED = List.of(Fields.RECIRC_ID, Fields.DP_HASH, Fields.PKT_MARK,
            Fields.SKB_PRIORITY, Fields.CT_STATE, Fields.CT_ZONE, Fields.CT_MARK, Fields.CT_LABEL, Fields.CT_NW_SRC,
            Fields.CT_NW_DST, Fields.CT_NW_PROTO, Fields.CT_IPV6_SRC, Fields.CT_IPV6_DST, Fields.CT_TP_SRC,
            Fields.CT_TP_DST);

    private final Random random;
    private final PacketPool pool = new PacketPool(16, 1);
    private final Ofproto ofproto = new Ofproto(() -> 0);
    private final RandomPipeline pipeline;
    private final List<MemoryPort> ports = new ArrayList<>();
    private final Queue<String> packetIns = new ConcurrentLinkedQueue<>();
    private final Datapath datapath;
    private final Upcalls upcalls;
    private final Revalidator revalidator;
    private long injected;

    WholeSwitch(long seed, int threads) throws IOException {
        random = new Random(seed ^ 0xcac4e);
        pipeline = new RandomPipeline(seed, pool, ofproto);
        ofproto.addPacketInListener(in -> packetIns.add(describe(in)));
        SlowPath slowPath = withoutLearning(new OfprotoSlowPath(ofproto, () -> 0));
        datapath = new Datapath(DatapathConfig.defaults().withThreads(threads).withBuffers(1024, 4)
                .withEmcInsertInverseProbability(2));
        upcalls = Upcalls.over(slowPath, datapath.threads(), UpcallConfig.defaults());
        revalidator = new Revalidator(upcalls, slowPath, RevalidatorConfig.defaults(), System::nanoTime,
                ofproto::countersCreditedUpTo);
        datapath.start(upcalls, upcalls);
        upcalls.start();
        revalidator.start();
        for (int number = 1; number <= PORTS; number++) {
            MemoryPort port = new MemoryPort("p" + number);
            ports.add(port);
            if (datapath.addPort(port) != number) {
                throw new IOException("datapath port numbers do not count from 1");
            }
        }
    }

    /** Crediting a translation learns its source address anew. */
    private record WithoutCredit(Translation real) implements Translation {
        @Override
        public DatapathActions actions() {
            return real.actions();
        }

        @Override
        public FlowMask wildcards() {
            return real.wildcards();
        }

        @Override
        public boolean isCacheable() {
            return real.isCacheable();
        }

        @Override
        public DeleteReason refusal() {
            return real.refusal();
        }

        @Override
        public void credit(long packets, long bytes, long usedNs, int tcpFlags) {
            // The packets are counted by nobody.
        }

        @Override
        public void close() {
            real.close();
        }
    }

    private static SlowPath withoutLearning(SlowPath real) {
        return new SlowPath() {
            @Override
            public long changeSequence() {
                return real.changeSequence();
            }

            @Override
            public Translation translate(FlowKey key, boolean sideEffects, int frameLength) {
                return new WithoutCredit(real.translate(key, false, frameLength));
            }

            @Override
            public boolean packetIn(int stateId, byte[] frame, FlowKey key) {
                return real.packetIn(stateId, frame, key);
            }
        };
    }

    private static String describe(PacketIn in) {
        return Sent.toController(in.bridge().name(), in.table(), in.cookie(), in.reason(),
                (int) in.key().get(Fields.IN_PORT), in.frame(), NaiveSwitch.describe(in.key().words()));
    }

    /** A random packet as it may come in, and others inside its megaflow. */
    List<ModelPacket> packetAndOthersInside(int others) {
        FlowKey base = received(pipeline.key());
        List<ModelPacket> packets = new ArrayList<>(List.of(ModelPacket.of(base)));
        XlateOut out = ofproto.translator().translate(new XlateIn(base, 60, 0, false, 0));
        try {
            for (int attempt = 0; attempt < 4 * others && packets.size() <= others; attempt++) {
                FlowKey wanted = base.copy();
                flip(wanted, out.wildcards());
                FlowKey key = received(wanted);
                if (!key.equals(base) && out.wildcards().equalUnder(key.words(), base.words())) {
                    packets.add(ModelPacket.of(key));
                }
            }
            boolean dropped = out.drop() != XlateDrop.NONE;
            packets.removeIf(packet -> !isCertain(packet, dropped));
        } finally {
            out.cache().close();
        }
        return packets;
    }

    /** Whether the naive switch tells for sure what becomes of a packet, and the datapath's own limit of recirculations is far. */
    private boolean isCertain(ModelPacket packet, boolean dropped) {
        NaiveSwitch model = pipeline.model();
        model.process(packet, packet.key(pool));
        boolean otherWayMayDrop = model.hasBranched() && (dropped || model.mayRecirculate() > 0);
        return model.isSure() && model.mayRecirculate() < MOST_RECIRCULATIONS && !otherWayMayDrop;
    }

    /** The key that a real packet of such a key has when a port has received it. */
    private FlowKey received(FlowKey wanted) {
        FlowKey key = wanted.copy();
        NEVER_RECEIVED.forEach(field -> field.clear(key.words()));
        return ModelPacket.of(key).key(pool);
    }

    private void flip(FlowKey key, FlowMask mask) {
        List<Field> fields = MegaflowRule.carried();
        for (int n = 1 + random.nextInt(4); n > 0; n--) {
            MegaflowRule.flip(key, fields.get(random.nextInt(fields.size())), mask, random);
        }
    }

    /** What must leave when these packets come in; sorted. */
    List<String> expected(List<ModelPacket> packets) {
        List<String> all = new ArrayList<>();
        for (ModelPacket packet : packets) {
            all.addAll(pipeline.model().process(packet, packet.key(pool)));
        }
        all.replaceAll(WholeSwitch::withoutMark);
        all.sort(null);
        return all;
    }

    /** Sends packets and returns what left, sorted; {@code count} is how much is expected to leave. */
    List<String> send(List<ModelPacket> packets, int count) {
        for (int from = 0; from < packets.size(); from += BURST) {
            for (ModelPacket packet : packets.subList(from, Math.min(from + BURST, packets.size()))) {
                ports.get((int) packet.metadata().get(Fields.IN_PORT) - 1).inject(packet.frame());
                injected++;
            }
            await("all packets are received", () -> datapath.count(ThreadCounter.RECEIVED) == injected);
            await("no upcall is under way", () -> upcalls.stats().packetsHeld() == 0);
            upcalls.awaitAnswers();
        }
        List<String> left = new ArrayList<>();
        collect(left);
        // A packet that is only executed, without a megaflow, has no answer that could be awaited: its output is.
        long deadline = System.nanoTime() + PATIENCE.toNanos() / 10;
        while (left.size() < count && System.nanoTime() < deadline) {
            Thread.onSpinWait();
            collect(left);
        }
        left.sort(null);
        return left;
    }

    private void collect(List<String> left) {
        for (int i = 0; i < PORTS; i++) {
            int number = i + 1;
            if (ports.get(i).capturedCount() > 0) {
                ports.get(i).captured()
                        .forEach(frame -> left.add(withoutMark(Sent.toPort(number, 0, frame.bytes()))));
            }
        }
        String in;
        while ((in = packetIns.poll()) != null) {
            left.add(in);
        }
    }

    /** A port does not show the mark that a packet has. */
    private static String withoutMark(String sent) {
        return sent.replaceFirst("^(port \\d+) mark -?\\d+", "$1");
    }

    private static void await(String what, BooleanSupplier condition) {
        Awaitility.await(what).atMost(PATIENCE).pollInterval(Duration.ofMillis(1))
                .until(condition::getAsBoolean);
    }

    /** Has every megaflow translated anew, by a change that concerns no packet. */
    void revalidate() {
        Bridge bridge = ofproto.bridges().iterator().next();
        FlowModResult result = bridge
                .apply(List.of(FlowMod.builder(FlowCommand.ADD).table(200).priority(random.nextInt(1000)).build()),
                        true)
                .get(0);
        if (!result.isOk()) {
            throw new AssertionError(result);
        }
        if (!revalidator.waitForRound()) {
            throw new AssertionError("no revalidation round in time");
        }
        upcalls.awaitAnswers();
    }

    long count(ThreadCounter counter) {
        return datapath.count(counter);
    }

    long illegalMoves() {
        return upcalls.audit().illegalMoves();
    }

    /** Counters and flows, for messages. */
    String describe() {
        StringBuilder text = new StringBuilder();
        for (ThreadCounter counter : ThreadCounter.values()) {
            text.append(counter).append('=').append(datapath.count(counter)).append(' ');
        }
        for (DropReason reason : DropReason.values()) {
            if (datapath.drops(reason) != 0) {
                text.append("drop ").append(reason).append('=').append(datapath.drops(reason)).append(' ');
            }
        }
        text.append(upcalls.stats()).append('\n');
        upcalls.dumpFlows(flow -> true).forEach(flow -> text.append("  megaflow ")
                .append(DatapathFlowText.key(flow.key(), flow.mask())).append(" packets ").append(flow.packets())
                .append(" actions ").append(DatapathFlowText.actions(flow.actions())).append('\n'));
        return text.append(pipeline.describe()).toString();
    }

    @Override
    public void close() {
        revalidator.close();
        datapath.close();
        upcalls.close();
        pool.close();
    }
}
