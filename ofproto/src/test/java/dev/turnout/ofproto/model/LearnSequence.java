package dev.turnout.ofproto.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import dev.turnout.flow.DatapathActions;
import dev.turnout.flow.FlowKey;
import dev.turnout.ofproto.Bridge;
import dev.turnout.ofproto.LearnedText;
import dev.turnout.ofproto.PacketIn;
import dev.turnout.ofproto.XlateIn;
import dev.turnout.ofproto.XlateOut;
import dev.turnout.openflow.FlowCommand;
import dev.turnout.openflow.FlowFilter;
import dev.turnout.openflow.FlowMod;
import dev.turnout.packet.PacketPool;
import org.jspecify.annotations.Nullable;

/** A random pipeline whose flows learn: packets and deletions, one after the other; the switch and the model must always have the same flows. */
public final class LearnSequence {
    private final long seed;
    private final Random random;
    private final PacketPool pool;
    private final RandomPipeline pipeline;
    private final List<PacketIn> packetIns = new ArrayList<>();
    private int learned;

    public LearnSequence(long seed, PacketPool pool) {
        this.seed = seed;
        this.pool = pool;
        random = new Random(seed ^ 0x5eed);
        pipeline = RandomPipeline.learning(seed, pool);
        pipeline.ofproto.addPacketInListener(packetIns::add);
    }

    /** Changes of flows by packets so far. */
    public int learned() {
        return learned;
    }

    /**
     * Sends some packets.
     *
     * @throws AssertionError
     *             with the seed and the pipeline if the switch and the model disagree
     */
    public void check(int packets) {
        for (int i = 0; i < packets; i++) {
            String before = pipeline.describe();
            if (random.nextInt(10) == 0) {
                deleteSome();
            }
            long sequence = pipeline.ofproto.changeSequence();
            FlowKey key = pipeline.key();
            List<String> flowsBefore = modelFlows();
            String broken = send(key);
            List<String> flows = modelFlows();
            if (broken == null && !flows.equals(realFlows())) {
                broken = "flows expected " + flows + "\nbut there are  " + realFlows();
            }
            boolean changed = !flows.equals(flowsBefore);
            learned += changed ? 1 : 0;
            if (broken == null && changed && pipeline.ofproto.changeSequence() == sequence) {
                broken = "flows changed, but nothing became stale";
            }
            if (broken != null) {
                throw new AssertionError("pipeline seed " + seed + ", packet " + i + " " + describe(key) + "\n" + before
                        + broken);
            }
        }
    }

    private static String describe(FlowKey key) {
        StringBuilder text = new StringBuilder();
        for (int word = 0; word < key.words().length; word++) {
            text.append(key.words()[word] == 0 ? "" : "w" + word + "=" + Long.toHexString(key.words()[word]) + " ");
        }
        return text.toString();
    }

    private @Nullable String send(FlowKey key) {
        ModelPacket packet = ModelPacket.of(key);
        FlowKey again = packet.key(pool);
        List<String> expected = pipeline.model().process(packet, again, true, new ArrayList<>());
        XlateOut out = pipeline.ofproto.translator().translate(new XlateIn(again, 60, 0, true, 0));
        List<String> actual = NaiveDatapath.execute(packet, out.actions(), new SlowPath());
        if (random.nextBoolean()) {
            out.cache().credit(1, 60, 0, 0); // what was learned is there: nothing changes
        }
        out.cache().close();
        if (MegaflowRule.isTooLarge(out.drop())) {
            return null;
        }
        return expected.equals(actual) ? null : "sent expected " + expected + "\nbut was       " + actual;
    }

    private final class SlowPath implements NaiveDatapath.SlowPath {
        @Override
        public DatapathActions recirculated(ModelPacket packet) {
            throw new IllegalStateException("nothing here recirculates");
        }

        @Override
        public FlowKey parse(ModelPacket packet) {
            return packet.key(pool);
        }

        @Override
        public List<String> userspace(int stateId, ModelPacket packet) {
            packetIns.clear();
            if (!pipeline.ofproto.packetIn(stateId, packet.frame(), packet.key(pool))) {
                return List.of("controller: unknown state " + stateId);
            }
            return List.of(Sent.toController(packetIns.getFirst()));
        }
    }

    /** Deletes a flow from both, and what goes with it. */
    private void deleteSome() {
        NaiveBridge naive = pipeline.model().bridges().get(random.nextInt(pipeline.model().bridges().size()));
        if (naive.flows.isEmpty()) {
            return;
        }
        FlowMod flow = naive.flows.get(random.nextInt(naive.flows.size()));
        naive.remove(flow);
        Bridge bridge = pipeline.ofproto.bridge(naive.name);
        if (bridge == null) {
            throw new IllegalStateException("no bridge " + naive.name);
        }
        bridge.apply(List.of(FlowMod.builder(FlowCommand.DELETE_STRICT).table(flow.table()).priority(flow.priority())
                .match(flow.match()).build()), true);
    }

    private List<String> modelFlows() {
        List<String> all = new ArrayList<>();
        for (NaiveBridge bridge : pipeline.model().bridges()) {
            bridge.flows.forEach(flow -> all.add(bridge.name + " " + LearnedText.of(flow)));
        }
        all.sort(null);
        return all;
    }

    private List<String> realFlows() {
        List<String> all = new ArrayList<>();
        for (Bridge bridge : pipeline.ofproto.bridges()) {
            bridge.flows(FlowFilter.ALL)
                    .forEach(flow -> all.add(bridge.name() + " " + LearnedText.of(FlowMod.builder(FlowCommand.ADD)
                            .table(flow.table()).priority(flow.priority()).match(flow.match()).cookie(flow.cookie())
                            .actions(flow.actions()).build())));
        }
        all.sort(null);
        return all;
    }
}
