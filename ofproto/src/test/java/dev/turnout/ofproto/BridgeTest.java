package dev.turnout.ofproto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.AbstractList;
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
import dev.turnout.openflow.FlowCommand;
import dev.turnout.openflow.FlowFilter;
import dev.turnout.openflow.FlowFlags;
import dev.turnout.openflow.FlowMod;
import dev.turnout.openflow.FlowParser;
import dev.turnout.openflow.FlowStats;
import dev.turnout.openflow.OfAction;
import dev.turnout.openflow.OfError;
import dev.turnout.openflow.OfPorts;
import dev.turnout.openflow.PortNames;
import dev.turnout.openflow.Protocols;
import org.junit.jupiter.api.Test;

class BridgeTest {
    private static final long SECOND = 1_000_000_000L;

    private long nowNs;
    private final Ofproto ofproto = new Ofproto(() -> nowNs);
    private final Bridge bridge = ofproto.addBridge("br0", FailMode.SECURE, 1);

    private static Match match(Field field, long value) {
        long[] values = new long[FlowLayout.WORDS];
        long[] mask = new long[FlowLayout.WORDS];
        field.set(values, value);
        field.setAll(mask);
        return new Match(values, FlowMask.of(mask));
    }

    private static FlowMod.Builder add(int inPort, int outPort) {
        return FlowMod.builder(FlowCommand.ADD).match(match(Fields.IN_PORT, inPort))
                .actions(List.of(new OfAction.Output(outPort)));
    }

    private FlowModResult apply(FlowMod mod) {
        return bridge.apply(List.of(mod), false).get(0);
    }

    private XlateOut translate(int dpPort) {
        FlowKey key = new FlowKey();
        key.set(Fields.IN_PORT, dpPort);
        key.set(Fields.ETH_SRC, 0x020000000000L + dpPort);
        key.set(Fields.ETH_DST, 0x020000000099L);
        key.set(Fields.ETH_TYPE, 0x0800);
        return ofproto.translator().translate(new XlateIn(key, 60, 0, true, nowNs));
    }

    private void addPorts(int count) {
        for (int i = 1; i <= count; i++) {
            bridge.addPort(PortInfo.of("p" + i, "memory", i, i));
        }
    }

    @Test
    void shouldReplaceAFlowOfTheSameMatchAndPriority() {
        apply(add(1, 2).build());
        apply(add(1, 3).build());
        assertThat(bridge.flows(FlowFilter.ALL)).singleElement().extracting(FlowStats::actions)
                .isEqualTo(List.of(new OfAction.Output(3)));
    }

    @Test
    void shouldReplaceFlowsAndLeaveThoseAloneThatAreThereJustSo() {
        addPorts(4);
        bridge.apply(List.of(add(1, 2).build(), add(2, 3).cookie(7).build(), add(3, 1).table(5).build()), true);
        translate(1).cache().credit(10, 600, 0, 0);
        List<FlowMod> wanted = List.of(add(1, 4).build(), add(1, 2).build(), add(2, 3).cookie(8).build(),
                add(4, 1).build());
        assertThat(bridge.replace(wanted, false, true, Protocols.OPENFLOW10, ChangeOrigin.NONE)).hasSize(4)
                .allMatch(FlowModResult::isOk);
        assertThat(bridge.flows(FlowFilter.ALL)).extracting(FlowStats::cookie).containsExactlyInAnyOrder(0L, 8L, 0L);
        assertThat(bridge.aggregate(FlowFilter.ALL).packets()).isEqualTo(10);
        bridge.replace(wanted, true, true, Protocols.OPENFLOW10, ChangeOrigin.NONE);
        assertThat(bridge.aggregate(FlowFilter.ALL).packets()).isZero();
        List<FlowMod> wrong = List.of(add(1, 3).build(), add(5, 1).table(254).build());
        assertThat(bridge.replace(wrong, false, true, Protocols.OPENFLOW10, ChangeOrigin.NONE))
                .extracting(FlowModResult::status)
                .containsExactly(FlowModResult.Status.NOT_APPLIED, FlowModResult.Status.FAILED);
        assertThat(bridge.flowCount()).isEqualTo(3);
        assertThat(bridge.replace(wrong, false, false, Protocols.OPENFLOW10, ChangeOrigin.NONE))
                .extracting(FlowModResult::status)
                .containsExactly(FlowModResult.Status.OK, FlowModResult.Status.FAILED);
        assertThat(bridge.flows(FlowFilter.ALL)).singleElement().extracting(FlowStats::actions)
                .isEqualTo(List.of(new OfAction.Output(3)));
    }

