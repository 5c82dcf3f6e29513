package dev.turnout.revalidator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

import dev.turnout.core.Datapath;
import dev.turnout.core.DatapathConfig;
import dev.turnout.core.ThreadCounter;
import dev.turnout.core.memory.MemoryPort;
import dev.turnout.flow.DatapathFlowText;
import dev.turnout.ofproto.Bridge;
import dev.turnout.ofproto.FailMode;
import dev.turnout.ofproto.FlowModResult;
import dev.turnout.ofproto.Ofproto;
import dev.turnout.ofproto.PacketIn;
import dev.turnout.ofproto.PortInfo;
import dev.turnout.openflow.FlowCommand;
import dev.turnout.openflow.FlowFilter;
import dev.turnout.openflow.FlowMod;
import dev.turnout.openflow.FlowParser;
import dev.turnout.openflow.Protocols;
import dev.turnout.upcall.DatapathFlow;
import dev.turnout.upcall.DeleteReason;
import dev.turnout.upcall.OfprotoSlowPath;
import dev.turnout.upcall.UkeyState;
import dev.turnout.upcall.UpcallConfig;
import dev.turnout.upcall.UpcallCounter;
import dev.turnout.upcall.Upcalls;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rules, packets, megaflows, counters: the real datapath and the real tables, over ports in memory. */
final class EndToEndTest {
    private static final Duration LONG = Duration.ofSeconds(20);

    private final Ofproto ofproto = new Ofproto(System::nanoTime);
    private final Bridge bridge = ofproto.addBridge("br0", FailMode.SECURE, 1);
    private final MemoryPort[] ports = {new MemoryPort("p1"), new MemoryPort("p2"), new MemoryPort("p3")};
    private final int[] numbers = new int[ports.length];
    private final OfprotoSlowPath slowPath = new OfprotoSlowPath(ofproto, System::nanoTime);
    @SuppressWarnings("NullAway.Init") // each test starts with it
    private Datapath datapath;
    @SuppressWarnings("NullAway.Init") // each test starts with it
    private Upcalls upcalls;
    @SuppressWarnings("NullAway.Init") // each test starts with it
    private Revalidator revalidator;

    private void start(int threads, RevalidatorConfig config) throws IOException {
        datapath = new Datapath(DatapathConfig.defaults().withThreads(threads).withEmcInsertInverseProbability(1));
        upcalls = Upcalls.over(slowPath, datapath.threads(), UpcallConfig.defaults().withHandlers(2));
        revalidator = new Revalidator(upcalls, slowPath, config, System::nanoTime, ofproto::countersCreditedUpTo);
        datapath.start(upcalls, upcalls);
        upcalls.start();
        revalidator.start();
        for (int i = 0; i < ports.length; i++) {
            numbers[i] = datapath.addPort(ports[i]);
            bridge.addPort(PortInfo.of(ports[i].name(), "memory", numbers[i], i + 1));
        }
    }

    @AfterEach
    void stop() {
        revalidator.close();
        datapath.close();
        upcalls.close();
        assertThat(upcalls.audit().illegalMoves()).isZero();
        assertThat(upcalls.audit().backwardCounters()).isZero();
        assertThat(upcalls.stats().ukeys()).as("ukeys whose thread has ended are evicted")
                .allSatisfy((state, count) -> assertThat(state).isEqualTo(UkeyState.EVICTED));
        assertThat(upcalls.stats().packetsHeld()).isZero();
    }

    private void flows(FlowCommand command, String... texts) {
        List<FlowMod> mods = List.of(texts).stream()
                .map(text -> FlowParser.parseFlowMod(text, command, bridge.portNames(), Protocols.ANY)).toList();
        assertThat(bridge.apply(mods, true)).allMatch(result -> result.status() == FlowModResult.Status.OK);
    }

    private long packetsOfCookie(long cookie) {
        return bridge.flows(FlowFilter.ALL).stream().filter(flow -> flow.cookie() == cookie)
                .mapToLong(flow -> flow.packets()).sum();
    }

    private void sendAndAwait(int from, int to, int count, int sourcePort) {
        int before = ports[to].capturedCount();
        for (int i = 0; i < count; i++) {
            ports[from].inject(udp(0x0a000001, 0x0a000002, sourcePort, 80, i));
        }
        await().atMost(LONG).until(() -> ports[to].capturedCount() >= before + count);
    }

    /** A UDP frame that carries a number. */
    private static byte[] udp(int src, int dst, int srcPort, int dstPort, int number) {
        ByteBuffer frame = ByteBuffer.allocate(60);
        frame.put(new byte[]{2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0});
        frame.put((byte) 0x45).put((byte) 0).putShort((short) 46).putInt(0).put((byte) 64).put((byte) 17)
                .putShort((short) 0).putInt(src).putInt(dst);
        frame.putShort((short) srcPort).putShort((short) dstPort).putShort((short) 26).putShort((short) 0);
        frame.putInt(number);
        return frame.array();
    }

