package dev.turnout.ofproto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;

import dev.turnout.openflow.FlowCommand;
import dev.turnout.openflow.FlowParser;
import dev.turnout.openflow.GroupMod;
import dev.turnout.openflow.GroupParser;
import dev.turnout.openflow.PortNames;
import dev.turnout.openflow.Protocols;
import org.junit.jupiter.api.Test;

/** Traces: what they say of each step, and that they change nothing. */
class TracerTest {
    private static final String PACKET = "in_port=1,udp,dl_src=02:00:00:00:00:01,dl_dst=02:00:00:00:00:02,nw_src=10.0.0.1,"
            + "nw_dst=10.0.0.2,nw_ttl=64,tp_src=7,tp_dst=53";

    private final Ofproto ofproto = new Ofproto(() -> 0);
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
            assertThat(to.apply(List.of(FlowParser.parseFlowMod(flow, FlowCommand.ADD, PortNames.NONE, Protocols.ANY)),
                    true)).containsExactly(FlowModResult.OK);
        }
    }

    private void group(String group) {
        assertThat(bridge.apply(
                List.of(new GroupParser(PortNames.NONE, Protocols.ANY).parse(group, GroupMod.Command.ADD)), true))
                .containsExactly(FlowModResult.OK);
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
