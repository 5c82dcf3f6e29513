package dev.turnout.it.port;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import dev.turnout.bench.veth.TwoPortSwitch;
import dev.turnout.core.LinkState;
import dev.turnout.core.PortContext;
import dev.turnout.core.PortCounters;
import dev.turnout.core.PortCounters.Counter;
import dev.turnout.core.io.LinkMonitor;
import dev.turnout.core.io.ThreadIo;
import dev.turnout.core.io.ThreadIo.RingUse;
import dev.turnout.core.port.InterfacePorts;
import dev.turnout.it.support.RawSocket;
import dev.turnout.it.support.RequiresRoot;
import dev.turnout.packet.Memory;
import dev.turnout.packet.Packet;
import dev.turnout.packet.PacketPool;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code system} ports on real veth interfaces, in every receive mode. */
@RequiresRoot
final class SystemPortTest {
    private static final HexFormat HEX = HexFormat.of();
    private static final String ADDRESSES = "02000000000b" + "02000000000a";
    private static final TwoPortSwitch.Tap NOBODY = (port, packet) -> {
    };

    @ParameterizedTest
    @ValueSource(strings = {"recvmmsg", "io_uring", "tpacket_v2", "tpacket_v3"})
    void shouldCarrySegmentsAndUnfinishedChecksums(String mode) throws Exception {
        AtomicInteger longest = new AtomicInteger();
        AtomicBoolean unfinished = new AtomicBoolean();
        try (Hosts hosts = new Hosts(); Hosts.Switch _ = hosts.join(mode, (port, packet) -> {
            longest.accumulateAndGet(Packet.length(packet), Math::max);
            if (Packet.needsChecksum(packet) && Packet.gsoType(packet) == Packet.GSO_TCPV4) {
                unfinished.set(true);
            }
        })) {
            assertThat(Hosts.transfer(hosts.a, hosts.b, Hosts.ADDRESS_B, 30_000_000)).isEqualTo(30_000_000);
            assertThat(Hosts.transfer(hosts.b, hosts.a, Hosts.ADDRESS_A, 30_000_000)).isEqualTo(30_000_000);
            assertThat(longest.get()).isGreaterThan(20_000);
            assertThat(unfinished).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"recvmmsg", "io_uring", "tpacket_v2", "tpacket_v3"})
    void shouldRestoreVlanTags(String mode) throws Exception {
        List<String> seen = new CopyOnWriteArrayList<>();
        try (Hosts hosts = new Hosts();
                Hosts.Switch _ = hosts.join(mode,
                        (port, packet) -> seen.add(HEX.formatHex(Packet.toBytes(packet))));
                RawSocket a = RawSocket.open(hosts.a, "va");
                RawSocket b = RawSocket.open(hosts.b, "vb")) {
            // One tag, another tag protocol, two tags, the priority bits; small frames and one that takes the large buffers' way.
            for (String tags : List.of("81000005", "88a8e007", "88a80063" + "8100a00a", "8100ffff")) {
                for (int length : new int[]{46, 1400}) {
                    String frame = ADDRESSES + tags + "1234" + "ab".repeat(length);
                    a.send(HEX.parseHex(frame));
                    int outer = (int) Long.parseLong(tags.substring(0, 8), 16);
                    RawSocket.Received received = b.receive(r -> r.tag() == outer, 5_000).orElseThrow();
                    assertThat(seen).contains(frame);
                    assertThat(HEX.formatHex(received.frame())).isEqualTo(ADDRESSES + frame.substring(32));
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"recvmmsg", "io_uring", "tpacket_v2", "tpacket_v3"})
    void shouldMoveTheChecksumWithTheTag(String mode) throws Exception {
        List<Integer> starts = new CopyOnWriteArrayList<>();
        try (Hosts hosts = new Hosts(); Hosts.Switch _ = hosts.join(mode, (port, packet) -> {
            if (Packet.needsChecksum(packet) && Memory.getShort(Packet.data(packet) + 12) == 0x8100) {
                starts.add(Packet.csumStart(packet));
            }
        }); RawSocket a = RawSocket.open(hosts.a, "va"); RawSocket b = RawSocket.open(hosts.b, "vb")) {
            String ip = "4500002c00004000401100000a4d00090a4d000a";
            String udp = "04d200090018" + "1234" + "cd".repeat(16);
            byte[] vnet = {1, 0, 0, 0, 0, 0, 38, 0, 6, 0}; // NEEDS_CSUM, csum_start 14 + 4 + 20, csum_offset of UDP, little-endian
            a.send(vnet, HEX.parseHex(ADDRESSES + "81000009" + "0800" + ip + udp));
            RawSocket.Received received = b.receive(r -> r.tag() == 0x8100_0009, 5_000).orElseThrow();
            assertThat(starts).containsExactly(38);
            assertThat(received.vnet()).containsExactly(1, 0, 0, 0, 0, 0, 34, 0, 6, 0);
            assertThat(HEX.formatHex(received.frame())).isEqualTo(ADDRESSES + "0800" + ip + udp);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"recvmmsg", "io_uring", "tpacket_v2", "tpacket_v3"})
    void shouldDropAndCountWhatTheMtuForbids(String mode) throws Exception {
        try (Hosts hosts = new Hosts(); Hosts.Switch joined = hosts.join(mode, NOBODY)) {
            assertThat(Hosts.echo(hosts.a, hosts.b, Hosts.ADDRESS_B, 100, 50)).isTrue();
            hosts.a.ip("link", "set", "va", "mtu", "9000");
            hosts.middle.ip("link", "set", "sa", "mtu", "9000");
            long errors = joined.forwarder().counters(1).get(Counter.TX_ERRORS);
            assertThat(Hosts.echo(hosts.a, hosts.b, Hosts.ADDRESS_B, 4000, 3)).isFalse();
            assertThat(joined.forwarder().counters(1).get(Counter.TX_ERRORS)).isGreaterThan(errors);
            assertThat(Hosts.echo(hosts.a, hosts.b, Hosts.ADDRESS_B, 1400, 50)).isTrue();
        }
    }

    /** Without a packet after the burst: what it has cost is there to see at once. */
    @ParameterizedTest
    @ValueSource(strings = {"recvmmsg", "io_uring", "tpacket_v2", "tpacket_v3"})
    void shouldCountWhatABurstHasLost(String mode) throws Exception {
        int frames = 40_000;
        byte[] frame = HEX.parseHex(ADDRESSES + "88b5" + "ef".repeat(46));
        AtomicBoolean sent = new AtomicBoolean();
        AtomicInteger received = new AtomicInteger();
        try (Hosts hosts = new Hosts(); Hosts.Switch joined = hosts.join(mode, (port, packet) -> {
            if (Memory.getShort(Packet.data(packet) + 12) == 0x88b5) {
                received.incrementAndGet();
                while (!sent.get()) {
                    Thread.onSpinWait(); // the switch is busy
                }
            }
        }); RawSocket a = RawSocket.open(hosts.a, "va")) {
            PortCounters counters = joined.forwarder().counters(0);
            try {
                for (int i = 0; i < frames; i++) {
                    a.send(frame);
                }
            } finally {
                sent.set(true);
            }
            await().untilAsserted(
                    () -> assertThat(received.get() + counters.get(Counter.RX_DROPPED)).isBetween((long) frames,
                            frames + 100L)); // the host's own, such as neighbour discovery, may come in between
            assertThat(counters.get(Counter.RX_DROPPED)).isPositive();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"recvmmsg", "io_uring", "tpacket_v2", "tpacket_v3"})
    void shouldSurviveAnInterfaceThatVanishesAndReturns(String mode) throws Exception {
        List<LinkState> states = new CopyOnWriteArrayList<>();
        try (Hosts hosts = new Hosts(); Hosts.Switch joined = hosts.join(mode, NOBODY)) {
            joined.monitor().addListener("sb", (name, state) -> states.add(state));
            assertThat(Hosts.echo(hosts.a, hosts.b, Hosts.ADDRESS_B, 100, 50)).isTrue();

            hosts.b.ip("link", "del", "vb");
            await().until(() -> !joined.ports().get(1).linkState().present());

            hosts.connectB();
            await().until(() -> joined.ports().get(1).linkState().isForwarding());
            hosts.a.ip("neigh", "flush", "all"); // it has another Ethernet address
            assertThat(Hosts.echo(hosts.a, hosts.b, Hosts.ADDRESS_B, 100, 50)).isTrue();
            assertThat(states).anyMatch(state -> !state.present()).anyMatch(LinkState::isForwarding);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"recvmmsg", "io_uring", "tpacket_v2", "tpacket_v3"})
    void shouldSurviveAnInterfaceThatGoesDownAndUp(String mode) throws Exception {
        try (Hosts hosts = new Hosts(); Hosts.Switch joined = hosts.join(mode, NOBODY)) {
            assertThat(Hosts.echo(hosts.a, hosts.b, Hosts.ADDRESS_B, 100, 50)).isTrue();
            for (int i = 0; i < 3; i++) {
                hosts.middle.ip("link", "set", "sb", "down");
                await().until(() -> !joined.ports().get(1).linkState().adminUp());
                hosts.middle.ip("link", "set", "sb", "up");
                await().until(() -> joined.ports().get(1).linkState().isForwarding());
                assertThat(Hosts.echo(hosts.a, hosts.b, Hosts.ADDRESS_B, 100, 50)).isTrue();
                assertThat(Hosts.echo(hosts.b, hosts.a, Hosts.ADDRESS_A, 100, 50)).isTrue();
                assertThat(Hosts.transfer(hosts.a, hosts.b, Hosts.ADDRESS_B, 3_000_000)).isEqualTo(3_000_000);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"recvmmsg", "io_uring", "tpacket_v2", "tpacket_v3"})
    void shouldNotAllocatePerPacket(String mode) throws Exception {
        try (Hosts hosts = new Hosts(); Hosts.Switch joined = hosts.join(mode, NOBODY)) {
            assertThat(Hosts.echo(hosts.a, hosts.b, Hosts.ADDRESS_B, 100, 50)).isTrue();
            AtomicBoolean stop = new AtomicBoolean();
            FutureTask<Object> flood = hosts.a.start(() -> {
                try (DatagramSocket socket = new DatagramSocket()) {
                    DatagramPacket packet = new DatagramPacket(new byte[18], 18,
                            new InetSocketAddress(Hosts.ADDRESS_B, 9));
                    while (!stop.get()) {
                        try {
                            socket.send(packet);
                        } catch (java.io.IOException e) {
                            // a full queue
                        }
                    }
                    return new Object();
                }
            });
            TwoPortSwitch forwarder = joined.forwarder();
            // Netty's loop makes one small object per pass in io_uring mode; everything else makes nothing once it is compiled.
            int perCycle = mode.equals("io_uring") ? 24 : 0;
            await().atMost(java.time.Duration.ofSeconds(60)).until(() -> {
                long packets = forwarder.counters(1).get(Counter.TX_PACKETS);
                long bytes = forwarder.allocatedBytes();
                long cycles = forwarder.cycles();
                await().until(() -> forwarder.counters(1).get(Counter.TX_PACKETS) > packets + 50_000);
                return forwarder.allocatedBytes() - bytes < 1000 + (forwarder.cycles() - cycles) * perCycle;
            });
            stop.set(true);
            flood.get();
        }
    }

    @Test
    void shouldNameAnInterfaceThatIsNotThere() {
        try (Hosts hosts = new Hosts()) {
            hosts.middle.call(() -> {
                try (LinkMonitor monitor = new LinkMonitor()) {
                    assertThat(monitor.state("sx").present()).isFalse();
                    assertThat(monitor.state("sa").isForwarding()).isTrue();
                    assertThat(monitor.state("sa").speedMbps()).isEqualTo(10_000);
                    assertThat(monitor.state("sa").mtu()).isEqualTo(1500);
                    assertThatThrownBy(() -> new TwoPortSwitch(InterfacePorts.open("system", "sa", Map.of(), monitor),
                            InterfacePorts.open("system", "sx", Map.of(), monitor), RingUse.ALL, NOBODY))
                            .hasMessageContaining("interface sx: ENODEV");
                }
                return "";
            });
        }
    }

    @Test
    void shouldFallBackAndSayWhyWhereTheRingIsSwitchedOff() throws Exception {
        try (Hosts hosts = new Hosts()) {
            hosts.middle.call(() -> {
                Map<String, String> options = Map.of(InterfacePorts.RECEIVE_MODE, "io_uring");
                try (LinkMonitor monitor = new LinkMonitor()) {
                    var a = InterfacePorts.open("system", "sa", options, monitor);
                    var b = InterfacePorts.open("system", "sb", options, monitor);
                    try (TwoPortSwitch _ = new TwoPortSwitch(a, b, RingUse.NONE, NOBODY)) {
                        assertThat(a.receiveMode()).isEqualTo("recvmmsg (switched off by configuration)");
                        assertThat(Hosts.echo(hosts.a, hosts.b, Hosts.ADDRESS_B, 100, 50)).isTrue();
                    }
                }
                return "";
            });
        }
    }

    /** Where the kernel registers no buffer ring, buffers are provided by requests: many more packets than there are buffers. */
    @Test
    void shouldCarrySegmentsWithoutBufferRing() throws Exception {
        boolean[] sawSegment = new boolean[2];
        try (Hosts hosts = new Hosts();
                Hosts.Switch joined = hosts.join("io_uring", RingUse.WITHOUT_BUFFER_RINGS, (port, packet) -> {
                    sawSegment[port] |= Packet.gsoType(packet) == Packet.GSO_TCPV4 && Packet.length(packet) > 10_000;
                })) {
            assertThat(joined.ports().get(0).receiveMode()).isEqualTo("io_uring (without buffer ring)");
            assertThat(Hosts.echo(hosts.a, hosts.b, Hosts.ADDRESS_B, 100, 50)).isTrue();
            assertThat(Hosts.transfer(hosts.a, hosts.b, Hosts.ADDRESS_B, 20_000_000)).isEqualTo(20_000_000);
            assertThat(Hosts.transfer(hosts.b, hosts.a, Hosts.ADDRESS_A, 20_000_000)).isEqualTo(20_000_000);
            assertThat(sawSegment).containsExactly(true, true);
        }
    }

    /** A thread watches no more than so many descriptors; a receiver that is refused leaves no socket open. */
    @ParameterizedTest
    @ValueSource(strings = {"recvmmsg", "tpacket_v2", "tpacket_v3"})
    void shouldCloseItsSocketWhereItCannotBeWatched(String mode) throws Exception {
        try (Hosts hosts = new Hosts(); PacketPool pool = new PacketPool(256, 64)) {
            hosts.middle.call(() -> {
                try (LinkMonitor monitor = new LinkMonitor(); ThreadIo io = new ThreadIo(RingUse.NONE)) {
                    var port = InterfacePorts.open("system", "sa", Map.of(InterfacePorts.RECEIVE_MODE, mode), monitor);
                    PortContext context = new PortContext(1, 0, pool, io, new PortCounters());
                    port.openReceiver(context).close();
                    assertThatThrownBy(() -> {
                        while (true) {
                            io.watch(0);
                        }
                    }).hasMessageContaining("descriptors");
                    assertThatThrownBy(() -> port.openReceiver(context)).hasMessageContaining("descriptors");
                    assertThat(Files.readAllLines(Path.of("/proc/thread-self/net/packet"))).as("packet sockets")
                            .hasSize(1);
                    port.close();
                }
                return "";
            });
        }
    }
}
