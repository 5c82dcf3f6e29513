package dev.turnout.openflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import dev.turnout.flow.Fields;
import dev.turnout.flow.Match;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FlowParserTest {
    private static final PortNames PORTS = PortNames.of(Map.of("eth0", 5, "br-int", 6, "p1", 1));

    static Stream<String> corpus() throws IOException {
        try (InputStream in = FlowParserTest.class.getResourceAsStream("flows.tsv")) {
            assertThat(in).isNotNull();
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().filter(line -> !line.startsWith("#"))
                    .toList()
                    .stream();
        }
    }

    @ParameterizedTest
    @MethodSource("corpus")
    void shouldGiveNormalFormOrNameTheToken(String line) {
        String text = line.substring(0, line.indexOf('\t'));
        String expected = line.substring(line.indexOf('\t') + 1);
        if (expected.startsWith("error: ")) {
            assertThatThrownBy(() -> parse(text)).isInstanceOf(FlowSyntaxException.class)
                    .hasMessageContaining(expected.substring(7)).message().doesNotContain("\n");
        } else {
            FlowMod mod = parse(text);
            assertThat(FlowPrinter.flowMod(ProtocolForm.of(mod, Protocols.OPENFLOW13), PortNames.NONE))
                    .isEqualTo(expected);
        }
    }

    private static FlowMod parse(String text) {
        return FlowParser.parseFlowMod(text, FlowCommand.ADD, PortNames.NONE, Protocols.OPENFLOW13);
    }

    @Test
    void shouldKnowPortsByName() {
        FlowMod mod = FlowParser.parseFlowMod("in_port=eth0,actions=output:p1,\"br-int\",resubmit(eth0,2),enqueue:p1:3",
                FlowCommand.ADD, PORTS, Protocols.DEFAULT);
        assertThat(Fields.IN_PORT.get(mod.match().values())).isEqualTo(5);
        assertThat(mod.actions()).containsExactly(new OfAction.Output(1), new OfAction.Output(6),
                new OfAction.Resubmit(5, 2, false), new OfAction.Enqueue(1, 3));
        assertThat(FlowPrinter.text(mod, PORTS))
                .isEqualTo("in_port=eth0 actions=output:p1,output:\"br-int\",resubmit(eth0,2),enqueue:p1:3");
    }

    @Test
    void shouldTakeCommandOfLine() {
        FlowParser parser = new FlowParser(PortNames.NONE, Protocols.DEFAULT);
        assertThat(parser.parseLine("delete in_port=3", FlowCommand.ADD).command()).isEqualTo(FlowCommand.DELETE);
        assertThat(parser.parseLine("modify_strict, priority=5 actions=1", FlowCommand.ADD).priority()).isEqualTo(5);
        assertThat(parser.parseLine(" in_port=3 actions=1", FlowCommand.ADD).command()).isEqualTo(FlowCommand.ADD);
        assertThatThrownBy(() -> parser.parseLine("delete in_port=3,actions=1", FlowCommand.ADD))
                .hasMessageContaining("unknown keyword actions");
    }

    @Test
    void shouldSetOrMatchCookie() {
        FlowParser parser = new FlowParser(PortNames.NONE, Protocols.DEFAULT);
        FlowMod set = parser.parseFlowMod("cookie=7,actions=1", FlowCommand.MODIFY);
        assertThat(set.modifyCookie()).isTrue();
        assertThat(set.cookie()).isEqualTo(7);
        FlowMod matched = parser.parseFlowMod("cookie=7/-1,actions=1", FlowCommand.MODIFY);
        assertThat(matched.modifyCookie()).isFalse();
        assertThat(matched.cookieMatch()).isEqualTo(7);
        assertThat(matched.cookieMask()).isEqualTo(-1);
        assertThatThrownBy(() -> parser.parseFilter("cookie=7")).hasMessageContaining("cookie=7/-1");
    }

    @Test
    void shouldFilter() {
        FlowFilter filter = new FlowParser(PORTS, Protocols.DEFAULT).parseFilter("table=2,ip,cookie=4/4,out_port=eth0");
        assertThat(filter.outPort()).isEqualTo(5);
        Match tcp = MatchParser.parse("tcp,tp_dst=80", PORTS);
        assertThat(filter.covers(2, 12, tcp)).isTrue();
        assertThat(filter.covers(2, 8, tcp)).isFalse();
        assertThat(filter.covers(3, 12, tcp)).isFalse();
        assertThat(filter.covers(2, 12, MatchParser.parse("arp", PORTS))).isFalse();
        assertThat(filter.covers(2, 12, Match.ANY)).isFalse();
        assertThatThrownBy(() -> new FlowParser(PORTS, Protocols.DEFAULT).parseFilter("priority=3"))
                .hasMessageContaining("unknown keyword priority");
    }

    @Test
    void shouldGiveUpWhatLacksPrerequisitesAndSaySo() {
        FlowParser parser = new FlowParser(PortNames.NONE, Protocols.DEFAULT);
        FlowMod mod = parser.parseFlowMod("tp_dst=80,in_port=1,actions=drop", FlowCommand.ADD);
        assertThat(mod.match()).isEqualTo(MatchParser.parse("in_port=1", PORTS));
        assertThat(parser.warnings()).singleElement().asString().contains("before: in_port=1,tp_dst=80",
                "after: in_port=1");
        parser.parseFlowMod("in_port=1,actions=drop", FlowCommand.ADD);
        assertThat(parser.warnings()).isEmpty();
    }

    @Test
    void shouldTreatIcmpTypeAndPortAlike() {
        assertThat(MatchParser.parse("icmp,tp_src=8,tp_dst=0", PORTS))
                .isEqualTo(MatchParser.parse("icmp,icmp_type=8,icmp_code=0", PORTS));
    }

    @Test
    void shouldPrintListings() {
        FlowMod mod = FlowParser.parseFlowMod(
                "table=4,priority=3,idle_timeout=9,importance=2,send_flow_rem,in_port=5,actions=normal",
                FlowCommand.ADD, PORTS,
                Protocols.ANY);
        FlowStats stats = new FlowStats(4, 3, mod.match(), List.of(), 0xab, 1_234_000_000L, 10, 640, 9, 0, 2,
                mod.flags(), 3, -1,
                mod.actions());
        assertThat(FlowPrinter.stats(stats, PORTS, true))
                .isEqualTo(" cookie=0xab, duration=1.234s, table=4, n_packets=10,"
                        + " n_bytes=640, idle_timeout=9, send_flow_rem importance=2, idle_age=3, priority=3,in_port=eth0 actions=NORMAL");
        assertThat(FlowPrinter.stats(stats, PortNames.NONE, false)).isEqualTo(
                " cookie=0xab, table=4, idle_timeout=9, send_flow_rem importance=2, priority=3,in_port=5 actions=NORMAL");
        assertThat(FlowPrinter.stats(ProtocolForm.of(stats, Protocols.OPENFLOW13), PortNames.NONE, false))
                .doesNotContain("importance");
    }

    @Test
    void shouldReadListingsAgain() {
        FlowMod mod = FlowParser.parseFlowMod(
                " cookie=0x0, duration=1.234s, table=4, n_packets=10, n_bytes=640, idle_age=3, priority=3,tcp actions=drop",
                FlowCommand.ADD, PORTS, Protocols.DEFAULT);
        assertThat(mod.table()).isEqualTo(4);
        assertThat(FlowPrinter.text(mod, PORTS)).isEqualTo("table=4 priority=3,tcp actions=drop");
    }

    @Test
    void shouldNameTheActionThatDoesNotGoWithTheMatch() {
        FlowParser parser = new FlowParser(PORTS, Protocols.ANY);
        assertThatThrownBy(
                () -> parser.parseFlowMod("actions=push_vlan:0x8100,output:1,mod_nw_ttl:7,dec_ttl", FlowCommand.ADD))
                .hasMessageStartingWith("mod_nw_ttl:7: actions are invalid with specified match");
        assertThatThrownBy(() -> parser.parseFlowMod("actions=push_vlan:0x8100,clone(mod_nw_src:1.2.3.4)",
                FlowCommand.ADD)).hasMessageStartingWith("mod_nw_src:1.2.3.4: actions are invalid");
    }

    @Test
    void shouldLimitNesting() {
        String nested = "clone(".repeat(100_000) + ")".repeat(100_000);
        assertThatThrownBy(() -> ActionParser.parse(nested, PORTS)).isInstanceOf(FlowSyntaxException.class)
                .hasMessageContaining("nested too deeply");
    }

    @Test
    void shouldParseVersions() {
        assertThat(Protocols.parse("OpenFlow13")).isEqualTo(Protocols.OPENFLOW13);
        assertThat(Protocols.parse("OpenFlow10,OpenFlow11,OpenFlow12,OpenFlow13,OpenFlow14,OpenFlow15"))
                .isEqualTo(Protocols.ANY);
        assertThatThrownBy(() -> Protocols.parse("OpenFlow9")).hasMessageContaining("OpenFlow9");
        assertThat(Protocols.ANY).hasToString("any");
        assertThat(Protocols.EMPTY).hasToString("none");
    }
}
