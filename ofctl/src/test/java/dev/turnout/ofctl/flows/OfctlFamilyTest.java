package dev.turnout.ofctl.flows;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;

import com.google.protobuf.ByteString;
import dev.turnout.ofctl.FakeSwitch;
import dev.turnout.ofctl.Shell;
import dev.turnout.ofctl.transport.CallException;
import dev.turnout.ofctl.transport.Calls;
import dev.turnout.openflow.FlowCommand;
import dev.turnout.openflow.FlowLines;
import dev.turnout.openflow.FlowMod;
import dev.turnout.openflow.FlowPrinter;
import dev.turnout.openflow.OfAction;
import dev.turnout.openflow.OfError;
import dev.turnout.openflow.PortNames;
import dev.turnout.openflow.Protocols;
import dev.turnout.v1.AggregateStats;
import dev.turnout.v1.Arbitration;
import dev.turnout.v1.Bridge;
import dev.turnout.v1.BucketStats;
import dev.turnout.v1.FileOptions;
import dev.turnout.v1.FlowEntry;
import dev.turnout.v1.FlowRemoved;
import dev.turnout.v1.FlowStats;
import dev.turnout.v1.FlowTextQuery;
import dev.turnout.v1.FlowUpdate;
import dev.turnout.v1.Group;
import dev.turnout.v1.GroupFeatures;
import dev.turnout.v1.GroupStats;
import dev.turnout.v1.GroupTypeFeatures;
import dev.turnout.v1.GroupUpdate;
import dev.turnout.v1.LineStatus;
import dev.turnout.v1.ListBridgesResponse;
import dev.turnout.v1.ListPortsResponse;
import dev.turnout.v1.PacketIn;
import dev.turnout.v1.PacketOut;
import dev.turnout.v1.PacketOutResult;
import dev.turnout.v1.Port;
import dev.turnout.v1.PortStats;
import dev.turnout.v1.PortStatus;
import dev.turnout.v1.ReadRequest;
import dev.turnout.v1.ReadResponse;
import dev.turnout.v1.StreamRequest;
import dev.turnout.v1.StreamResponse;
import dev.turnout.v1.TableStats;
import dev.turnout.v1.UpdateStatus;
import dev.turnout.v1.WriteFileRequest;
import dev.turnout.v1.WriteFileResponse;
import dev.turnout.v1.WriteRequest;
import dev.turnout.v1.WriteResponse;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Formats and exit codes against texts of {@code ovs-ofctl} 3.1. */
class OfctlFamilyTest {
    private static final Port LOCAL = Port.newBuilder().setName("br0").setOfport(65534).setMac("02:00:00:00:00:fe")
            .build();
    private static final Port V1 = Port.newBuilder().setName("v1").setOfport(1).setMac("02:00:00:00:00:01")
            .setAdminUp(true)
            .setLinkUp(true).setLinkSpeed(10_000_000_000L).build();
    private static final Port V2 = V1.toBuilder().setName("v2").setOfport(2).setMac("02:00:00:00:00:02").build();

    private static final PortNames PORT_NAMES = new PortNames() {
        @Override
        public int numberOf(String name) {
            return name.equals("v1") ? 1 : name.equals("v2") ? 2 : -1;
        }

        @Override
        public @Nullable String nameOf(int number) {
            return number == 1 ? "v1" : number == 2 ? "v2" : null;
        }
    };

    private FakeSwitch fake;
    private Shell shell;
    private final List<FlowStats> flows = new ArrayList<>();

    @BeforeEach
    void start() throws IOException {
        flow(0, 5, "in_port=1", "output:2", 0);
        flow(0, 32768, "ip,in_port=2", "set_field:1.2.3.4->ip_src,set_field:7->reg0,output:1", 3);
        flow(3, 0, "", "NORMAL", 0);
        fake = new FakeSwitch().on(Calls.read(), this::read).on(Calls.write(), OfctlFamilyTest::write)
                .onAll(Calls.writeFile(), OfctlFamilyTest::writeFile)
                .on(Calls.listPorts(),
                        request -> List.of(
                                ListPortsResponse.newBuilder().addPorts(LOCAL).addPorts(V1).addPorts(V2)
                                        .addPorts(Port.newBuilder().setName("gone").setOfport(-1)).build()))
                .on(Calls.listBridges(), request -> List.of(ListBridgesResponse.newBuilder()
                        .addBridges(Bridge.newBuilder().setName("br0").setDatapathId("000042b35914fd48").setTables(254))
                        .build()))
                .on(Calls.streamChannel(), OfctlFamilyTest::converse);
        shell = Shell.of(fake);
    }

    @AfterEach
    void stop() throws IOException {
        fake.close();
    }

