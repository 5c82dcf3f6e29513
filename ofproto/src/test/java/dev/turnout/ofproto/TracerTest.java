package dev.turnout.ofproto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.Stream;

import dev.turnout.openflow.CtStateText;
import dev.turnout.openflow.FlowCommand;
import dev.turnout.openflow.FlowParser;
import dev.turnout.openflow.PortNames;
import dev.turnout.openflow.Protocols;
import org.junit.jupiter.api.Test;

/** Traces: what they say of each step, and that they change nothing. */
class TracerTest {
    private static final String PACKET = "in_port=1,udp,dl_src=02:00:00:00:00:01,dl_dst=02:00:00:00:00:02,nw_src=10.0.0.1,"
            + "nw_dst=10.0.0.2,nw_ttl=64,tp_src=7,tp_dst=53";

    private final Ofproto ofproto = new Ofproto(() -> 0, new DatapathSupport(true));
    private final Bridge bridge = ofproto.addBridge("br0", FailMode.SECURE, 1);
    private final Bridge other = ofproto.addBridge("br1", FailMode.SECURE, 2);

    TracerTest() {
        bridge.addPort(PortInfo.of("p1", "memory", 11, 1));
        bridge.addPort(PortInfo.of("p2", "memory", 12, 2));
        bridge.addPort(patch("a", 3, "b"));
        other.addPort(patch("b", 1, "a"));
        other.addPort(PortInfo.of("q2", "memory", 22, 2));
    }

    private static PortInfo patch(String name, int number, String peer) {
        return new PortInfo(name, "patch", PortInfo.NO_DP_PORT, number, peer, PortVlan.TRUNK_ALL, PortState.UP);
    }

    private static void flows(Bridge to, String... flows) {
        for (String flow : flows) {
            assertThat(to.apply(Texts.mods("add-flow " + flow), true)).containsExactly(FlowModResult.OK);
        }
    }

    private void group(String group) {
        assertThat(bridge.apply(Texts.mods("add-group " + group), true)).containsExactly(FlowModResult.OK);
    }

    private String trace(String packet) {
        return new Tracer(ofproto).trace(bridge,
                new FlowParser(PortNames.NONE, Protocols.ANY).parseFilter(packet).match());
    }

    @Test
    void shouldShowTablesActionsAndWhatEachLookedAt() {
        flows(bridge, "table=0,priority=10,cookie=0x5,in_port=1,actions=set_field:7->reg0,resubmit(,1),output:2",
                "table=1,priority=9,udp,nw_dst=10.0.0.0/24,actions=dec_ttl,goto_table:2", "table=2,actions=output:2");
        assertThat(trace(PACKET)).isEqualTo("""
                Flow: udp,in_port=1,dl_src=02:00:00:00:00:01,dl_dst=02:00:00:00:00:02,nw_src=10.0.0.1,nw_dst=10.0.0.2,\
                nw_ttl=64,tp_src=7,tp_dst=53

                bridge("br0")
                -------------
                 0. in_port=1, priority 10, cookie 0x5
                    set_field:0x7->reg0
                    resubmit(,1)
                     1. udp,nw_dst=10.0.0.0/24, priority 9
                        dec_ttl
                        goto_table:2
                     2. priority 32768
                        output:2
                    output:2

                Final flow: udp,reg0=0x7,in_port=1,dl_src=02:00:00:00:00:01,dl_dst=02:00:00:00:00:02,nw_src=10.0.0.1,\
                nw_dst=10.0.0.2,nw_ttl=63,tp_src=7,tp_dst=53
                Megaflow: recirc_id(0),in_port(11),packet_type(ns=0,id=0),eth_type(0x0800),\
                ipv4(dst=10.0.0.2/255.255.255.0,proto=17,ttl=64,frag=no)
                Looked at, by what made it necessary:
                  every packet: recirc_id, in_port, eth_type, nw_frag
                  table 1: nw_dst/24, nw_proto
                  table 1: dec_ttl: nw_ttl
                Datapath actions: set(ipv4(ttl=63)),12,12
                """);
    }

