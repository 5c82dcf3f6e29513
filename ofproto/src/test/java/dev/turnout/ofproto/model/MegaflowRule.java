package dev.turnout.ofproto.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;

import dev.turnout.flow.DatapathActions;
import dev.turnout.flow.DpAction;
import dev.turnout.flow.Field;
import dev.turnout.flow.Fields;
import dev.turnout.flow.FlowKey;
import dev.turnout.flow.FlowLayout;
import dev.turnout.flow.FlowMask;
import dev.turnout.ofproto.FlowSample;
import dev.turnout.ofproto.LearnedText;
import dev.turnout.ofproto.PacketIn;
import dev.turnout.ofproto.Translator;
import dev.turnout.ofproto.XlateDrop;
import dev.turnout.ofproto.XlateIn;
import dev.turnout.ofproto.XlateOut;
import dev.turnout.packet.PacketPool;
import org.jspecify.annotations.Nullable;

/**
 * Checks one random pipeline: translates packets, draws other packets inside the megaflows, and compares what the megaflow's actions make of them with
 * what the naive switch does.
 */
public final class MegaflowRule {
    private static final List<Field> CARRIED = carried();
    private static final int MAX_RECIRCULATIONS = 100;

    private final long seed;
    private final Random random;
    private final PacketPool pool;
    private final RandomPipeline pipeline;
    private final Translator translator;
    private final List<PacketIn> packetIns = new ArrayList<>();
    private final List<FlowSample> samples = new ArrayList<>();
    /** Megaflows of recirculated packets, of the first packet at hand. */
    private final List<Later> later = new ArrayList<>();
    /** Translations of recirculated packets that are right for one packet only. */
    private final List<Later> others = new ArrayList<>();
    /** What the packet at hand teaches. */
    private final List<String> learned = new ArrayList<>();
    private int recirculated;
    private int unsure;
    private boolean dropped;
    private @Nullable Field focus;
    private final Set<String> kinds = new TreeSet<>();
    private int drawn;
    private int sending;

    /** A pipeline of this seed. */
    public MegaflowRule(long seed, PacketPool pool) {
        this(seed, new RandomPipeline(seed, pool), pool, UnaryOperator.identity());
    }

    private MegaflowRule(long seed, RandomPipeline pipeline, PacketPool pool, UnaryOperator<Translator> replaced) {
        this.seed = seed;
        this.pool = pool;
        this.pipeline = pipeline;
        random = new Random(seed ^ 0x5eed);
        translator = replaced.apply(pipeline.ofproto.translator());
        pipeline.ofproto.addPacketInListener(packetIns::add);
        pipeline.ofproto.addSampleListener(samples::add);
    }

    /** A pipeline of this seed that is about one field: packets have it, flows match it, draws change it and nothing else. */
    public static MegaflowRule about(Field field, long seed, PacketPool pool, UnaryOperator<Translator> replaced) {
        MegaflowRule rule = new MegaflowRule(seed, new RandomPipeline(seed, pool, field), pool, replaced);
        rule.focus = field;
        return rule;
    }

    /** {@code -Dturnout.seed}, else a new one. */
    public static long seed() {
        String property = System.getProperty("turnout.seed", "");
        return property.isEmpty() ? new Random().nextLong() : Long.parseLong(property);
    }

    public static PacketPool pool() {
        return new PacketPool(16, 1);
    }

    /** Fields that a packet or its metadata can carry into a key. */
    public static List<Field> carried() {
        List<Field> fields = new ArrayList<>();
        for (Field field : Fields.all()) {
            String name = field.name();
            boolean apart = name.startsWith("tun_") || name.startsWith("nsh_") || name.startsWith("ct_nw")
                    || name.startsWith("ct_ipv6")
                    || name.startsWith("ct_tp") || name.startsWith("nd_options") || name.equals("packet_type")
                    || name.equals("recirc_id")
                    || name.equals("in_port_oxm");
            if (field.isStored() && field.word() < FlowLayout.DATAPATH_WORDS && !apart) {
                fields.add(field);
            }
        }
        return fields;
    }