    private void flow(int table, int priority, String match, String actions, long cookie) {
        flows.add(FlowStats.newBuilder().setPackets(15).setBytes(1222).setDurationNs(28_234_567_890L)
                .setIdleAgeSeconds(14)
                .setHardAgeSeconds(cookie == 0 ? 28 : 3)
                .setEntry(FlowEntry.newBuilder().setTable(table).setPriority(priority)
                        .setMatch(match).setActions(actions).setCookie(cookie).setIdleTimeoutSeconds((int) cookie * 10))
                .build());
    }

    private List<ReadResponse> read(ReadRequest request) {
        if (!request.getBridge().equals("br0")) {
            throw new CallException(CallException.NOT_FOUND, "no bridge named " + request.getBridge());
        }
        ReadResponse.Builder response = ReadResponse.newBuilder();
        return switch (request.getQueryCase()) {
            case FLOWS -> List.of(response.addFlows(flows.get(0)).build(),
                    ReadResponse.newBuilder().addAllFlows(flows.subList(1, flows.size())).build());
            case AGGREGATE -> List.of(response
                    .setAggregate(AggregateStats.newBuilder().setPackets(15).setBytes(1222).setFlows(4)).build());
            case TABLES -> {
                for (int table = 0; table < 254; table++) {
                    response.addTables(TableStats.newBuilder().setTable(table).setActive(table % 100 == 0 ? 4 : 0)
                            .setMaxEntries(1000000));
                }
                yield List.of(response.build());
            }
            case PORTS -> List.of(response
                    .addPorts(PortStats.newBuilder().setOfport(1).setName("v1").setRxPackets(8).setRxBytes(656)
                            .setTxDropped(-1)
                            .setDurationNs(28_323_000_000L))
                    .addPorts(PortStats.newBuilder().setOfport(65534).setName("br0")).build());
            case FLOW_TEXT -> List.of(text(flows.subList(0, 1), request.getFlowText()),
                    text(flows.subList(1, flows.size()), request.getFlowText()));
            case GROUPS -> List.of(response
                    .addGroups(Group.newBuilder().setGroupId(1).setText("group_id=1,type=select,bucket=bucket_id:0,"
                            + "weight:2,actions=output:1,bucket=bucket_id:1,actions=output:2"))
                    .addGroups(Group.newBuilder().setGroupId(2)
                            .setText("group_id=2,type=ff,bucket=bucket_id:0,watch_port:1,actions=output:1"))
                    .build());
            case GROUP_STATS -> List.of(response.addGroupStats(GroupStats.newBuilder().setGroupId(1).setRefCount(3)
                    .setPackets(7).setBytes(700).setDurationNs(639_000_000)
                    .addBuckets(BucketStats.newBuilder().setPackets(5).setBytes(500))
                    .addBuckets(BucketStats.newBuilder().setPackets(2).setBytes(200))).build());
            case GROUP_FEATURES -> List.of(response.setGroupFeatures(GroupFeatures.newBuilder()
                    .addCapabilities("select_weight").addCapabilities("chaining")
                    .addTypes(GroupTypeFeatures.newBuilder().setType("all").setMaxGroups(-256).addActions("output")
                            .addActions("group"))
                    .addTypes(GroupTypeFeatures.newBuilder().setType("ff").setMaxGroups(16).addActions("output")))
                    .build());
            case FDB, METERS, METER_STATS, METER_FEATURES, TABLE_FEATURES, QUERY_NOT_SET -> List.of();
        };
    }

    /** What the switch does with its own flows. */
    private static ReadResponse text(List<FlowStats> flows, FlowTextQuery query) {
        Protocols form = query.getVersion().isEmpty() ? Protocols.OPENFLOW10 : Protocols.parse(query.getVersion());
        PortNames names = query.getFilter().getNames() ? PORT_NAMES : PortNames.NONE;
        StringBuilder text = new StringBuilder();
        for (FlowStats flow : flows) {
            text.append(FlowPrinter.listed(new FlowEntries().stats(flow), form.newest(), query.getAges(), names,
                    !query.getNoStats())).append('\n');
        }
        return ReadResponse.newBuilder().setText(ByteString.copyFromUtf8(text.toString())).build();
    }

