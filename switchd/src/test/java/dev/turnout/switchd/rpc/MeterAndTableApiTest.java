package dev.turnout.switchd.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;

import dev.turnout.core.memory.MemoryPort;
import dev.turnout.switchd.TurnoutSwitch;
import dev.turnout.v1.FlowFilter;
import dev.turnout.v1.FlowUpdate;
import dev.turnout.v1.FlowsGrpc;
import dev.turnout.v1.Meter;
import dev.turnout.v1.MeterFeaturesQuery;
import dev.turnout.v1.MeterQuery;
import dev.turnout.v1.MeterStats;
import dev.turnout.v1.MeterUpdate;
import dev.turnout.v1.ReadRequest;
import dev.turnout.v1.ReadResponse;
import dev.turnout.v1.TableFeatures;
import dev.turnout.v1.TableFeaturesQuery;
import dev.turnout.v1.TableQuery;
import dev.turnout.v1.TableStats;
import dev.turnout.v1.TableUpdate;
import dev.turnout.v1.UpdateStatus;
import dev.turnout.v1.WriteRequest;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Meters and settings of tables over the API of a whole switch. */
class MeterAndTableApiTest {
    private static final byte[] FRAME = ApiSwitch.FRAME;

    @TempDir
    Path runDir;
    private ApiSwitch api;
    private TurnoutSwitch turnout;
    private ManagedChannel channel;
    private FlowsGrpc.FlowsBlockingStub flows;
    private MemoryPort p1;
    private MemoryPort p2;

    @BeforeEach
    void start() throws Exception {
        api = new ApiSwitch(runDir);
        turnout = api.turnout;
        channel = api.channel;
        p1 = api.p1;
        p2 = api.p2;
        flows = FlowsGrpc.newBlockingStub(channel);
    }

    @AfterEach
    void stop() throws Exception {
        api.close();
    }

    private static FlowUpdate meter(MeterUpdate.Command command, String text) {
        return FlowUpdate.newBuilder().setMeter(MeterUpdate.newBuilder().setCommand(command).setText(text)).build();
    }

    private static FlowUpdate flow(String text) {
        return FlowUpdate.newBuilder().setText(text).build();
    }

    private UpdateStatus write(FlowUpdate update) {
        return flows.write(WriteRequest.newBuilder().setBridge("br0").addUpdates(update).build()).getStatuses(0);
    }

    private void done(FlowUpdate... updates) {
        for (FlowUpdate update : updates) {
            assertThat(write(update)).isEqualTo(UpdateStatus.getDefaultInstance());
        }
    }

    private void assertRefused(FlowUpdate update, Status.Code code, String error, String message) {
        assertThat(write(update)).isEqualTo(UpdateStatus.newBuilder().setCode(code.value()).setOpenflowError(error)
                .setMessage(message).build());
    }

    private ReadResponse read(ReadRequest.Builder request) {
        return flows.read(request.setBridge("br0").build()).next();
    }

    private MeterStats stats() {
        return read(ReadRequest.newBuilder().setMeterStats(MeterQuery.getDefaultInstance())).getMeterStats(0);
    }

    @Test
    void shouldAddModifyAndDeleteMeters() {
        done(meter(MeterUpdate.Command.ADD, "meter=controller,pktps,bands=type=drop,rate=10"),
                meter(MeterUpdate.Command.ADD, "meter=5,kbps,burst,bands=type=drop,rate=1000,burst_size=200"));
        assertThat(read(ReadRequest.newBuilder().setMeters(MeterQuery.getDefaultInstance())).getMetersList())
                .containsExactly(
                        Meter.newBuilder().setMeterId(5)
                                .setText("meter=5 kbps burst bands=type=drop rate=1000 burst_size=200").build(),
                        Meter.newBuilder().setMeterId(0xfffffffe)
                                .setText("meter=controller pktps bands=type=drop rate=10").build());
        done(meter(MeterUpdate.Command.MODIFY, "meter=5,pktps,bands=type=drop,rate=1"));
        assertThat(read(ReadRequest.newBuilder().setMeters(MeterQuery.newBuilder().setText("meter=5")))
                .getMeters(0).getText()).isEqualTo("meter=5 pktps bands=type=drop rate=1");
        done(flow("in_port=1,actions=meter:5,output:2"), flow("in_port=2,actions=output:1"),
                meter(MeterUpdate.Command.DELETE, "meter=5"), meter(MeterUpdate.Command.DELETE, "meter=5"));
        assertThat(read(ReadRequest.newBuilder().setFlows(FlowFilter.getDefaultInstance())).getFlowsList())
                .hasSize(1);
        done(meter(MeterUpdate.Command.DELETE, ""));
        assertThat(flows.read(ReadRequest.newBuilder().setBridge("br0").setMeters(MeterQuery.getDefaultInstance())
                .build()).hasNext()).isFalse();
    }

