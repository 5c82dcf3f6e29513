package dev.turnout.switchd.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

import dev.turnout.v1.AppctlRequest;
import dev.turnout.v1.AppctlResponse;
import dev.turnout.v1.ControlFrame;
import dev.turnout.v1.FlowFilter;
import dev.turnout.v1.FlowTextQuery;
import dev.turnout.v1.FlowUpdate;
import dev.turnout.v1.FlowsGrpc;
import dev.turnout.v1.ReadRequest;
import dev.turnout.v1.WriteRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ofproto/trace} and {@code ofproto/detrace} of a whole switch, over its control socket. */
class TraceApiTest {
    private static final byte[] FRAME = ApiSwitch.FRAME;

    @TempDir
    Path runDir;
    private ApiSwitch api;

    @BeforeEach
    void start() throws Exception {
        api = new ApiSwitch(runDir);
    }

    @AfterEach
    void stop() throws Exception {
        api.close();
    }

    private void write(String... flows) {
        WriteRequest.Builder request = WriteRequest.newBuilder().setBridge("br0").setAtomic(true);
        for (String flow : flows) {
            request.addUpdates(FlowUpdate.newBuilder().setText(flow));
        }
        assertThat(FlowsGrpc.newBlockingStub(api.channel).write(request.build()).getStatusesList())
                .allMatch(status -> status.getCode() == 0);
    }

    private String flowText() {
        StringBuilder text = new StringBuilder();
        FlowsGrpc.newBlockingStub(api.channel).read(ReadRequest.newBuilder().setBridge("br0").setFlowText(
                FlowTextQuery.newBuilder().setFilter(FlowFilter.getDefaultInstance())).build())
                .forEachRemaining(page -> text.append(page.getText().toStringUtf8()));
        return text.toString();
    }

    /** What a command prints; the refusal, with its status code, is thrown. */
    private String appctl(String command, String... arguments) throws IOException {
        StringBuilder text = new StringBuilder();
        try (ControlClient client = new ControlClient(runDir.resolve("turnout.sock"))) {
            client.call("turnout.v1.Control/Appctl",
                    AppctlRequest.newBuilder().setCommand(command).addAllArguments(List.of(arguments)).build());
            ControlFrame frame = client.receive();
            while (!frame.getEnd()) {
                AppctlResponse piece = AppctlResponse.parseFrom(frame.getMessage());
                assertThat(piece.getExitCode()).isZero();
                text.append(piece.getOutput());
                frame = client.receive();
            }
            if (frame.getCode() != 0) {
                throw new IllegalStateException(frame.getCode() + ": " + frame.getError());
            }
        }
        return text.toString();
    }

    @Test
    void shouldTraceFieldsAndPackets() throws Exception {
        write("in_port=1,dl_type=0x88b5,actions=2");
        assertThat(appctl("ofproto/trace", "br0", "in_port=p1,dl_type=0x88b5"))
                .startsWith("Flow: in_port=1,dl_type=0x88b5\n\nbridge(\"br0\")\n")
                .contains(" 0. in_port=1,dl_type=0x88b5, priority 32768\n    output:2\n")
                .contains("Datapath actions: ");
        assertThat(appctl("ofproto/trace", "br0", "in_port=1", HexFormat.of().formatHex(FRAME)))
                .contains("Flow: in_port=1,dl_src=02:00:00:00:00:01,dl_dst=02:00:00:00:00:02,dl_type=0x88b5\n")
                .contains("    output:2\n");
        assertThat(flowText()).contains("n_packets=0, ").doesNotContain("n_packets=1, ");
        assertThatThrownBy(() -> appctl("ofproto/trace", "br0", "dl_type=0x88b5"))
                .hasMessageContaining("expected in_port=PORT");
        assertThatThrownBy(() -> appctl("ofproto/trace", "br0", "in_port=1,bogus=1"))
                .hasMessageContaining("unknown keyword bogus");
        assertThatThrownBy(() -> appctl("ofproto/trace", "br0", "in_port=1", "abc"))
                .hasMessageContaining("packet \"abc\": expected an even number of hexadecimal digits");
        assertThatThrownBy(() -> appctl("ofproto/trace", "br0", "in_port=1", "abcd"))
                .hasMessageContaining("packet of 2 bytes");
        assertThatThrownBy(() -> appctl("ofproto/trace", "br9", "in_port=1")).hasMessageContaining("br9");
        assertThatThrownBy(() -> appctl("ofproto/trace", "br0", "in_port=9"))
                .hasMessageContaining("in_port=9: no such port on br0");
    }

    @Test
    void shouldTraceInJson() throws Exception {
        write("in_port=1,dl_type=0x88b5,cookie=9,actions=2");
        String json = appctl("ofproto/trace", "--format=json", "br0", "in_port=p1,dl_type=0x88b5");
        assertThat(json)
                .startsWith("{\"bridge\":\"br0\",\"flow\":\"in_port=1,dl_type=0x88b5\",\"passes\":[{\"recirc_id\":0,")
                .contains("{\"type\":\"flow\",\"credited\":true,\"bridge\":\"br0\",\"table\":0,\"priority\":32768,"
                        + "\"cookie\":\"0x9\",\"match\":\"in_port=1,dl_type=0x88b5\",\"actions\":\"output:2\"}")
                .endsWith("}\n");
        for (String[] form : new String[][]{{"-f", "json"}, {"-fjson"}, {"--format", "json"}}) {
            List<String> words = new ArrayList<>(List.of("br0", "in_port=p1,dl_type=0x88b5"));
            words.addAll(List.of(form));
            assertThat(appctl("ofproto/trace", words.toArray(new String[0]))).isEqualTo(json);
        }
        assertThat(appctl("ofproto/trace", "-f", "text", "br0", "in_port=1")).startsWith("Flow: in_port=1\n");
        assertThatThrownBy(() -> appctl("ofproto/trace", "-f", "xml", "br0", "in_port=1"))
                .hasMessageContaining("unknown output format \"xml\": expected text or json");
        assertThatThrownBy(() -> appctl("ofproto/trace", "br0", "in_port=1", "-f"))
                .hasMessageContaining("option -f requires an argument");
        assertThatThrownBy(() -> appctl("fdb/show", "--format=json", "br0"))
                .hasMessageContaining("\"fdb/show\" command answers in text only");
    }

