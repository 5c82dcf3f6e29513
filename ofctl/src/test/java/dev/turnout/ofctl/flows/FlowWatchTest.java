package dev.turnout.ofctl.flows;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;

import dev.turnout.ofctl.FakeSwitch;
import dev.turnout.ofctl.Shell;
import dev.turnout.ofctl.transport.CallException;
import dev.turnout.ofctl.transport.Calls;
import dev.turnout.v1.Arbitration;
import dev.turnout.v1.FlowEntry;
import dev.turnout.v1.FlowEvent;
import dev.turnout.v1.FlowFilter;
import dev.turnout.v1.FlowMonitor;
import dev.turnout.v1.FlowRemoved;
import dev.turnout.v1.FlowUpdates;
import dev.turnout.v1.ListPortsResponse;
import dev.turnout.v1.PacketIn;
import dev.turnout.v1.Port;
import dev.turnout.v1.StreamRequest;
import dev.turnout.v1.StreamResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code monitor BRIDGE watch:…} against texts of {@code ovs-ofctl} 3.1. */
class FlowWatchTest {
    private static final FlowEntry TCP = FlowEntry.newBuilder().setTable(1).setPriority(5).setCookie(0x12)
            .setMatch("tcp,nw_dst=10.0.0.1").setActions("set_field:1.2.3.4->ip_src,output:1,resubmit(,2)")
            .setIdleTimeoutSeconds(5).setHardTimeoutSeconds(7).build();
    private static final FlowEntry PORT = FlowEntry.newBuilder().setTable(0).setPriority(32768).setMatch("in_port=1")
            .setActions("output:2").build();
    private static final FlowEntry DROP = FlowEntry.newBuilder().setTable(3).setPriority(32768).setActions("drop")
            .build();

    private FakeSwitch fake;
    private Shell shell;

    @BeforeEach
    void start() throws IOException {
        fake = new FakeSwitch();
        shell = Shell.of(fake);
    }

    @AfterEach
    void stop() throws IOException {
        fake.close();
    }

    private static FlowEvent event(FlowEvent.Kind kind, FlowEntry flow) {
        return FlowEvent.newBuilder().setKind(kind).setFlow(flow).build();
    }

    private static FlowEvent event(FlowEvent.Kind kind) {
        return FlowEvent.newBuilder().setKind(kind).build();
    }

    private static StreamResponse updates(FlowEvent... events) {
        return StreamResponse.newBuilder().setFlowUpdates(FlowUpdates.newBuilder().addAllEvents(List.of(events)))
                .build();
    }

    /** The switch says this, and ends the conversation. */
    private void says(StreamResponse... responses) {
        fake.on(Calls.streamChannel(), request -> request.hasArbitration() ? List.of(responses) : List.of());
        fake.endFirst();
        fake.on(Calls.listPorts(), request -> List.of(ListPortsResponse.newBuilder()
                .addPorts(Port.newBuilder().setName("v1").setOfport(1)).build()));
    }

    private static final StreamResponse WHOLE = updates(event(FlowEvent.Kind.INITIAL, PORT),
            event(FlowEvent.Kind.SYNCED), event(FlowEvent.Kind.ADDED, TCP));
    private static final StreamResponse BATCH = updates(event(FlowEvent.Kind.ADDED, DROP),
            FlowEvent.newBuilder().setKind(FlowEvent.Kind.DELETED).setFlow(DROP)
                    .setReason(FlowRemoved.Reason.HARD_TIMEOUT).build(),
            FlowEvent.newBuilder().setKind(FlowEvent.Kind.ABBREVIATED).setRequestId(0x1234).build(),
            event(FlowEvent.Kind.PAUSED), event(FlowEvent.Kind.MODIFIED, DROP), event(FlowEvent.Kind.RESUMED));

    private void assertPrints(String expected, String... command) {
        says(WHOLE, BATCH);
        assertThat(shell.run(command)).isEqualTo(new Shell.Result(0, expected, ""));
    }

    @Test
    void shouldPrintRepliesOfOpenFlow10() {
        assertPrints("""
                NXST_FLOW_MONITOR reply (xid=0x6):
                 event=ADDED table=0 cookie=0 in_port=1 actions=output:2
                NXST_FLOW_MONITOR reply (xid=0x0):
                 event=ADDED table=1 idle_timeout=5 hard_timeout=7 cookie=0x12 tcp,nw_dst=10.0.0.1 \
                actions=mod_nw_src:1.2.3.4,output:1,resubmit(,2)
                NXST_FLOW_MONITOR reply (xid=0x0):
                 event=ADDED table=3 cookie=0\040
                 event=DELETED reason=hard table=3 cookie=0\040
                 event=ABBREV xid=0x1234
                NXT_FLOW_MONITOR_PAUSED (xid=0x0):
                NXST_FLOW_MONITOR reply (xid=0x0):
                 event=MODIFIED table=3 cookie=0
                NXT_FLOW_MONITOR_RESUMED (xid=0x0):
                """, "ofctl", "monitor", "br0", "watch:");
    }

