package dev.turnout.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;

import dev.turnout.core.LibraryPacket.Kind;
import dev.turnout.core.memory.MemoryPort;
import dev.turnout.flow.DatapathActions;
import dev.turnout.flow.DpAction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every action that changes a packet, byte for byte against an independent packet library: the changed frame must be the one that the library makes of
 * the changed fields. Each with finished checksums, and again with the transport's unfinished (virtio-net partial) where a port must finish it.
 */
class PacketLibraryTest {
    private static final long MAC = 0xffff_ffff_ffffL;

    private final TestSlowPath slowPath = new TestSlowPath(key -> DatapathActions.DROP);
    private final Datapath datapath = new Datapath(DatapathConfig.defaults().withBuffers(256, 16));
    private final MemoryPort in = new MemoryPort("in", new PortFeatures(true, 65_535));
    private final MemoryPort out = new MemoryPort("out", new PortFeatures(false, 1518));

    @BeforeEach
    void start() throws IOException {
        datapath.start(slowPath, slowPath);
        datapath.addPort(in);
        datapath.addPort(out);
    }

    @AfterEach
    void close() {
        datapath.close();
    }

    /** Sends a burst of three such frames; what comes out of it, which is the same of all. */
    private byte[] through(byte[] frame, byte[] vnetHeader, DpAction... actions) {
        ForwardingThread thread = datapath.threads().getFirst();
        MegaflowTable.Reading reading = new MegaflowTable.Reading();
        for (int slot = 0; slot < thread.megaflows().limit(); slot++) {
            if (thread.megaflows().read(slot, reading)) {
                thread.submit(new DatapathCommand.Delete("d", 0, reading.handle()));
            }
        }
        List<DpAction> all = new ArrayList<>(List.of(actions));
        all.add(new DpAction.Output(2));
        slowPath.policy = key -> new DatapathActions(all);
        for (int i = 0; i < 3; i++) {
            in.inject(new MemoryPort.Frame(frame, vnetHeader));
        }
        List<MemoryPort.Frame> frames = new ArrayList<>();
        await().pollInterval(Duration.ofMillis(1)).until(() -> {
            frames.addAll(out.captured());
            return frames.size() >= 3;
        });
        assertThat(frames).allMatch(other -> Arrays.equals(other.bytes(), frames.getFirst().bytes()));
        return frames.getFirst().bytes();
    }

    private void check(LibraryPacket before, Consumer<LibraryPacket> change, DpAction... actions) {
        LibraryPacket after = before.copy();
        change.accept(after);
        assertSame(through(before.bytes(), new byte[0], actions), after, "finished");
        if (before.kind != Kind.ARP && before.udpChecksum && before.labels.isEmpty()) {
            byte[] header = new byte[10];
            header[0] = 1;
            header[6] = (byte) before.l4();
            header[8] = (byte) before.checksumOffset();
            assertSame(through(before.unfinished(), header, actions), after, "unfinished");
        }
    }

    private static void assertSame(byte[] sent, LibraryPacket expected, String what) {
        assertThat(HexFormat.of().formatHex(sent)).as(what).isEqualTo(HexFormat.of().formatHex(expected.bytes()));
    }

    private static LibraryPacket packet(Kind kind) {
        return new LibraryPacket(kind);
    }

    @ParameterizedTest
    @EnumSource
    void shouldSetEthernetAddresses(Kind kind) {
        check(packet(kind), p -> {
            p.ethSrc = 0x0200_0000_0077L;
            if (kind != Kind.ARP) {
                p.ethDst = 0x0200_0000_00feL;
            }
        }, kind == Kind.ARP
                ? new DpAction.SetEthernet(0x0200_0000_0077L, MAC, 0, 0)
                : new DpAction.SetEthernet(0x0200_0000_0077L, MAC, 0xfc, 0xfc));
    }

    @ParameterizedTest
    @EnumSource(names = {"UDP4", "TCP4", "ICMP4"})
    void shouldSetIpv4(Kind kind) {
        DpAction set = new DpAction.SetIpv4(0xc0a80101, -1, 0x00000900, 0x0000ff00, 0xb8, 0xfc, 3, 0xff);
        check(packet(kind), p -> {
            p.ipSrc = 0xc0a80101;
            p.ipDst = 0x0a000902;
            p.tos = 0xb8;
            p.ttl = 3;
        }, set);
    }

    @Test
    void shouldLeaveAZeroUdpChecksumOut() {
        LibraryPacket before = packet(Kind.UDP4);
        before.udpChecksum = false;
        check(before, p -> {
            p.ipSrc = 7;
            p.srcPort = 4;
        }, new DpAction.SetIpv4(7, -1, 0, 0, 0, 0, 0, 0), new DpAction.SetPorts(17, 4, 0xffff, 0, 0));
    }

    @Test
    void shouldNeverMakeAUdpChecksumZero() {
        // Among 65536 source ports there is one with which the sum comes to zero: it must be sent as all ones.
        LibraryPacket before = packet(Kind.UDP4);
        for (int port = 1; port < 0x10000; port++) {
            LibraryPacket candidate = before.copy();
            candidate.srcPort = port;
            byte[] bytes = candidate.bytes();
            int checksum = Frames.get16(bytes, candidate.l4() + 6);
            if (checksum == 0 || checksum == 0xffff) {
                byte[] sent = through(before.bytes(), new byte[0], new DpAction.SetPorts(17, port, 0xffff, 0, 0));
                assertThat(Frames.get16(sent, candidate.l4() + 6)).isEqualTo(0xffff);
                assertThat(Frames.isRight(sent, 14)).isTrue();
                return;
            }
        }
        throw new AssertionError("no such port");
    }

