package dev.turnout.ofctl.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

import dev.turnout.ofctl.FakeSwitch;
import dev.turnout.ofctl.Shell;
import dev.turnout.ofctl.transport.CallException;
import dev.turnout.ofctl.transport.Calls;
import dev.turnout.v1.Assignment;
import dev.turnout.v1.Bridge;
import dev.turnout.v1.Config;
import dev.turnout.v1.Operation;
import dev.turnout.v1.OperationResult;
import dev.turnout.v1.Port;
import dev.turnout.v1.PortProblem;
import dev.turnout.v1.TransactRequest;
import dev.turnout.v1.TransactResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VsctlFamilyTest {
    private static final Config CONFIG = Config.newBuilder().setVersion("1.2")
            .addBridges(Bridge.newBuilder().setName("br0").setDatapathId("00001").setFailMode("secure")
                    .setDatapathType("netdev")
                    .addPorts(Port.newBuilder().setName("br0").setOfport(65534).setType("internal")
                            .setReceiveMode("io_uring"))
                    .addPorts(Port.newBuilder().setName("1p").setOfport(3).setType("patch").putOptions("peer", "p 1")
                            .setError("no peer \"p 1\""))
                    .addPorts(Port.newBuilder().setName("v1").setOfport(1).setType("system").setTag(5)
                            .addTrunks(1).addTrunks(2).setReceiveMode("recvmmsg")))
            .addBridges(Bridge.newBuilder().setName("br1")).build();

    private FakeSwitch fake;
    private Shell shell;

    @BeforeEach
    void start() throws IOException {
        fake = new FakeSwitch().on(Calls.transact(), VsctlFamilyTest::answer);
        shell = Shell.of(fake);
    }

    @AfterEach
    void stop() throws IOException {
        fake.close();
    }

    private static List<TransactResponse> answer(TransactRequest request) {
        TransactResponse.Builder response = TransactResponse.newBuilder();
        for (Operation operation : request.getOperationsList()) {
            OperationResult.Builder result = OperationResult.newBuilder();
            if (operation.hasReadConfig()) {
                String bridge = operation.getReadConfig().getRequireBridge();
                if (!bridge.isEmpty() && CONFIG.getBridgesList().stream().noneMatch(b -> b.getName().equals(bridge))) {
                    throw new CallException(CallException.NOT_FOUND, "no bridge named " + bridge);
                }
                result.setConfig(CONFIG);
            }
            if (operation.hasGet()) {
                operation.getGet().getColumnsList().forEach(column -> result.addValues(column.getColumn() + "?"));
            }
            if (operation.hasAddPort() && operation.getAddPort().getName().equals("nodev")) {
                response.addProblems(PortProblem.newBuilder().setPort("nodev").setMessage("no such device"));
            }
            response.addResults(result);
        }
        return List.of(response.build());
    }

    private void assertPrints(String expected, String... arguments) {
        Shell.Result result = shell.run(arguments);
        assertThat(result.err()).isEmpty();
        assertThat(result.out()).isEqualTo(expected);
        assertThat(result.exitCode()).isZero();
    }

    private List<Operation> operations() {
        List<Operation> operations = new ArrayList<>();
        fake.requests(TransactRequest.class).forEach(request -> operations.addAll(request.getOperationsList()));
        return operations;
    }

    @Test
    void shouldShowBridgesAndPorts() {
        assertPrints("""
                Turnout 1.2
                    Bridge br0
                        fail_mode: secure
                        datapath_type: netdev
                        Port br0
                            Interface br0
                                type: internal
                                receive_mode: io_uring
                        Port "1p"
                            Interface "1p"
                                type: patch
                                options: {peer="p 1"}
                                error: "no peer \\"p 1\\""
                        Port v1
                            tag: 5
                            trunks: [1, 2]
                            Interface v1
                                receive_mode: recvmmsg
                    Bridge br1
                """, "vsctl", "show");
    }

    @Test
    void shouldShowJson() {
        Shell.Result result = shell.run("vsctl", "-f", "json", "show");
        assertThat(result.out())
                .startsWith("{\"version\":\"1.2\",\"bridges\":[{\"name\":\"br0\",\"datapath_id\":\"00001\"")
                .contains("\"options\":{\"peer\":\"p 1\"}", "\"trunks\":[1,2]", "\"error\":\"no peer \\\"p 1\\\"\"")
                .endsWith("]}\n");
    }

    @Test
    void shouldListNames() {
        assertPrints("br0\nbr1\n", "vsctl", "list-br");
        assertPrints("1p\nv1\n", "vsctl", "list-ports", "br0");
        assertPrints("1p\nv1\n", "vsctl", "list-ifaces", "br0");
        assertPrints("br0\n", "vsctl", "port-to-br", "v1");
        assertPrints("br0\n", "vsctl", "iface-to-br", "v1");
        assertPrints("secure\n", "vsctl", "get-fail-mode", "br0");
        assertPrints("", "vsctl", "get-fail-mode", "br1");
        assertPrints("[\"br0\",\"br1\"]\n", "vsctl", "-fjson", "list-br");
        assertPrints("br0\\nbr1\n1p\\nv1\n", "vsctl", "--oneline", "list-br", "--", "list-ports", "br0");
    }

    @Test
    void shouldSendAllCommandsInOneTransaction() {
        assertPrints("ofport?\nname?\n", "vsctl", "--may-exist", "add-br", "b", "--", "add-port", "b", "p", "tag=7",
                "--", "set",
                "interface", "p", "type=patch", "options:peer=q", "other_config:\"a:b=c\"=1", "--", "--if-exists",
                "del-port",
                "b", "x", "--", "--if-exists", "get", "interface", "p", "ofport", "name");
        assertThat(fake.calls()).containsExactly("turnout.v1.Switch/Transact");
        List<Operation> operations = operations();
        assertThat(operations).hasSize(5);
        assertThat(operations.get(0).getAddBridge().getMayExist()).isTrue();
        assertThat(operations.get(1).getAddPort().getMayExist()).isFalse();
        assertThat(operations.get(1).getAddPort().getSettingsList())
                .containsExactly(Assignment.newBuilder().setColumn("tag").setValue("7").build());
        assertThat(operations.get(2).getSet().getAssignmentsList()).containsExactly(
                Assignment.newBuilder().setColumn("type").setValue("patch").build(),
                Assignment.newBuilder().setColumn("options").setKey("peer").setValue("q").build(),
                Assignment.newBuilder().setColumn("other_config").setKey("a:b=c").setValue("1").build());
        assertThat(operations.get(3).getDeletePort().getIfExists()).isTrue();
        assertThat(operations.get(3).getDeletePort().getBridge()).isEqualTo("b");
        assertThat(operations.get(4).getGet().getIfExists()).isTrue();
    }

    @Test
    void shouldSetAndClearFailMode() {
        assertPrints("", "vsctl", "set-fail-mode", "br0", "standalone", "--", "del-fail-mode", "br0", "--", "clear",
                "bridge",
                "br0", "other_config", "fail_mode", "--", "clear", "interface", "p1", "OPT", "ofport-request", "other");
        assertThat(operations().get(0).getSet().getAssignments(0).getValue()).isEqualTo("standalone");
        assertThat(operations().get(1).getSet().getAssignments(0).getValue()).isEqualTo("[]");
        assertThat(operations().get(2).getSet().getAssignments(0).getValue()).isEqualTo("{}");
        assertThat(operations().get(2).getSet().getAssignments(1).getValue()).isEqualTo("[]");
        assertThat(operations().get(3).getSet().getAssignmentsList()).extracting(Assignment::getValue)
                .containsExactly("{}", "[]", "{}");
    }

    @Test
    void shouldExitWithTwoIfThereIsNoSuchBridge() {
        assertThat(shell.run("vsctl", "br-exists", "br0")).isEqualTo(new Shell.Result(0, "", ""));
        assertThat(shell.run("vsctl", "br-exists", "nobr")).isEqualTo(new Shell.Result(2, "", ""));
        assertThat(shell.run("vsctl", "list-br", "--", "br-exists", "nobr")).isEqualTo(new Shell.Result(2, "", ""));
        assertThat(shell.run("vsctl", "list-ports", "nobr"))
                .isEqualTo(new Shell.Result(1, "", "vsctl: no bridge named nobr\n"));
    }

    @Test
    void shouldReportPortsThatCannotBeOpened() {
        assertThat(shell.run("vsctl", "add-port", "br0", "nodev")).isEqualTo(
                new Shell.Result(0, "", "vsctl: Error detected while setting up 'nodev': no such device\n"));
        assertThat(shell.run("vsctl", "--no-wait", "add-port", "br0", "nodev")).isEqualTo(new Shell.Result(0, "", ""));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {"|missing command name (use --help for help)",
        "bla|unknown command 'bla'; use --help for help", "--bla list-br|unrecognized option '--bla'",
        "add-br|'add-br' command requires at least 1 arguments: [--may-exist] add-br BRIDGE",
        "list-br x|'list-br' command takes at most 0 arguments: list-br",
        "--if-exists list-br|'list-br' command has no '--if-exists' option",
        "list-br -- --may-exist del-br x|'del-br' command has no '--may-exist' option",
        "set-fail-mode br0 foo|fail-mode \"foo\": expected \"standalone\" or \"secure\"",
        "set port v1 tag|tag: argument does not end in \"=\" followed by a value",
        "set port v1 =1|=1: missing column name", "get port v1 tag=1|tag=1: trailing garbage \"=1\" in argument",
        "port-to-br br0|no port named br0", "iface-to-br zz|no interface named zz",
        "set-controller br0 tcp:1.2.3.4|'set-controller': not supported; use --help for the commands that are",
        "add-br a b 7|'add-br a b': bridges on a VLAN of another bridge are not supported",
        "-f xml list-br|unknown output format \"xml\": expected table or json",
        "-t x list-br|value x of --timeout is invalid: expected a number of seconds"})
    void shouldSayWhatIsWrong(String line, String message) {
        List<String> words = new ArrayList<>(List.of("vsctl"));
        if (line != null) {
            words.addAll(List.of(line.split(" ")));
        }
        assertThat(shell.run(words.toArray(String[]::new)))
                .isEqualTo(new Shell.Result(1, "", "vsctl: " + message + "\n"));
    }
}
