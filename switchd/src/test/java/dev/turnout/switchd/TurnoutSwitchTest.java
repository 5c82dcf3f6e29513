package dev.turnout.switchd;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import dev.turnout.core.memory.MemoryPort;
import dev.turnout.switchd.appctl.Appctl;
import dev.turnout.switchd.config.ConfigException;
import dev.turnout.switchd.config.Listen;
import dev.turnout.switchd.config.SwitchSettings;
import dev.turnout.switchd.config.SwitchSettings.FlowLine;
import dev.turnout.switchd.metrics.SwitchMetrics;
import dev.turnout.switchd.network.BridgeSettings;
import dev.turnout.switchd.network.NetworkConfig;
import dev.turnout.switchd.network.NetworkTransaction;
import dev.turnout.switchd.network.PortSettings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TurnoutSwitchTest {
    private static final byte[] FRAME = HexFormat.of().parseHex("020000000002" + "020000000001" + "88b5"
            + "00".repeat(46));

    @TempDir
    Path runDir;

    private static void addBridge(TurnoutSwitch turnout, String name) {
        List<String> ignored = turnout.transact(transaction -> dummy(transaction, name));
    }

    private static NetworkTransaction dummy(NetworkTransaction transaction, String name) {
        return transaction.addBridge(name, false).set("bridge", name, false, "datapath_type", null, "dummy");
    }

    @Test
    void shouldForwardInSeveralSwitchesOfOneProcess() throws Exception {
        try (TurnoutSwitch one = TurnoutSwitch.start(SwitchSettings.embedded());
                TurnoutSwitch two = TurnoutSwitch.start(SwitchSettings.builder().forwardingThreads(2).build())) {
            for (TurnoutSwitch turnout : List.of(one, two)) {
                MemoryPort p1 = new MemoryPort("p1");
                MemoryPort p2 = new MemoryPort("p2");
                addBridge(turnout, "br0");
                int n1 = turnout.addPort("br0", PortSettings.of("p1", "memory"), p1);
                int n2 = turnout.addPort("br0", PortSettings.of("p2", "memory").withOfportRequest(9), p2);
                assertThat(List.of(n1, n2)).containsExactly(1, 9);
                p1.inject(FRAME);
                await().until(() -> p2.capturedCount() == 1);
                Appctl appctl = new Appctl(turnout);
                await().until(() -> appctl.run("fdb/show", List.of("br0")).text().contains("02:00:00:00:00:01"));
                turnout.addFlows("br0", "priority=9,in_port=1,actions=drop");
                assertThat(appctl.run("revalidator/wait", List.of()).exitCode()).isZero();
                assertThat(appctl.run("dpctl/dump-flows", List.of()).text()).contains("actions:drop");
                assertThat(appctl.run("dpctl/dump-flows", List.of("-m", "--names", "filter=in_port=p2")).text())
                        .isEmpty();
                assertThat(new SwitchMetrics(turnout).scrape())
                        .contains("turnout_port_receive_packets_total{bridge=\"br0\",port=\"p1\"} 1.0")
                        .contains("turnout_ukey_illegal_transitions_total 0.0");
            }
        }
    }

    @Test
    void shouldChangeNothingWhenAnOperationIsRefused() throws Exception {
        try (TurnoutSwitch turnout = TurnoutSwitch.start(SwitchSettings.embedded())) {
            assertThatThrownBy(() -> turnout.transact(transaction -> dummy(transaction, "br0")
                    .deletePort("", "nowhere", false))).isInstanceOf(SwitchException.class);
            assertThat(turnout.config().bridges()).isEmpty();
            assertThat(turnout.ofproto().bridges()).isEmpty();
        }
    }

    @Test
    void shouldRestoreBridgesAndPortsButNotFlows() throws Exception {
        SwitchSettings settings = SwitchSettings.builder().runDir(runDir).build();
        long id;
        try (TurnoutSwitch turnout = TurnoutSwitch.start(settings)) {
            List<String> ignored = turnout.transact(transaction -> dummy(dummy(transaction, "br0"), "br1")
                    .addPort("br0", "a", false, port -> port.withType("patch").withOptions(Map.of("peer", "b"))
                            .withOfportRequest(5).withTag(7))
                    .addPort("br1", "b", false, port -> port.withType("patch").withOptions(Map.of("peer", "a"))));
            int number = turnout.addPort("br0", PortSettings.of("m", "memory"), new MemoryPort("m"));
            assertThat(number).isPositive();
            turnout.addFlows("br0", "priority=7,actions=drop");
            id = turnout.bridge("br0").datapathId();
        }
        try (TurnoutSwitch turnout = TurnoutSwitch.start(settings)) {
            assertThat(turnout.config().bridges()).containsOnlyKeys("br0", "br1");
            assertThat(requireNonNull(turnout.config().bridges().get("br0")).ports()).containsOnlyKeys("br0", "a");
            assertThat(turnout.state().port("a").ofport()).isEqualTo(5);
            assertThat(turnout.state().port("a").error()).isEmpty();
            assertThat(requireNonNull(turnout.config().port("a")).tag()).isEqualTo(7);
            assertThat(turnout.bridge("br0").datapathId()).isEqualTo(id);
            assertThat(turnout.bridge("br0").flows(dev.turnout.openflow.FlowFilter.ALL))
                    .noneMatch(flow -> flow.priority() == 7);
        }
    }

    @Test
    void shouldRefuseSettingsThatClashWithWhatIsKept() throws Exception {
        SwitchSettings kept = SwitchSettings.builder().runDir(runDir).build();
        try (TurnoutSwitch turnout = TurnoutSwitch.start(kept)) {
            addBridge(turnout, "br0");
        }
        NetworkConfig other = NetworkConfig.EMPTY.withBridge(BridgeSettings.of("br1").withDatapathType("dummy")
                .withPort(PortSettings.of("br0", "")));
        assertThatThrownBy(
                () -> TurnoutSwitch.start(SwitchSettings.builder().runDir(runDir).network(other).build()))
                .hasMessage("port br0: is on bridge br0 and on bridge br1; expected one");
        try (TurnoutSwitch again = TurnoutSwitch.start(kept)) {
            assertThat(again.config().bridges()).containsOnlyKeys("br0");
        }
    }

    @Test
    void shouldMeasureTheBridgeThatThereIs() throws Exception {
        try (TurnoutSwitch turnout = TurnoutSwitch.start(SwitchSettings.embedded())) {
            SwitchMetrics metrics = new SwitchMetrics(turnout);
            addBridge(turnout, "br0");
            assertThat(metrics.scrape()).contains("turnout_bridge_flows{bridge=\"br0\"} ");
            List<String> ignored = turnout.transact(transaction -> transaction.deleteBridge("br0", false));
            addBridge(turnout, "br0");
            turnout.addFlows("br0", "table=1,actions=drop", "table=2,actions=drop", "table=3,actions=drop");
            assertThat(metrics.scrape())
                    .contains("turnout_bridge_flows{bridge=\"br0\"} " + turnout.bridge("br0").flowCount() + ".0");
            assertThat(turnout.bridge("br0").flowCount()).isGreaterThanOrEqualTo(3);
        }
    }

    @Test
    void shouldWriteNumbersAsTheFieldDoesWhereverItRuns() throws Exception {
        Locale usual = Locale.getDefault();
        Locale.setDefault(Locale.GERMANY);
        try (TurnoutSwitch turnout = TurnoutSwitch.start(SwitchSettings.embedded())) {
            assertThat(new Appctl(turnout).run("dpif-netdev/pmd-perf-show", List.of()).text())
                    .containsPattern("Measurement duration: [0-9]+\\.[0-9]{3} s").doesNotContain(",00");
        } finally {
            Locale.setDefault(usual);
        }
    }

    @Test
    void shouldHoldItsRunDirectory() throws Exception {
        SwitchSettings settings = SwitchSettings.builder().runDir(runDir).build();
        try (TurnoutSwitch first = TurnoutSwitch.start(settings)) {
            assertThat(first.addresses()).startsWith("socket=");
            assertThatThrownBy(() -> TurnoutSwitch.start(settings)).isInstanceOf(IOException.class)
                    .hasMessageContaining("is in use by process " + ProcessHandle.current().pid());
        }
        try (TurnoutSwitch again = TurnoutSwitch.start(settings)) {
            assertThat(again.addresses()).startsWith("socket=");
        }
        assertThat(Files.exists(runDir.resolve("turnout.sock"))).isFalse();
    }

    @Test
    void shouldStartNothingOnAWrongFlowOrFile() throws Exception {
        SwitchSettings flows = SwitchSettings.builder().runDir(runDir)
                .flows(Map.of("br0", List.of(new FlowLine("in_port=1,actions=nonsense", "c.yaml:7")))).build();
        assertThatThrownBy(() -> TurnoutSwitch.start(flows)).isInstanceOf(ConfigException.class)
                .hasMessageStartingWith("c.yaml:7: ").hasMessageContaining("nonsense");
        Files.writeString(runDir.resolve("network.yaml"), "bridges:\n  br0: {colour: red}\n...\n");
        SwitchSettings damaged = SwitchSettings.builder().runDir(runDir).build();
        assertThatThrownBy(() -> TurnoutSwitch.start(damaged)).isInstanceOf(ConfigException.class)
                .hasMessageContaining("network.yaml:2: bridges.br0.colour: unknown key");
    }

    @Test
    void shouldSayWhichAddressIsTaken() throws Exception {
        try (TurnoutSwitch turnout = TurnoutSwitch
                .start(SwitchSettings.builder().grpc(new Listen("127.0.0.1", 0)).build())) {
            Listen taken = Listen.parse(turnout.addresses().replaceFirst("grpc=", ""));
            assertThatThrownBy(() -> TurnoutSwitch.start(SwitchSettings.builder().grpc(taken).build()))
                    .isInstanceOf(IOException.class).hasMessageContaining("cannot serve gRPC on 127.0.0.1:");
            assertThatThrownBy(() -> TurnoutSwitch.start(SwitchSettings.builder().metrics(taken).build()))
                    .isInstanceOf(IOException.class).hasMessageContaining("cannot serve metrics on 127.0.0.1:");
        }
        Listen nowhere = new Listen("nowhere.invalid", 1);
        assertThatThrownBy(() -> TurnoutSwitch.start(SwitchSettings.builder().grpc(nowhere).build()))
                .hasMessage("cannot serve gRPC on nowhere.invalid:1: unknown host \"nowhere.invalid\"");
        assertThatThrownBy(() -> TurnoutSwitch.start(SwitchSettings.builder().metrics(nowhere).build()))
                .hasMessage("cannot serve metrics on nowhere.invalid:1: unknown host \"nowhere.invalid\"");
    }

    @Test
    void shouldKeepAPortWhoseDeviceIsMissing() throws Exception {
        try (TurnoutSwitch turnout = TurnoutSwitch.start(SwitchSettings.embedded())) {
            List<String> problems = turnout.transact(
                    transaction -> dummy(transaction, "br0").addPort("br0", "to-nowhere", false, port -> port));
            assertThat(problems).containsExactly("to-nowhere");
            assertThat(turnout.state().port("to-nowhere").ofport()).isEqualTo(-1);
            assertThat(turnout.state().port("to-nowhere").error()).contains("No such device");
        }
    }

    @Test
    void shouldSayWhyAFileOfPacketsCannotBeReplayed() throws Exception {
        try (TurnoutSwitch turnout = TurnoutSwitch.start(SwitchSettings.embedded())) {
            turnout.transact(transaction -> dummy(transaction, "br0").addPort("br0", "replay", false,
                    port -> port.withType("pcap").withOptions(Map.of("rxq_pcap", "/nowhere/x.pcap"))));
            assertThat(turnout.state().port("replay").error())
                    .isEqualTo("cannot read /nowhere/x.pcap: No such file or directory");
        }
    }

    @Test
    void shouldRefuseWrongCommands() throws Exception {
        try (TurnoutSwitch turnout = TurnoutSwitch.start(SwitchSettings.embedded())) {
            Appctl appctl = new Appctl(turnout);
            assertThatThrownBy(() -> appctl.run("bogus", List.of()))
                    .hasMessageStartingWith("\"bogus\" is not a valid command");
            assertThatThrownBy(() -> appctl.run("fdb/show", List.of()))
                    .hasMessageContaining("requires at least 1 arguments");
            assertThatThrownBy(() -> appctl.run("fdb/show", List.of("a", "b")))
                    .hasMessageContaining("takes at most 1 arguments");
            assertThatThrownBy(() -> appctl.run("fdb/show", List.of("br9"))).hasMessage("no such bridge");
            assertThatThrownBy(() -> appctl.run("dpctl/dump-flows", List.of("--frobnicate")))
                    .hasMessageContaining("--frobnicate");
            assertThatThrownBy(() -> appctl.run("dpctl/dump-flows", List.of("filter=zzz=1")))
                    .hasMessageContaining("zzz");
            assertThat(appctl.run("dpctl/show", List.of()).text())
                    .isEqualTo("netdev@turnout:\n  lookups: hit:0 missed:0 lost:0\n  flows: 0\n");
            assertThat(appctl.run("dpif-netdev/pmd-perf-show", List.of()).text()).contains("- EMC hits:");
            assertThat(appctl.run("upcall/show", List.of()).text()).contains("(limit ");
        }
    }
}
