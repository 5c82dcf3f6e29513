package dev.turnout.ofproto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;

import dev.turnout.flow.DatapathActions;
import dev.turnout.flow.DpAction;
import dev.turnout.flow.DpMeter;
import dev.turnout.openflow.FlowFilter;
import dev.turnout.openflow.MeterConfig;
import dev.turnout.openflow.OfError;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Meters of a bridge: their table, the flows that refer to them, the datapath's meters behind them. */
class MeterTableTest {
    private long nowNs = 5_000_000_000L;
    private final FakeMeters datapath = new FakeMeters();
    private final Ofproto ofproto = new Ofproto(() -> nowNs, datapath, DatapathSupport.BASIC);
    private final Bridge bridge = ofproto.addBridge("br0", FailMode.SECURE, 1);

    @BeforeEach
    void ports() {
        bridge.addPort(PortInfo.of("p1", "memory", 1, 1));
        bridge.addPort(PortInfo.of("p2", "memory", 2, 2));
    }

    private List<FlowModResult> apply(String... lines) {
        return bridge.apply(Texts.mods(lines), true);
    }

    private void done(String... lines) {
        assertThat(apply(lines)).allMatch(FlowModResult::isOk);
    }

    private XlateOut translate() {
        return ofproto.translator().translate(new XlateIn(Texts.tcp(1), 60, 0, true, nowNs));
    }

    @Test
    void shouldMeterInFrontOfOtherActions() {
        done("add-meter meter=7 pktps bands=type=drop rate=5", "add-flow in_port=1,actions=meter:7,output:2");
        assertThat(datapath.meters.values())
                .containsExactly(new DpMeter(true, List.of(new DpMeter.Band(5, 0))));
        assertThat(translate().actions())
                .isEqualTo(DatapathActions.of(new DpAction.Meter(1), new DpAction.Output(2)));
    }

    @Test
    void shouldDropNothingButTheCopyWhereOthersFollow() {
        done("add-meter meter=7 pktps bands=type=drop rate=5", "add-group group_id=1,type=all,bucket=resubmit(,1)",
                "add-flow table=1,actions=meter:7,mod_dl_src:02:00:00:00:00:77,in_port",
                "add-flow in_port=1,actions=group:1,output:2");
        List<DpAction> actions = translate().actions().actions();
        assertThat(actions).hasSize(2);
        assertThat(actions.get(0)).isInstanceOfSatisfying(DpAction.Clone.class,
                clone -> assertThat(clone.actions()).startsWith(new DpAction.Meter(1))
                        .endsWith(new DpAction.Output(1)));
        assertThat(actions.get(1)).as("the packet as it came, nothing to undo").isEqualTo(new DpAction.Output(2));
        done("mod-flows in_port=1,actions=output:2,group:1");
        assertThat(translate().actions().actions()).as("nothing follows").startsWith(new DpAction.Output(2),
                new DpAction.Meter(1)).endsWith(new DpAction.Output(1)).hasSize(4);
    }