    @Test
    void shouldRefuseStatesOfConnectionsThatMakeNoSense() {
        assertThatThrownBy(() -> appctl("ofproto/trace", "--ct-next=trk,bogus", "br0", "in_port=1"))
                .hasMessageStartingWith("3: --ct-next: bogus: unknown ct_state flag");
        assertThatThrownBy(() -> appctl("ofproto/trace", "--ct-next", "new", "br0", "in_port=1"))
                .hasMessage("3: --ct-next: \"new\": no state of a connection: a packet that was tracked has trk");
        assertThatThrownBy(() -> appctl("ofproto/trace", "br0", "in_port=1", "--ct-next"))
                .hasMessage("3: option --ct-next requires an argument: flags of ct_state");
        assertThatThrownBy(() -> appctl("ofproto/trace", "--generate", "br0", "in_port=1"))
                .hasMessage("3: --generate: unknown option; expected --ct-next or --format");
        assertThatThrownBy(() -> appctl("ofproto/trace", "--ct-next", "trk", "br0"))
                .hasMessage("3: expected BRIDGE FLOW [PACKET] besides options");
        // Until the datapath tracks connections.
        assertThatThrownBy(() -> appctl("ofproto/trace", "--ct-next", "trk,est", "br0", "in_port=1"))
                .hasMessage("3: --ct-next: this datapath does not track connections, so no packet comes back from ct");
    }

    /** Text and id of the only megaflow. */
    private String megaflow() throws Exception {
        String dump = appctl("dpctl/dump-flows", "-m");
        assertThat(dump).hasLineCount(1).startsWith("ufid:");
        return dump.substring(0, dump.indexOf(','));
    }

    @Test
    void shouldFindTheFlowsOfAMegaflow() throws Exception {
        write("in_port=1,cookie=9,priority=7,actions=goto_table:3", "table=3,dl_type=0x88b5,actions=output:2");
        api.p1.inject(FRAME);
        await().until(() -> api.p2.capturedCount() == 1);
        await().until(() -> appctl("dpctl/dump-flows", "-m").contains("ukey:operational"));
        String ufid = megaflow();
        String text = appctl("ofproto/detrace", ufid);
        assertThat(text)
                .containsPattern("(?s)^Megaflow: recirc_id\\(0\\),in_port\\(\\d+\\),.*eth_type\\(0x88b5\\), packets:")
                .endsWith("""
                        flow: br0: priority=7,in_port=1 cookie=0x9 actions=goto_table:3
                        flow: br0: table=3 dl_type=0x88b5 actions=output:2
                        """);
        assertThat(appctl("ofproto/detrace", "br0", ufid.substring("ufid:".length()))).endsWith(
                text.substring(text.indexOf("flow: ")));
        assertThat(appctl("ofproto/detrace", "-f", "json", ufid))
                .startsWith("{\"ufid\":\"" + ufid.substring("ufid:".length()) + "\",\"thread\":")
                .endsWith("""
                        "uses":[{"type":"flow","credited":true,"bridge":"br0","table":0,"priority":7,"cookie":"0x9",\
                        "match":"in_port=1","actions":"goto_table:3"},{"type":"flow","credited":true,"bridge":"br0",\
                        "table":3,"priority":32768,"cookie":"0x0","match":"dl_type=0x88b5","actions":"output:2"}]}
                        """);

        // Another table decides now: the same megaflow, translated again.
        write("table=3,priority=40000,dl_type=0x88b5,in_port=1,actions=output:2");
        assertThat(appctl("revalidator/wait")).isEmpty();
        assertThat(appctl("ofproto/detrace", ufid))
                .endsWith("table=3 priority=40000,in_port=1,dl_type=0x88b5 actions=output:2\n")
                .contains("packets:0");
    }

    @Test
    void shouldRefuseToDetraceWhatIsNotThere() throws Exception {
        write("in_port=1,actions=2");
        api.p1.inject(FRAME);
        await().until(() -> api.p2.capturedCount() == 1);
        await().until(() -> appctl("dpctl/dump-flows", "-m").contains("ukey:operational"));
        String ufid = megaflow();
        var ignored = api.turnout.transact(transaction -> transaction.addBridge("br1", false)
                .set("bridge", "br1", false, "datapath_type", null, "dummy"));
        assertThatThrownBy(() -> appctl("ofproto/detrace", "br1", ufid))
                .hasMessageContaining("uses nothing of bridge br1");
        assertThatThrownBy(() -> appctl("ofproto/detrace", "br9", ufid)).hasMessageContaining("br9");
        assertThatThrownBy(() -> appctl("ofproto/detrace", "bla"))
                .hasMessageContaining("\"bla\" is not a megaflow's id; expected one as");
        assertThatThrownBy(() -> appctl("ofproto/detrace", "ufid:00000000-0000-0000-0000-000000000001"))
                .hasMessage("5: no megaflow has the id 00000000-0000-0000-0000-000000000001");
        assertThat(appctl("dpctl/del-flows")).isEmpty();
        assertThatThrownBy(() -> appctl("ofproto/detrace", ufid)).hasMessageContaining("no megaflow has the id");
    }
}