    @Test
    void shouldCompareActionsAsAProtocolCarriesThem() {
        addPorts(2);
        FlowMod set = FlowParser.parseFlowMod("ip,actions=set_field:1.2.3.4->ip_src,2", FlowCommand.ADD, PortNames.NONE,
                Protocols.ANY);
        FlowMod mod = FlowParser.parseFlowMod("ip,actions=mod_nw_src:1.2.3.4,2", FlowCommand.ADD, PortNames.NONE,
                Protocols.ANY);
        apply(set);
        long createdNs = nowNs;
        nowNs += 5_000_000_000L;
        bridge.replace(List.of(mod), false, true, Protocols.OPENFLOW10, ChangeOrigin.NONE);
        assertThat(bridge.flows(FlowFilter.ALL).get(0).durationNs()).isEqualTo(nowNs - createdNs);
        bridge.replace(List.of(mod.toBuilder().actions(List.of(new OfAction.Output(1))).build()), false, true,
                Protocols.OPENFLOW10, ChangeOrigin.NONE);
        assertThat(bridge.flows(FlowFilter.ALL).get(0).durationNs()).isZero();
    }

    @Test
    void shouldShareEqualListsOfActionsBetweenRules() {
        apply(add(1, 2).build());
        apply(add(2, 2).build());
        List<FlowStats> flows = bridge.flows(FlowFilter.ALL);
        assertThat(flows.get(0).actions()).isSameAs(flows.get(1).actions());
        assertThat(flows.get(0).match().mask()).isSameAs(flows.get(1).match().mask());
    }

    @Test
    void shouldUndoAnAtomicBatchAsAWhole() {
        addPorts(2);
        apply(add(1, 2).build());
        List<FlowMod> batch = List.of(add(2, 1).build(), FlowMod.builder(FlowCommand.DELETE).build(), add(3, 1).build(),
                FlowMod.builder(FlowCommand.ADD).actions(List.of(new OfAction.Group(5))).build(), add(4, 1).build());
        List<FlowModResult> results = bridge.apply(batch, true);
        assertThat(results).extracting(FlowModResult::status).containsExactly(FlowModResult.Status.NOT_APPLIED,
                FlowModResult.Status.NOT_APPLIED,
                FlowModResult.Status.NOT_APPLIED, FlowModResult.Status.FAILED, FlowModResult.Status.NOT_APPLIED);
        assertThat(results.get(3).error()).isEqualTo(OfError.OFPBAC_BAD_OUT_GROUP);
        assertThat(results.get(3).message()).contains("group:5");
        assertThat(bridge.flows(FlowFilter.ALL)).hasSize(1);
        assertThat(translate(1).actions()).isEqualTo(DatapathActions.of(new DpAction.Output(2)));
        assertThat(translate(2).actions()).isEqualTo(DatapathActions.DROP);
    }

    @Test
    void shouldUndoABatchThatThrows() {
        addPorts(2);
        apply(add(1, 2).build());
        List<FlowMod> mods = List.of(add(2, 1).build(), FlowMod.builder(FlowCommand.DELETE).build());
        List<FlowMod> broken = new AbstractList<>() {
            @Override
            public FlowMod get(int index) {
                if (index == mods.size()) {
                    throw new IllegalStateException("broken");
                }
                return mods.get(index);
            }

            @Override
            public int size() {
                return mods.size() + 1;
            }
        };
        assertThatThrownBy(() -> bridge.apply(broken, false)).hasMessage("broken");
        apply(add(3, 1).build());
        assertThat(bridge.flows(FlowFilter.ALL)).extracting(flow -> flow.match().values()[Fields.IN_PORT.word()])
                .hasSize(2).doesNotContain(add(2, 1).build().match().values()[Fields.IN_PORT.word()]);
        assertThat(translate(1).actions()).isEqualTo(DatapathActions.of(new DpAction.Output(2)));
    }