    @Test
    void shouldMeterPacketInsAloneAndByDefaultWithTheControllersMeter() {
        done("add-meter meter=7 kbps burst bands=type=drop rate=5 burst_size=2",
                "add-flow in_port=1,actions=controller(meter_id=7),controller,output:2");
        List<DpAction> actions = translate().actions().actions();
        assertThat(actions).hasSize(3);
        assertThat(actions.get(0)).isInstanceOfSatisfying(DpAction.Clone.class,
                clone -> assertThat(clone.actions().get(0)).isEqualTo(new DpAction.Meter(1)));
        assertThat(actions.get(1)).isInstanceOf(DpAction.Userspace.class);
        done("add-meter meter=controller pktps bands=type=drop rate=9");
        assertThat(translate().actions().actions().get(1)).isInstanceOfSatisfying(DpAction.Clone.class,
                clone -> assertThat(clone.actions().get(0)).isEqualTo(new DpAction.Meter(2)));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"add-meter meter=1 kbps bands=type=drop rate=9|OFPMMFC_METER_EXISTS|meter=1",
        "mod-meter meter=9 kbps bands=type=drop rate=9|OFPMMFC_UNKNOWN_METER|meter=9",
        "add-meter meter=all kbps bands=type=drop rate=5|OFPMMFC_INVALID_METER|meter=all",
        "mod-meter meter=all kbps bands=type=drop rate=5|OFPMMFC_INVALID_METER|meter=all",
        "add-meter meter=2 kbps pktps bands=type=drop rate=5|OFPMMFC_BAD_FLAGS|meter=2",
        "add-meter meter=2 kbps bands=type=dscp_remark rate=5 prec_level=1|OFPMMFC_BAD_BAND|dscp_remark",
        "add-meter meter=2 kbps bands=type=drop rate=1 type=drop rate=2 type=drop rate=3 type=drop rate=4 type=drop rate=5 "
                + "type=drop rate=6 type=drop rate=7 type=drop rate=8 type=drop rate=9|OFPMMFC_OUT_OF_BANDS|9 bands",
        "add-flow in_port=1,actions=meter:3,output:2|OFPMMFC_UNKNOWN_METER|meter:3",
        "add-flow in_port=1,actions=controller(meter_id=3)|OFPMMFC_UNKNOWN_METER|meter_id=3",
        "mod-flows in_port=2,actions=meter:3,output:2|OFPMMFC_UNKNOWN_METER|meter:3"})
    void shouldRefuseWithOpenFlowsErrorAndChangeNothing(String line, String error, String culprit) {
        done("add-meter meter=1 kbps bands=type=drop rate=1", "add-flow in_port=2,actions=meter:1,output:1");
        List<FlowModResult> results = apply("add-meter meter=77 kbps bands=type=drop rate=1", "del-meter meter=1",
                "add-meter meter=1 kbps bands=type=drop rate=2",
                "mod-meter meter=77 kbps bands=type=drop rate=5", line);
        assertThat(results.get(4).error()).isEqualTo(OfError.valueOf(error));
        assertThat(results.get(4).message()).contains(culprit);
        assertThat(bridge.meters(MeterConfig.ALL)).extracting(MeterConfig::line)
                .containsExactly("meter=1 kbps bands=type=drop rate=1");
        assertThat(bridge.flows(FlowFilter.ALL)).hasSize(1);
        assertThat(bridge.meterStats(1).get(0).flows()).isOne();
        assertThat(datapath.meters.values()).containsExactly(new DpMeter(false, List.of(new DpMeter.Band(1, 0))));
        assertThat(datapath.replaced).isZero();
    }

    @Test
    void shouldRefuseMoreMetersThanTheDatapathHas() {
        datapath.limit = 2;
        done("add-meter meter=1 kbps bands=type=drop rate=1", "add-meter meter=2 kbps bands=type=drop rate=1");
        assertThat(apply("add-meter meter=3 kbps bands=type=drop rate=1").get(0).error())
                .isEqualTo(OfError.OFPMMFC_OUT_OF_METERS);
    }

    @Test
    void shouldDeleteTheFlowsOfADeletedMeterAndKeepTheDatapathsWhileItIsUsed() {
        done("add-meter meter=1 kbps bands=type=drop rate=1", "add-flow in_port=1,actions=meter:1,output:2",
                "add-flow in_port=2,actions=controller(meter_id=1)", "add-flow priority=1,actions=drop");
        XlateOut before = translate();
        done("del-meter meter=1");
        assertThat(bridge.flows(FlowFilter.ALL)).hasSize(1);
        assertThat(bridge.meters(MeterConfig.ALL)).isEmpty();
        assertThatThrownBy(() -> bridge.meterStats(1)).isInstanceOf(FlowModException.class)
                .hasMessageContaining("meter=1");
        assertThat(datapath.meters).as("a megaflow still names it").hasSize(1);
        done("add-meter meter=1 kbps bands=type=drop rate=9");
        assertThat(datapath.meters.keySet()).as("so its number is not given again").containsExactly(1, 2);
        before.cache().close();
        assertThat(datapath.meters.keySet()).containsExactly(2);
        done("del-meter");
        assertThat(datapath.meters).isEmpty();
        done("del-meter meter=5");
    }

    @Test
    void shouldCountUsersAndPassCountersOn() {
        done("add-meter meter=1 kbps bands=type=drop rate=1 type=drop rate=2",
                "add-flow in_port=1,actions=meter:1,output:2", "add-flow in_port=2,actions=meter:1,output:1");
        nowNs += 3_000_000_000L;
        assertThat(bridge.meterStats(MeterConfig.ALL)).containsExactly(new MeterStats(1, 2, 7, 700, 3_000_000_000L,
                List.of(new MeterStats.Band(3, 300), new MeterStats.Band(2, 200))));
        done("mod-flows in_port=1,actions=output:2", "del-flows in_port=2");
        assertThat(bridge.meterStats(1).get(0).flows()).isZero();
        done("mod-meter meter=1 pktps bands=type=drop rate=4");
        assertThat(datapath.meters.get(1)).isEqualTo(new DpMeter(true, List.of(new DpMeter.Band(4, 0))));
    }

    @Test
    void shouldGiveMetersBackWithTheBridge() {
        done("add-meter meter=1 kbps bands=type=drop rate=1");
        ofproto.removeBridge("br0");
        assertThat(datapath.meters).isEmpty();
    }
}
