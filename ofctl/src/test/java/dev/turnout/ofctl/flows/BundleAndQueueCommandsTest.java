package dev.turnout.ofctl.flows;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import dev.turnout.ofctl.FakeSwitch;
import dev.turnout.ofctl.Shell;
import dev.turnout.ofctl.transport.Calls;
import dev.turnout.v1.FlowUpdate;
import dev.turnout.v1.GroupUpdate;
import dev.turnout.v1.ListPortsResponse;
import dev.turnout.v1.Port;
import dev.turnout.v1.UpdateStatus;
import dev.turnout.v1.WriteRequest;
import dev.turnout.v1.WriteResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code bundle}; {@code queue-stats} and {@code queue-get-config} against texts of {@code ovs-ofctl} 3.1 of ports without QoS. */
class BundleAndQueueCommandsTest {
    @TempDir
    Path directory;
    private FakeSwitch fake;
    private Shell shell;

    @BeforeEach
    void start() throws IOException {
        fake = new FakeSwitch().on(Calls.write(), BundleAndQueueCommandsTest::write).on(Calls.listPorts(),
                request -> List.of(ListPortsResponse.newBuilder().addPorts(port("v2", 2)).addPorts(port("v1", 1))
                        .addPorts(port("br0", 65534)).build()));
        shell = Shell.of(fake);
    }

    @AfterEach
    void stop() throws IOException {
        fake.close();
    }

    private static Port port(String name, int number) {
        return Port.newBuilder().setName(name).setOfport(number).build();
    }

    /** Refuses table 9, and then the rest with it. */
    private static List<WriteResponse> write(WriteRequest request) {
        boolean wrong = request.getUpdatesList().stream().anyMatch(update -> update.getText().contains("table=9"));
        WriteResponse.Builder response = WriteResponse.newBuilder();
        for (FlowUpdate update : request.getUpdatesList()) {
            UpdateStatus.Builder status = response.addStatusesBuilder().setCode(wrong ? 10 : 0);
            if (update.getText().contains("table=9")) {
                status.setCode(3).setOpenflowError("OFPBAC_BAD_OUT_GROUP").setMessage("group:7: no such group");
            }
        }
        return List.of(response.build());
    }

    private String file(String text) throws IOException {
        return Files.writeString(directory.resolve("b"), text).toString();
    }

    private static FlowUpdate flow(FlowUpdate.Command command, String text) {
        return FlowUpdate.newBuilder().setCommand(command).setText(text).build();
    }

    private static FlowUpdate group(GroupUpdate.Command command, String text) {
        return FlowUpdate.newBuilder().setGroup(GroupUpdate.newBuilder().setCommand(command).setText(text)).build();
    }

    @Test
    void shouldSendAllLinesAsOneChange() throws IOException {
        String file = file("""
                # first the group
                group group_id=1,type=all,bucket=output:1
                flow table=1,actions=group:1 # adds

                flow  add priority=3,actions=drop
                flow modify table=1,actions=2
                 flow modify_strict table=1,actions=3
                flow delete
                flow delete_strict table=1,priority=2
                flow delete,table=4
                group add_or_mod group_id=1,type=all,bucket=output:1
                group delete group_id=2
                group insert_bucket group_id=1,command_bucket_id=last,bucket=output:3
                """);
        assertThat(shell.run("ofctl", "bundle", "br0", file)).isEqualTo(new Shell.Result(0, "", ""));
        assertThat(fake.requests(WriteRequest.class)).singleElement().satisfies(request -> {
            assertThat(request.getAtomic()).isTrue();
            assertThat(request.getUpdatesList()).containsExactly(
                    group(GroupUpdate.Command.ADD, "group_id=1,type=all,bucket=output:1"),
                    flow(FlowUpdate.Command.ADD, "table=1,actions=group:1"),
                    flow(FlowUpdate.Command.ADD, " priority=3,actions=drop"),
                    flow(FlowUpdate.Command.MODIFY, " table=1,actions=2"),
                    flow(FlowUpdate.Command.MODIFY_STRICT, " table=1,actions=3"),
                    flow(FlowUpdate.Command.DELETE, ""),
                    flow(FlowUpdate.Command.DELETE_STRICT, " table=1,priority=2"),
                    flow(FlowUpdate.Command.DELETE, ",table=4"),
                    group(GroupUpdate.Command.ADD_OR_MODIFY, " group_id=1,type=all,bucket=output:1"),
                    group(GroupUpdate.Command.DELETE, " group_id=2"),
                    group(GroupUpdate.Command.INSERT_BUCKETS,
                            " group_id=1,command_bucket_id=last,bucket=output:3"));
        });
    }

