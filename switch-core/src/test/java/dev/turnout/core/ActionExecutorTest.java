package dev.turnout.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

import dev.turnout.core.memory.MemoryPort;
import dev.turnout.flow.DatapathActions;
import dev.turnout.flow.DpAction;
import dev.turnout.flow.DpMeter;
import dev.turnout.flow.FlowLayout;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Actions on real packets, through the whole datapath. */
class ActionExecutorTest {
    private static final long SEED = Long.getLong("turnout.seed", System.nanoTime());
    private static final int A = 0x0a000001;
    private static final int B = 0x14000001;
    private static final int VNET = 10;
    private static final long MAC = 0xffff_ffff_ffffL;

    private final TestSlowPath slowPath = new TestSlowPath(key -> DatapathActions.DROP);
    private final Datapath datapath = new Datapath(DatapathConfig.defaults().withBuffers(512, 16));
    private final MemoryPort in = new MemoryPort("in", new PortFeatures(true, 65_535));
    private final MemoryPort plain = new MemoryPort("plain", new PortFeatures(false, 1518));
    private final MemoryPort vnet = new MemoryPort("vnet", new PortFeatures(true, 1518));

    @BeforeEach
    void start() throws IOException {
        datapath.start(slowPath, slowPath);
        datapath.addPort(in);
        datapath.addPort(plain);
        datapath.addPort(vnet);
    }

    @AfterEach
    void close() {
        datapath.close();
    }

    private void send(byte[] frame, byte[] vnetHeader, DpAction... actions) {
        MegaflowTable.Reading reading = new MegaflowTable.Reading();
        ForwardingThread thread = datapath.threads().get(0);
        for (int slot = 0; slot < thread.megaflows().limit(); slot++) {
            if (thread.megaflows().read(slot, reading)) {
                thread.submit(new DatapathCommand.Delete("d", 0, reading.handle()));
            }
        }
        // A cycle drains commands before it receives: a frame that came in between would still meet the old megaflow.
        await().pollInterval(Duration.ofMillis(1)).until(() -> !hasMegaflow(thread, reading));
        slowPath.policy = key -> DatapathActions.of(actions);
        in.inject(new MemoryPort.Frame(frame, vnetHeader));
    }

    private static boolean hasMegaflow(ForwardingThread thread, MegaflowTable.Reading reading) {
        for (int slot = 0; slot < thread.megaflows().limit(); slot++) {
            if (thread.megaflows().read(slot, reading)) {
                return true;
            }
        }
        return false;
    }

    private static List<byte[]> awaitFrames(MemoryPort port, int count) {
        List<MemoryPort.Frame> frames = awaitWithHeaders(port, count);
        return frames.stream().map(MemoryPort.Frame::bytes).toList();
    }

    private static List<MemoryPort.Frame> awaitWithHeaders(MemoryPort port, int count) {
        List<MemoryPort.Frame> frames = new ArrayList<>();
        await().pollInterval(Duration.ofMillis(1)).until(() -> {
            frames.addAll(port.captured());
            return frames.size() >= count;
        });
        return frames;
    }

    private byte[] through(byte[] frame, DpAction... actions) {
        DpAction[] all = Arrays.copyOf(actions, actions.length + 1);
        all[actions.length] = new DpAction.Output(2);
        send(frame, new byte[0], all);
        return awaitFrames(plain, 1).get(0);
    }

    private static byte[] header(int flags, int gsoType, int headerLength, int gsoSize, int csumStart, int csumOffset) {
        byte[] header = new byte[VNET];
        header[0] = (byte) flags;
        header[1] = (byte) gsoType;
        int[] values = {headerLength, gsoSize, csumStart, csumOffset};
        for (int i = 0; i < values.length; i++) {
            header[2 + 2 * i] = (byte) values[i];
            header[3 + 2 * i] = (byte) (values[i] >> 8);
        }
        return header;
    }