    @Test
    void shouldSendWhatATtlEndedOfToTheControllersIfAsked() {
        addPorts(2);
        List<PacketIn> heard = new ArrayList<>();
        ofproto.addPacketInListener(heard::add);
        apply(FlowMod.builder(FlowCommand.ADD).match(match(Fields.ETH_TYPE, 0x0800))
                .actions(List.of(new OfAction.DecTtl(List.of(4, 5)), new OfAction.Output(2))).build());
        assertThat(translate(1).actions()).isEqualTo(DatapathActions.DROP);
        long sequence = ofproto.changeSequence();
        bridge.setInvalidTtlToController(true);
        assertThat(ofproto.changeSequence()).isGreaterThan(sequence);
        List<DpAction> actions = translate(1).actions().actions();
        assertThat(actions).hasSize(2);
        for (DpAction action : actions) {
            ofproto.packetIn(((DpAction.Userspace) action).stateId(), new byte[60], new FlowKey());
        }
        assertThat(heard).extracting(PacketIn::controllerId).containsExactly(4, 5);
        assertThat(heard).extracting(PacketIn::reason).containsOnly(OfAction.PacketInReason.INVALID_TTL);
    }

    @Test
    void shouldApplyWhatItCanOfABatchThatIsNotAtomic() {
        List<FlowMod> batch = List.of(add(1, 2).build(), FlowMod.builder(FlowCommand.ADD).table(254).build(),
                add(2, 1).build());
        assertThat(bridge.apply(batch, false)).extracting(FlowModResult::isOk).containsExactly(true, false, true);
        assertThat(bridge.flowCount()).isEqualTo(2);
    }

    @Test
    void shouldModifyCoveredFlowsAndKeepTheirCounters() {
        addPorts(3);
        apply(add(1, 2).cookie(5).build());
        translate(1).cache().credit(10, 600, 0, 0);
        FlowMod modify = FlowMod.builder(FlowCommand.MODIFY).actions(List.of(new OfAction.Output(3))).build();
        assertThat(apply(modify).isOk()).isTrue();
        FlowStats flow = bridge.flows(FlowFilter.ALL).get(0);
        assertThat(flow.packets()).isEqualTo(10);
        assertThat(flow.cookie()).isEqualTo(5);
        assertThat(translate(1).actions()).isEqualTo(DatapathActions.of(new DpAction.Output(3)));
        apply(modify.toBuilder().flags(FlowFlags.RESET_COUNTS).build());
        assertThat(bridge.flows(FlowFilter.ALL).get(0).packets()).isZero();
    }

    @Test
    void shouldCreditLatePacketsToTheModifiedFlow() {
        addPorts(3);
        apply(add(1, 2).build());
        XlateOut before = translate(1);
        apply(FlowMod.builder(FlowCommand.MODIFY).actions(List.of(new OfAction.Output(3))).build());
        before.cache().credit(4, 400, 1, 0);
        assertThat(bridge.aggregate(FlowFilter.ALL)).isEqualTo(new FlowAggregate(4, 400, 1));
        assertThat(bridge.tableStats().get(0)).extracting(TableStats::lookups, TableStats::matches).containsExactly(4L,
                4L);
    }

    @Test
    void shouldAddWhereNothingIsThereToModifyUnlessACookieIsAskedFor() {
        apply(FlowMod.builder(FlowCommand.MODIFY).cookieMatch(1, -1).build());
        assertThat(bridge.flowCount()).isZero();
        apply(FlowMod.builder(FlowCommand.MODIFY).build());
        assertThat(bridge.flowCount()).isEqualTo(1);
    }

    @Test
    void shouldDeleteByCookieOutputAndStrictly() {
        apply(add(1, 2).cookie(0x11).build());
        apply(add(2, 3).cookie(0x12).build());
        apply(add(3, 2).cookie(0x21).priority(7).build());
        apply(FlowMod.builder(FlowCommand.DELETE).cookieMatch(0x20, 0xf0).build());
        assertThat(bridge.flows(FlowFilter.ALL)).extracting(FlowStats::cookie).containsExactlyInAnyOrder(0x11L, 0x12L);
        apply(FlowMod.builder(FlowCommand.DELETE).outPort(3).build());
        assertThat(bridge.flows(FlowFilter.ALL)).extracting(FlowStats::cookie).containsExactly(0x11L);
        apply(FlowMod.builder(FlowCommand.DELETE_STRICT).build());
        assertThat(bridge.flowCount()).isEqualTo(1);
        apply(add(1, 2).build().toBuilder().command(FlowCommand.DELETE_STRICT).build());
        assertThat(bridge.flowCount()).isZero();
    }

    @Test
    void shouldRefuseOverlapAndFullTables() {
        apply(add(1, 2).build());
        FlowMod overlapping = FlowMod.builder(FlowCommand.ADD).match(match(Fields.ETH_TYPE, 0x0800))
                .flags(FlowFlags.CHECK_OVERLAP).build();
        assertThat(apply(overlapping).error()).isEqualTo(OfError.OFPFMFC_OVERLAP);
        assertThat(apply(overlapping.toBuilder().priority(1).build()).isOk()).isTrue();
        bridge.setTable(0, TableConfig.parse("flow_limit=2"));
        assertThat(apply(add(5, 2).build()).error()).isEqualTo(OfError.OFPFMFC_TABLE_FULL);
        assertThat(apply(add(1, 3).build()).isOk()).isTrue();
        assertThat(apply(add(5, 2).table(1).build()).isOk()).isTrue();
    }

