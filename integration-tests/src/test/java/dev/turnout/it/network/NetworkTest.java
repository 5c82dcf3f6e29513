package dev.turnout.it.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

import dev.turnout.bench.lab.Host;
import dev.turnout.bench.lab.Lab;
import dev.turnout.bench.lab.Ping;
import dev.turnout.bench.lab.TcpTransfer;
import dev.turnout.bench.lab.UdpStream;
import dev.turnout.core.PortCounters;
import dev.turnout.it.support.RequiresRoot;
import dev.turnout.ofproto.FlowModResult;
import dev.turnout.openflow.GroupMod;
import dev.turnout.openflow.GroupParser;
import dev.turnout.openflow.PortNames;
import dev.turnout.openflow.Protocols;
import dev.turnout.switchd.TurnoutSwitch;
import dev.turnout.switchd.config.SwitchSettings;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Real hosts in namespaces, real TCP, UDP and ICMP through the whole switch, with one and with two forwarding threads, with and
 * without io_uring.
 */
@RequiresRoot
class NetworkTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final long PING_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(1);
    private static final long MB = 1 << 20;

    @ParameterizedTest(name = "{0} thread(s), io_uring {1}, receive mode {2}")
    @CsvSource({"1,true,io_uring", "2,true,io_uring", "1,false,recvmmsg", "2,true,''"})
    void shouldCarryPingTcpAndUdpBothWays(int threads, boolean ioUring, String receiveMode) throws Exception {
        try (Lab lab = new Lab(); TurnoutSwitch sw = start(threads, ioUring)) {
            Pair hosts = addHosts(lab, sw, receiveMode);
            Host alice = hosts.alice();
            Host bob = hosts.bob();
            sw.addFlows("br0", "arp,actions=NORMAL", "ip,in_port=1,actions=output:2", "ip,in_port=2,actions=output:1");

            awaitPing(alice, bob);
            assertThat(ping(alice, bob, 50)).isEqualTo(50);
            assertThat(TcpTransfer.exactly(alice, bob, 64 * MB).bytes()).isEqualTo(64 * MB);
            assertThat(TcpTransfer.exactly(bob, alice, 64 * MB).bytes()).isEqualTo(64 * MB);
            try (UdpStream stream = new UdpStream(alice, bob, 1400, 500)) {
                await().atMost(PATIENCE).until(() -> stream.received() >= 200);
            }
            assertSound(sw);
        }
    }

    @ParameterizedTest(name = "{0} thread(s)")
    @CsvSource({"1", "2"})
    void shouldObeyARuleThatChangesUnderTraffic(int threads) throws Exception {
        try (Lab lab = new Lab(); TurnoutSwitch sw = start(threads, true)) {
            Pair hosts = addHosts(lab, sw, "");
            Host alice = hosts.alice();
            Host bob = hosts.bob();
            sw.addFlows("br0", "priority=1,actions=NORMAL");
            awaitPing(alice, bob);
            try (UdpStream stream = new UdpStream(alice, bob, 64, 2000)) {
                await().atMost(PATIENCE).until(() -> stream.received() > 500);
                sw.addFlows("br0", "priority=9,udp,actions=drop");
                awaitSilence(stream);
                sw.addFlows("br0", "priority=10,udp,actions=NORMAL");
                long held = stream.received();
                await().atMost(PATIENCE).until(() -> stream.received() > held + 500);
            }
            assertSound(sw);
        }
    }

    /** Two switches joined by a cable: tags are put on, cross a real link, and are taken off. */
    @ParameterizedTest(name = "{0} thread(s)")
    @CsvSource({"1", "2"})
    void shouldKeepVlansApartAcrossATrunk(int threads) throws Exception {
        try (Lab lab = new Lab();
                TurnoutSwitch left = start(threads, true);
                TurnoutSwitch right = start(threads, true)) {
            Host alice = lab.addHost("a", "10.9.0.1/24");
            Host bob = lab.addHost("b", "10.9.0.2/24");
            Host carol = lab.addHost("c", "10.9.0.3/24");
            Lab.Cable trunk = lab.addCable("t");
            addPort(left, alice, "");
            addPort(right, bob, "");
            addPort(right, carol, "");
            left.transact(tx -> tx.addPort("br0", trunk.left(), false, port -> port)
                    .set("port", alice.nearInterface(), false, "tag", null, "10"));
            right.transact(tx -> tx.addPort("br0", trunk.right(), false, port -> port)
                    .set("port", bob.nearInterface(), false, "tag", null, "10")
                    .set("port", carol.nearInterface(), false, "tag", null, "20"));
            left.addFlows("br0", "actions=NORMAL");
            right.addFlows("br0", "actions=NORMAL");

            awaitPing(alice, bob);
            assertThat(TcpTransfer.exactly(alice, bob, 8 * MB).bytes()).isEqualTo(8 * MB);
            assertThat(TcpTransfer.exactly(bob, alice, 8 * MB).bytes()).isEqualTo(8 * MB);
            assertThat(Ping.run(alice, carol, 3, 0, PING_TIMEOUT_NS / 5).received()).isZero();
            right.transact(tx -> tx.set("port", carol.nearInterface(), false, "tag", null, "10"));
            awaitPing(alice, carol);
            assertSound(left);
            assertSound(right);
        }
    }

    /** Two switches with two cables between them; a fast failover group takes the first whose link is up, also for cached flows. */
    @ParameterizedTest(name = "{0} thread(s)")
    @CsvSource({"1", "2"})
    void shouldMoveTrafficToTheOtherCableWhenALinkGoesDown(int threads) throws Exception {
        try (Lab lab = new Lab();
                TurnoutSwitch left = start(threads, true);
                TurnoutSwitch right = start(threads, true)) {
            Host alice = lab.addHost("a", "10.9.0.1/24");
            Host bob = lab.addHost("b", "10.9.0.2/24");
            Lab.Cable first = lab.addCable("t");
            Lab.Cable second = lab.addCable("u");
            addPort(left, alice, "");
            addPort(right, bob, "");
            left.transact(tx -> tx.addPort("br0", first.left(), false, port -> port)
                    .addPort("br0", second.left(), false, port -> port));
            right.transact(tx -> tx.addPort("br0", first.right(), false, port -> port)
                    .addPort("br0", second.right(), false, port -> port));
            for (TurnoutSwitch sw : List.of(left, right)) {
                assertThat(sw.bridge("br0").apply(List.of(new GroupParser(PortNames.NONE, Protocols.ANY).parse(
                        "group_id=1,type=ff,bucket=watch_port:2,output:2,bucket=watch_port:3,output:3",
                        GroupMod.Command.ADD)), true)).containsExactly(FlowModResult.OK);
                sw.addFlows("br0", "in_port=1,actions=group:1", "in_port=2,actions=output:1",
                        "in_port=3,actions=output:1");
            }
            awaitPing(alice, bob);
            long best = Long.MAX_VALUE;
            try (UdpStream stream = new UdpStream(alice, bob, 64, 2000)) {
                for (int i = 0; i < 3; i++) {
                    long before = stream.received();
                    await().atMost(PATIENCE).until(() -> stream.received() > before + 500);
                    long lost = stream.sent() - stream.received();
                    Lab.run("ip", "link", "set", first.left(), "down");
                    long used = portPackets(left, second.left());
                    await().atMost(PATIENCE).until(() -> portPackets(left, second.left()) > used + 500);
                    best = Math.min(best, stream.sent() - stream.received() - lost);
                    Lab.run("ip", "link", "set", first.left(), "up");
                    await().atMost(PATIENCE).until(() -> left.state().port(first.left()).linkUp());
                }
            }
            assertThat(best).as("datagrams lost of 2000 a second").isLessThan(200); // 100 ms
            assertSound(left);
            assertSound(right);
        }
    }

    private static long portPackets(TurnoutSwitch sw, String port) {
        return Objects.requireNonNull(sw.datapath().port(sw.state().port(port).datapathPort())).counters()
                .get(PortCounters.Counter.TX_PACKETS);
    }

    @ParameterizedTest(name = "{0} thread(s)")
    @CsvSource({"1", "2"})
    void shouldTakeAnInterfaceUpAgainThatVanished(int threads) throws Exception {
        try (Lab lab = new Lab(); TurnoutSwitch sw = start(threads, true)) {
            Pair hosts = addHosts(lab, sw, "");
            Host alice = hosts.alice();
            Host bob = hosts.bob();
            sw.addFlows("br0", "actions=NORMAL");
            awaitPing(alice, bob);

            Lab.run("ip", "link", "del", bob.nearInterface());
            await().atMost(PATIENCE).until(() -> !sw.state().port(bob.nearInterface()).error().isEmpty()
                    || !sw.state().port(bob.nearInterface()).linkUp());
            Lab.run("ip", "link", "add", bob.nearInterface(), "type", "veth", "peer", "name", "eth0", "netns",
                    bob.namespace());
            bob.ip("addr", "add", "10.9.0.2/24", "dev", "eth0");
            bob.ip("link", "set", "eth0", "up");
            Lab.run("ip", "link", "set", bob.nearInterface(), "up");
            alice.ip("neigh", "flush", "dev", "eth0"); // Bob has another Ethernet address now
            awaitPing(alice, bob);
            assertThat(TcpTransfer.exactly(alice, bob, MB).bytes()).isEqualTo(MB);
            assertSound(sw);
        }
    }

    private static TurnoutSwitch start(int threads, boolean ioUring) throws Exception {
        TurnoutSwitch sw = TurnoutSwitch
                .start(SwitchSettings.builder().forwardingThreads(threads).ioUring(ioUring).build());
        sw.transact(tx -> tx.addBridge("br0", false).set("bridge", "br0", false, "datapath_type", null, "dummy")
                .set("bridge", "br0", false, "fail_mode", null, "secure"));
        return sw;
    }

    /** Two hosts on one bridge: ports 1 and 2. */
    private record Pair(Host alice, Host bob) {
    }

    private static Pair addHosts(Lab lab, TurnoutSwitch sw, String receiveMode) throws IOException {
        Host alice = lab.addHost("a", "10.9.0.1/24");
        Host bob = lab.addHost("b", "10.9.0.2/24");
        addPort(sw, alice, receiveMode);
        addPort(sw, bob, receiveMode);
        return new Pair(alice, bob);
    }

    private static void addPort(TurnoutSwitch sw, Host host, String receiveMode) {
        sw.transact(tx -> {
            tx.addPort("br0", host.nearInterface(), false, port -> port);
            if (!receiveMode.isEmpty()) {
                tx.set("interface", host.nearInterface(), false, "options", "receive-mode", receiveMode);
            }
        });
        assertThat(sw.state().port(host.nearInterface()).error()).isEmpty();
        if (!receiveMode.isEmpty()) {
            assertThat(sw.state().port(host.nearInterface()).receiveMode()).startsWith(receiveMode);
        }
    }

    private static int ping(Host from, Host to, int count) throws IOException {
        return Ping.run(from, to, count, TimeUnit.MILLISECONDS.toNanos(2), PING_TIMEOUT_NS).received();
    }

    private static void awaitPing(Host from, Host to) {
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(20))
                .until(() -> Ping.run(from, to, 1, 0, PING_TIMEOUT_NS / 4).received() == 1);
    }

    /** Waits until 1000 datagrams in a row were sent of which none arrived. */
    private static void awaitSilence(UdpStream stream) {
        long[] last = {stream.received(), stream.sent()};
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(5)).until(() -> {
            if (stream.received() != last[0]) {
                last[0] = stream.received();
                last[1] = stream.sent();
            }
            return stream.sent() - last[1] >= 1000;
        });
    }

    /** What must hold after every test: no ukey has moved illegally. */
    private static void assertSound(TurnoutSwitch sw) {
        assertThat(sw.upcalls().audit().illegalMoves()).isZero();
    }
}