    @Test
    void shouldFollowPatchPortsGroupsAndActionSets() {
        group("group_id=4,type=indirect,bucket=output:3");
        flows(bridge, "table=0,actions=clone(output:2),write_actions(group:4),goto_table:1",
                "table=1,udp,actions=drop");
        flows(other, "table=0,udp,tp_dst=53,actions=output:2");
        assertThat(trace(PACKET)).isEqualTo("""
                Flow: udp,in_port=1,dl_src=02:00:00:00:00:01,dl_dst=02:00:00:00:00:02,nw_src=10.0.0.1,nw_dst=10.0.0.2,\
                nw_ttl=64,tp_src=7,tp_dst=53

                bridge("br0")
                -------------
                 0. priority 32768
                    clone(output:2)
                        clone
                            output:2
                    write_actions(group:4)
                    goto_table:1
                 1. udp, priority 32768
                    drop
                --. Executing action set:
                    group:4
                        group:4 bucket 0
                            output:3
                                bridge("br1")
                                     0. udp,tp_dst=53, priority 32768
                                        output:2

                Final flow: unchanged
                Megaflow: recirc_id(0),in_port(11),packet_type(ns=0,id=0),eth_type(0x0800),ipv4(proto=17,frag=no),udp(dst=53)
                Looked at, by what made it necessary:
                  every packet: recirc_id, in_port, eth_type, nw_frag
                  table 1: nw_proto
                  table 0 of br1: udp_dst
                Datapath actions: 12,22
                """);
    }

    @Test
    void shouldFollowRecirculation() {
        group("group_id=4,type=select,selection_method=dp_hash,bucket=output:2");
        flows(bridge, "table=0,actions=group:4");
        assertThat(trace(PACKET)).isEqualTo("""
                Flow: udp,in_port=1,dl_src=02:00:00:00:00:01,dl_dst=02:00:00:00:00:02,nw_src=10.0.0.1,nw_dst=10.0.0.2,\
                nw_ttl=64,tp_src=7,tp_dst=53

                bridge("br0")
                -------------
                 0. priority 32768
                    group:4
                         >> recirc(0x1)

                Final flow: unchanged
                Megaflow: recirc_id(0),in_port(11),packet_type(ns=0,id=0),eth_type(0x0800),ipv4(frag=no)
                Looked at, by what made it necessary:
                  every packet: recirc_id, in_port, eth_type, nw_frag
                Datapath actions: hash(l4(0)),recirc(0x1)

                -------------------------------------------------------------------------------
                recirc(0x1) - resume as if the hash were 0
                -------------------------------------------------------------------------------

                resume
                    group:4
                        group:4 bucket 0
                            output:2

                Final flow: unchanged
                Megaflow: recirc_id(0x1),dp_hash(0/0xf),in_port(11),packet_type(ns=0,id=0),eth_type(0x0800),ipv4(frag=no)
                Looked at, by what made it necessary:
                  every packet: recirc_id, in_port, eth_type, nw_frag
                  group:4: dp_hash/0xf
                Datapath actions: 12
                """);
    }

    private String json(String packet) {
        return new Tracer(ofproto).traceJson(bridge,
                new FlowParser(PortNames.NONE, Protocols.ANY).parseFilter(packet).match());
    }