    /**
     * Checks some packets, and at least {@code inside} drawn in the megaflow of each where there are so many.
     *
     * @return megaflows checked
     * @throws AssertionError
     *             with the seed and the pipeline if the rule is broken
     */
    public int check(int packets, int inside) {
        for (int i = 0; i < packets; i++) {
            String broken = checkOne(pipeline.key(), inside);
            if (broken != null) {
                String small = shrink();
                throw new AssertionError("-Dturnout.seed is of the run; pipeline seed " + seed + "\n"
                        + pipeline.describe() + (small == null ? broken + "\nbut not again" : small));
            }
        }
        return packets;
    }

    /** Makes the pipeline small, as long as the packet that broke the rule breaks it; what it breaks then, or null if it does not break it again. */
    private @Nullable String shrink() {
        FlowKey base = brokenBase;
        FlowKey key = brokenKey;
        if (recheck(base, key) == null) {
            return null;
        }
        Shrinker.shrink(pipeline, () -> recheck(base, key) != null);
        return recheck(base, key);
    }

    private @Nullable String recheck(FlowKey base, FlowKey key) {
        XlateOut out = translator.translate(new XlateIn(base, 60, 0, false, 0));
        try {
            boolean isInside = out.cacheable() && out.wildcards().equalUnder(key.words(), base.words());
            return isInside ? compare(base, key, out) : null;
        } finally {
            out.cache().close();
            closeLater();
        }
    }

    private FlowKey brokenBase = new FlowKey();
    private FlowKey brokenKey = new FlowKey();

    /** Whether some packet breaks the rule. */
    public boolean isBroken(int packets, int inside) {
        for (int i = 0; i < packets; i++) {
            if (checkOne(pipeline.key(), inside) != null) {
                return true;
            }
        }
        return false;
    }

    /** Packets drawn inside megaflows so far. */
    public int drawn() {
        return drawn;
    }

    /** Kinds of datapath actions seen so far. */
    public Set<String> kinds() {
        return kinds;
    }

    /** What the model's packets have done so far beyond being sent. */
    public Set<String> features() {
        return pipeline.model().features;
    }

    /** Recirculations so far. */
    public int recirculated() {
        return recirculated;
    }

    /** Packets so far of which the naive switch does not tell for sure what becomes of them. */
    public int unsure() {
        return unsure;
    }

    /** Megaflows so far that send packets anywhere. */
    public int sending() {
        return sending;
    }

    private @Nullable String checkOne(FlowKey key, int inside) {
        try (XlateOutScope scope = new XlateOutScope(translator.translate(new XlateIn(key, 60, 0, false, 0)))) {
            XlateOut out = scope.out;
            if (!out.cacheable()) {
                return null; // no packet but this one
            }
            note(out.actions().actions());
            sending += out.actions().isDrop() ? 0 : 1;
            return checkWithin(key, out, inside);
        } finally {
            closeLater();
        }
    }

    private void closeLater() {
        later.forEach(flow -> flow.out.cache().close());
        others.forEach(flow -> flow.out.cache().close());
        later.clear();
        others.clear();
    }

    private void note(List<DpAction> actions) {
        for (DpAction action : actions) {
            kinds.add(action.getClass().getSimpleName());
            switch (action) {
                case DpAction.Clone(List<DpAction> nested) -> note(nested);
                case DpAction.Sample(int _, List<DpAction> nested) -> note(nested);
                case DpAction.CheckPktLen check -> {
                    note(check.greater());
                    note(check.lessEqual());
                }
                default -> {
                    // nothing is nested
                }
            }
        }
    }

