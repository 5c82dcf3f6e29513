package dev.turnout.core;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;

import dev.turnout.core.PortCounters.Counter;
import dev.turnout.core.memory.FaultInjector;
import dev.turnout.core.memory.MemoryPort;
import dev.turnout.flow.DatapathActions;
import dev.turnout.flow.DpAction;
import dev.turnout.flow.FlowKey;
import dev.turnout.flow.FlowLayout;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DatapathTest {
    private static final long SEED = Long.getLong("turnout.seed", System.nanoTime());
    private static final int A = 0x0a000001;
    private static final int B = 0x14000001;

    private final TestSlowPath slowPath = new TestSlowPath(key -> DatapathActions.of(new DpAction.Output(2)));
    private final MemoryPort one = new MemoryPort("one");
    private final MemoryPort two = new MemoryPort("two");
    private Datapath datapath = new Datapath(DatapathConfig.defaults());

    @AfterEach
    void close() {
        datapath.close();
    }

    private void start(int threads) throws IOException {
        datapath.close();
        datapath = new Datapath(DatapathConfig.defaults().withThreads(threads).withBuffers(512, 16)
                .withEmcInsertInverseProbability(1));
        datapath.start(slowPath, slowPath);
        assertThat(datapath.addPort(one, 0)).isEqualTo(1);
        assertThat(datapath.addPort(two, threads - 1)).isEqualTo(2);
    }

    private List<byte[]> awaitFrames(MemoryPort port, int count) {
        List<byte[]> frames = new ArrayList<>();
        await().until(() -> {
            port.captured().forEach(frame -> frames.add(frame.bytes()));
            return frames.size() >= count;
        });
        return frames;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void shouldForwardFirstPacketsAndHits(int threads) throws IOException {
        start(threads);
        byte[] frame = Frames.udp(A, B, 1, 80, 20);
        one.inject(frame);
        assertThat(awaitFrames(two, 1)).containsExactly(frame);
        for (int i = 0; i < 100; i++) {
            one.inject(Frames.udp(A + i, B, 1, 80, 20));
        }
        assertThat(awaitFrames(two, 100)).hasSize(100);
        assertThat(slowPath.misses).hasValue(1);
        Ack ack = slowPath.acks.element();
        assertThat(ack.status()).isEqualTo(Ack.Status.OK);
        MegaflowTable.Reading reading = new MegaflowTable.Reading();
        MegaflowTable table = datapath.threads().get(0).megaflows();
        await().until(() -> table.read(0, reading) && reading.packets() == 100);
        assertThat(reading.handle()).isEqualTo(ack.handle());
        assertThat(reading.bytes()).isEqualTo(100L * frame.length);
        assertThat(reading.token()).isEqualTo("flow1");
        DatapathPort port = requireNonNull(datapath.port(2));
        assertThat(port.counters().get(Counter.TX_PACKETS)).isEqualTo(101);
        assertThat(datapath.count(ThreadCounter.RECEIVED)).isEqualTo(101);
        assertThat(datapath.count(ThreadCounter.MISSES)).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void shouldForwardBothWaysBetweenThreads(int threads) throws IOException {
        slowPath.policy = key -> DatapathActions.of(new DpAction.Output(3 - inPort(key)));
        start(threads);
        for (int i = 0; i < 2000; i++) {
            one.inject(Frames.udp(A, B, i, 80, 20));
            two.inject(Frames.udp(B, A, 80, i, 20));
        }
        List<byte[]> there = awaitFrames(two, 2000);
        List<byte[]> back = awaitFrames(one, 2000);
        for (int i = 0; i < 2000; i++) {
            assertThat(Frames.get16(there.get(i), 34)).as("packets of a flow stay in order").isEqualTo(i);
            assertThat(Frames.get16(back.get(i), 36)).isEqualTo(i);
        }
    }

    private static int inPort(FlowKey key) {
        return (int) key.words()[FlowLayout.RECIRC_PORT];
    }

    @Test
    void shouldKeepFlowsInOrderThroughAllCaches() throws IOException {
        slowPath.installMask = TestSlowPath.BY_ADDRESS;
        start(1);
        datapath.setEmcInsertInverseProbability(3);
        Random random = new Random(SEED);
        int[] next = new int[50];
        int total = 20_000;
        for (int i = 0; i < total; i++) {
            int flow = random.nextInt(next.length);
            one.inject(Frames.udp(A + flow, B, next[flow]++, 80, 20));
            if (i % 1000 == 0) {
                awaitIdle();
            }
        }
        int[] seen = new int[next.length];
        for (byte[] frame : awaitFrames(two, total)) {
            int flow = Frames.get32(frame, 26) - A;
            assertThat(Frames.get16(frame, 34)).as("seed %d, flow %d", SEED, flow).isEqualTo(seen[flow]++);
        }
    }

    private void awaitIdle() {
        long received = datapath.count(ThreadCounter.IDLE_CYCLES);
        await().until(() -> datapath.count(ThreadCounter.IDLE_CYCLES) > received + 2);
    }

    @Test
    void shouldModifyAndDeleteWithFinalCounters() throws IOException {
        start(1);
        one.inject(Frames.tcp(A, B, 1, 80, 0x02, 0));
        awaitFrames(two, 1);
        long handle = slowPath.acks.remove().handle();
        one.inject(Frames.tcp(A, B, 1, 80, 0x10, 0));
        awaitFrames(two, 1);
        ForwardingThread thread = datapath.threads().get(0);
        thread.submit(new DatapathCommand.Modify("m", 7, handle, DatapathActions.of(new DpAction.Output(1))));
        await().until(() -> slowPath.acks.peek() != null);
        Ack modified = slowPath.acks.remove();
        assertThat(modified)
                .isEqualTo(new Ack("m", 7, Ack.Kind.MODIFIED, Ack.Status.OK, handle, 1, 54, modified.usedNs(),
                        0x10));
        one.inject(Frames.tcp(A, B, 1, 80, 0x11, 0));
        awaitFrames(one, 1);
        thread.submit(new DatapathCommand.Delete("d", 8, handle));
        thread.submit(new DatapathCommand.Delete("again", 9, handle));
        await().until(() -> slowPath.acks.size() == 2);
        Ack deleted = slowPath.acks.remove();
        assertThat(deleted.packets()).isEqualTo(2);
        assertThat(deleted.tcpFlags()).isEqualTo(0x11);
        assertThat(slowPath.acks.remove().status()).isEqualTo(Ack.Status.NO_MEGAFLOW);
        one.inject(Frames.tcp(A, B, 1, 80, 0x10, 0));
        awaitFrames(two, 1);
        assertThat(slowPath.misses).as("the slot's new megaflow, not the cached one").hasValue(2);
    }

    @Test
    void shouldAnswerInstallsThatFail() throws IOException {
        start(1);
        ForwardingThread thread = datapath.threads().get(0);
        FlowKey key = new FlowKey();
        key.words()[FlowLayout.RECIRC_PORT] = 1;
        DatapathActions drop = DatapathActions.DROP;
        var byPort = TestSlowPath.mask();
        thread.submit(new DatapathCommand.Install("a", 1, key, byPort, drop, new long[0]));
        thread.submit(new DatapathCommand.Install("b", 2, key, byPort, drop, new long[0]));
        FlowKey elsewhere = new FlowKey();
        elsewhere.words()[FlowLayout.RECIRC_PORT] = 9;
        thread.submit(new DatapathCommand.Install("c", 3, elsewhere, byPort, drop, new long[0]));
        thread.submit(new DatapathCommand.Install("d", 4, elsewhere, byPort,
                DatapathActions.of(tooDeep()), new long[0]));
        await().until(() -> slowPath.acks.size() == 4);
        assertThat(slowPath.acks).extracting(Ack::status).containsExactly(Ack.Status.OK, Ack.Status.EXISTS,
                Ack.Status.NO_PORT, Ack.Status.UNSUPPORTED);
        assertThat(ForwardingThread.unsupported(DatapathActions.of(tooDeep())))
                .isEqualTo("actions nested more than 16 times");
        assertThat(ForwardingThread.unsupported(drop)).isEmpty();
    }

    private static DpAction tooDeep() {
        DpAction action = new DpAction.Output(1);
        for (int i = 0; i < 17; i++) {
            action = new DpAction.Clone(List.of(action));
        }
        return action;
    }

    @Test
    void shouldRecirculateUpToALimit() throws IOException {
        slowPath.policy = key -> DatapathActions
                .of(new DpAction.Recirc((int) (key.words()[FlowLayout.RECIRC_PORT] >>> 32) + 1));
        start(1);
        one.inject(Frames.udp(A, B, 1, 80, 20));
        await().until(() -> datapath.drops(DropReason.RECIRCULATION_LIMIT) == 1);
        assertThat(slowPath.misses).hasValue(9);
        slowPath.policy = key -> DatapathActions.of(new DpAction.Output(2));
        assertThat(datapath.count(ThreadCounter.RECIRCULATIONS)).isEqualTo(8);
    }

    @Test
    void shouldRecirculatePacketsOfSeveralPortsTogether() throws IOException {
        slowPath.policy = key -> key.words()[FlowLayout.RECIRC_PORT] >>> 32 == 0
                ? DatapathActions.of(new DpAction.Recirc(5))
                : DatapathActions.of(new DpAction.Output(3 - inPort(key)));
        start(1);
        for (int round = 0; round < 20; round++) {
            for (int i = 0; i < 40; i++) {
                one.inject(Frames.udp(A, B, i, 80, 20));
                two.inject(Frames.udp(B, A, i, 80, 20));
            }
            List<byte[]> there = awaitFrames(two, 40);
            List<byte[]> back = awaitFrames(one, 40);
            for (int i = 0; i < 40; i++) {
                assertThat(Frames.get16(there.get(i), 34)).isEqualTo(i);
                assertThat(Frames.get32(back.get(i), 26)).isEqualTo(B);
            }
        }
    }

    @Test
    void shouldCountDrops() throws IOException {
        slowPath.policy = key -> DatapathActions.of(new DpAction.Output(77));
        start(1);
        one.inject(Frames.udp(A, B, 1, 80, 20));
        await().until(() -> datapath.drops(DropReason.NO_PORT) == 1);
        one.inject(new byte[13]);
        await().until(() -> datapath.drops(DropReason.INVALID_PACKET) == 1);
        slowPath.refuses = true;
        two.inject(Frames.udp(A, B, 1, 80, 20));
        await().until(() -> datapath.drops(DropReason.UPCALL_LOST) == 1);
        slowPath.refuses = false;
        slowPath.policy = key -> DatapathActions.DROP;
        two.inject(Frames.udp(A, B, 1, 80, 20));
        await().until(() -> datapath.drops(DropReason.ACTION_DROP) == 1);
    }

    @Test
    void shouldSurviveAnythingThatIsReceived() throws IOException {
        slowPath.installMask = TestSlowPath.BY_ADDRESS;
        slowPath.policy = key -> DatapathActions.of(new DpAction.SetIpv4(1, -1, 2, -1, 0, 0, 9, 0xff),
                new DpAction.SetPorts(17, 5, 0xffff, 6, 0xffff), new DpAction.PushVlan(0x8100, 5),
                new DpAction.Output(2));
        start(1);
        MemoryPort bad = new MemoryPort("bad");
        datapath.addPort(new FaultInjector(bad, new FaultInjector.Faults(0.1, 0.5, 0.3, 0.2), SEED));
        for (int i = 0; i < 5000; i++) {
            bad.inject(i % 2 == 0 ? Frames.udp(A + i % 7, B, i, 80, 20) : Frames.tcp(A, B, i, 80, 0x10, 50));
        }
        await().until(() -> datapath.count(ThreadCounter.RECEIVED) > 4000);
        awaitIdle();
        two.captured();
        one.inject(Frames.udp(A, B, 1, 80, 20));
        awaitFrames(two, 1);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void shouldRemovePortsAndGiveAllBuffersBack(int threads) throws IOException {
        start(threads);
        for (int i = 0; i < 1000; i++) {
            one.inject(Frames.udp(A, B, 1, 80, 20));
        }
        awaitFrames(two, 1000);
        assertThat(datapath.removePort(2)).isTrue();
        assertThat(datapath.removePort(2)).isFalse();
        one.inject(Frames.udp(A, B, 1, 80, 20));
        await().until(() -> datapath.drops(DropReason.NO_PORT) == 1);
        assertThat(datapath.addPort(new MemoryPort("three"))).as("numbers are not used again soon").isEqualTo(3);
        for (ForwardingThread thread : datapath.threads()) {
            int[] free = new int[1];
            thread.submit(new OwnerTask(() -> free[0] = thread.agent().pool().freeSmallBuffers(), () -> {
            }));
            await().until(() -> free[0] == 512);
        }
    }

    @Test
    void shouldFollowAnInterfaceThatGoesAndComesBack() throws IOException {
        start(1);
        List<PortEvent> events = new CopyOnWriteArrayList<>();
        datapath.addPortListener(events::add);
        one.inject(Frames.udp(A, B, 1, 80, 20));
        awaitFrames(two, 1);
        two.setLinkState(new LinkState(false, false, false, 0, 0, 0));
        one.inject(Frames.udp(A, B, 1, 80, 20));
        await().until(() -> datapath.drops(DropReason.NO_PORT) == 1);
        two.setLinkState(LinkState.up(7));
        one.inject(Frames.udp(A, B, 1, 80, 20));
        awaitFrames(two, 1);
        assertThat(events).extracting(PortEvent::kind).containsExactly(PortEvent.Kind.STATE, PortEvent.Kind.STATE);
        assertThat(events.get(1).state().mac()).isEqualTo(7);
    }

    @Test
    void shouldRefuseAPortThatCannotBeOpened() throws IOException {
        start(2);
        Port broken = new FaultInjector(new MemoryPort("broken"), new FaultInjector.Faults(0, 0, 0, 0), 1) {
            @Override
            public Receiver openReceiver(PortContext context) throws IOException {
                throw new IOException("broken: no such device");
            }
        };
        assertThatThrownBy(() -> datapath.addPort(broken)).isInstanceOf(IOException.class)
                .hasMessage("broken: no such device");
        assertThat(datapath.ports()).hasSize(2);
        assertThat(datapath.addPort(new MemoryPort("fine"))).isEqualTo(3);
    }

    @Test
    void shouldAnswerWhatWaitsWhenItEnds() throws IOException {
        start(1);
        one.inject(Frames.udp(A, B, 1, 80, 20));
        awaitFrames(two, 1);
        ForwardingThread thread = datapath.threads().get(0);
        long handle = slowPath.acks.remove().handle();
        datapath.close();
        assertThat(thread.submit(new DatapathCommand.Delete("late", 3, handle))).isFalse();
        assertThat(thread.thread().isAlive()).isFalse();
    }

    @Test
    void shouldSleepWhenIdleAndWakeUpForPackets() throws IOException {
        start(1);
        for (int i = 0; i < 20; i++) {
            long parks = datapath.count(ThreadCounter.PARKS);
            await().until(() -> datapath.count(ThreadCounter.PARKS) > parks);
            one.inject(Frames.udp(A, B, 1, 80, 20));
            awaitFrames(two, 1);
        }
    }

    @Test
    void shouldExecuteFramesFromOutside() throws IOException {
        start(1);
        byte[] frame = Frames.udp(A, B, 1, 80, 20);
        datapath.threads().get(0).submit(new DatapathCommand.ExecuteFrame(DatapathActions.of(new DpAction.Output(1),
                new DpAction.SetEthernet(0, 0, 0x99, 0xffff_ffff_ffffL), new DpAction.Output(2)), frame, 0));
        assertThat(awaitFrames(one, 1)).containsExactly(frame);
        byte[] changed = awaitFrames(two, 1).get(0);
        assertThat(changed[5]).isEqualTo((byte) 0x99);
    }
}