    @Test
    void shouldRefuseWhatItCannotDoByName() {
        assertThat(apply(FlowMod.builder(FlowCommand.ADD).actions(List.of(new OfAction.GotoTable(0))).build()).error())
                .isEqualTo(OfError.OFPBIC_BAD_TABLE_ID);
        FlowModResult refused = apply(
                FlowMod.builder(FlowCommand.ADD).actions(List.of(new OfAction.DecNshTtl())).build());
        assertThat(refused.error()).isEqualTo(OfError.OFPBAC_BAD_TYPE);
        assertThat(refused.message()).contains("dec_nsh_ttl");
        assertThat(apply(FlowMod.builder(FlowCommand.ADD)
                .actions(List.of(new OfAction.SetField(Fields.IPV4_SRC, dev.turnout.openflow.FieldValue.ONE))).build())
                .error())
                .isEqualTo(OfError.OFPBAC_MATCH_INCONSISTENT);
    }

    @Test
    void shouldExpireToTheSecondUnderCachedTraffic() {
        addPorts(2);
        apply(add(1, 2).idleTimeout(2).build());
        apply(add(2, 1).hardTimeout(3).build());
        XlateOut cached = translate(1);
        nowNs = 2 * SECOND - 1;
        ofproto.countersCreditedUpTo(nowNs);
        assertThat(ofproto.expire(nowNs)).isZero();
        // The traffic goes on in the datapath; its counters are late.
        nowNs = 3 * SECOND - 1;
        assertThat(ofproto.expire(nowNs)).isZero();
        cached.cache().credit(1, 60, 2 * SECOND, 0);
        ofproto.countersCreditedUpTo(nowNs);
        assertThat(ofproto.expire(nowNs)).isZero();
        nowNs = 3 * SECOND;
        long sequence = ofproto.changeSequence();
        assertThat(ofproto.expire(nowNs)).isEqualTo(1);
        assertThat(ofproto.changeSequence()).isGreaterThan(sequence);
        assertThat(bridge.flows(FlowFilter.ALL)).singleElement().extracting(FlowStats::idleTimeout).isEqualTo(2);
        nowNs = 4 * SECOND;
        ofproto.countersCreditedUpTo(nowNs);
        assertThat(ofproto.expire(nowNs)).isEqualTo(1);
        assertThat(bridge.flowCount()).isZero();
    }

    @Test
    void shouldActAsNormalWhereStandalone() {
        Bridge alone = ofproto.addBridge("br1", FailMode.STANDALONE, 2);
        alone.addPort(PortInfo.of("q1", "memory", 11, 1));
        alone.addPort(PortInfo.of("q2", "memory", 12, 2));
        assertThat(translate(11).actions()).isEqualTo(DatapathActions.of(new DpAction.Output(12)));
        assertThat(alone.flows(FlowFilter.ALL)).singleElement().extracting(FlowStats::priority).isEqualTo(0);
        alone.apply(List.of(FlowMod.builder(FlowCommand.DELETE).build()), true);
        assertThat(translate(11).actions()).isEqualTo(DatapathActions.of(new DpAction.Output(12)));
        alone.setFailMode(FailMode.SECURE);
        assertThat(translate(11).actions()).isEqualTo(DatapathActions.DROP);
    }

    @Test
    void shouldNumberPortsAndRefuseTakenOnes() {
        assertThat(bridge.addPort(PortInfo.of("a", "memory", 1, 0)).ofPort()).isEqualTo(1);
        assertThat(bridge.addPort(PortInfo.of("b", "memory", 2, 5)).ofPort()).isEqualTo(5);
        assertThat(bridge.addPort(PortInfo.of("c", "memory", 3, 0)).ofPort()).isEqualTo(2);
        assertThatThrownBy(() -> bridge.addPort(PortInfo.of("d", "memory", 4, 5)))
                .hasMessageContaining("taken by port b");
        assertThatThrownBy(() -> bridge.addPort(PortInfo.of("a", "memory", 4, 0)))
                .hasMessageContaining("a exists already");
    }