    private @Nullable String checkWithin(FlowKey key, XlateOut out, int inside) {
        String broken = compare(key, key, out);
        if (broken != null) {
            return broken;
        }
        List<Field> fields = fieldsOf(key);
        int found = 0;
        for (Field field : fields) {
            for (int i = 0; i < field.wordCount(); i++) {
                long free = field.wordMask(i) & ~out.wildcards().word(field.word() + i);
                for (; free != 0 && found < inside / 2; free &= free - 1) {
                    FlowKey other = key.copy();
                    other.words()[field.word() + i] ^= Long.lowestOneBit(free);
                    found += draw(key, other, out) ? 1 : 0;
                    if (failure != null) {
                        return failure;
                    }
                }
            }
        }
        for (int attempt = 0; attempt < 4 * inside && found < inside; attempt++) {
            FlowKey other = key.copy();
            for (int n = 1 + random.nextInt(4); n > 0 && !fields.isEmpty(); n--) {
                flip(other, fields.get(random.nextInt(fields.size())), out.wildcards(), random);
            }
            found += draw(key, other, out) ? 1 : 0;
            if (failure != null) {
                return failure;
            }
        }
        return null;
    }

    private @Nullable String failure;

    /** A megaflow of recirculated packets. */
    private record Later(FlowKey key, XlateOut out) {
    }

    private record XlateOutScope(XlateOut out) implements AutoCloseable {
        @Override
        public void close() {
            out.cache().close();
        }
    }

    private List<Field> fieldsOf(FlowKey key) {
        if (focus != null) {
            return List.of(focus);
        }
        NaivePacket packet = new NaivePacket(new ModelPacket(new byte[64], key), key, 0);
        return CARRIED.stream().filter(packet::has).toList();
    }

    /** Changes a field at random where a megaflow does not look: one bit, or any. */
    public static void flip(FlowKey key, Field field, FlowMask mask, Random random) {
        for (int i = 0; i < field.wordCount(); i++) {
            long free = field.wordMask(i) & ~mask.word(field.word() + i);
            long change = random.nextBoolean() ? random.nextLong() : 1L << random.nextInt(64);
            key.words()[field.word() + i] ^= change & free;
        }
        if (field.equals(Fields.IN_PORT) && (mask.word(0) & 0xffff_ffffL) == 0) {
            key.set(Fields.IN_PORT, 1 + random.nextInt(6));
        }
    }

    /** Whether a packet of such a key is inside the megaflow and another one; then it was compared. */
    private boolean draw(FlowKey base, FlowKey wanted, XlateOut out) {
        ModelPacket packet = ModelPacket.of(wanted);
        FlowKey key = packet.key(pool);
        if (key.equals(base) || !out.wildcards().equalUnder(key.words(), base.words())) {
            return false;
        }
        drawn++;
        failure = compare(base, key, out);
        return true;
    }

    private @Nullable String compare(FlowKey base, FlowKey key, XlateOut out) {
        ModelPacket packet = ModelPacket.of(key);
        FlowKey again = packet.key(pool);
        List<String> taught = new ArrayList<>();
        List<String> expected = pipeline.model().process(packet, again, false, taught);
        boolean sure = pipeline.model().isSure();
        boolean branched = pipeline.model().hasBranched();
        dropped = isTooLarge(out.drop()) || (branched && out.drop() != XlateDrop.NONE);
        depth = 0;
        trail.setLength(0);
        learned.clear();
        learned.addAll(LearnedText.of(out));
        List<String> actual = NaiveDatapath.execute(packet, out.actions(), new SlowPath(branched));
        if (!sure || dropped) {
            unsure++;
            return null;
        }
        taught.sort(null);
        learned.sort(null);
        // A translation that goes both ways by the length has what either way teaches.
        boolean isTaught = branched ? containsAll(learned, taught) : taught.equals(learned);
        if (expected.equals(actual) && isTaught) {
            return null;
        }
        brokenBase = base;
        brokenKey = key;
        return "megaflow of  " + text(base) + "\nlooked at    " + out.wildcards() + "\nactions      " + out.actions()
                + trail + "\npacket       " + text(key)
                + "\nexpected     " + expected + "\nbut was      " + actual
                + "\nto learn     " + taught + "\nbut learns   " + learned;
    }

