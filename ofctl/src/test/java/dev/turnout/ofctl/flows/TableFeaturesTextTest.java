package dev.turnout.ofctl.flows;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;

import dev.turnout.ofctl.FakeSwitch;
import dev.turnout.ofctl.Shell;
import dev.turnout.ofctl.transport.Calls;
import dev.turnout.v1.ReadRequest;
import dev.turnout.v1.ReadResponse;
import dev.turnout.v1.TableFeatures;
import dev.turnout.v1.TableStats;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code dump-table-features} against texts of {@code ovs-ofctl} 3.1. */
class TableFeaturesTextTest {
    private static final TableFeatures FEATURES = TableFeatures.newBuilder().addInstructions("meter")
            .addInstructions("apply_actions").addInstructions("goto_table").addApplyActions("output")
            .addApplyActions("group").addWriteActions("output").addWriteActions("group").addSetFields("eth_src")
            .addSetFields("eth_dst").addMaskedFields("reg0").addMaskedFields("reg1").addExactFields("eth_type").build();

    private FakeSwitch fake;
    private Shell shell;
    private TableFeatures features = FEATURES;

    @BeforeEach
    void start() throws IOException {
        fake = new FakeSwitch().on(Calls.read(), this::read);
        shell = Shell.of(fake);
    }

    @AfterEach
    void stop() throws IOException {
        fake.close();
    }

    private List<ReadResponse> read(ReadRequest request) {
        ReadResponse.Builder response = ReadResponse.newBuilder();
        if (request.hasTableFeatures()) {
            return List.of(response.setTableFeatures(features).build());
        }
        for (int i = 0; i < 9; i++) {
            response.addTables(TableStats.newBuilder().setTable(i).setName(i == 3 ? "foo" : "")
                    .setMaxEntries(i == 3 ? 5 : 1000000));
        }
        return List.of(response.build());
    }

    private void assertPrints(String expected, String... command) {
        assertThat(shell.run(command)).isEqualTo(new Shell.Result(0, expected, ""));
    }

    @Test
    void shouldPrintTablesOnceThatAreAlike() {
        assertPrints("""
                  table 0:
                    metadata: match=0xffffffffffffffff write=0xffffffffffffffff
                    max_entries=1000000
                    instructions (table miss and others):
                      next tables: 1-8
                      instructions: meter apply_actions goto_table
                      Write-Actions and Apply-Actions features:
                        actions: output group
                        supported on Set-Field: eth_{src,dst}
                    matching:
                      arbitrary mask: reg0...reg1
                      exact match or wildcard: eth_type

                  tables 1...2: ditto

                  table 3 ("foo"):
                    metadata: match=0xffffffffffffffff write=0xffffffffffffffff
                    max_entries=5
                    (same instructions)
                    (same matching)

                  table 4:
                    metadata: match=0xffffffffffffffff write=0xffffffffffffffff
                    max_entries=1000000
                    (same instructions)
                    (same matching)

                  tables 5...7: ditto

                  table 8:
                    metadata: match=0xffffffffffffffff write=0xffffffffffffffff
                    max_entries=1000000
                    instructions (table miss and others):
                      instructions: meter apply_actions
                      (same actions)
                    (same matching)

                """, "ofctl", "-O", "OpenFlow13", "dump-table-features", "br0");
    }

    @Test
    void shouldPrintOneTableInTheNewestVersion() {
        features = FEATURES.toBuilder().addApplyActions("dec_ttl").build();
        assertPrints("""
                  table 8:
                    metadata: match=0xffffffffffffffff write=0xffffffffffffffff
                    eviction: supported
                    vacancy events: not supported
                    max_entries=1000000
                    instructions (table miss and others):
                      instructions: apply_actions
                      Write-Actions features:
                        actions: output group
                        supported on Set-Field: eth_{src,dst}
                      Apply-Actions features:
                        actions: output group dec_ttl
                        supported on Set-Field: eth_{src,dst}
                    matching:
                      arbitrary mask: reg0...reg1
                      exact match or wildcard: eth_type

                """, "ofctl", "-O", "OpenFlow15", "dump-table-features", "br0",
                "8");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "dump-table-features br0|dump-table-features needs OpenFlow 1.3 or later ('-O OpenFlow13')",
        "-OOpenFlow13 dump-table-features br0 9|unknown table \"9\"; expected 0 to 8",
        "-OOpenFlow13 dump-table-features br0 x|unknown table \"x\"; expected 0 to 8"})
    void shouldSayWhatIsWrong(String command, String message) {
        assertThat(shell.run(("ofctl " + command).split(" ")))
                .isEqualTo(new Shell.Result(1, "", "ofctl: " + message + "\n"));
    }

    @Test
    void shouldPrintForMachines() {
        String out = shell.run("ofctl", "-OOpenFlow13", "-fjson", "dump-table-features", "br0", "3").out();
        assertThat(out).isEqualTo("{\"tables\":[{\"table\":3,\"name\":\"foo\",\"max_entries\":5}],"
                + "\"instructions\":[\"meter\",\"apply_actions\",\"goto_table\"],\"apply_actions\":[\"output\",\"group\"],"
                + "\"write_actions\":[\"output\",\"group\"],\"set_fields\":[\"eth_src\",\"eth_dst\"],"
                + "\"masked_fields\":[\"reg0\",\"reg1\"],\"exact_fields\":[\"eth_type\"]}\n");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"|", "metadata|metadata",
        "tun_id tun_src tun_dst tun_ipv6_src tun_ipv6_dst tun_flags tun_gbp_id tun_gbp_flags tun_metadata0 tun_metadata1 tun_metadata2|tun_{id,src,dst,ipv6_{src,dst},flags,gbp_{id,flags},metadata0...metadata2}",
        "metadata in_port in_port_oxm pkt_mark|metadata in_{port,port_oxm} pkt_mark",
        "reg0 reg1 reg2 xreg0 xreg1 eth_src|reg0...reg2 xreg0...xreg1 eth_src",
        "nw_proto nw_tos ip_dscp nw_ecn nw_ttl|nw_{proto,tos} ip_dscp nw_{ecn,ttl}",
        "ct_state ct_nw_src ct_nw_dst ct_ipv6_src ct_ipv6_dst ct_tp_src|ct_{state,nw_{src,dst},ipv6_{src,dst},tp_src}",
        "nsh_flags nsh_c1 nsh_c2 nsh_c3 nsh_c4 nsh_ttl|nsh_{flags,c1...c4,ttl}",
        "icmp_type icmpv6_type|icmp_type icmpv6_type"})
    void shouldShortenListsOfFields(String names, String expected) {
        assertThat(FieldNames.shortened(names == null ? List.of() : List.of(names.split(" "))))
                .isEqualTo(expected == null ? "" : expected);
    }
}