    @Test
    void shouldLearnMoveAndForgetAddresses() {
        addPorts(3);
        apply(FlowMod.builder(FlowCommand.ADD).actions(List.of(new OfAction.Output(OfPorts.NORMAL))).build());
        long sequence = ofproto.changeSequence();
        translate(1);
        assertThat(bridge.macTable().entries(nowNs)).containsExactly(new FdbEntry(1, 0, 0x020000000001L, 0));
        assertThat(ofproto.changeSequence()).isGreaterThan(sequence);
        bridge.macTable().learn(0, 0x020000000099L, 3, nowNs, true);
        assertThat(translate(1).actions()).isEqualTo(DatapathActions.of(new DpAction.Output(3)));
        bridge.macTable().learn(0, 0x020000000099L, 2, nowNs, true);
        assertThat(translate(1).actions()).isEqualTo(DatapathActions.of(new DpAction.Output(2)));
        nowNs = 300 * SECOND;
        assertThat(ofproto.expire(nowNs)).isEqualTo(2);
        bridge.macTable().setMaxEntries(2);
        for (int i = 0; i < 5; i++) {
            nowNs += 2 * SECOND;
            bridge.macTable().learn(7, i, 1, nowNs, true);
        }
        assertThat(bridge.macTable().entries(nowNs)).extracting(FdbEntry::mac).containsExactly(3L, 4L);
        bridge.removePort("p1");
        assertThat(bridge.macTable().size()).isZero();
    }

    @Test
    void shouldTellTheControllerAndForgetTheStateLater() {
        addPorts(1);
        apply(add(1, OfPorts.CONTROLLER).cookie(9).actions(List.of(new OfAction.Output(OfPorts.CONTROLLER, 10)))
                .build());
        List<PacketIn> heard = new ArrayList<>();
        ofproto.addPacketInListener(heard::add);
        XlateOut first = translate(1);
        XlateOut second = translate(1);
        assertThat(second.actions()).isEqualTo(first.actions());
        int id = ((DpAction.Userspace) first.actions().actions().get(0)).stateId();
        assertThat(ofproto.packetIn(id, new byte[60], new FlowKey())).isTrue();
        assertThat(heard.get(0).frame()).hasSize(10);
        assertThat(heard.get(0).frameLength()).isEqualTo(60);
        assertThat(heard.get(0).cookie()).isEqualTo(9);
        assertThat(heard.get(0).key().get(Fields.IN_PORT)).isEqualTo(1);
        first.cache().close();
        first.cache().close();
        second.cache().close();
        assertThat(ofproto.packetInStates()).isEqualTo(1);
        nowNs += SECOND;
        assertThat(ofproto.packetInStates()).isZero();
        assertThat(ofproto.packetIn(id, new byte[60], new FlowKey())).isFalse();
    }

    @Test
    void shouldDropWhatLoopsThroughPatchPorts() {
        addPorts(1);
        Bridge other = ofproto.addBridge("br1", FailMode.SECURE, 2);
        bridge.addPort(PortInfo.patch("a", "b", 9));
        other.addPort(PortInfo.patch("b", "a", 9));
        apply(FlowMod.builder(FlowCommand.ADD)
                .actions(List.of(new OfAction.Output(9), new OfAction.Output(OfPorts.IN_PORT))).build());
        other.apply(List.of(
                FlowMod.builder(FlowCommand.ADD).actions(List.of(new OfAction.Output(OfPorts.IN_PORT))).build()), true);
        assertThat(translate(1).drop()).isEqualTo(XlateDrop.TOO_DEEP);
        assertThat(translate(1).actions()).isEqualTo(DatapathActions.DROP);
    }

    @Test
    void shouldAddAHundredThousandFlowsWithoutGrowingSlower() {
        List<FlowMod> mods = new ArrayList<>();
        for (int i = 0; i < 100_000; i++) {
            mods.add(FlowMod.builder(FlowCommand.ADD).match(match(Fields.IPV4_DST, i * 2654435761L))
                    .actions(List.of(new OfAction.Output(1))).build());
        }
        long start = System.nanoTime();
        assertThat(bridge.apply(mods, true)).allMatch(FlowModResult::isOk);
        long added = System.nanoTime();
        assertThat(bridge.flowCount()).isEqualTo(100_000);
        apply(FlowMod.builder(FlowCommand.DELETE).build());
        long deleted = System.nanoTime();
        System.out.println("100k flows: added in " + (added - start) / 1_000_000 + " ms, deleted in "
                + (deleted - added) / 1_000_000 + " ms");
        assertThat(bridge.flowCount()).isZero();
    }
}