    @Test
    void shouldReadStandardInputAndSendNothingOfNothing() throws IOException {
        assertThat(shell.input("flow actions=drop").run("ofctl", "bundle", "br0", "-").exitCode()).isZero();
        assertThat(fake.requests(WriteRequest.class)).hasSize(1);
        assertThat(shell.run("ofctl", "bundle", "br0", file("# nothing\n"))).isEqualTo(new Shell.Result(0, "", ""));
        assertThat(fake.requests(WriteRequest.class)).hasSize(1);
    }

    @Test
    void shouldNameTheLineThatTheSwitchRefuses() throws IOException {
        String file = file("flow actions=drop\n\nflow table=9,actions=group:7\n");
        assertThat(shell.run("ofctl", "bundle", "br0", file)).isEqualTo(new Shell.Result(1, "",
                "ofctl: " + file + ":3: OFPBAC_BAD_OUT_GROUP: group:7: no such group\n"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "table=1,actions=drop|Unsupported bundle message type: table=1,actions=drop; expected flow or group",
        "meter meter=1|Unsupported bundle message type: meter; expected flow or group",
        "packet-out in_port=1,packet=0,actions=1|packet-out cannot be part of a bundle: a packet that was sent cannot be taken back",
        "flow|must specify an action: ", "flow actions=foo:7|unknown action foo",
        "group table=1|unknown keyword table"})
    void shouldSendNothingIfALineCannotBeUnderstood(String line, String message) throws IOException {
        String file = file("flow actions=drop\n" + line + "\n");
        Shell.Result result = shell.run("ofctl", "bundle", "br0", file);
        assertThat(result.err()).startsWith("ofctl: " + file + ":2: " + (message == null ? "" : message));
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(fake.requests(WriteRequest.class)).isEmpty();
    }

    // --- queues ----------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"queue-stats br0|OFPST_QUEUE reply (xid=0x2): 0 queues",
        "queue-stats br0 1|OFPST_QUEUE reply (xid=0x2): 0 queues",
        "queue-stats br0 v2 all|OFPST_QUEUE reply (xid=0x2): 0 queues",
        "queue-stats br0 LOCAL|OFPST_QUEUE reply (xid=0x2): 0 queues",
        "-OOpenFlow13 queue-stats br0 ALL ALL|OFPST_QUEUE reply (OF1.3) (xid=0x2): 0 queues",
        "-fjson queue-stats br0|[]", "-fjson queue-get-config br0|[]",
        "queue-get-config br0|OFPT_QUEUE_GET_CONFIG_REPLY (xid=0x4):;OFPT_QUEUE_GET_CONFIG_REPLY (xid=0x5):",
        "queue-get-config br0 any 0|OFPT_QUEUE_GET_CONFIG_REPLY (xid=0x4):;OFPT_QUEUE_GET_CONFIG_REPLY (xid=0x5):",
        "queue-get-config br0 1 0|OFPT_QUEUE_GET_CONFIG_REPLY (xid=0x2):",
        "-OOpenFlow13 queue-get-config br0|OFPT_QUEUE_GET_CONFIG_REPLY (OF1.3) (xid=0x2):",
        "-OOpenFlow14 queue-get-config br0 LOCAL|OFPST_QUEUE_DESC reply (OF1.4) (xid=0x2):"})
    void shouldSayThatThereAreNoQueues(String command, String expected) {
        assertThat(shell.run(("ofctl " + command).split(" ")))
                .isEqualTo(new Shell.Result(0, expected.replace(';', '\n') + "\n", ""));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"queue-stats br0 99|OFPQOFC_BAD_PORT: port 99: not a port of br0",
        "queue-stats br0 nope|br0: unknown port `nope'",
        "queue-stats br0 1 0|OFPQOFC_BAD_QUEUE: queue 0: port v1 has no queues",
        "queue-stats br0 all 7|OFPQOFC_BAD_QUEUE: queue 7: ports have no queues",
        "queue-get-config br0 LOCAL|OFPQOFC_BAD_PORT: port LOCAL: asked for from OpenFlow 1.4 on only",
        "-OOpenFlow14 queue-get-config br0 1 0|OFPQOFC_BAD_QUEUE: queue 0: port v1 has no queues",
        "queue-get-config br0 99|OFPQOFC_BAD_PORT: port 99: not a port of br0"})
    void shouldRefuseQueuesAndPortsThatAreNotThere(String command, String message) {
        assertThat(shell.run(("ofctl " + command).split(" ")))
                .isEqualTo(new Shell.Result(1, "", "ofctl: " + message + "\n"));
    }
}
