package dev.turnout.flow;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.HexFormat;
import java.util.Set;
import java.util.function.Supplier;

import dev.turnout.packet.Memory;
import dev.turnout.packet.Packet;
import dev.turnout.packet.PacketPool;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Key extraction against the naive model, on frames valid and broken. */
class FlowExtractorPropertyTest {
    private static final int FRAMES = 60_000;

    private final long seed = RandomFrames.seed();
    private final PacketPool pool = new PacketPool(8, 0);
    private final FlowKeys keys = new FlowKeys();

    @AfterEach
    void close() {
        pool.close();
    }

    @Test
    void extractsValidFramesAsTheModelDoes() {
        RandomFrames frames = new RandomFrames(seed);
        run(frames::valid);
    }

    @Test
    void extractsBrokenFramesAsTheModelDoes() {
        RandomFrames frames = new RandomFrames(seed);
        Set<Malformed> seen = run(frames::broken);

        assertThat(seen).as("every reason occurs, seed %d", seed).hasSize(Malformed.COUNT);
    }

    /** Frames that end at a page which cannot be read. */
    @Test
    void readsNothingBehindAFrame() {
        RandomFrames frames = new RandomFrames(seed);
        try (GuardedMemory memory = new GuardedMemory()) {
            for (int i = 0; i < FRAMES; i++) {
                byte[] frame = i % 4 == 0 ? frames.valid() : frames.broken();
                long packet = memory.end() - frame.length - Packet.DATA_START;
                Packet.reset(packet);
                Packet.fromBytes(packet, frame);

                FlowExtractor.extract(packet, keys, i % 32);

                assertThat(keys.toKey(i % 32)).isEqualTo(new NaiveExtractor(frame).key);
            }
        }
    }

    private Set<Malformed> run(Supplier<byte[]> frames) {
        Set<Malformed> seen = EnumSet.noneOf(Malformed.class);
        for (int i = 0; i < FRAMES; i++) {
            byte[] frame = frames.get();
            seen.add(check(frame, i % 32));
        }
        return seen;
    }

    private Malformed check(byte[] frame, int row) {
        NaiveExtractor model = new NaiveExtractor(frame);
        long packet = pool.allocate();
        Packet.fromBytes(packet, frame);
        Packet.setInPort(packet, 0x8000_0007);
        Packet.setRecircId(packet, row == 3 ? 0xffff_fff0 : 0);
        model.key.set(Fields.IN_PORT_OXM, 0x8000_0007L);
        model.key.set(Fields.RECIRC_ID, row == 3 ? 0xffff_fff0L : 0);
        String context = "seed " + seed + ", frame " + HexFormat.of().formatHex(frame);
        // What follows the frame must not matter.
        fillBehind(packet, frame.length, row % 2 == 0 ? 0xff : 0x00);

        int reason = FlowExtractor.extract(packet, keys, row);

        FlowKey key = keys.toKey(row);
        assertThat(key.words()).as(context).isEqualTo(model.key.words());
        assertThat(Malformed.of(reason)).as(context).isEqualTo(model.reason);
        assertThat(Packet.l25Offset(packet)).as(context).isEqualTo(model.l25);
        assertThat(Packet.l3Offset(packet)).as(context).isEqualTo(model.l3);
        assertThat(Packet.l4Offset(packet)).as(context).isEqualTo(model.l4);
        assertThat(keys.used[row]).as(context).isEqualTo(usedOf(key)).isEqualTo(FlowExtractor.usedOf(key.words(), 0));
        assertThat(keys.hashes[row]).as(context)
                .isEqualTo(FlowHash.hash(key.words(), 0, -1L >>> (64 - FlowLayout.DATAPATH_WORDS)));
        assertThat(FlowExtractor.extractKey(packet)).as(context).isEqualTo(key);
        pool.free(packet);
        return model.reason;
    }

    private static long usedOf(FlowKey key) {
        long used = FlowExtractor.ALWAYS_USED;
        for (int i = 5; i < FlowLayout.DATAPATH_WORDS; i++) {
            used |= key.words()[i] != 0 ? 1L << i : 0;
        }
        return used;
    }

    private static void fillBehind(long packet, int length, int value) {
        Memory.fill(packet + Packet.DATA_START + length, Packet.capacity(packet) - length, value);
    }
}