    @Test
    void shouldNameWhatIsWrongWithAMeter() {
        String five = "meter=5,pktps,bands=type=drop,rate=1";
        assertRefused(meter(MeterUpdate.Command.MODIFY, five), Status.Code.INVALID_ARGUMENT, "OFPMMFC_UNKNOWN_METER",
                "meter=5: there is no such meter");
        done(meter(MeterUpdate.Command.ADD, five));
        assertRefused(meter(MeterUpdate.Command.ADD, five), Status.Code.INVALID_ARGUMENT, "OFPMMFC_METER_EXISTS",
                "meter=5: exists already");
        assertRefused(meter(MeterUpdate.Command.ADD, "meter=6,pktps,bands=type=dscp_remark,rate=1,prec_level=1"),
                Status.Code.INVALID_ARGUMENT, "OFPMMFC_BAD_BAND",
                "meter=6: type=dscp_remark is not supported, type=drop expected");
        assertRefused(flow("actions=meter:7"), Status.Code.INVALID_ARGUMENT, "OFPMMFC_UNKNOWN_METER",
                "meter:7: there is no such meter");
        assertThatThrownBy(() -> read(ReadRequest.newBuilder().setMeterStats(MeterQuery.newBuilder()
                .setText("meter=8")))).hasMessage("NOT_FOUND: OFPMMFC_UNKNOWN_METER: meter=8: there is no such meter");
    }

    @Test
    void shouldUndoMetersOfAnAtomicWriteThatFails() {
        WriteRequest request = WriteRequest.newBuilder().setBridge("br0").setAtomic(true)
                .addUpdates(meter(MeterUpdate.Command.ADD, "meter=5,pktps,bands=type=drop,rate=1"))
                .addUpdates(flow("actions=meter:5")).addUpdates(flow("actions=meter:6")).build();
        assertThat(flows.write(request).getStatusesList()).extracting(UpdateStatus::getCode)
                .containsExactly(10, 10, 3);
        assertThat(flows.read(ReadRequest.newBuilder().setBridge("br0").setMeters(MeterQuery.getDefaultInstance())
                .build()).hasNext()).isFalse();
    }

    @Test
    void shouldDropAndCountWhatExceedsAMeter() {
        done(meter(MeterUpdate.Command.ADD, "meter=5,pktps,burst,bands=type=drop,rate=1,burst_size=3"),
                flow("in_port=1,actions=meter:5,output:2"));
        for (int i = 0; i < 10; i++) {
            p1.inject(FRAME);
        }
        await().until(() -> stats().getBands(0).getPackets() + p2.capturedCount() == 10);
        MeterStats stats = stats();
        assertThat(stats.getPackets()).isEqualTo(10);
        assertThat(stats.getFlowCount()).isEqualTo(1);
        assertThat(stats.getBytes()).isEqualTo(10L * FRAME.length);
        assertThat(stats.getBands(0).getBytes()).isEqualTo(stats.getBands(0).getPackets() * FRAME.length);
        // The burst, and what the rate has earned meanwhile.
        assertThat(p2.capturedCount()).isBetween(3, 3 + (int) (stats.getDurationNs() / 1_000_000_000));
    }

    @Test
    void shouldSayWhatMetersCanBe() {
        ReadResponse features = read(ReadRequest.newBuilder()
                .setMeterFeatures(MeterFeaturesQuery.getDefaultInstance()));
        assertThat(features.getMeterFeatures().getMaxMeters()).isGreaterThanOrEqualTo(100_000);
        assertThat(features.getMeterFeatures().getBandTypesList()).containsExactly("drop");
    }

    @Test
    void shouldBringAboutTheLimitsOfTables() {
        var ignored = turnout.transact(transaction -> transaction.set("bridge", "br0", false, "flow_tables", "3",
                "flow_limit=2,overflow_policy=evict,name=users"));
        TableStats table = read(ReadRequest.newBuilder().setTables(TableQuery.getDefaultInstance())).getTables(3);
        assertThat(table).isEqualTo(TableStats.newBuilder().setTable(3).setName("users").setMaxEntries(2)
                .setEviction(true).build());
        for (int i = 1; i <= 3; i++) {
            done(flow("table=3,idle_timeout=" + i + ",in_port=" + i + ",actions=drop"));
        }
        var _ = turnout.transact(transaction -> transaction.set("bridge", "br0", false, "flow_tables", null,
                "{}"));
        table = read(ReadRequest.newBuilder().setTables(TableQuery.getDefaultInstance())).getTables(3);
        assertThat(table.getActive()).isEqualTo(2);
        assertThat(table.getName()).isEmpty();
        assertThat(table.getEviction()).isFalse();
    }

    @Test
    void shouldSwitchEvictionOfTables() {
        done(FlowUpdate.newBuilder().setTable(TableUpdate.newBuilder().setTable(3).setEviction(true)).build());
        assertThat(read(ReadRequest.newBuilder().setTables(TableQuery.getDefaultInstance())).getTablesList())
                .filteredOn(TableStats::getEviction).extracting(TableStats::getTable).containsExactly(3);
        assertRefused(FlowUpdate.newBuilder().setTable(TableUpdate.newBuilder().setTable(254)).build(),
                Status.Code.INVALID_ARGUMENT, "OFPTMFC_BAD_TABLE", "table 254: tables are 0 to 253");
    }

    @Test
    void shouldSayWhatFlowsCanBe() {
        TableFeatures features = flows.read(ReadRequest.newBuilder().setBridge("br0")
                .setTableFeatures(TableFeaturesQuery.getDefaultInstance()).build()).next().getTableFeatures();
        assertThat(features.getInstructionsList()).startsWith("meter", "apply_actions").endsWith("goto_table");
        assertThat(features.getApplyActionsList()).contains("output", "dec_ttl").doesNotContain("set_queue");
        assertThat(features.getSetFieldsList()).contains("eth_src", "ip_src", "tcp_dst").doesNotContain("eth_type");
        assertThat(features.getMaskedFieldsList()).contains("eth_src", "ip_frag");
        assertThat(features.getExactFieldsList()).contains("in_port", "nw_proto");
    }
}