    private static boolean containsAll(List<String> all, List<String> some) {
        List<String> left = new ArrayList<>(all);
        return some.stream().allMatch(left::remove);
    }

    /** The naive switch knows no limit of datapath actions. */
    static boolean isTooLarge(XlateDrop drop) {
        return drop == XlateDrop.NESTED_TOO_DEEP || drop == XlateDrop.ACTIONS_TOO_LONG;
    }

    private int depth;
    private final StringBuilder trail = new StringBuilder();

    /** What the real slow path says of recirculated packets, from megaflows where there are such, and of packets for controllers. */
    private final class SlowPath implements NaiveDatapath.SlowPath {
        private final boolean branched;

        SlowPath(boolean branched) {
            this.branched = branched;
        }

        @Override
        public DatapathActions recirculated(ModelPacket packet) {
            FlowKey key = packet.key(pool);
            recirculated++;
            if (++depth > MAX_RECIRCULATIONS) {
                dropped = true;
                return DatapathActions.DROP;
            }
            for (Later flow : later) {
                if (flow.out.wildcards().equalUnder(key.words(), flow.key.words())) {
                    return tell(flow.key, flow.out);
                }
            }
            XlateOut out = translator.translate(new XlateIn(key, packet.frame().length, 0, false, 0));
            note(out.actions().actions());
            (out.cacheable() ? later : others).add(new Later(key, out));
            return tell(key, out);
        }

        private DatapathActions tell(FlowKey key, XlateOut out) {
            learned.addAll(LearnedText.of(out));
            dropped |= isTooLarge(out.drop()) || (branched && out.drop() != XlateDrop.NONE);
            trail.append("\nthen         ").append(text(key)).append("\nlooked at    ").append(out.wildcards())
                    .append("\nactions      ").append(out.actions());
            return out.actions();
        }

        @Override
        public FlowKey parse(ModelPacket packet) {
            return packet.key(pool);
        }

        @Override
        public List<String> userspace(int stateId, ModelPacket packet) {
            packetIns.clear();
            samples.clear();
            FlowKey key = packet.key(pool);
            if (!pipeline.ofproto.packetIn(stateId, packet.frame(), key)) {
                return List.of("unknown state " + stateId);
            }
            if (!samples.isEmpty()) {
                FlowSample sample = samples.getFirst();
                return List.of(Sent.sample(sample.bridge().name(), sample.collectorSetId(), sample.obsDomainId(),
                        sample.obsPointId(), sample.inPort(), sample.frame()));
            }
            PacketIn in = packetIns.getFirst();
            List<String> sent = new ArrayList<>(List.of(Sent.toController(in)));
            if (!in.continuation().isEmpty()) {
                sent.addAll(resume(in, packet));
            }
            return sent;
        }

        /** The packet comes back as a controller sends it: without metadata. */
        private List<String> resume(PacketIn in, ModelPacket packet) {
            if (++depth > MAX_RECIRCULATIONS) {
                dropped = true;
                return List.of();
            }
            FlowKey plain = new FlowKey();
            plain.set(Fields.IN_PORT, packet.metadata().get(Fields.IN_PORT));
            plain.set(Fields.ETH_TYPE, packet.metadata().get(Fields.ETH_TYPE));
            ModelPacket again = new ModelPacket(packet.frame(), plain);
            XlateOut out = translator
                    .resume(in.bridge(), in.continuation(), again.key(pool), packet.frame().length).out();
            try {
                note(out.actions().actions());
                tell(again.key(pool), out);
                return NaiveDatapath.execute(again, out.actions(), this);
            } finally {
                out.cache().close();
            }
        }
    }

    private static String text(FlowKey key) {
        StringBuilder text = new StringBuilder();
        for (int word = 0; word < FlowLayout.WORDS; word++) {
            if (key.words()[word] != 0) {
                text.append('w').append(word).append('=').append(Long.toHexString(key.words()[word])).append(' ');
            }
        }
        return text.toString();
    }
}
