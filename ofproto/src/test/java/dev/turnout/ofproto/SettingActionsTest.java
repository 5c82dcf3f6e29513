package dev.turnout.ofproto;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;

import dev.turnout.flow.DatapathActions;
import dev.turnout.flow.DpAction;
import dev.turnout.flow.Field;
import dev.turnout.flow.Fields;
import dev.turnout.flow.FlowKey;
import dev.turnout.flow.FlowLayout;
import dev.turnout.flow.FlowMask;
import dev.turnout.flow.Match;
import dev.turnout.openflow.FieldValue;
import dev.turnout.openflow.FlowCommand;
import dev.turnout.openflow.FlowMod;
import dev.turnout.openflow.FlowParser;
import dev.turnout.openflow.OfAction;
import dev.turnout.openflow.PortNames;
import dev.turnout.openflow.Protocols;
import dev.turnout.openflow.Subfield;
import org.junit.jupiter.api.Test;

/** What setting a field becomes in the datapath, and that it does not look at the field. */
class SettingActionsTest {
    private final Ofproto ofproto = new Ofproto(() -> 0);
    private final Bridge bridge = ofproto.addBridge("br0", FailMode.SECURE, 1);
    private final FlowKey key = new FlowKey();

    SettingActionsTest() {
        bridge.addPort(PortInfo.of("p1", "memory", 1, 1));
        bridge.addPort(PortInfo.of("p2", "memory", 2, 2));
        key.set(Fields.IN_PORT, 1);
    }

    private XlateOut translate(OfAction... actions) {
        long[] mask = new long[FlowLayout.WORDS];
        for (Field field : List.of(Fields.ETH_TYPE, Fields.IP_PROTO, Fields.ICMPV6_TYPE, Fields.ICMPV6_CODE)) {
            field.setAll(mask);
        }
        List<OfAction> all = new ArrayList<>(List.of(actions));
        all.add(new OfAction.Output(2));
        FlowMod mod = FlowMod.builder(FlowCommand.ADD).match(new Match(key.words(), FlowMask.of(mask))).actions(all)
                .build();
        assertThat(bridge.apply(List.of(mod), true)).containsExactly(FlowModResult.OK);
        return ofproto.translator().translate(new XlateIn(key, 60, 0, false, 0));
    }

    private static OfAction set(Field field, long value) {
        return new OfAction.SetField(field, FieldValue.of(value));
    }

    @Test
    void shouldSetNeighbourDiscovery() {
        key.set(Fields.ETH_TYPE, 0x86dd);
        key.set(Fields.IP_PROTO, 58);
        key.set(Fields.ICMPV6_TYPE, 135);
        XlateOut out = translate(set(Fields.ND_TARGET, 7), set(Fields.ND_SLL, 0x0a0b));
        assertThat(out.actions()).isEqualTo(DatapathActions
                .of(new DpAction.SetNd(0, 7, -1, -1, 0x0a0b, 0xffff_ffff_ffffL, 0, 0), new DpAction.Output(2)));
        assertThat(out.wildcards().word(FlowLayout.ND_TARGET)).isZero();
        assertThat(out.wildcards().word(FlowLayout.SHA)).isZero();
    }

    @Test
    void shouldSetIcmp() {
        key.set(Fields.ETH_TYPE, 0x0800);
        key.set(Fields.IP_PROTO, 1);
        key.set(Fields.ICMP_TYPE, 8);
        XlateOut out = translate(set(Fields.ICMP_TYPE, 0), set(Fields.ICMP_CODE, 0));
        assertThat(out.actions())
                .isEqualTo(DatapathActions.of(new DpAction.SetIcmp(1, 0, 0xff, 0, 0), new DpAction.Output(2)));
    }

    @Test
    void shouldSetArp() {
        key.set(Fields.ETH_TYPE, 0x0806);
        key.set(Fields.ARP_OP, 1);
        XlateOut out = translate(set(Fields.ARP_OP, 2), set(Fields.ARP_SHA, 5), set(Fields.ARP_TPA, 6));
        assertThat(out.actions()).isEqualTo(DatapathActions
                .of(new DpAction.SetArp(2, 0xffff, 0, 0, 6, -1, 5, 0xffff_ffff_ffffL, 0, 0), new DpAction.Output(2)));
    }

