package dev.turnout.it.port;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.util.List;
import java.util.Map;

import dev.turnout.bench.veth.TwoPortSwitch;
import dev.turnout.core.Port;
import dev.turnout.core.io.LinkMonitor;
import dev.turnout.core.io.ThreadIo.RingUse;
import dev.turnout.core.port.InterfacePorts;
import dev.turnout.it.support.RequiresRoot;
import dev.turnout.packet.Packet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code tap} and {@code internal} ports: the host's side of the TAP interface is in the switch's namespace. */
@RequiresRoot
final class TapPortTest {
    private static final String ADDRESS_TAP = "10.77.0.3";

    private static Hosts.Switch join(Hosts hosts, String type, String mode, TwoPortSwitch.Tap tap) {
        return join(hosts, type, mode, RingUse.ALL, tap);
    }

    private static Hosts.Switch join(Hosts hosts, String type, String mode, RingUse ringUse, TwoPortSwitch.Tap tap) {
        Hosts.Switch joined = hosts.middle.call(() -> {
            LinkMonitor monitor = new LinkMonitor();
            Map<String, String> options = Map.of(InterfacePorts.RECEIVE_MODE, mode);
            Port portA = InterfacePorts.open("system", "sa", Map.of(), monitor);
            Port portB = InterfacePorts.open(type, "br0", options, monitor);
            return new Hosts.Switch(monitor, List.of(portA, portB), new TwoPortSwitch(portA, portB, ringUse, tap));
        });
        hosts.middle.ip("addr", "add", ADDRESS_TAP + "/24", "dev", "br0");
        return joined;
    }

    @ParameterizedTest
    @ValueSource(strings = {"read", "io_uring"})
    void shouldCarryTrafficBothWays(String mode) throws Exception {
        boolean[] sawSegment = new boolean[2];
        try (Hosts hosts = new Hosts(); Hosts.Switch joined = join(hosts, "internal", mode, (port, packet) -> {
            sawSegment[port] |= Packet.gsoType(packet) == Packet.GSO_TCPV4 && Packet.length(packet) > 10_000;
        })) {
            assertThat(Hosts.echo(hosts.a, hosts.middle, ADDRESS_TAP, 100, 50)).isTrue();
            assertThat(Hosts.transfer(hosts.a, hosts.middle, ADDRESS_TAP, 20_000_000)).isEqualTo(20_000_000);
            assertThat(Hosts.transfer(hosts.middle, hosts.a, Hosts.ADDRESS_A, 20_000_000)).isEqualTo(20_000_000);
            assertThat(sawSegment).containsExactly(true, true);
            assertThat(joined.ports().get(1).receiveMode()).isEqualTo(mode);
            assertThat(joined.ports().get(1).type()).isEqualTo("internal");
        }
    }

    @Test
    void shouldCarryTrafficWithoutBufferRing() throws Exception {
        boolean[] sawSegment = new boolean[2];
        try (Hosts hosts = new Hosts();
                Hosts.Switch joined = join(hosts, "tap", "io_uring", RingUse.WITHOUT_BUFFER_RINGS, (port, packet) -> {
                    sawSegment[port] |= Packet.gsoType(packet) == Packet.GSO_TCPV4 && Packet.length(packet) > 10_000;
                })) {
            assertThat(joined.ports().get(1).receiveMode()).isEqualTo("io_uring (without buffer ring)");
            assertThat(Hosts.echo(hosts.a, hosts.middle, ADDRESS_TAP, 100, 50)).isTrue();
            assertThat(Hosts.transfer(hosts.middle, hosts.a, Hosts.ADDRESS_A, 20_000_000)).isEqualTo(20_000_000);
            assertThat(sawSegment[1]).isTrue();
        }
    }

    @Test
    void shouldRemoveTheInterfaceWhenClosed() throws Exception {
        try (Hosts hosts = new Hosts()) {
            try (Hosts.Switch joined = join(hosts, "tap", "read", (port, packet) -> {
            })) {
                await().until(() -> joined.ports().get(1).linkState().isForwarding());
                assertThat(hosts.middle.ip("link", "show", "dev", "br0")).contains("UP");
            }
            assertThatThrownBy(() -> hosts.middle.ip("link", "show", "dev", "br0"))
                    .hasMessageContaining("does not exist");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"read", "io_uring"})
    void shouldAttachAgainWhenTheInterfaceIsMadeAgain(String mode) throws Exception {
        try (Hosts hosts = new Hosts(); Hosts.Switch joined = join(hosts, "tap", mode, (port, packet) -> {
        })) {
            assertThat(Hosts.echo(hosts.a, hosts.middle, ADDRESS_TAP, 100, 50)).isTrue();
            hosts.middle.ip("link", "del", "br0");
            await().until(() -> !joined.ports().get(1).linkState().present());
            hosts.middle.ip("tuntap", "add", "br0", "mode", "tap", "vnet_hdr");
            hosts.middle.ip("addr", "add", ADDRESS_TAP + "/24", "dev", "br0");
            hosts.middle.ip("link", "set", "br0", "up");
            await().until(() -> joined.ports().get(1).linkState().isForwarding());
            hosts.a.ip("neigh", "flush", "all"); // it has another Ethernet address
            assertThat(Hosts.echo(hosts.a, hosts.middle, ADDRESS_TAP, 100, 50)).isTrue();
        }
    }

    @Test
    void shouldSurviveAnInterfaceThatGoesDownAndUp() throws Exception {
        try (Hosts hosts = new Hosts(); Hosts.Switch joined = join(hosts, "tap", "read", (port, packet) -> {
        })) {
            assertThat(Hosts.echo(hosts.a, hosts.middle, ADDRESS_TAP, 100, 50)).isTrue();
            hosts.middle.ip("link", "set", "br0", "down");
            await().until(() -> !joined.ports().get(1).linkState().adminUp());
            hosts.middle.ip("link", "set", "br0", "up");
            assertThat(Hosts.echo(hosts.a, hosts.middle, ADDRESS_TAP, 100, 50)).isTrue();
        }
    }
}