    /** Reads the file as the switch does; refuses flows with a group. */
    private static List<WriteFileResponse> writeFile(List<WriteFileRequest> pieces) {
        FileOptions options = pieces.get(0).getOptions();
        WriteFileResponse.Builder response = WriteFileResponse.newBuilder();
        FlowLines lines = new FlowLines(PORT_NAMES, Protocols.DEFAULT,
                FlowCommand.valueOf(options.getCommand().name()), options.getMixed(), new FlowLines.Sink() {
                    @Override
                    public void flow(int line, FlowMod mod) {
                        if (mod.actions().stream().anyMatch(OfAction.Group.class::isInstance)) {
                            refuse(line, "OFPBAC_BAD_OUT_GROUP", "group:7: no such group");
                        }
                    }

                    @Override
                    public void refused(int line, @Nullable OfError error, String message) {
                        refuse(line, "", message);
                    }

                    private void refuse(int line, String error, String message) {
                        response.setTotalRefused(response.getTotalRefused() + 1);
                        if (line < 20) {
                            response.addRefused(LineStatus.newBuilder().setLine(line).setStatus(
                                    UpdateStatus.newBuilder().setCode(3).setOpenflowError(error).setMessage(message)));
                        }
                    }

                    @Override
                    public void warning(int line, String message) {
                        response.addWarnings(LineStatus.newBuilder().setLine(line)
                                .setStatus(UpdateStatus.newBuilder().setMessage(message)));
                        response.setTotalWarnings(response.getTotalWarnings() + 1);
                    }
                });
        pieces.forEach(piece -> lines.read(piece.getLines().toStringUtf8()));
        return List.of(response.build());
    }

    /** Refuses flows with a group. */
    private static List<WriteResponse> write(WriteRequest request) {
        boolean bad = request.getUpdatesList().stream().anyMatch(update -> update.getText().contains("group")
                || update.getGroup().getText().contains("group_id=20"));
        WriteResponse.Builder response = WriteResponse.newBuilder();
        for (FlowUpdate update : request.getUpdatesList()) {
            UpdateStatus.Builder status = UpdateStatus.newBuilder();
            if (update.getText().contains("group")) {
                status.setCode(3).setOpenflowError("OFPBAC_BAD_OUT_GROUP").setMessage("group:7: no such group");
            } else if (update.getGroup().getText().contains("group_id=20")) {
                status.setCode(3).setOpenflowError("OFPGMFC_GROUP_EXISTS")
                        .setMessage("group_id=20: there is such a group");
            } else if (bad && request.getAtomic()) {
                status.setCode(10);
            }
            response.addStatuses(status);
        }
        return List.of(response.build());
    }

    private static List<StreamResponse> converse(StreamRequest request) {
        if (request.hasArbitration()) {
            byte[] arp = HexFormat.of().parseHex(
                    "ffffffffffff50540000000908060001080006040001505400000009c0a80001000000000000c0a80002");
            return List.of(
                    StreamResponse.newBuilder().setArbitration(Arbitration.newBuilder().setBridge("br0")).build(),
                    StreamResponse.newBuilder().setPacketIn(PacketIn.newBuilder().setCookie(5).setInPort(1).setTable(2)
                            .setReason(PacketIn.Reason.ACTION).setTotalLength(42).setMetadata("reg0=0x7")
                            .setData(ByteString.copyFrom(arp))).build(),
                    StreamResponse.newBuilder()
                            .setPortStatus(PortStatus.newBuilder().setReason(PortStatus.Reason.ADD).setPort(V2))
                            .build(),
                    StreamResponse
                            .newBuilder().setFlowRemoved(FlowRemoved.newBuilder().setReason(FlowRemoved.Reason.DELETE)
                                    .setFlow(FlowStats.newBuilder().setPackets(3).setDurationNs(4_000_000).setEntry(
                                            FlowEntry.newBuilder().setMatch("in_port=1").setActions("drop")
                                                    .setPriority(32768))))
                            .build());
        }
        PacketOut packet = request.getPacketOut();
        return List.of(StreamResponse.newBuilder().setPacketOutResult(PacketOutResult.newBuilder().setId(packet.getId())
                .setCode(packet.getInPort().equals("9") ? 3 : 0).setMessage("port 9: not here")).build());
    }

    private void assertPrints(String expected, String... arguments) {
        assertThat(shell.run(arguments)).isEqualTo(new Shell.Result(0, expected, ""));
    }

    private void assertFails(String message, String... arguments) {
        assertThat(shell.run(arguments)).isEqualTo(new Shell.Result(1, "", message));
    }

    @Test
    void shouldDumpFlowsAsOpenFlow10() {
        assertPrints("""
                NXST_FLOW reply (xid=0x4):
                 cookie=0x0, duration=28.234s, table=0, n_packets=15, n_bytes=1222, idle_age=14, priority=5,in_port=1 \
                actions=output:2
                 cookie=0x3, duration=28.234s, table=0, n_packets=15, n_bytes=1222, idle_timeout=30, idle_age=14, hard_age=3, \
                ip,in_port=2 actions=mod_nw_src:1.2.3.4,load:0x7->NXM_NX_REG0[],output:1
                 cookie=0x0, duration=28.234s, table=3, n_packets=15, n_bytes=1222, idle_age=14, priority=0 actions=NORMAL
                """, "ofctl", "dump-flows", "br0");
        assertThat(fake.calls()).containsExactly("turnout.v1.Flows/Read");
    }