    @Test
    void shouldKeepTheTagWhereItsIdIsWritten() {
        key.set(Fields.ETH_TYPE, 0x0800);
        key.set(Fields.VLAN_TCI, 0x6000 | FlowLayout.VLAN_PRESENT | 7);
        key.words()[FlowLayout.TCP_CT] |= 0x8100;
        DatapathActions replaced = DatapathActions.of(new DpAction.PopVlan(),
                new DpAction.PushVlan(0x8100, 0x6000 | FlowLayout.VLAN_PRESENT | 5), new DpAction.Output(2));
        assertThat(taggedTranslation("load:5->OXM_OF_VLAN_VID[]").actions()).isEqualTo(replaced);
        assertThat(taggedTranslation("set_field:5->vlan_vid").actions()).isEqualTo(replaced);
        assertThat(taggedTranslation("set_field:0x1005->vlan_vid").actions()).isEqualTo(replaced);
        assertThat(taggedTranslation("load:5->NXM_NX_REG0[],move:NXM_NX_REG0[0..11]->OXM_OF_VLAN_VID[]").actions())
                .isEqualTo(replaced);
    }

    private XlateOut taggedTranslation(String actions) {
        FlowMod mod = FlowParser.parseFlowMod("vlan_tci=0x1000/0x1000,actions=" + actions + ",output:2",
                FlowCommand.ADD, PortNames.NONE, Protocols.ANY);
        assertThat(bridge.apply(List.of(mod), true)).containsExactly(FlowModResult.OK);
        return ofproto.translator().translate(new XlateIn(key, 60, 0, false, 0));
    }

    @Test
    void shouldMakeNoTagByWritingAnId() {
        key.set(Fields.ETH_TYPE, 0x0800);
        FlowMod mod = FlowParser.parseFlowMod(
                "actions=load:0x1005->NXM_NX_REG0[],move:NXM_NX_REG0[0..11]->OXM_OF_VLAN_VID[],output:2",
                FlowCommand.ADD, PortNames.NONE, Protocols.ANY);
        assertThat(bridge.apply(List.of(mod), true)).containsExactly(FlowModResult.OK);
        assertThat(ofproto.translator().translate(new XlateIn(key, 60, 0, false, 0)).actions())
                .isEqualTo(DatapathActions.of(new DpAction.Output(2)));
    }

    @Test
    void shouldReadTheTypeOfServiceWithoutEcn() {
        key.set(Fields.ETH_TYPE, 0x0800);
        key.set(Fields.IP_PROTO, 17);
        key.set(Fields.NW_TOS, 0xbb);
        Subfield ecn = new Subfield(Fields.NW_TOS, 1, 3);
        XlateOut out = translate(new OfAction.Move(Subfield.of(Fields.NW_TOS), Subfield.of(Fields.NW_TTL)),
                new OfAction.Move(ecn, new Subfield(Fields.IPV4_SRC, 0, 3)));
        assertThat(out.actions()).isEqualTo(DatapathActions.of(new DpAction.SetIpv4(4, 7, 0, 0, 0, 0, 0xb8, 0xff),
                new DpAction.Output(2)));
        assertThat(Fields.NW_TOS.get(out.wildcards().toWords())).isEqualTo(0xfc);
    }

    @Test
    void shouldNotLookAtAnAddressThatIsReplaced() {
        key.set(Fields.ETH_TYPE, 0x0800);
        key.set(Fields.IP_PROTO, 17);
        key.set(Fields.IPV4_DST, 0x0a000001);
        XlateOut out = translate(new OfAction.SetIpv4Dst(0x0a000009));
        assertThat(out.wildcards().word(FlowLayout.IPV4)).isZero();
        assertThat(out.actions().actions()).hasSize(2);
    }
}