    @Test
    void shouldSetAddressesPortsAndTtlWithRightChecksums() {
        Random random = new Random(SEED);
        for (int i = 0; i < 30; i++) {
            int src = random.nextInt();
            int dst = random.nextInt();
            int port = random.nextInt(65536);
            boolean isTcp = random.nextBoolean();
            byte[] frame = isTcp
                    ? Frames.tcp(A, B, 7, 80, 0x10, random.nextInt(50))
                    : Frames.udp(A, B, 7, 80, random.nextInt(50));
            byte[] sent = through(frame,
                    new DpAction.SetEthernet(0x0200_0000_0077L, MAC, 0x0200_0000_0088L, 0xffL),
                    new DpAction.SetIpv4(src, -1, dst, random.nextBoolean() ? -1 : 0xffff, 0xb8, 0xfc, 17, 0xff),
                    new DpAction.SetPorts(isTcp ? 6 : 17, port, 0xffff, 443, 0xffff));
            assertThat(Frames.isRight(sent, 14)).as("seed %d, %d", SEED, i).isTrue();
            assertThat(Frames.get32(sent, 26)).isEqualTo(src);
            assertThat(Frames.get16(sent, 34)).isEqualTo(port);
            assertThat(Frames.get16(sent, 36)).isEqualTo(443);
            assertThat(sent[22]).isEqualTo((byte) 17);
            assertThat(sent[15]).isEqualTo((byte) 0xb8);
            assertThat(sent[5]).isEqualTo((byte) 0x88);
            assertThat(sent[11]).isEqualTo((byte) 0x77);
            assertThat(Arrays.copyOfRange(sent, 42, sent.length)).isEqualTo(afterChange(frame, sent));
        }
    }

    /** The payload that a frame should have after a change of headers; a TCP checksum is in front of it. */
    private static byte[] afterChange(byte[] frame, byte[] sent) {
        byte[] expected = Arrays.copyOfRange(frame, 42, frame.length);
        if (frame[23] == 6) {
            expected[8] = sent[50];
            expected[9] = sent[51];
        }
        return expected;
    }

    @Test
    void shouldSetIpv6WithRightChecksums() {
        byte[] sent = through(Frames.udp6(1, 2, 7, 80, 33),
                new DpAction.SetIpv6(0x2001_0db8_0000_0000L, 5, -1, -1, 0, 9, 0, -1,
                        0x12345, 0xfffff, 0x20, 0xff, 3, 0xff),
                new DpAction.SetPorts(17, 1, 0, 99, 0xffff));
        assertThat(Frames.isRight(sent, 14)).isTrue();
        assertThat(Frames.get32(sent, 22)).isEqualTo(0x2001_0db8);
        assertThat(sent[53]).isEqualTo((byte) 9);
        assertThat(Frames.get32(sent, 14)).isEqualTo(0x6201_2345);
        assertThat(sent[21]).isEqualTo((byte) 3);
        assertThat(Frames.get16(sent, 54)).as("not in the mask").isEqualTo(7);
    }

    @Test
    void shouldLeaveAnAbsentUdpChecksumAbsent() {
        byte[] frame = Frames.udp(A, B, 7, 80, 10);
        Frames.put16(frame, 40, 0);
        byte[] sent = through(frame, new DpAction.SetIpv4(1, -1, 2, -1, 0, 0, 0, 0),
                new DpAction.SetPorts(17, 9, 0xffff, 0, 0));
        assertThat(Frames.get16(sent, 40)).isZero();
    }