    @Test
    void shouldSayTheSameInJson() {
        flows(bridge, "table=0,priority=10,cookie=0x5,in_port=1,actions=resubmit(,1),output:2",
                "table=1,priority=9,udp,nw_dst=10.0.0.0/24,actions=dec_ttl,goto_table:2");
        assertThat(json(PACKET)).isEqualTo(oneLine("""
                {"bridge":"br0",
                "flow":"udp,in_port=1,dl_src=02:00:00:00:00:01,dl_dst=02:00:00:00:00:02,nw_src=10.0.0.1,\
                nw_dst=10.0.0.2,nw_ttl=64,tp_src=7,tp_dst=53",
                "passes":[{"recirc_id":0,
                "steps":[{"type":"table","bridge":"br0","table":0,"matched":true,"priority":10,"cookie":"0x5",
                "match":"in_port=1","actions":"resubmit(,1),output:2",
                "steps":[{"type":"action","action":"resubmit(,1)",
                "steps":[{"type":"table","bridge":"br0","table":1,"matched":true,"priority":9,"cookie":"0x0",
                "match":"udp,nw_dst=10.0.0.0/24","actions":"dec_ttl,goto_table:2",
                "steps":[{"type":"action","action":"dec_ttl"},{"type":"action","action":"goto_table:2"}]},
                {"type":"table","bridge":"br0","table":2,"matched":false}]},
                {"type":"action","action":"output:2"}]}],
                "final_flow":"udp,in_port=1,dl_src=02:00:00:00:00:01,dl_dst=02:00:00:00:00:02,nw_src=10.0.0.1,\
                nw_dst=10.0.0.2,nw_ttl=63,tp_src=7,tp_dst=53",
                "megaflow":{"text":"recirc_id(0),in_port(11),packet_type(ns=0,id=0),eth_type(0x0800),\
                ipv4(dst=10.0.0.2/255.255.255.0,proto=17,ttl=64,frag=no)",
                "looked_at":[{"field":"recirc_id","because":{"every_packet":true}},
                {"field":"in_port","because":{"every_packet":true}},
                {"field":"eth_type","because":{"every_packet":true}},
                {"field":"nw_frag","because":{"every_packet":true}},
                {"field":"nw_dst","bits":"/24","because":{"bridge":"br0","table":1}},
                {"field":"nw_proto","because":{"bridge":"br0","table":1}},
                {"field":"nw_ttl","because":{"bridge":"br0","table":1,"action":"dec_ttl"}}],
                "installed":true},
                "datapath_actions":["set(ipv4(ttl=63))","12"],
                "uses":[{"type":"flow","credited":true,"bridge":"br0","table":0,"priority":10,"cookie":"0x5",
                "match":"in_port=1","actions":"resubmit(,1),output:2"},
                {"type":"flow","credited":true,"bridge":"br0","table":1,"priority":9,"cookie":"0x0",
                "match":"udp,nw_dst=10.0.0.0/24","actions":"dec_ttl,goto_table:2"},
                {"type":"miss","credited":true,"bridge":"br0","table":2}]}],
                "recirculations_not_followed":0,"ct_next_unused":0}
                """));
    }

    private String tracked(String packet, String... ctNext) {
        return new Tracer(ofproto, Stream.of(ctNext).map(CtStateText::parse).toList()).trace(bridge,
                new FlowParser(PortNames.NONE, Protocols.ANY).parseFilter(packet).match());
    }

    private void trackingFlows() {
        flows(bridge, "table=0,udp,actions=ct(table=1,zone=5)",
                "table=1,ct_state=+trk+new,udp,actions=ct(commit,zone=5,exec(set_field:9->ct_mark),nat(src=10.9.9.9:1000-2000),"
                        + "table=2)",
                "table=1,ct_state=+trk+est,udp,actions=output:2",
                "table=2,ct_mark=9,udp,nw_src=10.9.9.9,actions=output:2");
    }

    @Test
    void shouldTakeATrackedPacketAsNewUnlessToldOtherwise() {
        trackingFlows();
        String rule = "-".repeat(79);
        String given = "udp,in_port=1,dl_src=02:00:00:00:00:01,dl_dst=02:00:00:00:00:02,";
        assertThat(trace(PACKET)).contains("Datapath actions: ct(zone=5),recirc(0x1)\n\n" + rule
                + "\nrecirc(0x1) - resume after ct with default ct_state=new|trk (see --ct-next)\n" + rule
                + "\n\nFlow: ct_state=new|trk,ct_zone=5," + given
                + "nw_src=10.0.0.1,nw_dst=10.0.0.2,nw_ttl=64,tp_src=7,"
                + """
                        tp_dst=53

                        resume
                             1. ct_state=+new+trk,udp, priority 32768
                        """, "  table 1: ct_state/0x23, nw_proto\n",
                """
                Datapath actions: ct(commit,zone=5,mark=0x9/0xffffffff,nat(src=10.9.9.9:1000-2000)),recirc(0x2)

                """ + rule + "\nrecirc(0x2) - resume after ct with default ct_state=new|trk (see --ct-next)\n" + rule
                        + "\n\nFlow: ct_state=new|trk,ct_zone=5,ct_mark=0x9," + given
                        + "nw_src=10.9.9.9,nw_dst=10.0.0.2,nw_ttl=64,tp_src=1000,tp_dst=53\n",
                "Datapath actions: 12\n");
    }