    @Test
    void shouldDumpGroups() {
        assertPrints("""
                NXST_GROUP_DESC reply (xid=0x2):
                 group_id=1,type=select,bucket=bucket_id:0,weight:2,actions=output:1,bucket=bucket_id:1,actions=output:2
                 group_id=2,type=ff,bucket=bucket_id:0,watch_port:1,actions=output:1
                """, "ofctl", "dump-groups", "br0");
        assertPrints("""
                OFPST_GROUP_DESC reply (OF1.3) (xid=0x2):
                 group_id=1,type=select,bucket=weight:2,actions=output:v1,bucket=actions=output:v2
                 group_id=2,type=ff,bucket=watch_port:v1,actions=output:v1
                """, "ofctl", "-O", "OpenFlow13", "--names", "dump-groups", "br0", "1");
        assertThat(fake.requests(ReadRequest.class)).extracting(request -> request.getGroups().hasGroupId())
                .containsExactly(false, true);
        assertThat(shell.run("ofctl", "dump-groups", "br0", "1x").err()).contains("1x");
    }

    @Test
    void shouldDumpGroupCounters() {
        assertPrints("""
                NXST_GROUP reply (xid=0x6):
                 group_id=1,duration=0.639s,ref_count=3,packet_count=7,byte_count=700,bucket0:packet_count=5,\
                byte_count=500,bucket1:packet_count=2,byte_count=200
                """, "ofctl", "dump-group-stats", "br0", "group_id=1");
        assertFails("ofctl: unknown keyword 77\n", "ofctl", "dump-group-stats", "br0", "77");
    }

    @Test
    void shouldDumpWhatGroupsCanBe() {
        assertPrints("""
                OFPST_GROUP_FEATURES reply (OF1.3) (xid=0x2):
                 Group table:
                    Types:  0x9
                    Capabilities:  0x5
                    all group:
                       max_groups=0xffffff00
                       actions: output group
                    fast failover group:
                       max_groups=0x10
                       actions: output
                """, "ofctl", "-O", "OpenFlow13", "dump-group-features", "br0");
    }

    @Test
    void shouldSendGroups() throws IOException {
        assertPrints("", "ofctl", "add-group", "br0", "group_id=1,type=all,bucket=output:v1");
        assertPrints("", "ofctl", "--may-create", "mod-group", "br0", "group_id=1,type=indirect,bucket=output:2");
        assertPrints("", "ofctl", "del-groups", "br0");
        assertPrints("", "ofctl", "-O", "OpenFlow15", "remove-buckets", "br0", "group_id=1,command_bucket_id=last");
        assertThat(fake.requests(WriteRequest.class)).extracting(request -> request.getUpdates(0).getGroup())
                .extracting(group -> group.getCommand() + " " + group.getText())
                .containsExactly("ADD group_id=1,type=all,bucket=output:v1",
                        "ADD_OR_MODIFY group_id=1,type=indirect,bucket=output:2", "DELETE ",
                        "REMOVE_BUCKETS group_id=1,command_bucket_id=last");
        assertFails("ofctl: OFPGMFC_GROUP_EXISTS: group_id=20: there is such a group\n", "ofctl", "add-group", "br0",
                "group_id=20,type=all,bucket=output:1");
        assertFails("ofctl: must specify a group_id\n", "ofctl", "add-group", "br0", "type=all,bucket=output:1");
        int sent = fake.requests(WriteRequest.class).size();
        Path file = Files.createTempFile("groups", ".txt");
        try {
            Files.writeString(file, "# groups\ngroup_id=20,type=all,bucket=output:1\n\ndelete group_id=3 # gone\n");
            assertFails("ofctl: " + file + ":2: OFPGMFC_GROUP_EXISTS: group_id=20: there is such a group\n", "ofctl",
                    "--bundle", "add-groups", "br0", file.toString());
            assertThat(fake.requests(WriteRequest.class).get(sent).getUpdatesList())
                    .extracting(update -> update.getGroup().getCommand())
                    .containsExactly(GroupUpdate.Command.ADD, GroupUpdate.Command.DELETE);
            Files.writeString(file, "group_id=1,type=all,bucket=output:1\nbogus\n");
            assertFails("ofctl: " + file + ":2: unknown keyword bogus\n", "ofctl", "add-groups", "br0",
                    file.toString());
            assertThat(fake.requests(WriteRequest.class)).hasSize(sent + 1);
        } finally {
            Files.delete(file);
        }
    }