    @Test
    void shouldPushAndPopTagsAndLabels() {
        byte[] frame = Frames.udp(A, B, 7, 80, 10);
        byte[] tagged = through(frame, new DpAction.PushVlan(0x88a8, 0x1005), new DpAction.PushVlan(0x8100, 0x3007));
        assertThat(tagged).hasSize(frame.length + 8);
        assertThat(Frames.get32(tagged, 12)).isEqualTo(0x8100_2007);
        assertThat(Frames.get32(tagged, 16)).isEqualTo(0x88a8_0005);
        assertThat(through(tagged, new DpAction.PopVlan(), new DpAction.PopVlan(), new DpAction.PopVlan()))
                .isEqualTo(frame);
        byte[] labelled = through(tagged, new DpAction.PushMpls(0x8847, 0x0001_0140),
                new DpAction.PushMpls(0x8848, 0x0002_0040),
                new DpAction.SetMpls(0x0003_0000, 0xffff_0000));
        assertThat(Frames.get16(labelled, 20)).isEqualTo(0x8848);
        assertThat(Frames.get32(labelled, 22)).isEqualTo(0x0003_0040);
        assertThat(Frames.get32(labelled, 26)).isEqualTo(0x0001_0140);
        assertThat(through(labelled, new DpAction.PopMpls(0x8847), new DpAction.PopMpls(0x0800))).isEqualTo(tagged);
        byte[] changed = through(frame, new DpAction.PushVlan(0x8100, 5),
                new DpAction.SetIpv4(1, -1, 2, -1, 0, 0, 1, 0xff),
                new DpAction.PopVlan(), new DpAction.SetPorts(17, 3, 0xffff, 4, 0xffff));
        assertThat(Frames.isRight(changed, 14)).as("headers are found behind what was pushed").isTrue();
    }

    @Test
    void shouldSendCopiesUnlessLast() {
        byte[] frame = Frames.udp(A, B, 7, 80, 10);
        send(frame, new byte[0], new DpAction.Output(2), new DpAction.SetEthernet(0, 0, 0x99, MAC),
                new DpAction.Output(2),
                new DpAction.Trunc(20), new DpAction.Output(2),
                new DpAction.Clone(List.of(new DpAction.PushVlan(0x8100, 3), new DpAction.Output(2))),
                new DpAction.Output(2),
                new DpAction.PopVlan());
        List<byte[]> sent = awaitFrames(plain, 5);
        assertThat(sent.get(0)).isEqualTo(frame);
        assertThat(sent.get(1)[5]).isEqualTo((byte) 0x99);
        assertThat(sent.get(2)).isEqualTo(Arrays.copyOf(sent.get(1), 20));
        assertThat(sent.get(3)).hasSize(frame.length + 4);
        assertThat(sent.get(4)).isEqualTo(sent.get(1));
    }

    /** ICMPv6's checksum has a pseudo header of IPv6 addresses, and protocol 58 in IPv4 is anything. */
    @Test
    void shouldLeaveThePayloadOfIpv4WithTheNumberOfIcmpv6Alone() {
        byte[] frame = Frames.udp(A, B, 7, 80, 10);
        frame[23] = 58;
        byte[] payload = Arrays.copyOfRange(frame, 34, frame.length);
        send(frame, new byte[0], new DpAction.SetIpv4(5, -1, 6, -1, 0, 0, 0, 0), new DpAction.Output(2));
        byte[] sent = awaitFrames(plain, 1).get(0);
        assertThat(Arrays.copyOfRange(sent, 34, sent.length)).isEqualTo(payload);
        assertThat(sent[33]).isEqualTo((byte) 6);
    }