    @Test
    void shouldTakeStatesOneAfterTheOther() {
        trackingFlows();
        assertThat(tracked(PACKET, "trk,est,rpl"))
                .contains("recirc(0x1) - resume after ct with ct_state=est|rpl|trk\n",
                        "     1. ct_state=+est+trk,udp, priority")
                .doesNotContain("recirc(0x2)", "not used").endsWith("Datapath actions: 12\n");
        assertThat(tracked(PACKET, "new trk", "trk,est"))
                .contains("recirc(0x1) - resume after ct with ct_state=new|trk\n",
                        "recirc(0x2) - resume after ct with ct_state=est|trk\n",
                        "ct_mark=0x9");
        assertThat(tracked(PACKET, "trk,inv", "trk,est", "trk,new"))
                .contains("recirc(0x1) - resume after ct with ct_state=inv|trk\n", " 1. No match.")
                .endsWith("\nThe connection is tracked less often than --ct-next is given: 2 not used\n");
        assertThat(new Tracer(ofproto, List.of(CtStateText.parse("trk,est"), CtStateText.parse("trk"))).traceJson(
                bridge,
                new FlowParser(PortNames.NONE, Protocols.ANY).parseFilter(PACKET).match())).contains(
                        "{\"recirc_id\":1,\"resumed\":\"after ct with ct_state=est|trk\",\"flow\":\"ct_state=est|trk,ct_zone=5,udp,",
                        "\"conntrack\":{\"ct_state\":\"est|trk\",\"default\":false,\"zone\":5},\"steps\":")
                .endsWith("\"recirculations_not_followed\":0,\"ct_next_unused\":1}");
    }

    @Test
    void shouldTranslateAddressesOfBothFamilies() {
        flows(bridge, "table=0,udp6,actions=ct(commit,table=1,nat(dst=fc00::5-fc00::9),exec(set_field:3/7->ct_label))",
                "table=1,ct_state=+dnat,ipv6_dst=fc00::5,ct_label=3/7,udp6,actions=output:2");
        assertThat(tracked("in_port=1,udp6,ipv6_dst=fc00::1,tp_dst=53", "trk,new,dnat"))
                .contains("Flow: ct_state=new|trk|dnat,ct_label=0x3,udp6,in_port=1,ipv6_dst=fc00::5,tp_dst=53\n")
                .endsWith("Datapath actions: 12\n");
    }

    @Test
    void shouldRefuseStatesWhereNothingIsTracked() {
        assertThatThrownBy(() -> new Tracer(new Ofproto(() -> 0), List.of(33)))
                .hasMessage("--ct-next: this datapath does not track connections, so no packet comes back from ct");
    }

    private static String oneLine(String text) {
        return text.replace("\n", "");
    }

    @Test
    void shouldSayInJsonWhatGroupsPatchPortsAndRecirculationDo() {
        group("group_id=4,type=select,selection_method=dp_hash,bucket=bucket_id=7,output:3");
        flows(bridge, "table=0,actions=clone(output:2),group:4");
        flows(other, "table=0,actions=learn(table=9,NXM_OF_ETH_DST[]=NXM_OF_ETH_SRC[],output:NXM_OF_IN_PORT[]),normal");
        assertThat(json(PACKET)).contains(oneLine("""
                {"type":"action","action":"clone(output:2)","steps":[{"type":"copy","copy":"clone",
                "steps":[{"type":"action","action":"output:2"}]}]},
                {"type":"action","action":"group:4","steps":[{"type":"recirculation","recirc_id":1}]}"""),
                "{\"type\":\"recirculation\",\"credited\":false,\"bridge\":\"br0\",\"recirc_id\":1}",
                "{\"recirc_id\":1,\"resumed\":\"as if the hash were 0\",\"steps\":[{\"type\":\"resume\",", oneLine("""
                        {"type":"bucket","group_id":4,"group_type":"select","bucket":7,
                        "steps":[{"type":"action","action":"output:3",
                        "steps":[{"type":"patch","bridge":"br1","steps":["""),
                oneLine("""
                        {"type":"note","note":"learns table=9 dl_dst=02:00:00:00:00:01 actions=output:b\
                         (to be learned)"}"""),
                "{\"type\":\"note\",\"note\":\"the destination is not learned: flooded\"}", oneLine("""
                        {"type":"group","credited":true,"bridge":"br0","group_id":4,"group_type":"select",
                        "text":"group_id=4,type=select,selection_method=dp_hash,bucket=bucket_id:7,actions=output:3",
                        "bucket":7},
                        {"type":"patch","credited":true,"bridge":"br0","port":"a","to_bridge":"br1","to_port":"b"},
                        {"type":"learns_address","credited":true,"bridge":"br1","mac":"02:00:00:00:00:01","vlan":0,"port":1},
                        {"type":"learns_flow","credited":true,"bridge":"br1",
                        "flow":"table=9 dl_dst=02:00:00:00:00:01 actions=output:1"}"""));
    }