    @Test
    void shouldDumpFlowsAsOpenFlow13() {
        assertPrints("""
                OFPST_FLOW reply (OF1.3) (xid=0x2):
                 cookie=0x0, duration=28.234s, table=0, n_packets=15, n_bytes=1222, priority=5,in_port=1 actions=output:2
                 cookie=0x3, duration=28.234s, table=0, n_packets=15, n_bytes=1222, idle_timeout=30, ip,in_port=2 \
                actions=set_field:1.2.3.4->ip_src,set_field:0x7->reg0,output:1
                 cookie=0x0, duration=28.234s, table=3, n_packets=15, n_bytes=1222, priority=0 actions=NORMAL
                """, "ofctl", "-O", "OpenFlow13", "dump-flows", "br0");
    }

    @Test
    void shouldDumpFlowsWithNames() {
        String expected = """
                 priority=5,in_port=v1 actions=output:v2
                 cookie=0x3, idle_timeout=30, ip,in_port=v2 actions=mod_nw_src:1.2.3.4,load:0x7->NXM_NX_REG0[],output:v1
                 table=3, priority=0 actions=NORMAL
                """.replaceAll("(?m)^(?=\\S)", " ");
        assertPrints(expected, "ofctl", "--names", "--no-stats", "dump-flows", "br0");
        shell.terminal();
        assertPrints(expected, "ofctl", "--no-stats", "dump-flows", "br0");
        assertThat(shell.run("ofctl", "--no-stats", "--no-names", "dump-flows", "br0").out())
                .contains(" priority=5,in_port=1 ");
    }

    @ParameterizedTest
    @CsvSource({"--sort,NORMAL;output:2;output:1", "--rsort,output:1;output:2;NORMAL",
        "--sort=in_port,output:2;output:1;NORMAL", "--rsort=in_port,output:1;output:2;NORMAL",
        "--rsort=nw_src,output:2;output:1;NORMAL"})
    void shouldSortFlows(String option, String order) {
        String out = shell.run("ofctl", option, "--no-stats", "dump-flows", "br0").out();
        List<String> last = out.lines().map(line -> line.replaceAll(".*[=,]", "")).toList();
        assertThat(String.join(";", last)).isEqualTo(order);
    }

    @Test
    void shouldPrintJson() {
        String out = shell.run("ofctl", "-f", "json", "dump-flows", "br0").out();
        assertThat(out).startsWith("[{\"table\":0,\"priority\":5,\"cookie\":\"0x0\",\"match\":\"in_port=1\",")
                .contains("\"duration\":28.234,").endsWith("\"flags\":[]}]\n");
        assertPrints("{\"packets\":15,\"bytes\":1222,\"flows\":4}\n", "ofctl", "-fjson", "dump-aggregate", "br0");
    }

    @Test
    void shouldDumpAggregate() {
        assertPrints("NXST_AGGREGATE reply (xid=0x4): packet_count=15 byte_count=1222 flow_count=4\n", "ofctl",
                "dump-aggregate",
                "br0", "in_port=2");
        assertPrints("OFPST_AGGREGATE reply (OF1.3) (xid=0x2): packet_count=15 byte_count=1222 flow_count=4\n", "ofctl",
                "-OOpenFlow13", "dump-aggregate", "br0");
        assertThat(fake.requests(ReadRequest.class).get(0).getAggregate().getText()).isEqualTo("in_port=2");
    }

    @Test
    void shouldShowTheBridge() {
        assertPrints("""
                OFPT_FEATURES_REPLY (OF1.3) (xid=0x2): dpid:000042b35914fd48
                n_tables:254, n_buffers:0
                capabilities: FLOW_STATS TABLE_STATS PORT_STATS GROUP_STATS
                OFPST_PORT_DESC reply (OF1.3) (xid=0x3):
                 1(v1): addr:02:00:00:00:00:01
                     config:     0
                     state:      LIVE
                     current:    10GB-FD
                     speed: 10000 Mbps now, 0 Mbps max
                 2(v2): addr:02:00:00:00:00:02
                     config:     0
                     state:      LIVE
                     current:    10GB-FD
                     speed: 10000 Mbps now, 0 Mbps max
                 LOCAL(br0): addr:02:00:00:00:00:fe
                     config:     PORT_DOWN
                     state:      LINK_DOWN
                     speed: 0 Mbps now, 0 Mbps max
                OFPT_GET_CONFIG_REPLY (OF1.3) (xid=0x5): frags=normal miss_send_len=0
                """, "ofctl", "-OOpenFlow13", "show", "br0");
        assertFails("ofctl: nobr is not a bridge\n", "ofctl", "show", "nobr");
        assertPrints("""
                OFPST_PORT_DESC reply (xid=0x2):
                 1(v1): addr:02:00:00:00:00:01
                     config:     0
                     state:      0
                     current:    10GB-FD
                     speed: 10000 Mbps now, 0 Mbps max
                """, "ofctl", "dump-ports-desc", "br0", "v1");
    }