    private static List<Integer> numbers(List<MemoryPort.Frame> frames) {
        return frames.stream().map(frame -> ByteBuffer.wrap(frame.bytes()).getInt(42)).toList();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void shouldInstallCountAndFollowARuleChange(int threads) throws IOException {
        start(threads, RevalidatorConfig.defaults());
        flows(FlowCommand.ADD, "cookie=1,in_port=1,ip,actions=output:2");
        sendAndAwait(0, 1, 1, 1000);
        sendAndAwait(0, 1, 99, 1000);
        assertThat(numbers(ports[1].captured())).startsWith(0, 0, 1).hasSize(100);
        assertThat(revalidator.waitForRound()).isTrue();
        assertThat(packetsOfCookie(1)).isEqualTo(100);
        List<DatapathFlow> megaflows = upcalls.dumpFlows(flow -> true);
        assertThat(megaflows).hasSize(1);
        DatapathFlow megaflow = megaflows.getFirst();
        assertThat(megaflow.packets()).isBetween(1L, 99L);
        assertThat(DatapathFlowText.key(megaflow.key(), megaflow.mask())).contains("eth_type(0x0800)");
        assertThat(upcalls.flow(megaflow.id())).isNotNull();

        flows(FlowCommand.ADD, "cookie=2,in_port=1,ip,actions=output:3");
        assertThat(revalidator.waitForRound()).isTrue();
        sendAndAwait(0, 2, 50, 1000);
        assertThat(revalidator.waitForRound()).isTrue();
        assertThat(packetsOfCookie(2)).isEqualTo(50);
        assertThat(ports[1].capturedCount()).isZero();
        assertThat(upcalls.stats().count(UpcallCounter.INSTALLS)).as("the megaflow was changed in place").isEqualTo(1);
        assertThat(revalidator.stats().modified()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void shouldKeepTheOrderOfAFlowAndCountEveryPacketUnderChurn(int threads) throws IOException {
        start(threads, RevalidatorConfig.defaults());
        int rounds = 20;
        int packets = 200;
        int sent = 0;
        for (int round = 0; round < rounds; round++) {
            flows(FlowCommand.ADD, "cookie=" + (100 + round) + ",priority=" + (10 + round) + ",in_port=1,udp,tp_dst=80,"
                    + "actions=set_field:" + (round + 1) + "->ip_dscp,output:2");
            for (int i = 0; i < packets; i++) {
                ports[0].inject(udp(0x0a000001, 0x0a000002, 1000 + i % 7, 80, sent++));
            }
            if (round % 3 == 0) {
                upcalls.purge();
            }
            if (round % 5 == 1) {
                upcalls.deleteFlows(flow -> true);
            }
        }
        int all = sent;
        await().atMost(LONG).until(() -> ports[1].capturedCount() + (int) lost() >= all);
        assertThat(revalidator.waitForRound()).isTrue();
        upcalls.purge();
        long counted = bridge.flows(FlowFilter.ALL).stream().mapToLong(flow -> flow.packets()).sum();
        List<Integer> received = numbers(ports[1].captured());
        assertThat(counted).isEqualTo(received.size()).isEqualTo(all - lost());
        for (int flow = 0; flow < 7; flow++) {
            int which = flow;
            assertThat(received.stream().filter(number -> number % packets % 7 == which).toList()).as("flow " + flow)
                    .isSorted();
        }
    }

    private long lost() {
        return datapath.count(ThreadCounter.LOST_UPCALLS);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void shouldExpireAndReinstall(int threads) throws IOException {
        start(threads, RevalidatorConfig.defaults().withMaxIdleMs(50));
        flows(FlowCommand.ADD, "cookie=1,in_port=1,actions=output:2");
        sendAndAwait(0, 1, 10, 1);
        await().atMost(LONG).until(() -> upcalls.dumpFlows(flow -> true).isEmpty());
        assertThat(upcalls.deletions().count(DeleteReason.FLOW_IDLE)).isEqualTo(1);
        assertThat(upcalls.deletions().last()).singleElement()
                .satisfies(deletion -> assertThat(deletion.reason()).isEqualTo(DeleteReason.FLOW_IDLE));
        assertThat(packetsOfCookie(1)).isEqualTo(10);
        sendAndAwait(0, 1, 10, 1);
        await().atMost(LONG).until(() -> upcalls.dumpFlows(flow -> true).isEmpty());
        assertThat(packetsOfCookie(1)).isEqualTo(20);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void shouldTellControllersAndEvictThePort(int threads) throws IOException {
        start(threads, RevalidatorConfig.defaults());
        Queue<PacketIn> packetIns = new ConcurrentLinkedQueue<>();
        ofproto.addPacketInListener(packetIns::add);
        flows(FlowCommand.ADD, "cookie=7,in_port=1,udp,actions=controller,output:2");
        sendAndAwait(0, 1, 20, 5);
        await().atMost(LONG).until(() -> packetIns.size() == 20);
        assertThat(packetIns.peek().cookie()).isEqualTo(7);
        assertThat(packetIns.stream().map(PacketIn::frame)
                .map(frame -> ByteBuffer.wrap(frame).getInt(42)).toList()).isSorted();
        bridge.removePort("p1");
        datapath.removePort(numbers[0]);
        assertThat(upcalls.evictPort(numbers[0])).isLessThanOrEqualTo(1);
        assertThat(upcalls.dumpFlows(flow -> true)).isEmpty();
        assertThat(packetsOfCookie(7)).isEqualTo(20);
    }
}
