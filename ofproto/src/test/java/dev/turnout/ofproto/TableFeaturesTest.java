package dev.turnout.ofproto;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;

import dev.turnout.flow.Field;
import dev.turnout.flow.Fields;
import org.junit.jupiter.api.Test;

/** What flows can be, compared with which flows are taken. */
class TableFeaturesTest {
    private final Ofproto ofproto = new Ofproto(() -> 0, new FakeMeters(), DatapathSupport.BASIC);
    private final Bridge bridge = ofproto.addBridge("br0", FailMode.SECURE, 1);
    private final TableFeatures features = bridge.tableFeatures();

    private boolean takes(String flow) {
        return bridge.apply(Texts.mods("add-flow " + flow), true).getFirst().isOk();
    }

    @Test
    void shouldNameTheFieldsThatFlowsMaySet() {
        List<String> flows = List.of("actions=set_field:02:00:00:00:00:01->eth_src",
                "ip,actions=set_field:1.2.3.4->ip_dst", "ipv6,actions=set_field:::1->ipv6_src",
                "arp,actions=set_field:2->arp_op", "tcp,actions=set_field:80->tcp_dst",
                "udp,actions=set_field:80->udp_src", "actions=set_field:1->reg5", "actions=set_field:1->xxreg0",
                "actions=set_field:1->metadata", "actions=set_field:1->pkt_mark", "icmp,actions=set_field:8->icmp_type",
                "dl_vlan=1,actions=set_field:3->vlan_pcp", "ip,actions=set_field:3->nw_ecn",
                "dl_type=0x894f,actions=set_field:3->nsh_ttl", "mpls,actions=set_field:3->mpls_label",
                "sctp,actions=set_field:3->sctp_dst");
        for (String flow : flows) {
            Field field = Fields.byName(flow.substring(flow.indexOf("->") + 2));
            assertThat(features.setFields().contains(field)).as(flow).isEqualTo(takes(flow));
        }
        assertThat(features.setFields()).contains(Fields.ETH_DST, Fields.IPV4_SRC, Fields.TCP_SRC, Fields.reg(0))
                .doesNotContain(Fields.ETH_TYPE, Fields.IP_PROTO, Fields.RECIRC_ID, Fields.CT_STATE, Fields.DL_VLAN);
    }

    @Test
    void shouldNameTheFieldsThatCanBeMatched() {
        assertThat(features.maskedFields()).contains(Fields.ETH_SRC, Fields.IPV6_DST, Fields.METADATA)
                .doesNotContain(Fields.ETH_TYPE, Fields.DL_VLAN);
        assertThat(features.exactFields()).contains(Fields.ETH_TYPE, Fields.IN_PORT, Fields.ARP_OP)
                .doesNotContain(Fields.TUN_TTL, Fields.SKB_PRIORITY)
                .doesNotContainAnyElementsOf(features.maskedFields());
    }

    @Test
    void shouldNameTheActionsThatFlowsMayHave() {
        assertThat(features.instructions()).containsExactly("meter", "apply_actions", "clear_actions",
                "write_actions", "write_metadata", "goto_table");
        assertThat(features.applyActions()).startsWith("output", "group", "set_field", "strip_vlan", "push_vlan",
                "mod_nw_ttl", "dec_ttl").doesNotContain("set_queue");
        assertThat(features.applyActions().contains("push_mpls")).isEqualTo(takes("actions=push_mpls:0x8847,output:1"));
        assertThat(features.writeActions().contains("push_mpls"))
                .isEqualTo(takes("actions=write_actions(push_mpls:0x8847,output:1)"));
        assertThat(features.writeActions()).isSubsetOf(features.applyActions()).containsAll(ActionSet.NAMES);
    }
}