    @Test
    void shouldDumpPorts() {
        assertPrints("""
                OFPST_PORT reply (OF1.4) (xid=0x2): 2 ports
                  port  1: rx pkts=8, bytes=656, drop=0, errs=0, frame=?, over=?, crc=?
                           tx pkts=0, bytes=0, drop=18446744073709551615, errs=0, coll=?
                           duration=28.323s
                  port LOCAL: rx pkts=0, bytes=0, drop=0, errs=0, frame=?, over=?, crc=?
                           tx pkts=0, bytes=0, drop=0, errs=0, coll=?
                           duration=0.000s
                """, "ofctl", "-OOpenFlow14", "dump-ports", "br0");
        assertFails("ofctl: br0: unknown port `bla'\n", "ofctl", "dump-ports", "br0", "bla");
    }

    @Test
    void shouldDumpTables() {
        assertPrints("""
                OFPST_TABLE reply (xid=0x2):
                  table 0:
                    active=4, lookup=0, matched=0
                    max_entries=1000000
                    matching:
                      exact match or wildcard: in_port eth_{src,dst,type} vlan_{vid,pcp} ip_{src,dst} nw_{proto,tos} tcp_{src,dst}

                  table 1:
                    active=0, lookup=0, matched=0
                    (same features)

                  tables 2...99: ditto

                  table 100:
                    active=4, lookup=0, matched=0
                    (same features)

                  table 101:
                    active=0, lookup=0, matched=0
                    (same features)

                  tables 102...199: ditto

                  table 200:
                    active=4, lookup=0, matched=0
                    (same features)

                  table 201:
                    active=0, lookup=0, matched=0
                    (same features)

                  tables 202...253: ditto
                """, "ofctl", "dump-tables", "br0");
    }

    @Test
    void shouldSendFlowsAsTheyAreWritten() {
        String file = "in_port=1 actions=2\n# a comment\n\n  delete_strict in_port=\"v2\" # x\nmodify,tcp,actions=drop\n";
        shell.input(file);
        assertPrints("", "ofctl", "add-flows", "br0", "-");
        WriteFileRequest sent = fake.requests(WriteFileRequest.class).getLast();
        assertThat(sent.getLines().toStringUtf8()).isEqualTo(file);
        assertThat(sent.getOptions()).isEqualTo(FileOptions.newBuilder().setBridge("br0").setMixed(true).build());
        shell.input("in_port=1,actions=2");
        assertPrints("", "ofctl", "--strict", "--bundle", "-OOpenFlow13", "mod-flows", "br0", "-");
        sent = fake.requests(WriteFileRequest.class).getLast();
        assertThat(sent.getLines().toStringUtf8()).isEqualTo("in_port=1,actions=2");
        assertThat(sent.getOptions()).isEqualTo(FileOptions.newBuilder().setBridge("br0").setAtomic(true)
                .setCommand(FlowUpdate.Command.MODIFY_STRICT).setVersions("OpenFlow13").build());
        assertPrints("", "ofctl", "--strict", "mod-flows", "br0", "udp,priority=3,actions=drop");
        assertPrints("", "ofctl", "del-flows", "br0");
        assertPrints("", "ofctl", "--bundle", "del-flows", "br0", "cookie=1/-1");
        List<WriteRequest> requests = fake.requests(WriteRequest.class);
        assertThat(requests.get(0).getUpdates(0).getCommand()).isEqualTo(FlowUpdate.Command.MODIFY_STRICT);
        assertThat(requests.get(1).getUpdates(0).getCommand()).isEqualTo(FlowUpdate.Command.DELETE);
        assertThat(requests.get(1).getAtomic()).isFalse();
        assertThat(requests.get(2).getAtomic()).isTrue();
    }

    @Test
    void shouldSendManyFlowsInPiecesThatEndWithALine() {
        String file = "in_port=1,dl_src=02:00:00:00:00:01,actions=output:2\n".repeat(30_000);
        shell.input(file);
        assertPrints("", "ofctl", "--bundle", "add-flows", "br0", "-");
        List<WriteFileRequest> pieces = fake.requests(WriteFileRequest.class);
        assertThat(pieces).hasSizeGreaterThan(5).allMatch(piece -> piece.getSerializedSize() < 300_000);
        assertThat(pieces.stream().map(piece -> piece.getLines().toStringUtf8())
                .allMatch(lines -> lines.isEmpty() || lines.endsWith("\n"))).isTrue();
        assertThat(pieces.stream().map(piece -> piece.getLines().toStringUtf8()).collect(Collectors.joining()))
                .isEqualTo(file);
        assertThat(pieces.stream().filter(WriteFileRequest::hasOptions)).hasSize(1);
    }

