package dev.turnout.ofproto.model;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

import dev.turnout.flow.Field;
import dev.turnout.flow.Fields;
import dev.turnout.flow.FlowKey;
import dev.turnout.flow.FlowLayout;
import dev.turnout.flow.FlowMask;
import dev.turnout.flow.Match;
import dev.turnout.ofproto.Bridge;
import dev.turnout.ofproto.DatapathSupport;
import dev.turnout.ofproto.FailMode;
import dev.turnout.ofproto.FlowModResult;
import dev.turnout.ofproto.Ofproto;
import dev.turnout.ofproto.PortInfo;
import dev.turnout.ofproto.PortState;
import dev.turnout.ofproto.PortVlan;
import dev.turnout.ofproto.XlateIn;
import dev.turnout.ofproto.model.RandomActions.Repertoire;
import dev.turnout.openflow.FieldValue;
import dev.turnout.openflow.FlowCommand;
import dev.turnout.openflow.FlowFilter;
import dev.turnout.openflow.FlowMod;
import dev.turnout.openflow.FlowPrinter;
import dev.turnout.openflow.GroupBucket;
import dev.turnout.openflow.GroupMod;
import dev.turnout.openflow.GroupPrinter;
import dev.turnout.openflow.GroupSelection;
import dev.turnout.openflow.GroupType;
import dev.turnout.openflow.OfAction;
import dev.turnout.openflow.OfPorts;
import dev.turnout.openflow.PortNames;
import dev.turnout.packet.PacketPool;
import org.jspecify.annotations.Nullable;

/**
 * A random switch: one or two bridges joined by a patch, a few ports with VLAN modes, tables of random flows that random packets have a fair chance
 * to match, MAC addresses learned. The same seed gives the same switch. It is built twice: as an {@link Ofproto} and as a {@link NaiveSwitch}.
 */
public final class RandomPipeline {
    private static final int TABLES = 5;
    /** Groups that a bridge has, from 1 on. */
    static final int GROUPS = 4;

    private final Random random;
    private final RandomPackets packets;
    private final RandomActions actions;
    private final Repertoire repertoire;
    private final PacketPool pool;
    private final @Nullable Field favourite;
    /** The real one. */
    public final Ofproto ofproto;
    private NaiveSwitch model;
    private final List<FlowKey> samples = new ArrayList<>();

    /** A pipeline of this seed; the pool is used to extract keys. */
    public RandomPipeline(long seed, PacketPool pool) {
        this(seed, pool, new Ofproto(() -> 0, new DatapathSupport(true)), null, Repertoire.ALL);
    }

    /** A pipeline in which packets often have this field and flows often match it. */
    RandomPipeline(long seed, PacketPool pool, Field favourite) {
        this(seed, pool, new Ofproto(() -> 0, new DatapathSupport(true)), favourite, Repertoire.ALL);
    }

    /** A pipeline of this seed in an empty switch. Its ports have the datapath numbers 1 to 6. Packets don't change its flows. */
    public RandomPipeline(long seed, PacketPool pool, Ofproto empty) {
        this(seed, pool, empty, null, Repertoire.EXECUTED);
    }

    /** A pipeline of this seed that learns. */
    static RandomPipeline learning(long seed, PacketPool pool) {
        return new RandomPipeline(seed, pool, new Ofproto(() -> 0), null, Repertoire.LEARNING);
    }

    private RandomPipeline(long seed, PacketPool pool, Ofproto empty, @Nullable Field favourite,
            Repertoire repertoire) {
        this.favourite = favourite;
        random = new Random(seed);
        this.pool = pool;
        ofproto = empty;
        packets = new RandomPackets(random);
        this.repertoire = repertoire;
        actions = new RandomActions(random, repertoire);
        for (int i = 0; i < 12; i++) {
            samples.add(ModelPacket.of(packets.key()).key(pool));
        }
        for (int i = 0; i < 2000 && favourite != null && !has(samples.getLast(), favourite); i++) {
            samples.add(ModelPacket.of(packets.key()).key(pool));
            samples.removeFirst();
        }
        boolean two = random.nextInt(3) == 0;
        Bridge first = ofproto.addBridge("br0", FailMode.SECURE, 1);
        addPorts(first, 1, two ? 3 : 6);
        addFlows(first);
        if (two) {
            Bridge second = ofproto.addBridge("br1",
                    random.nextBoolean() || actions.pauses ? FailMode.SECURE : FailMode.STANDALONE, 2);
            addPorts(second, 4, 6);
            first.addPort(PortInfo.patch("patch0", "patch1", 9));
            second.addPort(PortInfo.patch("patch1", "patch0", 9));
            second.apply(List.of(FlowMod.builder(FlowCommand.DELETE).build()), true);
            if (random.nextInt(4) > 0) {
                addFlows(second);
            }
        }
        for (int i = 0; i < 6; i++) {
            FlowKey key = ModelPacket.of(sample()).key(pool);
            ofproto.translator().translate(new XlateIn(key, 60, 0, true, 0)).cache().close();
        }
        model = modelOf(ofproto, pool);
    }