    @Test
    void shouldPrintRepliesOfOpenFlow14() {
        assertPrints("""
                OFPST_FLOW_MONITOR reply (OF1.4) (xid=0x6):
                 event=INITIAL table=0 cookie=0 in_port=1 actions=output:2
                OFPST_FLOW_MONITOR reply (OF1.4) (xid=0x0):
                 event=ADDED table=1 idle_timeout=5 hard_timeout=7 cookie=0x12 tcp,nw_dst=10.0.0.1 \
                actions=set_field:1.2.3.4->ip_src,output:1,resubmit(,2)
                OFPST_FLOW_MONITOR reply (OF1.4) (xid=0x0):
                 event=ADDED table=3 cookie=0\040
                 event=DELETED reason=hard table=3 cookie=0\040
                 event=ABBREV xid=0x1234
                 event=PAUSED
                 event=MODIFIED table=3 cookie=0\040
                 event=RESUMED
                """, "ofctl", "-O", "OpenFlow14", "monitor", "br0", "watch:");
    }

    @ParameterizedTest
    @CsvSource({"OpenFlow13,ONFST_FLOW_MONITOR reply (OF1.3),ONFT_FLOW_MONITOR_PAUSED (OF1.3) (xid=0x0):",
        "OpenFlow11,NXST_FLOW_MONITOR reply (OF1.1),NXT_FLOW_MONITOR_PAUSED (OF1.1) (xid=0x0):"})
    void shouldPrintTheTitlesOfEachVersion(String version, String title, String paused) {
        says(WHOLE, BATCH);
        assertThat(shell.run("ofctl", "-O", version, "monitor", "br0", "watch:").out().lines())
                .contains(title + " (xid=0x6):", title + " (xid=0x0):", paused);
    }

    @Test
    void shouldNamePortsAndBeginWithAnEmptyReply() {
        says(updates(event(FlowEvent.Kind.SYNCED)), updates(event(FlowEvent.Kind.ADDED, PORT)));
        assertThat(shell.run("ofctl", "--names", "monitor", "br0", "watch:").out()).isEqualTo("""
                NXST_FLOW_MONITOR reply (xid=0x6):
                NXST_FLOW_MONITOR reply (xid=0x0):
                 event=ADDED table=0 cookie=0 in_port=v1 actions=output:2
                """);
    }

    @Test
    void shouldAskForWhatTheSpecSays() {
        fake.on(Calls.streamChannel(), request -> {
            if (request.getFlowMonitor().getId() == 1) {
                throw new CallException(CallException.NOT_FOUND, "enough");
            }
            return List.of();
        });
        assertThat(shell.run("ofctl", "monitor", "br0", "watch:!initial,!own,table=3,tcp,nw_dst=10.0.0.0/8,out_port=2",
                "watch:!add,!modify,!delete,!actions")).isEqualTo(new Shell.Result(1, "", "ofctl: enough\n"));
        assertThat(fake.requests(StreamRequest.class)).containsExactly(
                StreamRequest.newBuilder().setArbitration(Arbitration.newBuilder().setBridge("br0")).build(),
                StreamRequest.newBuilder().setFlowMonitor(FlowMonitor.newBuilder().setNoInitial(true)
                        .setAbbreviateOwn(true)
                        .setFilter(FlowFilter.newBuilder().setText("table=3,tcp,nw_dst=10.0.0.0/8,out_port=2")))
                        .build(),
                StreamRequest.newBuilder().setFlowMonitor(FlowMonitor.newBuilder().setId(1).setNoAdded(true)
                        .setNoModified(true).setNoDeleted(true).setNoActions(true)
                        .setFilter(FlowFilter.newBuilder().setText(""))).build());
    }

    @ParameterizedTest
    @CsvSource({"watch:,0", "65535 watch:,1", "invalid_ttl watch:,1", "0 watch:,0"})
    void shouldPrintPacketsBesideFlowsOnlyIfAskedTo(String arguments, int packets) {
        says(StreamResponse.newBuilder().setDropped(3).setPacketIn(PacketIn.getDefaultInstance()).build());
        String[] command = ("ofctl monitor br0 " + arguments).split(" ");
        assertThat(shell.run(command).out().lines().filter(line -> line.startsWith("NXT_PACKET_IN2")))
                .hasSize(packets);
    }

    @Test
    void shouldEndWhenTheMonitorDoes() {
        says(updates(event(FlowEvent.Kind.SYNCED)), StreamResponse.newBuilder()
                .setFlowUpdates(FlowUpdates.newBuilder().setCode(5).setMessage("bridge br0 is gone")).build());
        assertThat(shell.run("ofctl", "monitor", "br0", "watch:")).isEqualTo(new Shell.Result(1,
                "NXST_FLOW_MONITOR reply (xid=0x6):\n", "ofctl: watch: bridge br0 is gone\n"));
    }
}
