package dev.turnout.ofctl.flows;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;

import dev.turnout.ofctl.FakeSwitch;
import dev.turnout.ofctl.Shell;
import dev.turnout.ofctl.transport.CallException;
import dev.turnout.ofctl.transport.Calls;
import dev.turnout.v1.BandStats;
import dev.turnout.v1.Meter;
import dev.turnout.v1.MeterFeatures;
import dev.turnout.v1.MeterStats;
import dev.turnout.v1.MeterUpdate;
import dev.turnout.v1.ReadRequest;
import dev.turnout.v1.ReadResponse;
import dev.turnout.v1.TableStats;
import dev.turnout.v1.TableUpdate;
import dev.turnout.v1.UpdateStatus;
import dev.turnout.v1.WriteRequest;
import dev.turnout.v1.WriteResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Formats and exit codes of the verbs of meters and tables against texts of {@code ovs-ofctl} 3.1. */
class MeterAndTableCommandsTest {
    private static final Meter ONE = Meter.newBuilder().setMeterId(1)
            .setText("meter=1 kbps burst bands=type=drop rate=1000 burst_size=200").build();
    private static final Meter CONTROLLER = Meter.newBuilder().setMeterId(0xfffffffe)
            .setText("meter=controller pktps stats bands=type=drop rate=10 type=drop rate=20").build();

    private FakeSwitch fake;
    private Shell shell;

    @BeforeEach
    void start() throws IOException {
        fake = new FakeSwitch().on(Calls.read(), MeterAndTableCommandsTest::read).on(Calls.write(),
                MeterAndTableCommandsTest::write);
        shell = Shell.of(fake);
    }

    @AfterEach
    void stop() throws IOException {
        fake.close();
    }

    private static List<ReadResponse> read(ReadRequest request) {
        ReadResponse.Builder response = ReadResponse.newBuilder();
        return switch (request.getQueryCase()) {
            case METERS -> switch (request.getMeters().getText()) {
                case "" -> List.of(response.addMeters(ONE).build(),
                        ReadResponse.newBuilder().addMeters(CONTROLLER).build());
                case "meter=1" -> List.of(response.addMeters(ONE).build());
                default -> throw new CallException(CallException.NOT_FOUND,
                        "OFPMMFC_UNKNOWN_METER: meter=7: there is no such meter");
            };
            case METER_STATS -> List.of(response
                    .addMeterStats(MeterStats.newBuilder().setMeterId(1).setFlowCount(2).setPackets(30).setBytes(4000)
                            .setDurationNs(1_320_900_000L)
                            .addBands(BandStats.newBuilder().setPackets(5).setBytes(600)))
                    .addMeterStats(MeterStats.newBuilder().setMeterId(0xfffffffe)
                            .addBands(BandStats.getDefaultInstance()).addBands(BandStats.getDefaultInstance()))
                    .build());
            case METER_FEATURES -> List.of(response.setMeterFeatures(MeterFeatures.newBuilder().setMaxMeters(262144)
                    .setMaxBands(8).addBandTypes("drop").addCapabilities("kbps").addCapabilities("burst")).build());
            case TABLES -> List.of(response.addTables(TableStats.newBuilder().setName("small").setEviction(true))
                    .addTables(TableStats.newBuilder().setTable(1)).build());
            default -> List.of();
        };
    }

    private static List<WriteResponse> write(WriteRequest request) {
        boolean isThere = request.getUpdates(0).getMeter().getText().startsWith("meter=2");
        return List.of(WriteResponse.newBuilder().addStatuses(isThere
                ? UpdateStatus.newBuilder().setCode(3).setOpenflowError("OFPMMFC_METER_EXISTS")
                        .setMessage("meter=2: exists already")
                : UpdateStatus.newBuilder()).build());
    }

    private void assertPrints(String expected, String... command) {
        assertThat(shell.run(command)).isEqualTo(new Shell.Result(0, expected, ""));
    }

    private List<MeterUpdate> sent() {
        return fake.requests(WriteRequest.class).stream().map(request -> request.getUpdates(0).getMeter()).toList();
    }

    @Test
    void shouldDumpMeters() {
        assertPrints("""
                OFPST_METER_CONFIG reply (OF1.3) (xid=0x2):
                meter=1 kbps burst bands=
                type=drop rate=1000 burst_size=200

                meter=controller pktps stats bands=
                type=drop rate=10
                type=drop rate=20
                """, "ofctl", "-OOpenFlow13", "dump-meters", "br0");
        assertPrints("""
                OFPST_METER_CONFIG reply (OF1.5) (xid=0x2):
                meter=1 kbps burst bands=
                type=drop rate=1000 burst_size=200
                """, "ofctl", "-OOpenFlow15", "dump-meter", "br0", "meter=1");
        assertPrints(
                "[{\"meter\":\"1\",\"unit\":\"kbps\",\"bands\":[{\"type\":\"drop\",\"rate\":1000,\"burst_size\":200}]}]\n",
                "ofctl", "-fjson", "dump-meter", "br0", "meter=1");
    }