    @Test
    void shouldReportEachRefusedFlow(@TempDir Path directory) throws IOException {
        Path file = Files.writeString(directory.resolve("f"), "actions=1\n\nip,actions=group:7\ntcp,actions=group:7\n");
        String expected = "ofctl: " + file + ":3: OFPBAC_BAD_OUT_GROUP: group:7: no such group\n" + "ofctl: " + file
                + ":4: OFPBAC_BAD_OUT_GROUP: group:7: no such group\n";
        assertFails(expected, "ofctl", "add-flows", "br0", file.toString());
        assertFails(expected, "ofctl", "--bundle", "add-flows", "br0", file.toString());
        assertFails("ofctl: OFPBAC_BAD_OUT_GROUP: group:7: no such group\n", "ofctl", "add-flow", "br0",
                "actions=group:7");
    }

    @Test
    void shouldReportLinesThatCannotBeUnderstood() {
        shell.input("in_port=1,actions=2\nin_port=1,foo=2,actions=2\nactions=bla\n");
        assertFails("ofctl: -:2: unknown keyword foo\nofctl: -:3: unknown action bla\n", "ofctl", "add-flows", "br0",
                "-");
        shell.input("tp_src=1,actions=2\n");
        assertThat(shell.run("ofctl", "add-flows", "br0", "-").err()).startsWith("ofctl: -:1: normalization changed");
        shell.input("actions=bla\n".repeat(30));
        Shell.Result many = shell.run("ofctl", "add-flows", "br0", "-");
        assertThat(many.exitCode()).isEqualTo(1);
        assertThat(many.err()).contains("ofctl: -:19: unknown action bla\n").endsWith(
                "ofctl: 11 more flows were refused\n");
        assertFails("ofctl: /nonexistent: open failed (No such file or directory)\n", "ofctl", "add-flows", "br0",
                "/nonexistent");
    }

    @Test
    void shouldCompareFlows(@TempDir Path directory) throws IOException {
        Path file = Files.writeString(directory.resolve("f"), """
                priority=5,in_port=1,actions=output:2
                ip,in_port=v2,actions=drop
                priority=7,tcp,actions=NORMAL
                """);
        Shell.Result result = shell.run("ofctl", "--names", "diff-flows", "br0", file.toString());
        assertThat(result.err()).isEmpty();
        assertThat(result.out()).isEqualTo("""
                -ip,in_port=v2 cookie=0x3 idle_timeout=30 actions=mod_nw_src:1.2.3.4,load:0x7->NXM_NX_REG0[],output:1
                +ip,in_port=v2 actions=drop
                +priority=7,tcp actions=NORMAL
                -table=3 priority=0 actions=NORMAL
                """);
        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(shell.run("ofctl", "diff-flows", "br0", "br0")).isEqualTo(new Shell.Result(0, "", ""));
    }

    @Test
    void shouldLetTheSwitchReplaceFlows() {
        shell.input("in_port=1,actions=2\n");
        assertPrints("", "ofctl", "replace-flows", "br0", "-");
        assertThat(fake.requests(WriteFileRequest.class).getLast().getOptions())
                .isEqualTo(FileOptions.newBuilder().setBridge("br0").setReplace(true).build());
        shell.run("ofctl", "--readd", "--bundle", "replace-flows", "br0", "-");
        assertThat(fake.requests(WriteFileRequest.class).getLast().getOptions()).isEqualTo(FileOptions.newBuilder()
                .setBridge("br0").setAtomic(true).setReplace(true).setReadd(true).build());
        shell.input("in_port=1,actions=2\ndelete tcp\n");
        assertFails("ofctl: -:2: must specify an action: delete tcp\n", "ofctl", "replace-flows", "br0", "-");
    }

    @Test
    void shouldParseFlows() {
        assertPrints("""
                usable protocols: any
                chosen protocol: OXM-OpenFlow13
                OFPT_FLOW_MOD (OF1.3) (xid=0x1): ADD ip,in_port=1 actions=set_field:1.2.3.4->ip_src
                """, "ofctl", "-OOpenFlow13", "parse-flow", "in_port=1,ip,actions=mod_nw_src:1.2.3.4");
        shell.input("reg0=1,actions=2\ndelete tcp\n");
        assertPrints("""
                usable protocols: NXM,OXM
                chosen protocol: NXM-table_id
                NXT_FLOW_MOD (xid=0x1): ADD reg0=0x1 actions=output:2
                NXT_FLOW_MOD (xid=0x2): DEL table:255 tcp actions=drop
                """, "ofctl", "parse-flows", "-");
        assertThat(fake.calls()).isEmpty();
    }

