package dev.turnout.ofproto;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;

import dev.turnout.flow.DatapathActions;
import dev.turnout.flow.DpAction;
import dev.turnout.flow.Fields;
import dev.turnout.flow.FlowKey;
import dev.turnout.flow.FlowLayout;
import dev.turnout.openflow.FieldValue;
import dev.turnout.openflow.FlowCommand;
import dev.turnout.openflow.FlowMod;
import dev.turnout.openflow.OfAction;
import dev.turnout.openflow.OfPorts;
import dev.turnout.openflow.Subfield;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A walk that ends with a recirculation and goes on when the packet comes back. */
class RecirculationTest {
    private static final long SECOND = 1_000_000_000L;

    private long nowNs;
    private final Ofproto ofproto = new Ofproto(() -> nowNs);
    private final Bridge bridge = ofproto.addBridge("br0", FailMode.SECURE, 1);
    private final FlowKey key = new FlowKey();

    RecirculationTest() {
        for (int i = 1; i <= 4; i++) {
            bridge.addPort(PortInfo.of("p" + i, "memory", i, i));
        }
        key.set(Fields.IN_PORT, 1);
        key.set(Fields.ETH_TYPE, 0x0800);
        key.set(Fields.ETH_SRC, 0x0200_0000_0001L);
    }

    private static void flow(Bridge to, int table, OfAction... actions) {
        FlowMod mod = FlowMod.builder(FlowCommand.ADD).table(table).actions(List.of(actions)).build();
        assertThat(to.apply(List.of(mod), true)).containsExactly(FlowModResult.OK);
    }

    private XlateOut translate(int recircId) {
        key.set(Fields.RECIRC_ID, recircId);
        return ofproto.translator().translate(new XlateIn(key, 60, 0, false, nowNs));
    }

    private static OfAction output(int port) {
        return new OfAction.Output(port);
    }

    private static OfAction load(int reg, long value) {
        return new OfAction.SetField(Fields.reg(reg), FieldValue.of(value));
    }

    private static int recircId(XlateOut out) {
        return ((DpAction.Recirc) out.actions().actions().getLast()).id();
    }

    @Test
    void shouldGoOnWithAllThatWasLeft() {
        flow(bridge, 0, load(0, 3), new OfAction.Resubmit(OfPorts.IN_PORT, 1, false),
                new OfAction.OutputReg(Subfield.of(Fields.reg(0)), 0));
        flow(bridge, 1, new OfAction.WriteActions(List.of(output(4))), output(2), new OfAction.DebugRecirc(),
                output(2));
        XlateOut first = translate(0);
        int id = recircId(first);
        assertThat(id).isNotZero();
        assertThat(first.actions()).isEqualTo(DatapathActions.of(new DpAction.Output(2), new DpAction.Recirc(id)));
        XlateOut second = translate(id);
        assertThat(second.actions()).isEqualTo(
                DatapathActions.of(new DpAction.Output(2), new DpAction.Output(3), new DpAction.Output(4)));
        assertThat(second.wildcards().word(FlowLayout.RECIRC_PORT)).isEqualTo(-1L);
        assertThat(second.cacheable()).isTrue();
    }

    @Test
    void shouldRecirculateOnlyWhereSomethingIsLeft() {
        flow(bridge, 0, output(2), new OfAction.DebugRecirc());
        assertThat(translate(0).actions()).isEqualTo(DatapathActions.of(new DpAction.Output(2)));
    }

    @Test
    void shouldEndTheBridgeButNotTheOneBeforeIt() {
        Bridge other = ofproto.addBridge("br1", FailMode.SECURE, 2);
        other.addPort(PortInfo.of("q1", "memory", 11, 1));
        bridge.addPort(PortInfo.patch("a", "b", 9));
        other.addPort(PortInfo.patch("b", "a", 9));
        flow(bridge, 0, output(9), output(2));
        flow(other, 0, load(1, 1), new OfAction.DebugRecirc(), output(1), output(OfPorts.IN_PORT));
        XlateOut first = translate(0);
        int id = ((DpAction.Recirc) first.actions().actions().getFirst()).id();
        assertThat(first.actions()).isEqualTo(DatapathActions.of(new DpAction.Recirc(id), new DpAction.Output(2)));
        flow(bridge, 0, output(3));
        // Back to the first bridge by the port that the packet came in by there.
        assertThat(translate(id).actions())
                .isEqualTo(DatapathActions.of(new DpAction.Output(11), new DpAction.Output(3)));
    }