    @ParameterizedTest
    @EnumSource(names = {"UDP6", "TCP6", "ICMP6", "ND"})
    void shouldSetIpv6(Kind kind) {
        check(packet(kind), p -> {
            p.ipv6SrcLow = 0x99;
            p.ipv6DstLow = 0x1234_0000_0000_0002L;
            p.flowLabel = 0x54321;
            p.tos = 0x4c;
            p.ttl = 9;
        }, new DpAction.SetIpv6(0, 0x99, 0, -1, 0, 0x1234_0000_0000_0000L, 0, -1L << 32, 0x54321, 0xfffff, 0x4c, 0xff,
                9, 0xff));
    }

    @ParameterizedTest
    @EnumSource(names = {"UDP4", "TCP4", "UDP6", "TCP6"})
    void shouldSetPorts(Kind kind) {
        int protocol = kind.name().startsWith("UDP") ? 17 : 6;
        check(packet(kind), p -> {
            p.srcPort = 0xfe01;
            p.dstPort = 0x0150;
        }, new DpAction.SetPorts(protocol, 0xfe01, 0xffff, 0x0100, 0xff00));
    }

    @ParameterizedTest
    @EnumSource(names = {"ICMP4", "ICMP6"})
    void shouldSetIcmp(Kind kind) {
        boolean six = kind == Kind.ICMP6;
        check(packet(kind), p -> p.echoReply = true,
                new DpAction.SetIcmp(six ? 58 : 1, six ? 129 : 0, 0xff, 0, 0xff));
    }

    @Test
    void shouldSetNeighbourDiscovery() {
        check(packet(Kind.ND), p -> {
            p.targetLow = 0x77;
            p.linkAddress = 0x0200_0000_0abcL;
        }, new DpAction.SetNd(0, 0x77, 0, -1, 0x0200_0000_0abcL, MAC, 0, 0));
    }

    @Test
    void shouldSetArp() {
        check(packet(Kind.ARP), p -> {
            p.arpOp = 2;
            p.ipSrc = 0x0b000001;
            p.ipDst = 0x0a0000ff;
            p.linkAddress = 0x0200_0000_0abcL;
        }, new DpAction.SetArp(2, 0xffff, 0x0b000001, -1, 0xff, 0xff, 0x0200_0000_0abcL, MAC, 0, 0));
    }

    @ParameterizedTest
    @EnumSource
    void shouldPushAndPopTags(Kind kind) {
        LibraryPacket plain = packet(kind);
        LibraryPacket tagged = plain.copy();
        tagged.tags = List.of(new int[]{0x8100, 0x6007}, new int[]{0x88a8, 5});
        check(plain, p -> p.tags = tagged.tags, new DpAction.PushVlan(0x88a8, 0x1005),
                new DpAction.PushVlan(0x8100, 0x7007));
        check(tagged, p -> p.tags = List.of(), new DpAction.PopVlan(), new DpAction.PopVlan());
    }

    @ParameterizedTest
    @EnumSource(names = {"UDP4", "TCP6", "ICMP4", "ARP"})
    void shouldPushSetAndPopLabels(Kind kind) {
        LibraryPacket plain = packet(kind);
        plain.tags = List.of(new int[]{0x8100, 3});
        LibraryPacket labelled = plain.copy();
        labelled.labels = List.of(0x0003_0040, 0x0001_0140);
        labelled.mplsType = 0x8848;
        check(plain, p -> {
            p.labels = labelled.labels;
            p.mplsType = 0x8848;
        }, new DpAction.PushMpls(0x8847, 0x0001_0140), new DpAction.PushMpls(0x8848, 0x0002_0040),
                new DpAction.SetMpls(0x0003_0000, 0xffff_0000));
        int type = kind == Kind.ARP ? 0x0806 : kind == Kind.TCP6 ? 0x86dd : 0x0800;
        check(labelled, p -> p.labels = List.of(), new DpAction.PopMpls(0x8847), new DpAction.PopMpls(type));
        check(labelled, p -> p.labels = List.of(0x0003_0020, 0x0001_0140),
                new DpAction.SetMpls(0x20, 0xff));
    }

    @ParameterizedTest
    @EnumSource(names = {"UDP4", "TCP6"})
    void shouldFindHeadersBehindWhatWasPushedAndPopped(Kind kind) {
        int protocol = kind == Kind.UDP4 ? 17 : 6;
        DpAction push = new DpAction.PushMpls(0x8847, 0x0001_0140);
        DpAction pop = new DpAction.PopMpls(kind == Kind.UDP4 ? 0x0800 : 0x86dd);
        check(packet(kind), p -> p.dstPort = 7777, new DpAction.PushVlan(0x8100, 5), push,
                new DpAction.SetMpls(0, 0xffff_0000), pop, new DpAction.PopVlan(),
                new DpAction.SetPorts(protocol, 0, 0, 7777, 0xffff));
    }
}