    @Test
    void shouldPrintCounters() {
        assertPrints("""
                OFPST_METER reply (OF1.3) (xid=0x2):
                meter:1 flow_count:2 packet_in_count:30 byte_in_count:4000 duration:1.320s bands:
                0: packet_count:5 byte_count:600

                meter:controller flow_count:0 packet_in_count:0 byte_in_count:0 duration:0.000s bands:
                0: packet_count:0 byte_count:0
                1: packet_count:0 byte_count:0
                """, "ofctl", "meter-stats", "br0");
        assertThat(shell.run("ofctl", "-fjson", "meter-stats", "br0").out()).startsWith("[{\"meter\":\"1\",\"flows\":2,"
                + "\"packets\":30,\"bytes\":4000,\"duration\":1.320,\"bands\":[{\"packets\":5,\"bytes\":600}]},");
    }

    @Test
    void shouldPrintFeatures() {
        assertPrints("""
                OFPST_METER_FEATURES reply (OF1.4) (xid=0x2):
                max_meter:262144 max_bands:8 max_color:0
                band_types: drop
                capabilities: kbps burst
                """, "ofctl", "-OOpenFlow14", "meter-features", "br0");
    }

    @Test
    void shouldSendMetersAsTheyAreWritten() {
        assertPrints("", "ofctl", "add-meter", "br0", "meter=1,pktps,bands=type=drop,rate=5");
        assertPrints("", "ofctl", "mod-meter", "br0", "meter=1 kbps bands=type=drop rate=5");
        assertPrints("", "ofctl", "del-meter", "br0", "meter=1");
        assertPrints("", "ofctl", "del-meters", "br0");
        assertThat(sent()).extracting(MeterUpdate::getCommand).containsExactly(MeterUpdate.Command.ADD,
                MeterUpdate.Command.MODIFY, MeterUpdate.Command.DELETE, MeterUpdate.Command.DELETE);
        assertThat(sent()).extracting(MeterUpdate::getText).containsExactly("meter=1,pktps,bands=type=drop,rate=5",
                "meter=1 kbps bands=type=drop rate=5", "meter=1", "");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "add-meter br0 meter=2,pktps,bands=type=drop,rate=5|OFPMMFC_METER_EXISTS: meter=2: exists already",
        "dump-meter br0 meter=7|OFPMMFC_UNKNOWN_METER: meter=7: there is no such meter",
        "-OOpenFlow10 dump-meters br0|none of the usable flow formats (OXM-OpenFlow13,OXM-OpenFlow14,OXM-OpenFlow15) is among the "
                + "allowed flow formats (OpenFlow10,NXM)"})
    void shouldReportRefusals(String command, String message) {
        assertThat(shell.run(("ofctl " + command).split(" ", -1)))
                .isEqualTo(new Shell.Result(1, "", "ofctl: " + message + "\n"));
    }

    @Test
    void shouldDescribeAndModifyTables() {
        assertPrints("""
                OFPST_TABLE_DESC reply (OF1.4) (xid=0x2):
                  table 0:
                   eviction=on eviction_flags=OTHER|IMPORTANCE|LIFETIME
                   vacancy=off

                  table 1:
                   eviction=off eviction_flags=OTHER|IMPORTANCE|LIFETIME
                   vacancy=off
                """, "ofctl", "-OOpenFlow14", "dump-table-desc", "br0");
        assertPrints("", "ofctl", "mod-table", "br0", "all", "evict");
        assertPrints("", "ofctl", "-OOpenFlow15", "mod-table", "br0", "7", "noevict");
        assertThat(fake.requests(WriteRequest.class)).extracting(request -> request.getUpdates(0).getTable())
                .containsExactly(TableUpdate.newBuilder().setTable(255).setEviction(true).build(),
                        TableUpdate.newBuilder().setTable(7).build());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {"add-meter br0 meter=1,pktps|must specify bands",
        "add-meter br0 pktps,bands=type=drop,rate=1|must specify 'meter'",
        "mod-meter br0 meter=1,pktps,bands=type=drop|band must have 'rate'",
        "del-meter br0 foo=1|unknown keyword foo", "meter-stats br0 foo=1|unknown keyword foo",
        "-OOpenFlow13 mod-table br0 0 evict|table_mod 'evict' requires one of the OpenFlow versions OpenFlow14, OpenFlow15",
        "-OOpenFlow13 dump-table-desc br0|dump-table-desc needs OpenFlow 1.4 or later ('-O OpenFlow14')",
        "mod-table br0 300 evict|unknown table \"300\"; expected 0 to 253 or all",
        "mod-table br0 0 foo|table_mod setting \"foo\" is not supported; expected evict or noevict"})
    void shouldSendNothingThatIsWrong(String command, String message) {
        assertThat(shell.run(("ofctl " + command).split(" ", -1)))
                .isEqualTo(new Shell.Result(1, "", "ofctl: " + message + "\n"));
        assertThat(fake.calls()).isEmpty();
    }
}
