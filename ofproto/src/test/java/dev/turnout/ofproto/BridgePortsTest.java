package dev.turnout.ofproto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

import dev.turnout.flow.DatapathActions;
import dev.turnout.flow.DpAction;
import dev.turnout.flow.Fields;
import dev.turnout.flow.FlowKey;
import dev.turnout.openflow.FlowCommand;
import dev.turnout.openflow.FlowMod;
import dev.turnout.openflow.OfAction;
import dev.turnout.openflow.OfPorts;
import org.junit.jupiter.api.Test;

/** Ports that come and go: their numbers, what is learned on them, their VLANs, their counters. */
class BridgePortsTest {
    private static final long MAC = 0x020000000099L;

    private final Ofproto ofproto = new Ofproto(() -> 0);
    private final Bridge bridge = ofproto.addBridge("br0", FailMode.STANDALONE, 1);

    private XlateOut translate(int dpPort) {
        FlowKey key = new FlowKey();
        key.set(Fields.IN_PORT, dpPort);
        key.set(Fields.ETH_SRC, 0x020000000000L + dpPort);
        key.set(Fields.ETH_DST, MAC);
        key.set(Fields.ETH_TYPE, 0x0800);
        return ofproto.translator().translate(new XlateIn(key, 60, 0, true, 0));
    }

    private void addPorts(int count) {
        for (int i = 1; i <= count; i++) {
            bridge.addPort(PortInfo.of("p" + i, "memory", i, i));
        }
    }

    @Test
    void shouldNotLearnAgainFromPacketsThatAreCreditedLate() {
        addPorts(3);
        XlateOut cached = translate(1);
        assertThat(bridge.macTable().size()).isEqualTo(1);
        bridge.removePort("p1");
        cached.cache().credit(5, 300, 2_000_000_000L, 0);
        assertThat(bridge.macTable().size()).isZero();
    }

    @Test
    void shouldFloodWhereTheLearnedPortHasJustGone() {
        addPorts(3);
        bridge.macTable().learn(0, MAC, 3, 0, true);
        assertThat(translate(1).actions()).isEqualTo(DatapathActions.of(new DpAction.Output(3)));
        bridge.setPortList(bridge.portList().without("p3"));
        assertThat(translate(1).actions()).isEqualTo(DatapathActions.of(new DpAction.Output(2)));
    }

    @Test
    void shouldNotSendVlanZeroByAPortWithANativeVlan() {
        addPorts(6);
        vlan(2, new PortVlan(PortVlan.Mode.NATIVE_UNTAGGED, 0, Set.of()));
        vlan(3, new PortVlan(PortVlan.Mode.NATIVE_TAGGED, 5, Set.of()));
        vlan(4, new PortVlan(PortVlan.Mode.NATIVE_UNTAGGED, 5, Set.of(0, 6)));
        vlan(5, new PortVlan(PortVlan.Mode.TRUNK, 0, Set.of(0, 6)));
        assertThat(translate(1).actions())
                .isEqualTo(DatapathActions.of(new DpAction.Output(5), new DpAction.Output(6)));
        vlan(1, PortVlan.access(6));
        assertThat(translate(1).actions().actions().stream().filter(DpAction.Output.class::isInstance))
                .containsExactly(new DpAction.Output(2), new DpAction.Output(3), new DpAction.Output(4),
                        new DpAction.Output(5), new DpAction.Output(6));
    }

    private void vlan(int number, PortVlan vlan) {
        bridge.updatePort(PortInfo.of("p" + number, "memory", number, number).withVlan(vlan));
    }

    private int add(String name, int wanted) {
        return bridge.addPort(PortInfo.of(name, "memory", PortInfo.NO_DP_PORT, wanted)).ofPort();
    }

    @Test
    void shouldNotGiveANumberToAnotherPortAtOnce() {
        assertThat(add("a", 0)).isEqualTo(1);
        assertThat(add("b", 0)).isEqualTo(2);
        bridge.removePort("a");
        bridge.removePort("b");
        assertThat(add("c", 0)).isEqualTo(3);
        assertThat(add("d", 5)).isEqualTo(5);
        bridge.removePort("d");
        assertThat(add("e", 0)).isEqualTo(4);
        assertThat(add("f", 0)).isEqualTo(6);
        assertThat(add("g", 1)).isEqualTo(1);
    }