    private static NaiveSwitch modelOf(Ofproto ofproto, PacketPool pool) {
        return new NaiveSwitch(ofproto.bridges().stream().map(bridge -> new NaiveBridge(bridge, 0)).toList(), pool);
    }

    /** The model. */
    public NaiveSwitch model() {
        return model;
    }

    /** Makes the model anew, of the flows and groups that the real switch has now. */
    void remodel() {
        model = modelOf(ofproto, pool);
    }

    private static boolean has(FlowKey packet, Field field) {
        return new NaivePacket(new ModelPacket(new byte[64], new FlowKey()), packet, (int) packet.get(Fields.IN_PORT))
                .has(field);
    }

    private void addPorts(Bridge bridge, int from, int to) {
        for (int dpPort = from; dpPort <= to; dpPort++) {
            PortVlan vlan = switch (random.nextInt(6)) {
                case 0 -> PortVlan.access(10 + random.nextInt(2));
                case 1 -> new PortVlan(PortVlan.Mode.TRUNK, 0, Set.of(0, 10, 11));
                case 2 -> new PortVlan(PortVlan.Mode.NATIVE_TAGGED, 10, Set.of(11));
                case 3 -> new PortVlan(PortVlan.Mode.NATIVE_UNTAGGED, 11, Set.of());
                default -> PortVlan.TRUNK_ALL;
            };
            PortState state = random.nextInt(4) == 0
                    ? new PortState(random.nextBoolean(), false, 0, 0, 0)
                    : PortState.UP;
            bridge.addPort(PortInfo.of("p" + dpPort, "memory", dpPort, dpPort).withVlan(vlan).withState(state));
        }
    }

    private void addGroups(Bridge bridge) {
        for (int number = 1; number <= GROUPS; number++) {
            List<GroupType> types = List.of(GroupType.values());
            GroupType type = types.get(random.nextInt(types.size()));
            for (int attempt = 0; attempt < 20; attempt++) {
                List<GroupBucket> buckets = new ArrayList<>();
                int count = type == GroupType.INDIRECT ? 1 : random.nextInt(4);
                for (int id = 0; id < count; id++) {
                    boolean watches = type == GroupType.FAST_FAILOVER || random.nextInt(4) == 0;
                    boolean watchesGroup = watches && number > 1 && random.nextInt(3) == 0;
                    buckets.add(new GroupBucket(id, type == GroupType.SELECT ? random.nextInt(4) : 1,
                            watches && !watchesGroup ? 1 + random.nextInt(7) : OfPorts.NONE,
                            watchesGroup ? 1 + random.nextInt(number - 1) : FlowMod.ANY_GROUP,
                            actions.bucket(number)));
                }
                GroupMod mod = GroupMod.add(number, type,
                        type == GroupType.SELECT ? selection() : GroupSelection.DEFAULT, buckets);
                if (bridge.apply(List.of(mod), true).getFirst().isOk()) {
                    break;
                }
            }
        }
    }

    private GroupSelection selection() {
        return switch (random.nextInt(4)) {
            case 0 -> GroupSelection.DEFAULT;
            case 1 -> {
                List<GroupSelection.MaskedField> fields = new ArrayList<>();
                Field[] some = {Fields.ETH_SRC, Fields.IPV4_SRC, Fields.NW_TTL, Fields.UDP_DST, Fields.reg(0)};
                for (int n = random.nextInt(3); n > 0; n--) {
                    Field field = some[random.nextInt(some.length)];
                    fields.add(new GroupSelection.MaskedField(field, FieldValue.ones(field.bits())));
                }
                yield new GroupSelection(GroupSelection.HASH, random.nextInt(3), fields);
            }
            default -> repertoire == Repertoire.LEARNING
                    ? new GroupSelection(GroupSelection.HASH, random.nextInt(3), List.of())
                    : new GroupSelection(GroupSelection.DP_HASH, random.nextInt(2), List.of());
        };
    }

    private void addFlows(Bridge bridge) {
        addGroups(bridge);
        int tables = 1 + random.nextInt(TABLES);
        for (int table = 0; table < tables; table++) {
            Set<Integer> priorities = new HashSet<>();
            int count = 1 + random.nextInt(random.nextInt(5) == 0 ? 40 : 10);
            for (int i = 0; i < count; i++) {
                int priority = random.nextInt(200);
                if (priorities.add(priority)) {
                    addFlow(bridge,
                            FlowMod.builder(FlowCommand.ADD).table(table).priority(priority)
                                    .cookie(random.nextInt(1000))
                                    .match(match()));
                }
            }
            if (random.nextInt(3) > 0 && priorities.add(0)) {
                addFlow(bridge, FlowMod.builder(FlowCommand.ADD).table(table).priority(0).cookie(7));
            }
            for (int n = random.nextInt(6) - 3; n > 0; n--) {
                addConjunction(bridge, table, priorities);
            }
        }
    }