    @Test
    void shouldHandThePacketAsItIsToTheSlowPath() {
        send(Frames.udp(A, B, 7, 80, 10), new byte[0], new DpAction.SetIpv4(0, 0, 9, -1, 0, 0, 0, 0),
                DpAction.Userspace.controller(5), new DpAction.Output(2));
        awaitFrames(plain, 1);
        assertThat(slowPath.userspaceKeys).hasSize(1);
        assertThat(slowPath.userspaceKeys.get(0).words()[FlowLayout.IPV4]).isEqualTo(((long) A << 32) | 9);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldFinishUnfinishedChecksumsWhereTheWayOutCannot(boolean isChanged) {
        byte[] whole = Frames.tcp(A, B, 7, 80, 0x18, 100);
        byte[] unfinished = whole.clone();
        Frames.put16(unfinished, 50, pseudo(A, B, 120));
        byte[] header = header(1, 0, 0, 0, 34, 16);
        DpAction change = isChanged ? new DpAction.SetIpv4(5, -1, 6, -1, 0, 0, 9, 0xff) : new DpAction.SetMark(1, -1);
        DpAction ports = isChanged ? new DpAction.SetPorts(6, 1, 0xffff, 2, 0xffff) : new DpAction.SetMark(1, -1);
        send(unfinished, header, change, ports, new DpAction.PushVlan(0x8100, 3), new DpAction.Output(3),
                new DpAction.Output(2));
        MemoryPort.Frame kept = awaitWithHeaders(vnet, 1).get(0);
        assertThat(kept.vnetHeader()).as("shifted by the tag").isEqualTo(header(1, 0, 0, 0, 38, 16));
        assertThat(Frames.get16(kept.bytes(), 54)).isEqualTo(isChanged ? pseudo(5, 6, 120) : pseudo(A, B, 120));
        byte[] finished = awaitFrames(plain, 1).get(0);
        assertThat(Frames.isRight(finished, 18)).isTrue();
    }

    private static int pseudo(int src, int dst, int length) {
        long sum = (long) (src >>> 16) + (src & 0xffff) + (dst >>> 16) + (dst & 0xffff) + 6 + length;
        return (int) ((sum & 0xffff) + (sum >>> 16));
    }

    @Test
    void shouldCutSegmentsWhereTheWayOutCannot() {
        byte[] whole = Frames.tcp(A, B, 7, 80, 0x18, 4000);
        byte[] header = header(1, 1, 54, 1400, 34, 16);
        send(whole, header, new DpAction.SetIpv4(5, -1, 6, -1, 0, 0, 9, 0xff), new DpAction.Output(3),
                new DpAction.Output(2));
        assertThat(awaitFrames(vnet, 1).get(0)).hasSize(whole.length);
        List<byte[]> segments = awaitFrames(plain, 3);
        assertThat(segments).extracting(s -> s.length).containsExactly(1454, 1454, 1254);
        assertThat(segments).allMatch(s -> Frames.isRight(s, 14));
        send(Frames.udp(A, B, 7, 80, 3000), new byte[VNET], new DpAction.Output(2));
        await().until(() -> datapath.drops(DropReason.TOO_LONG) == 1);
        send(whole, header(1, 1, 54, 0, 34, 16), new DpAction.Output(2));
        await().until(() -> datapath.drops(DropReason.BAD_OFFLOAD) == 1);
    }

    @Test
    void shouldDropWhatExceedsAMeterAndCountSegmentsAsTheyWillBe() {
        int meter = datapath.meters().add(new DpMeter(true, List.of(new DpMeter.Band(1, 4))));
        byte[] whole = Frames.tcp(A, B, 7, 80, 0x18, 4000);
        byte[] header = header(1, 1, 54, 1400, 34, 16);
        send(whole, header, new DpAction.Meter(meter), new DpAction.Output(2)); // three segments of a burst of four
        assertThat(awaitFrames(plain, 3)).hasSize(3);
        in.inject(new MemoryPort.Frame(whole, header)); // three more: one too many, so none
        await().until(() -> datapath.drops(DropReason.METER) == 1);
        long[] counts = datapath.meters().read(meter);
        assertThat(counts).containsExactly(6, 2 * (4000 + 3 * 54), 3, 4000 + 3 * 54);
    }

    @Test
    void shouldCountWhatAMeterWithoutOutputSees() {
        int meter = datapath.meters().add(new DpMeter(true, List.of(new DpMeter.Band(10, 10))));
        byte[] frame = Frames.udp(A, B, 7, 80, 10);
        send(frame, new byte[0], new DpAction.Meter(meter));
        await().until(() -> datapath.drops(DropReason.ACTION_DROP) == 1);
        assertThat(datapath.meters().read(meter)).containsExactly(1, frame.length, 0, 0);
    }

    @Test
    void shouldTakeOneOfTwoWaysByLength() {
        DpAction longer = new DpAction.SetEthernet(0, 0, 0x11, MAC);
        DpAction shorter = new DpAction.SetEthernet(0, 0, 0x22, MAC);
        byte[] frame = Frames.udp(A, B, 7, 80, 58);
        assertThat(frame).hasSize(100);
        for (boolean isLast : new boolean[]{true, false}) {
            List<DpAction> actions = new ArrayList<>(List.of(new DpAction.CheckPktLen(100,
                    List.of(longer, new DpAction.Output(2)), List.of(shorter, new DpAction.Output(2)))));
            if (!isLast) {
                actions.add(new DpAction.Output(2));
            }
            send(frame, new byte[0], actions.toArray(DpAction[]::new));
            List<byte[]> sent = awaitFrames(plain, isLast ? 1 : 2);
            assertThat(sent.get(0)[5]).as("as long as asked for is not longer").isEqualTo((byte) 0x22);
            send(Frames.udp(A, B, 7, 80, 59), new byte[0], actions.toArray(DpAction[]::new));
            sent = awaitFrames(plain, isLast ? 1 : 2);
            assertThat(sent.get(0)[5]).isEqualTo((byte) 0x11);
            if (!isLast) {
                assertThat(sent.get(1)[5]).as("the packet itself is as it was").isEqualTo((byte) 2);
            }
        }
    }

    @Test
    void shouldTakeTheLengthOfSegmentsThatAreYetToBeCut() {
        byte[] whole = Frames.tcp(A, B, 7, 80, 0x18, 4000);
        DpAction check = new DpAction.CheckPktLen(1454, List.of(), List.of(new DpAction.Output(3)));
        send(whole, header(1, 1, 54, 1400, 34, 16), check);
        assertThat(awaitFrames(vnet, 1).get(0)).hasSize(whole.length);
        long dropped = datapath.drops(DropReason.ACTION_DROP);
        send(whole, header(1, 1, 54, 1401, 34, 16), check);
        await().until(() -> datapath.drops(DropReason.ACTION_DROP) == dropped + 1);
    }

    @Test
    void shouldDivideABatchAndSampleAPart() {
        byte[] small = Frames.udp(A, B, 7, 80, 10);
        byte[] big = Frames.udp(A, B, 7, 80, 90);
        int batch = 400;
        slowPath.policy = key -> DatapathActions.of(
                new DpAction.Sample(0x4000_0000, List.of(new DpAction.SetEthernet(0, 0, 0x55, MAC),
                        new DpAction.Output(3))),
                new DpAction.CheckPktLen(100, List.of(new DpAction.Output(2)), List.of(new DpAction.PushVlan(0x8100, 1),
                        new DpAction.Output(2))));
        for (int i = 0; i < batch; i++) {
            in.inject(new MemoryPort.Frame(i % 3 == 0 ? big : small, new byte[0]));
            int sent = i;
            await().pollInterval(Duration.ofNanos(20_000))
                    .until(() -> datapath.count(ThreadCounter.RECEIVED) > sent - 64);
        }
        List<byte[]> all = awaitFrames(plain, batch);
        assertThat(all).filteredOn(frame -> frame.length == big.length).hasSize(134);
        assertThat(all).filteredOn(frame -> frame.length == small.length + 4).hasSize(batch - 134);
        List<byte[]> sampled = new ArrayList<>();
        vnet.captured().forEach(frame -> sampled.add(frame.bytes()));
        // A quarter, give or take six standard deviations.
        assertThat(sampled.size()).isBetween(48, 152);
        assertThat(sampled).allMatch(frame -> frame[5] == 0x55);
        send(small, new byte[0], new DpAction.Sample(-1, List.of(new DpAction.Output(2))));
        assertThat(awaitFrames(plain, 1).get(0)).isEqualTo(small);
    }

    @Test
    void shouldNotCountAsDroppedWhatIsNotSampled() {
        byte[] frame = Frames.udp(A, B, 7, 80, 10);
        for (int i = 0; i < 50; i++) {
            send(frame, new byte[0], new DpAction.Output(2), new DpAction.Sample(1, List.of(new DpAction.Output(3))));
            awaitFrames(plain, 1);
        }
        assertThat(datapath.drops(DropReason.ACTION_DROP)).isZero();
    }
}