    @Test
    void shouldBeginAnewWhereAllNumbersWereGiven() {
        PortNumbers numbers = new PortNumbers();
        PortInfo asking = PortInfo.of("x", "memory", 1, 0);
        PortList present = new PortList(List.of(asking.withOfPort(1), asking.withOfPort(3)));
        for (int number = 1; number < OfPorts.MAX; number++) {
            assertThat(numbers.give(bridge, PortList.EMPTY, asking)).isEqualTo(number);
        }
        assertThat(numbers.give(bridge, present, asking)).isEqualTo(2);
        assertThat(numbers.give(bridge, present, asking)).isEqualTo(4);
        PortList all = new PortList(IntStream.range(1, OfPorts.MAX).mapToObj(asking::withOfPort)
                .toList());
        PortNumbers full = new PortNumbers();
        for (int number = 1; number < OfPorts.MAX; number++) {
            assertThat(full.give(bridge, PortList.EMPTY, asking)).isEqualTo(number);
        }
        assertThatThrownBy(() -> full.give(bridge, all, asking)).hasMessageContaining("no port number left");
    }

    @Test
    void shouldNotCountForAPatchPortThatIsGone() {
        Bridge other = ofproto.addBridge("br1", FailMode.STANDALONE, 2);
        addPorts(1);
        bridge.addPort(PortInfo.patch("a", "b", 9));
        other.addPort(PortInfo.patch("b", "a", 9));
        XlateOut out = translate(1);
        out.cache().credit(2, 120, 0, 0);
        assertThat(bridge.patchStats("a")).isNotNull().extracting(PatchStats::txPackets).isEqualTo(2L);
        assertThat(other.patchStats("b")).isNotNull().extracting(PatchStats::rxBytes).isEqualTo(120L);
        other.removePort("b");
        out.cache().credit(1, 60, 0, 0);
        translate(1).cache().credit(1, 60, 0, 0);
        assertThat(other.patchStats("b")).isNull();
        assertThat(bridge.patchStats("p1")).isNull();
    }

    @Test
    void shouldNotKeepARemovedBridgeInTheTranslator() {
        addPorts(2);
        WeakReference<Bridge> removed = new WeakReference<>(translateAndRemove());
        await().until(() -> {
            System.gc();
            return removed.get() == null;
        });
    }

    private Bridge translateAndRemove() {
        Bridge other = ofproto.addBridge("br1", FailMode.STANDALONE, 2);
        other.addPort(PortInfo.of("q1", "memory", 11, 1));
        other.addPort(PortInfo.of("q2", "memory", 12, 2));
        assertThat(translate(11).actions()).isEqualTo(DatapathActions.of(new DpAction.Output(12)));
        ofproto.removeBridge("br1");
        return other;
    }

    @Test
    void shouldDropWhereTheActionSetGrowsTooLong() {
        Bridge secure = ofproto.addBridge("br1", FailMode.SECURE, 2);
        secure.addPort(PortInfo.of("q1", "memory", 11, 1));
        List<OfAction> set = new ArrayList<>();
        for (int i = 0; i < ActionSink.MAX_ACTIONS / 2; i++) {
            set.add(new OfAction.SetEthSrc(i));
        }
        OfAction write = new OfAction.WriteActions(set);
        flow(secure, 0, write, new OfAction.GotoTable(1));
        flow(secure, 1, write, new OfAction.GotoTable(2));
        assertThat(translate(11).drop()).isEqualTo(XlateDrop.NONE);
        flow(secure, 2, new OfAction.WriteActions(List.of(new OfAction.Output(1))));
        assertThat(translate(11).drop()).isEqualTo(XlateDrop.ACTIONS_TOO_LONG);
    }

    private static void flow(Bridge to, int table, OfAction... actions) {
        FlowMod mod = FlowMod.builder(FlowCommand.ADD).table(table).actions(List.of(actions)).build();
        assertThat(to.apply(List.of(mod), true)).containsExactly(FlowModResult.OK);
    }
}
