package dev.turnout.ofproto;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnout.flow.Fields;
import dev.turnout.flow.FlowKey;
import dev.turnout.flow.Json;
import dev.turnout.openflow.FlowParser;
import dev.turnout.openflow.PortNames;
import dev.turnout.openflow.Protocols;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** From megaflows back to what made them. */
class DetracerTest {
    private static final String PACKET = "udp,dl_src=02:00:00:00:00:01,dl_dst=02:00:00:00:00:02,nw_ttl=64,tp_dst=53";

    private final Ofproto ofproto = new Ofproto(() -> 0, new FakeMeters(), DatapathSupport.BASIC);
    private final Bridge bridge = ofproto.addBridge("br0", FailMode.SECURE, 1);
    private final Bridge other = ofproto.addBridge("br1", FailMode.SECURE, 2);

    DetracerTest() {
        bridge.addPort(PortInfo.of("p1", "memory", 11, 1));
        bridge.addPort(PortInfo.patch("a", "b", 3));
        other.addPort(PortInfo.patch("b", "a", 1));
        other.addPort(PortInfo.of("q2", "memory", 22, 2));
    }

    private static void flows(Bridge to, String... flows) {
        for (String flow : flows) {
            assertThat(to.apply(Texts.mods("add-flow " + flow), true)).containsExactly(FlowModResult.OK);
        }
    }

    private void group(String group) {
        assertThat(bridge.apply(Texts.mods("add-group " + group), true)).containsExactly(FlowModResult.OK);
    }

    private static FlowKey key(int recircId, int dpPort) {
        FlowKey key = new FlowKey(
                new FlowParser(PortNames.NONE, Protocols.ANY).parseFilter(PACKET).match().values().clone());
        Fields.IN_PORT_OXM.set(key.words(), dpPort);
        key.set(Fields.RECIRC_ID, recircId);
        return key;
    }

    private XlateOut translate(FlowKey key) {
        return ofproto.translator().translate(new XlateIn(key, 60, 0, true, 0));
    }

    private String detrace(FlowKey key, @Nullable String only) {
        XlateOut out = translate(key);
        String text = new Detracer(ofproto).text(key, out.cache(), only);
        out.cache().close();
        return text;
    }

    @Test
    void shouldListFlowsGroupsAndTheRest() {
        group("group_id=4,type=all,bucket=bucket_id=0,output:3");
        assertThat(bridge.apply(Texts.mods("add-meter meter=6,kbps,bands=type=drop,rate=1000"), true))
                .containsExactly(FlowModResult.OK);
        flows(bridge, "table=0,priority=10,cookie=0x5,in_port=1,actions=meter:6,resubmit(,1),controller(id=9),group:4",
                "table=1,priority=9,tcp,actions=drop");
        flows(other, "table=0,udp,tp_dst=53,idle_timeout=60,actions=normal");
        other.macTable().learn(0, 0x020000000002L, 2, 0, false);
        String expected = """
                flow: br0: priority=10,in_port=1 cookie=0x5 actions=meter:6,resubmit(,1),controller(id=9),group:4
                no match: br0: table 1
                flow: br1: udp,tp_dst=53 idle_timeout=60 actions=NORMAL
                group: br0: group_id=4,type=all,bucket=bucket_id:0,actions=output:3 (all buckets)
                patch port: br0: a to b of br1
                learns: br1: 02:00:00:00:00:01 in VLAN 0 on port 1
                learned: br1: 02:00:00:00:00:02 in VLAN 0 on port 2
                meter: br0: 6
                controller: br0: id 9, reason action
                """;
        assertThat(detrace(key(0, 11), null)).isEqualTo(expected);
        assertThat(detrace(key(0, 11), "br1")).isEqualTo("""
                flow: br1: udp,tp_dst=53 idle_timeout=60 actions=NORMAL
                patch port: br0: a to b of br1
                learns: br1: 02:00:00:00:00:01 in VLAN 0 on port 1
                learned: br1: 02:00:00:00:00:02 in VLAN 0 on port 2
                """);
        assertThat(detrace(key(0, 22), "br0")).isEmpty();
    }

    @Test
    void shouldSayWhereARecirculatedPacketGoesOn() {
        group("group_id=4,type=select,selection_method=dp_hash,bucket=bucket_id=2,output:1");
        flows(bridge, "table=2,cookie=0x77,actions=group:4,output:1", "table=0,actions=goto_table:2");
        flows(other, "in_port=2,actions=output:1");
        XlateOut first = translate(key(0, 22));
        assertThat(new Detracer(ofproto).text(key(0, 22), first.cache(), null)).isEqualTo("""
                flow: br1: in_port=2 actions=output:1
                flow: br0: actions=goto_table:2
                flow: br0: table=2 cookie=0x77 actions=group:4,output:1
                patch port: br1: b to a of br0
                recirculation: br0: recirc(0x1)
                """);
        XlateOut second = translate(key(1, 22));
        assertThat(new Detracer(ofproto).text(key(1, 22), second.cache(), null)).isEqualTo("""
                goes on: br0: with group:4,output:1 of table=2 cookie=0x77 actions=group:4,output:1
                group: br0: group_id=4,type=select,selection_method=dp_hash,bucket=bucket_id:2,actions=output:1 (bucket 2)
                """);
        Json json = new Json();
        new Detracer(ofproto).write(json, key(1, 22), second.cache(), "br0");
        assertThat(json.toString()).isEqualTo(
                """
                [{"type":"resumed","credited":false,"bridge":"br0","table":2,"priority":32768,"cookie":"0x77","match":"",\
                "actions":"group:4,output:1","actions_left":"group:4,output:1"},\
                {"type":"group","credited":true,"bridge":"br0","group_id":4,"group_type":"select",\
                "text":"group_id=4,type=select,selection_method=dp_hash,bucket=bucket_id:2,actions=output:1","bucket":2}]""");
        first.cache().close();
        second.cache().close();
    }
}
