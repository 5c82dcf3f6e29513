package dev.turnout.core.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import dev.turnout.packet.Memory;
import org.junit.jupiter.api.Test;

final class NetlinkTest {
    private static final int NEW_LINK = 16;
    private static final int DEL_LINK = 17;

    private static final class Recorder implements Netlink.Handler {
        private final List<String> heard = new ArrayList<>();

        @Override
        public void onLink(LinkInfo link) {
            heard.add("new " + link);
        }

        @Override
        public void onLinkGone(LinkInfo link) {
            heard.add("gone " + link.name());
        }

        @Override
        public void onDumpEnd() {
            heard.add("end");
        }

        @Override
        public void onDumpRefused() {
            heard.add("refused");
        }
    }

    private static int attribute(long at, int type, byte[] value) {
        Memory.putShortNative(at, value.length + 4);
        Memory.putShortNative(at + 2, type);
        Memory.copyIn(value, 0, at + 4, value.length);
        return value.length + 4 + 3 & ~3;
    }

    private static int link(long at, int type, int family, int index, String name) {
        Memory.fill(at, 256, 0);
        Memory.putShortNative(at + 4, type);
        Memory.putByte(at + 16, family);
        Memory.putIntNative(at + 20, index);
        Memory.putIntNative(at + 24, Linux.IFF_UP | Linux.IFF_LOWER_UP);
        int length = 32;
        length += attribute(at + length, 3, (name + "\0").getBytes(StandardCharsets.UTF_8));
        length += attribute(at + length, 4, new byte[]{(byte) 0xdc, 5, 0, 0});
        length += attribute(at + length, 1, new byte[]{2, 0, 0, 0, 0, 9});
        Memory.putIntNative(at, length);
        return length;
    }

    /** As the kernel answers where another dump is under way (EBUSY): not the end of a dump that lacks all interfaces. */
    @Test
    void shouldNotTakeARefusedDumpForAnEmptyOne() {
        try (Arena arena = Arena.ofConfined()) {
            long at = arena.allocate(64, 8).address();
            Memory.putIntNative(at, 36);
            Memory.putShortNative(at + 4, 2);
            Memory.putIntNative(at + 16, -Errno.EBUSY);
            Recorder recorder = new Recorder();
            Netlink.parse(at, 36, recorder);
            assertThat(recorder.heard).containsExactly("refused");
        }
    }

    @Test
    void shouldParseLinks() {
        try (Arena arena = Arena.ofConfined()) {
            long at = arena.allocate(4096, 8).address();
            int length = link(at, NEW_LINK, 0, 7, "veth0");
            length += link(at + length, NEW_LINK, 7, 7, "veth0"); // a bridge's view
            length += link(at + length, DEL_LINK, 0, 7, "veth0");
            Memory.putIntNative(at + length, 20);
            Memory.putShortNative(at + length + 4, 3);
            length += 20;
            Recorder recorder = new Recorder();
            Netlink.parse(at, length, recorder);
            assertThat(recorder.heard).containsExactly(
                    "new " + new LinkInfo(7, "veth0", Linux.IFF_UP | Linux.IFF_LOWER_UP, 1500, 0x0200_0000_0009L),
                    "gone veth0", "end");
        }
    }

    @Test
    void shouldSurviveLyingLengths() {
        long seed = Long.getLong("turnout.seed", System.nanoTime());
        Random random = new Random(seed);
        try (Arena arena = Arena.ofConfined()) {
            long at = arena.allocate(4096, 8).address();
            for (int round = 0; round < 20_000; round++) {
                int length = link(at, NEW_LINK, 0, 7, "veth0");
                for (int i = random.nextInt(4); i >= 0; i--) {
                    Memory.putByte(at + random.nextInt(length), random.nextInt(256));
                }
                int shown = random.nextInt(length + 1);
                try {
                    Netlink.parse(at, shown, new Recorder());
                } catch (RuntimeException e) {
                    throw new AssertionError("seed " + seed + " round " + round, e);
                }
            }
        }
    }
}
