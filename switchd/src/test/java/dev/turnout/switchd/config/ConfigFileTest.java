package dev.turnout.switchd.config;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;

import dev.turnout.switchd.network.BridgeSettings;
import dev.turnout.switchd.network.NetworkConfig;
import dev.turnout.switchd.network.PortSettings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigFileTest {
    @TempDir
    Path directory;

    private SwitchSettings read(String yaml) throws IOException, ConfigException {
        Path file = Files.writeString(directory.resolve("c.yaml"), yaml);
        return ConfigFile.read(file, SwitchSettings.builder()).build();
    }

    @Test
    void shouldReadEveryKey() throws Exception {
        Files.writeString(directory.resolve("flows.txt"), "# a comment\n\npriority=1,actions=drop # another\n");
        SwitchSettings settings = read("""
                forwarding-threads: 2
                n-handler-threads: 3
                n-revalidator-threads: 4
                max-idle: 5000
                max-revalidator: 250
                min-revalidate-pps: 0
                flow-limit: 1000
                emc-insert-inv-prob: 20
                smc-enable: false
                packet-buffers: 1024
                large-packet-buffers: 32
                spin: 10
                io-uring: false
                run-dir: /tmp/x
                grpc: "[::1]:0"
                metrics: none
                bridges:
                  br0:
                    fail-mode: secure
                    datapath-type: dummy
                    other-config: {datapath-id: 00000000000000aa}
                    flow-tables: {3: "flow_limit=5,overflow_policy=evict"}
                    ports:
                      p1: {type: patch, options: {peer: p2}, ofport: 7, tag: 10}
                      p2: {type: patch, options: {peer: p1}, vlan-mode: trunk, trunks: [1, 2]}
                    flows: ["in_port=7,actions=drop"]
                    flows-file: flows.txt
                """);
        assertThat(settings.forwardingThreads()).isEqualTo(2);
        assertThat(settings.handlerThreads()).isEqualTo(3);
        assertThat(settings.revalidatorThreads()).isEqualTo(4);
        assertThat(settings.maxIdleMs()).isEqualTo(5000);
        assertThat(settings.maxRevalidatorMs()).isEqualTo(250);
        assertThat(settings.minRevalidatePps()).isZero();
        assertThat(settings.flowLimit()).isEqualTo(1000);
        assertThat(settings.emcInsertInvProb()).isEqualTo(20);
        assertThat(settings.smcEnable()).isFalse();
        assertThat(settings.smallBuffers()).isEqualTo(1024);
        assertThat(settings.largeBuffers()).isEqualTo(32);
        assertThat(settings.spinMicros()).isEqualTo(10);
        assertThat(settings.ioUring()).isFalse();
        assertThat(settings.runDir()).isEqualTo(Path.of("/tmp/x"));
        assertThat(settings.grpc()).isEqualTo(new Listen("::1", 0));
        assertThat(settings.metrics()).isNull();
        BridgeSettings bridge = requireNonNull(settings.network().bridges().get("br0"));
        assertThat(bridge.failMode()).isEqualTo("secure");
        assertThat(bridge.datapathId()).isEqualTo(0xaa);
        PortSettings p1 = requireNonNull(bridge.ports().get("p1"));
        assertThat(p1.ofportRequest()).isEqualTo(7);
        assertThat(p1.tag()).isEqualTo(10);
        assertThat(requireNonNull(bridge.ports().get("p2")).trunks()).containsExactly(1, 2);
        List<SwitchSettings.FlowLine> flows = requireNonNull(settings.flows().get("br0"));
        assertThat(flows).extracting(SwitchSettings.FlowLine::text)
                .containsExactly("in_port=7,actions=drop", "priority=1,actions=drop");
        assertThat(flows.get(1).place()).endsWith("flows.txt:3");
    }

    @Test
    void shouldTakeAnEmptyFile() throws Exception {
        assertThat(read("").network()).isEqualTo(NetworkConfig.EMPTY);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            'colour: red'                                        | 1 | colour: unknown key; expected one of forwarding-threads
            'max-idle: soon'                                     | 1 | max-idle: expected an integer from 500 to 3600000, got "soon"
            'max-idle: 1'                                        | 1 | max-idle: expected an integer from 500 to 3600000, got "1"
            'spin: 99999999999999999999'                         | 1 | spin: expected an integer
            '\\nsmc-enable: maybe'                               | 2 | smc-enable: expected true or false, got "maybe"
            'grpc: here'                                         | 1 | grpc: expected HOST:PORT or none, got "here"
            'metrics: [a]'                                       | 1 | metrics: expected a string, got a list
            'max-idle: 1000\\nmax-idle: 2000'                    | 2 | max-idle: the key is there twice
            'bridges: []'                                        | 1 | bridges: expected a mapping, got a list
            '- a'                                                | 1 | expected a mapping, got a list
            'bridges: {br0: {mode: a}}'                          | 1 | bridges.br0.mode: unknown key; expected one of fail-mode
            'bridges:\\n  br0:\\n    fail-mode: open'            | 3 | bridges.br0.fail-mode: expected one of standalone, secure, got "open"
            'bridges:\\n  br0:\\n    ports:\\n      p: {type: vxlan}' | 4 | port p: type "vxlan" is not supported
            'bridges: {br0: {ports: {p: {type: bogus}}}}'        | 1 | port p: type "bogus" is unknown
            'bridges: {br0: {ports: {p: {type: memory}}}}'       | 1 | port p: type: "memory" is not valid
            'bridges: {br0: {ports: {p: {type: patch}}}}'        | 1 | port p: options:peer
            'bridges: {br0: {ports: {p: {options: {peer: x}}}}}' | 1 | port p: options of type system: unknown key "peer"; expected one of: receive-mode
            'bridges: {br0: {ports: {p: {options: {receive-mode: x}}}}}' | 1 | receive-mode 'x' is not one of
            'bridges: {br0: {ports: {p: {tag: 5000}}}}'          | 1 | bridges.br0.ports.p.tag: expected an integer from 0 to 4095, got "5000"
            'bridges: {br0: {other-config: {x: 1}}}'             | 1 | bridge br0: other_config: unknown key "x"; expected one of: controller-burst-limit, controller-rate-limit, datapath-id, invalid-ttl-to-controller, mac-aging-time, mac-table-size
            'bridges: {a-name-that-is-too-long: {}}'             | 1 | bridge name "a-name-that-is-too-long" is not valid
            'bridges: {br0: {flows-file: nowhere}}'              | 1 | bridges.br0.flows-file: cannot read DIR/nowhere: No such file or directory
            'bridges: {br0: {ports: {p: {}}}, br1: {ports: {p: {}}}}' | 1 | port p: is on bridge br0 and on bridge br1; expected one
            'bridges: {br0: {ports: {br1: {}}}, br1: {}}'        | 1 | port br1: is on bridge br0 and on bridge br1; expected one
            'bridges: {br0: {mac: x}}'                           | 1 | bridges.br0.mac: expected an Ethernet address
            'a: [1'                                              | 1 | not valid YAML
            """)
    void shouldNameFileLineAndKey(String yaml, int line, String message) {
        assertThatThrownBy(() -> read(yaml.replace("\\n", "\n"))).isInstanceOf(ConfigException.class)
                .hasMessageStartingWith(directory.resolve("c.yaml") + ":" + line + ": ")
                .hasMessageContaining(message.replace("DIR", directory.toString()));
    }

    @Test
    void shouldSayThatThereIsNoFile() {
        assertThatThrownBy(() -> ConfigFile.read(directory.resolve("none"), SwitchSettings.builder()))
                .isInstanceOf(ConfigException.class).hasMessageEndingWith("none: no such file");
    }

    @Test
    void shouldSayThatItIsNoText() throws Exception {
        Path file = Files.write(directory.resolve("c.yaml"), new byte[]{'a', ':', ' ', (byte) 0xff, (byte) 0xc0});
        assertThatThrownBy(() -> ConfigFile.read(file, SwitchSettings.builder())).isInstanceOf(ConfigException.class)
                .hasMessage(file + ":1: not UTF-8 text");
    }

    @Test
    void shouldKeepWhatItHasWritten() throws Exception {
        NetworkFile file = new NetworkFile(directory);
        assertThat(file.load()).isEqualTo(NetworkConfig.EMPTY);
        NetworkConfig config = NetworkConfig.EMPTY.withBridge(BridgeSettings.of("br0").withFailMode("secure")
                .withOtherConfig(Map.of("datapath-id", "00000000000000aa"))
                .withPort(PortSettings.of("yes", "").withTag(0).withOfportRequest(3))
                .withPort(PortSettings.of("0123", "tap")
                        .withTrunks(new TreeSet<>(List.of(1, 4095))).withVlanMode("native-tagged"))
                .withPort(PortSettings.of("p:x", "patch").withOptions(Map.of("peer", "#\n'"))));
        file.save(config);
        assertThat(file.load()).isEqualTo(config);
    }

    private void assertDamaged(byte[] content) throws IOException {
        Path path = Files.write(directory.resolve(NetworkFile.NAME), content);
        assertThatThrownBy(() -> new NetworkFile(directory).load())
                .as(() -> new String(content, StandardCharsets.ISO_8859_1)).isInstanceOf(ConfigException.class)
                .message().startsWith(path + ":").containsPattern("network.yaml:[0-9]+: ").doesNotContain("\n");
    }

    @Test
    void shouldNoticeWhereAFileWasCutOff() throws Exception {
        NetworkFile file = new NetworkFile(directory);
        file.save(NetworkConfig.EMPTY.withBridge(BridgeSettings.of("br0")
                .withPort(PortSettings.of("p1", "").withOfportRequest(1)).withPort(PortSettings.of("p2", ""))));
        byte[] whole = Files.readAllBytes(directory.resolve(NetworkFile.NAME));
        for (int length = 0; length < whole.length - 1; length++) {
            assertDamaged(Arrays.copyOf(whole, length));
        }
    }

    @Test
    void shouldRefuseGarbage() throws Exception {
        long seed = Long.getLong("turnout.seed", System.nanoTime());
        Random random = new Random(seed);
        for (int i = 0; i < 200; i++) {
            byte[] garbage = new byte[1 + random.nextInt(200)];
            random.nextBytes(garbage);
            try {
                assertDamaged(garbage);
            } catch (AssertionError e) {
                throw new AssertionError("-Dturnout.seed=" + seed, e);
            }
        }
    }
}