    @Test
    void shouldSendPackets() {
        String packet = "50540000000a5054000000090800";
        assertPrints("", "ofctl", "packet-out", "br0", "v1", "output:2", packet, packet);
        assertPrints("", "ofctl", "packet-out", "br0",
                "in_port=controller,packet=" + packet + ",actions=output:2,resubmit(,1)");
        List<PacketOut> sent = fake.requests(StreamRequest.class).stream().filter(StreamRequest::hasPacketOut)
                .map(StreamRequest::getPacketOut).toList();
        assertThat(sent).hasSize(3).allMatch(out -> out.getData().size() == 14);
        assertThat(sent.get(0).getInPort()).isEqualTo("v1");
        assertThat(sent.get(1).getId()).isEqualTo(2);
        assertThat(sent.get(2).getInPort()).isEqualTo("controller");
        assertThat(sent.get(2).getActions()).isEqualTo("output:2,resubmit(,1)");
        assertFails("ofctl: port 9: not here\n", "ofctl", "packet-out", "br0", "9", "2", packet);
    }

    @Test
    void shouldMonitor() {
        fake.endFirst();
        Shell.Result result = shell.run("ofctl", "monitor", "br0");
        assertThat(result.out()).isEqualTo(
                """
                        NXT_PACKET_IN2 (xid=0x0): table_id=2 cookie=0x5 total_len=42 reg0=0x7,in_port=1 (via action) data_len=42 (unbuffered)
                        arp,vlan_tci=0x0000,dl_src=50:54:00:00:00:09,dl_dst=ff:ff:ff:ff:ff:ff,arp_spa=192.168.0.1,arp_tpa=192.168.0.2,\
                        arp_op=1,arp_sha=50:54:00:00:00:09,arp_tha=00:00:00:00:00:00
                        OFPT_PORT_STATUS (xid=0x0): ADD: 2(v2): addr:02:00:00:00:00:02
                             config:     0
                             state:      0
                             current:    10GB-FD
                             speed: 10000 Mbps now, 0 Mbps max
                        OFPT_FLOW_REMOVED (xid=0x0): in_port=1 reason=delete duration0.004s idle0 pkts3 bytes0
                        """);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {"bla br0|unknown command 'bla'; use --help for help",
        "--bla br0|unrecognized option '--bla'",
        "snoop br0|'snoop': not supported; use --help for the commands that are",
        "add-flow br0|'add-flow' command requires at least 2 arguments: add-flow BRIDGE FLOW",
        "dump-flows br0 a b|'dump-flows' command takes at most 2 arguments: dump-flows BRIDGE [FLOW]",
        "dump-flows nobr|no bridge named nobr", "dump-flows br0 bla=2|unknown keyword bla",
        "--sort=bla dump-flows br0|bla: unknown field name",
        "-OOpenFlow99 show br0|-O: OpenFlow99: unknown OpenFlow version, expected OpenFlow10 to OpenFlow15",
        "add-flow br0 in_port=1,foo=2,actions=2|unknown keyword foo",
        "add-flow br0 in_port=1|must specify an action: in_port=1",
        "packet-out br0 1 2|packet-out: expected BRIDGE IN_PORT ACTIONS PACKET... or BRIDGE in_port=PORT,packet=HEX,actions=ACTIONS",
        "packet-out br0 zz 2 5054|zz is not a valid OpenFlow port",
        "packet-out br0 1 2 zz|packet \"zz\": expected an even number of hex digits",
        "packet-out br0 1 2 5054|packet \"5054\": too short for an Ethernet header of 14 bytes",
        "packet-out br0 in_port=1,actions=2|must specify packet",
        "packet-out br0 in_port=1,packet=50|must specify an action",
        "packet-out br0 foo=1,packet=50,actions=2|unknown keyword foo in packet-out: expected in_port, packet or actions",
        "monitor br0 abc|monitor \"abc\": expected a length in bytes, invalid_ttl or watch:",
        "monitor br0 70000|monitor \"70000\": expected a length from 0 to 65535",
        "monitor br0 watch:!foo|monitor \"watch:!foo\": unknown keyword !foo; expected !initial, !add, !modify, !delete, !own or !actions",
        "monitor br0 watch:table=1,priority=5|monitor \"watch:table=1,priority=5\": unknown keyword priority",
        "-OOpenFlow13 parse-flow actions=mod_nw_src:1.2.3.4|none of the usable flow formats (OpenFlow10,NXM) is among the allowed flow formats (OXM-OpenFlow13)"})
    void shouldSayWhatIsWrong(String line, String message) {
        List<String> words = new ArrayList<>(List.of("ofctl"));
        words.addAll(List.of(line.split(" ")));
        assertFails("ofctl: " + message + "\n", words.toArray(String[]::new));
    }
}
