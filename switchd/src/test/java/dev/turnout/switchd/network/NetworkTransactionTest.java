package dev.turnout.switchd.network;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.function.UnaryOperator;

import dev.turnout.switchd.SwitchException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NetworkTransactionTest {
    private NetworkTransaction transaction = new NetworkTransaction(NetworkConfig.EMPTY, NetworkState.NONE);

    @BeforeEach
    void twoBridges() {
        transaction.addBridge("br0", false).addBridge("br1", false).addPort("br0", "p1", false,
                UnaryOperator.identity());
        transaction = new NetworkTransaction(transaction.result(), NetworkState.NONE);
    }

    private NetworkTransaction set(String table, String record, String column, String value) {
        int colon = column.indexOf(':');
        return transaction.set(table, record, false, colon < 0 ? column : column.substring(0, colon),
                colon < 0 ? null : column.substring(colon + 1), value);
    }

    @Test
    void shouldSpeakAsVsctlDoes() {
        assertThatThrownBy(() -> transaction.addBridge("br0", false))
                .hasMessage("cannot create a bridge named br0 because a bridge named br0 already exists");
        assertThatThrownBy(() -> transaction.addBridge("p1", true)).hasMessage(
                "cannot create a bridge named p1 because a port named p1 already exists on bridge br0");
        assertThatThrownBy(() -> transaction.deleteBridge("br9", false)).hasMessage("no bridge named br9");
        assertThatThrownBy(() -> transaction.addPort("br9", "p", false, UnaryOperator.identity()))
                .hasMessage("no bridge named br9");
        assertThatThrownBy(() -> transaction.addPort("br1", "p1", false, UnaryOperator.identity())).hasMessage(
                "cannot create a port named p1 because a port named p1 already exists on bridge br0");
        assertThatThrownBy(() -> transaction.addPort("br1", "p1", true, UnaryOperator.identity()))
                .hasMessage("\"--may-exist add-port br1 p1\" but p1 is actually attached to bridge br0");
        assertThatThrownBy(() -> transaction.deletePort("", "p9", false)).hasMessage("no port named p9");
        assertThatThrownBy(() -> transaction.deletePort("br1", "p1", false))
                .hasMessage("bridge br1 does not have a port p1 (although its bridge br0 does)");
        assertThatThrownBy(() -> transaction.deletePort("", "br0", true))
                .hasMessageContaining("it is the local port for bridge br0");
        assertThatThrownBy(() -> set("interface", "p9", "type", "tap"))
                .hasMessage("no row \"p9\" in table Interface");
        assertThatThrownBy(() -> set("interface", "p1", "colour", "red"))
                .hasMessage("Interface does not contain a column whose name matches \"colour\"");
        assertThatThrownBy(() -> set("mirror", "m", "a", "b")).hasMessageStartingWith("unknown table \"mirror\"");
        assertThatThrownBy(() -> transaction.get("interface", "p1", false, "options", "peer"))
                .hasMessage("no key \"peer\" in Interface record \"p1\" column options");
    }

    @Test
    void shouldTakeWhatMayExistOrNot() {
        NetworkConfig before = transaction.current();
        transaction.addBridge("br0", true).deleteBridge("br9", true).deletePort("", "p9", true).addPort("br0", "p1",
                true, port -> port.withType("tap"));
        assertThat(transaction.result()).isEqualTo(before);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            interface | p1  | type               | tap              | tap
            int       | p1  | TYPE               | ""               | ""
            Interface | p1  | ofport_request     | 5                | 5
            interface | p1  | ofport-request     | []               | []
            port      | p1  | tag                | 10               | 10
            port      | p1  | tag                | []               | []
            port      | p1  | trunks             | [3, 1,2]         | [1, 2, 3]
            port      | p1  | vlan_mode          | native-untagged  | native-untagged
            bridge    | br0 | fail_mode          | secure           | secure
            br        | br0 | datapath_type      | dummy            | dummy
            bridge    | br0 | other_config:datapath-id | 00000000000000ff | "00000000000000ff"
            interface | p1  | options            | {receive-mode=io_uring} | {receive-mode=io_uring}
            bridge    | br0 | flow_tables:3      | flow_limit=5,overflow_policy=evict | "flow_limit=5,overflow_policy=evict"
            bridge    | br0 | flow_tables        | {10=name=b,2="name=a"} | {2="name=a", 10="name=b"}
            bridge    | br0 | flow_tables        | {}               | {}
            """)
    void shouldReadBackWhatWasSet(String table, String record, String column, String value, String text) {
        NetworkConfig ignored = set(table, record, column, value).result();
        int colon = column.indexOf(':');
        assertThat(transaction.get(table, record, false, colon < 0 ? column : column.substring(0, colon),
                colon < 0 ? null : column.substring(colon + 1))).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            interface | p1  | type           | vxlan   | type "vxlan" is not supported
            interface | p1  | type           | what    | type "what" is unknown
            interface | br0 | type           | tap     | internal, since it is the local port
            interface | p1  | ofport_request | 65535   | ofport_request: "65535" is not an integer from 1 to 65279
            interface | p1  | ofport         | 5       | cannot modify read-only column ofport in table Interface
            interface | p1  | options:bogus  | 1       | unknown key "bogus"
            interface | p1  | other_config:x | 1       | unknown key "x"; expected one of: receive-thread
            interface | p1  | type:x         | 1       | cannot specify key "x" to set for non-map column
            interface | p1  | options        | {a      | = is missing
            port      | p1  | tag            | 4096    | tag: "4096" is not an integer from 0 to 4095
            port      | p1  | vlan_mode      | weird   | vlan_mode: "weird" is not valid; expected one of: access
            bridge    | br0 | fail_mode      | open    | fail_mode: "open" is not valid; expected one of: standalone, secure
            bridge    | br0 | datapath_type  | system  | datapath_type: "system" is not valid
            bridge    | br0 | other_config:datapath-id | 1 | expected 16 hex digits
            bridge    | br0 | flow_tables:254 | flow_limit=5 | flow_tables: "254" is not an integer from 0 to 253
            bridge    | br0 | flow_tables:3 | flow_limit=x | bridge br0: flow_tables:3: flow_limit=x: expected a number of flows
            bridge    | br0 | flow_tables:3 | groups=bogus | groups=bogus: bogus: unknown field
            """)
    void shouldRefuse(String table, String record, String column, String value, String message) {
        assertThatThrownBy(() -> set(table, record, column, value).result()).isInstanceOf(SwitchException.class)
                .hasMessageContaining(message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "has space", "a/b", "sixteen-letters-", "."})
    void shouldRefuseNames(String name) {
        transaction.addPort("br0", name, false, UnaryOperator.identity());
        assertThatThrownBy(transaction::result).hasMessageContaining("name \"" + name + "\" is not valid");
    }

    @Test
    void shouldLayAConfigurationOverAnother() {
        NetworkConfig kept = transaction.current();
        NetworkConfig wanted = NetworkConfig.EMPTY.withBridge(BridgeSettings.of("br1").withMac(0).withFailMode("secure")
                .withPort(PortSettings.of("p1", "")).withPort(PortSettings.of("p2", "")));
        NetworkConfig merged = wanted.over(kept);
        BridgeSettings br0 = requireNonNull(merged.bridges().get("br0"));
        BridgeSettings br1 = requireNonNull(merged.bridges().get("br1"));
        assertThat(br0.ports()).containsOnlyKeys("br0");
        assertThat(br1.ports()).containsOnlyKeys("br1", "p1", "p2");
        assertThat(br1.mac()).isEqualTo(requireNonNull(kept.bridges().get("br1")).mac());
        assertThat(br1.failMode()).isEqualTo("secure");
    }
}
