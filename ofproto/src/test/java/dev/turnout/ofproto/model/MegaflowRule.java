package dev.turnout.ofproto.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;

import dev.turnout.flow.Field;
import dev.turnout.flow.Fields;
import dev.turnout.flow.FlowKey;
import dev.turnout.flow.FlowLayout;
import dev.turnout.flow.FlowMask;
import dev.turnout.ofproto.LearnedText;
import dev.turnout.ofproto.PacketIn;
import dev.turnout.ofproto.Translator;
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

    private final long seed;
    private final Random random;
    private final PacketPool pool;
    private final RandomPipeline pipeline;
    private final Translator translator;
    private final List<PacketIn> packetIns = new ArrayList<>();
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
                throw new AssertionError(
                        "-Dturnout.seed is of the run; pipeline seed " + seed + "\n" + pipeline.describe() + broken);
            }
        }
        return packets;
    }

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
        return pipeline.model.features;
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
            out.actions().actions().forEach(action -> kinds.add(action.getClass().getSimpleName()));
            sending += out.actions().isDrop() ? 0 : 1;
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
    }

    private @Nullable String failure;

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
        List<String> expected = pipeline.model.process(packet, again, false, taught);
        List<String> actual = NaiveDatapath.execute(packet, out.actions(),
                (id, frame) -> toController(id, frame, again));
        List<String> learned = LearnedText.of(out);
        if (expected.equals(actual) && taught.equals(learned)) {
            return null;
        }
        return "megaflow of  " + text(base) + "\nlooked at    " + out.wildcards() + "\nactions      " + out.actions()
                + "\npacket       " + text(key)
                + "\nexpected     " + expected + "\nbut was      " + actual
                + "\nto learn     " + taught + "\nbut learns   " + learned;
    }

    private String toController(int stateId, byte[] frame, FlowKey key) {
        packetIns.clear();
        if (!pipeline.ofproto.packetIn(stateId, frame, key)) {
            return "controller: unknown state " + stateId;
        }
        PacketIn in = packetIns.get(0);
        return Sent.toController(in.bridge().name(), in.table(), in.cookie(), in.reason(),
                (int) in.key().get(Fields.IN_PORT), in.frame(),
                NaiveSwitch.describe(in.key().words()));
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