    @Test
    void shouldSayWhyNothingIsSent() {
        flows(bridge, "table=0,in_port=1,actions=goto_table:4", "table=0,in_port=2,actions=drop",
                "table=4,tcp,actions=output:2");
        assertThat(json(PACKET)).contains("\"datapath_actions\":[],\"dropped\":\"no flow matches in table 4 of br0\"");
        assertThat(json("in_port=2"))
                .contains("\"datapath_actions\":[],\"dropped\":\"the flow in table 0 of br0 has no actions\"");
        flows(bridge, "table=0,in_port=1,actions=resubmit(,0)");
        assertThat(json(PACKET)).contains("{\"type\":\"drop\",\"reason\":\"over max translation depth 64\"}",
                "\"dropped\":\"over max translation depth 64\"");
    }

    @Test
    void shouldShowThatAStandaloneBridgeWithoutFlowsActsAsNormal() {
        bridge.setFailMode(FailMode.STANDALONE);
        assertThat(bridge.apply(List.of(FlowParser.parseFlowMod("", FlowCommand.DELETE, PortNames.NONE, Protocols.ANY)),
                true)).containsExactly(FlowModResult.OK);
        flows(other, "actions=drop");
        assertThat(trace(PACKET)).contains("""
                 0. No match.
                    NORMAL
                         >> the destination is not learned: flooded
                        bridge("br1")
                             0. priority 32768
                                drop

                """).contains("Datapath actions: 12\n");
    }

    @Test
    void shouldTraceWalksOfThousandsOfTables() {
        for (int table = 0; table < 250; table++) {
            flows(bridge, "table=" + table + ",actions=resubmit(," + (table + 1) % 250 + "),output:2");
        }
        assertThat(trace(PACKET)).contains(" >> over 4096 resubmit actions: the packet is dropped");
        assertThat(json(PACKET)).contains("\"dropped\":\"over 4096 resubmit actions\"").endsWith("}");
    }

    @Test
    void shouldShowMissesLoopsAndChangeNothing() {
        assertThat(trace(PACKET)).contains(" 0. No match.").contains("Datapath actions: drop");
        flows(bridge, "table=0,actions=normal", "table=5,actions=resubmit(,5)");
        assertThat(trace(PACKET)).contains("NORMAL").contains("Datapath actions: ");
        assertThat(bridge.macTable().entries(0)).isEmpty();
        assertThat(bridge.flows(dev.turnout.openflow.FlowFilter.ALL).getFirst().packets()).isZero();
        flows(bridge, "table=0,actions=resubmit(,5)");
        assertThat(trace(PACKET)).contains(" >> over max translation depth 64: the packet is dropped")
                .contains("Datapath actions: drop");
    }

    @Test
    void shouldRefusePortsThatReceiveNothing() {
        assertThatThrownBy(() -> trace("in_port=9")).hasMessage("in_port=9: no such port on br0");
        assertThatThrownBy(() -> trace("in_port=3"))
                .hasMessage("in_port=3: a is not in the datapath and receives nothing");
    }
}