    /** Flows that meet clauses of a conjunction, often all of them, and mostly a flow that it leads to. */
    private void addConjunction(Bridge bridge, int table, Set<Integer> priorities) {
        int id = 1 + random.nextInt(3);
        int clauses = id == 3 ? 3 : 2;
        int priority = random.nextInt(3) == 0 ? 77 : 50 + random.nextInt(150);
        List<FlowMod> mods = new ArrayList<>();
        for (int n = clauses + random.nextInt(3); n > 0; n--) {
            List<OfAction> meets = new ArrayList<>(List.of(new OfAction.Conjunction(id, n % clauses, clauses)));
            if (random.nextInt(4) == 0) {
                meets.add(new OfAction.Conjunction(2, random.nextInt(2), 2));
            }
            mods.add(FlowMod.builder(FlowCommand.ADD).table(table).priority(priority).match(match()).actions(meets)
                    .build());
        }
        bridge.apply(mods, false);
        if (random.nextInt(6) > 0 && priorities.add(1000 + id)) {
            long[] values = new long[FlowLayout.WORDS];
            long[] mask = new long[FlowLayout.WORDS];
            Fields.CONJ_ID.set(values, id);
            Fields.CONJ_ID.setAll(mask);
            addFlow(bridge, FlowMod.builder(FlowCommand.ADD).table(table).priority(1000 + id)
                    .match(new Match(values, FlowMask.of(mask))));
        }
    }

    private void addFlow(Bridge bridge, FlowMod.Builder builder) {
        FlowMod draft = builder.build();
        for (int attempt = 0; attempt < 20; attempt++) {
            FlowMod mod = draft.toBuilder().actions(actions.list(draft.table(), draft.match())).build();
            List<FlowModResult> results = bridge.apply(List.of(mod), true);
            if (results.get(0).isOk()) {
                return;
            }
        }
    }

    private FlowKey sample() {
        return samples.get(random.nextInt(samples.size()));
    }

    /** A key as a packet of this switch may have: often near one of those that the flows were made from. */
    public FlowKey key() {
        FlowKey key = random.nextInt(4) == 0 ? packets.key() : sample().copy();
        for (int changes = random.nextInt(3); changes > 0; changes--) {
            Field field = Fields.all().get(random.nextInt(Fields.all().size()));
            if (field.isStored() && field.word() < FlowLayout.DATAPATH_WORDS && !field.equals(Fields.RECIRC_ID)) {
                packets.randomize(key, field);
            }
        }
        key.set(Fields.IN_PORT, 1 + random.nextInt(6));
        return ModelPacket.of(key).key(pool);
    }

    /** A match on some fields of a sample packet, with some masks; its prerequisites included. */
    private Match match() {
        long[] packet = sample().words();
        long[] values = new long[FlowLayout.WORDS];
        long[] mask = new long[FlowLayout.WORDS];
        if (random.nextInt(3) == 0) {
            RandomPackets.addKind(packet, values, mask);
        }
        for (int fields = random.nextInt(4); fields > 0; fields--) {
            addField(packet, values, mask);
        }
        return new Match(values, FlowMask.of(mask));
    }

    private void addField(long[] packet, long[] values, long[] mask) {
        List<Field> all = Fields.all();
        Field field = favourite != null && random.nextInt(3) == 0 ? favourite : all.get(random.nextInt(all.size()));
        if (!field.isStored() || field.equals(Fields.RECIRC_ID) || field.equals(Fields.PACKET_TYPE)
                || !has(new FlowKey(packet), field)) {
            return;
        }
        RandomPackets.addPrerequisites(field, packet, values, mask);
        boolean pipeline = field.word() >= FlowLayout.METADATA;
        for (int i = 0; i < field.wordCount(); i++) {
            long bits = field.wordMask(i);
            if (field.maskable() && random.nextInt(2) == 0) {
                bits &= random.nextBoolean() ? -1L << random.nextInt(64) : random.nextLong();
            }
            long value = pipeline ? actions.smallValue() << field.shift() : packet[field.word() + i];
            if (random.nextInt(8) == 0) {
                value ^= 1L << field.shift();
            }
            values[field.word() + i] = (values[field.word() + i] & ~bits) | (value & bits);
            mask[field.word() + i] |= bits;
        }
    }

    /** What the real switch has, for messages. */
    public String describe() {
        StringBuilder text = new StringBuilder();
        for (Bridge bridge : ofproto.bridges()) {
            text.append(bridge.name()).append(' ').append(bridge.failMode()).append('\n');
            bridge.ports().forEach(port -> text.append("  ").append(port).append('\n'));
            bridge.macTable().entries(0).forEach(entry -> text.append("  ").append(entry).append('\n'));
            bridge.groups(GroupMod.ALL_GROUPS).forEach(
                    group -> text.append("  ").append(GroupPrinter.text(group, PortNames.NONE)).append('\n'));
            bridge.flows(FlowFilter.ALL).forEach(flow -> text.append("  ").append(FlowPrinter.text(
                    FlowMod.builder(FlowCommand.ADD).table(flow.table()).priority(flow.priority()).match(flow.match())
                            .cookie(flow.cookie()).actions(flow.actions()).build(),
                    PortNames.NONE)).append('\n'));
        }
        return text.toString();
    }
}
