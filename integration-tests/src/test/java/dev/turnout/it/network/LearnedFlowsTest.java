package dev.turnout.it.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.NetworkInterface;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;

import dev.turnout.bench.lab.Host;
import dev.turnout.bench.lab.Lab;
import dev.turnout.bench.lab.Ping;
import dev.turnout.it.support.RawSocket;
import dev.turnout.it.support.RequiresRoot;
import dev.turnout.openflow.FlowFilter;
import dev.turnout.openflow.FlowPrinter;
import dev.turnout.openflow.FlowStats;
import dev.turnout.openflow.PortNames;
import dev.turnout.switchd.TurnoutSwitch;
import dev.turnout.switchd.config.SwitchSettings;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A learning switch made of flows, between real hosts: one table learns with {@code learn}, one holds what was learned, one outputs to what that says
 * or floods. A third host listens to what it should not hear.
 */
@RequiresRoot
class LearnedFlowsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final HexFormat HEX = HexFormat.of();
    private static final String EVERYBODY = "ffffffffffff";
    private static final String TYPE = "88b5";

    @ParameterizedTest(name = "{0} thread(s)")
    @ValueSource(ints = {1, 2})
    void shouldSendUnicastWhereItsDestinationWasSeen(int threads) throws Exception {
        try (Lab lab = new Lab();
                TurnoutSwitch sw = start(threads);
                Hosts hosts = new Hosts(lab, sw, "hard_timeout=300")) {
            hosts.awaitPing();
            assertThat(Ping.run(hosts.alice, hosts.bob, 50, 0, TimeUnit.SECONDS.toNanos(1)).received()).isEqualTo(50);
            assertThat(hosts.heardByCarol()).as("beside what is for everybody").isEmpty();

            List<String> dump = hosts.dump();
            assertThat(dump).hasSize(2);
            for (Host host : List.of(hosts.alice, hosts.bob)) {
                int port = host == hosts.alice ? 1 : 2;
                assertThat(dump).anySatisfy(flow -> assertThat(flow)
                        .contains(" table=10,").contains("hard_timeout=300")
                        .endsWith("vlan_tci=0x0000/0x0fff,dl_dst=" + colons(address(host)) + " actions=load:0x" + port
                                + "->NXM_NX_REG0[0..15]"));
            }
            await().atMost(PATIENCE).untilAsserted(() -> assertThat(hosts.learned()).as("credited")
                    .allSatisfy(flow -> assertThat(flow.packets()).isGreaterThanOrEqualTo(50)));
            assertThat(sw.upcalls().audit().illegalMoves()).isZero();
        }
    }

    /** Of an idle timeout packets to the host, of a hard timeout packets from it keep the flow. Then it goes, and what is for the host is flooded. */
    @ParameterizedTest(name = "{0}, {1} thread(s)")
    @CsvSource({"idle_timeout=2,1", "hard_timeout=2,2"})
    void shouldForgetWhoIsNotSeenAnyMore(String timeout, int threads) throws Exception {
        try (Lab lab = new Lab();
                TurnoutSwitch sw = start(threads);
                Hosts hosts = new Hosts(lab, sw, timeout)) {
            hosts.awaitPing();
            await().atMost(PATIENCE).until(() -> {
                assertThat(Ping.run(hosts.alice, hosts.bob, 1, 0, TimeUnit.SECONDS.toNanos(1)).received()).isOne();
                return hosts.learned().size() == 2 && hosts.learned().stream()
                        .allMatch(flow -> flow.durationNs() > TimeUnit.MILLISECONDS.toNanos(4500));
            });
            assertThat(hosts.heardByCarol()).isEmpty();
            await().atMost(PATIENCE).until(() -> hosts.learned().isEmpty());
            // Hosts may ask each other by ARP again just now, so this is tried until it meets a quiet moment.
            await().atMost(PATIENCE).until(() -> {
                hosts.send(address(hosts.bob), 0);
                return !hosts.heardByCarol().isEmpty();
            });
            assertThat(sw.upcalls().audit().illegalMoves()).isZero();
        }
    }

    /** Alice, Bob and Carol at ports 1 to 3 of a learning switch made of flows. */
    private static final class Hosts implements AutoCloseable {
        final Host alice;
        final Host bob;
        private final Host carol;
        private final TurnoutSwitch sw;
        private final RawSocket sender;
        private final RawSocket listener;
        private int marks;

        Hosts(Lab lab, TurnoutSwitch sw, String timeout) throws IOException {
            this.sw = sw;
            alice = lab.addHost("a", "10.9.0.1/24");
            bob = lab.addHost("b", "10.9.0.2/24");
            carol = lab.addHost("c", "10.9.0.3/24");
            sw.transact(tx -> {
                tx.addBridge("br0", false).set("bridge", "br0", false, "datapath_type", null, "dummy")
                        .set("bridge", "br0", false, "fail_mode", null, "secure");
                for (Host host : List.of(alice, bob, carol)) {
                    tx.addPort("br0", host.nearInterface(), false, port -> port);
                }
            });
            sw.addFlows("br0",
                    "table=0,actions=learn(table=10," + timeout + ",NXM_OF_VLAN_TCI[0..11],"
                            + "NXM_OF_ETH_DST[]=NXM_OF_ETH_SRC[],load:NXM_OF_IN_PORT[]->NXM_NX_REG0[0..15]),"
                            + "resubmit(,10),resubmit(,20)",
                    "table=20,priority=1,reg0=0,actions=flood",
                    "table=20,priority=0,actions=output:NXM_NX_REG0[0..15]");
            sender = RawSocket.open(alice);
            listener = RawSocket.open(carol);
        }

        void awaitPing() {
            await().atMost(PATIENCE)
                    .until(() -> Ping.run(alice, bob, 1, 0, TimeUnit.SECONDS.toNanos(1)).received() == 1);
        }

        List<FlowStats> learned() {
            return sw.bridge("br0").flows(FlowFilter.ALL).stream().filter(flow -> flow.table() == 10).toList();
        }

        /** The learned flows as {@code dump-flows} shows them. */
        List<String> dump() {
            return learned().stream().map(flow -> FlowPrinter.stats(flow, PortNames.NONE, true)).toList();
        }

        /** Sends a frame of Alice's. */
        void send(String to, int number) throws IOException {
            sender.send(HEX.parseHex(to + address(alice) + TYPE + HEX.toHexDigits(number) + "00".repeat(46)));
        }

        /** What Carol has heard since the last time, until a mark that Alice broadcasts, of what is neither for her nor for everybody. */
        List<String> heardByCarol() throws IOException {
            int mark = ++marks;
            send(EVERYBODY, mark);
            List<String> heard = new ArrayList<>();
            String prefix = EVERYBODY + address(alice) + TYPE + HEX.toHexDigits(mark);
            while (true) {
                String frame = HEX.formatHex(listener.receive(_ -> true, PATIENCE.toMillis()).orElseThrow().frame());
                if (frame.startsWith(prefix)) {
                    return heard;
                }
                boolean group = (HEX.parseHex(frame, 0, 2)[0] & 1) != 0;
                if (!group && !frame.startsWith(address(carol))) {
                    heard.add(frame);
                }
            }
        }

        @Override
        public void close() {
            sender.close();
            listener.close();
        }
    }

    private static TurnoutSwitch start(int threads) throws Exception {
        return TurnoutSwitch.start(SwitchSettings.builder().forwardingThreads(threads).build());
    }

    private static String address(Host host) throws IOException {
        return host.call(() -> HEX.formatHex(NetworkInterface.getByName(host.interfaceName()).getHardwareAddress()));
    }

    private static String colons(String address) {
        return HexFormat.ofDelimiter(":").formatHex(HEX.parseHex(address));
    }
}