    @Test
    void shouldShareAndForgetIds() {
        flow(bridge, 0, new OfAction.DebugRecirc(), output(2));
        XlateOut first = translate(0);
        XlateOut again = translate(0);
        assertThat(again.actions()).isEqualTo(first.actions());
        int id = recircId(first);
        first.cache().close();
        again.cache().close();
        nowNs += SECOND / 5;
        assertThat(translate(id).actions()).isEqualTo(DatapathActions.of(new DpAction.Output(2)));
        nowNs += SECOND / 5;
        assertThat(ofproto.frozenStates()).isZero();
        XlateOut late = translate(id);
        assertThat(late.drop()).isEqualTo(XlateDrop.NO_RECIRC);
        assertThat(late.cacheable()).isFalse();
    }

    @Test
    void shouldRunClonesOnACopyWithTheirActionSet() {
        flow(bridge, 0, new OfAction.WriteActions(List.of(output(4))),
                new OfAction.Clone(List.of(new OfAction.SetEthSrc(7), output(2))), output(3));
        assertThat(translate(0).actions().actions()).containsExactly(
                new DpAction.Clone(List.of(new DpAction.SetEthernet(7, 0xffff_ffff_ffffL, 0, 0),
                        new DpAction.Output(2), new DpAction.Output(4))),
                new DpAction.Output(3), new DpAction.Output(4));
    }

    @Test
    void shouldNeedNoCopyWhereNothingIsChanged() {
        flow(bridge, 0, new OfAction.Clone(List.of(load(0, 1), output(2))), output(3));
        assertThat(translate(0).actions())
                .isEqualTo(DatapathActions.of(new DpAction.Output(2), new DpAction.Output(3)));
    }

    @Test
    void shouldEndEverythingByExitInAClone() {
        flow(bridge, 0, new OfAction.Clone(List.of(output(2), new OfAction.Exit())), output(3));
        assertThat(translate(0).actions()).isEqualTo(DatapathActions.of(new DpAction.Output(2)));
    }

    @Test
    void shouldDropWhatIsNestedTooDeep() {
        List<OfAction> actions = List.of(new OfAction.SetEthSrc(99), output(2));
        for (int i = 0; i < 17; i++) {
            actions = List.of(new OfAction.SetEthSrc(i + 1), new OfAction.Clone(actions), output(2));
        }
        flow(bridge, 0, actions.toArray(OfAction[]::new));
        XlateOut out = translate(0);
        assertThat(out.drop()).isEqualTo(XlateDrop.NESTED_TOO_DEEP);
        assertThat(out.actions().isDrop()).isTrue();
    }

    @Test
    void shouldTellAnObserverStepByStep() {
        List<String> steps = new ArrayList<>();
        flow(bridge, 0, new OfAction.Resubmit(OfPorts.IN_PORT, 1, false));
        flow(bridge, 1, new OfAction.Clone(List.of(output(2))), output(OfPorts.NORMAL));
        key.set(Fields.RECIRC_ID, 0);
        ofproto.translator().translate(new XlateIn(key, 60, 0, false, nowNs), new XlateObserver() {
            @Override
            public void lookedUp(Bridge on, int table, @Nullable Rule rule) {
                steps.add("table " + table);
            }

            @Override
            public void lookedAt(int word, long bits) {
                if (word == FlowLayout.ETH_DST_TYPE && (bits >>> 16) != 0) {
                    steps.add("eth_dst");
                }
            }

            @Override
            public void entered(Level level, String what) {
                steps.add(level + what);
            }

            @Override
            public void left() {
                steps.add("left");
            }
        });
        assertThat(steps).containsExactly("table 0", "FLOW", "table 1", "FLOW", "COPYclone", "left", "eth_dst", "left",
                "left");
    }
}
