package dev.turnout.ofproto;

import java.util.ArrayList;
import java.util.List;

import dev.turnout.flow.Field;
import dev.turnout.flow.FlowLayout;
import dev.turnout.flow.FlowMask;
import dev.turnout.flow.Match;
import dev.turnout.openflow.FieldValue;
import dev.turnout.openflow.FlowCommand;
import dev.turnout.openflow.FlowFlags;
import dev.turnout.openflow.FlowMod;
import dev.turnout.openflow.OfAction;
import dev.turnout.openflow.OfAction.LearnSource;
import dev.turnout.openflow.OfAction.LearnSpec;
import dev.turnout.openflow.OfPorts;
import dev.turnout.openflow.Subfield;
import org.jspecify.annotations.Nullable;

/**
 * The flow that a {@code learn} action makes of a packet: a strict modification, which adds the flow where it is not there. Immutable.
 *
 * @param mod
 *            the flow-mod
 * @param limit
 *            how many flows of this cookie its table may have, unsigned; 0: any number
 * @param by
 *            the flow that learns, null if the action is a packet-out's
 */
record LearnedFlow(FlowMod mod, int limit, @Nullable Rule by) {
    private static final long NO_COOKIE = -1;

    /** What the action makes of the packet as it is now; every bit that it takes from the packet is looked at. */
    static LearnedFlow of(OfAction.Learn learn, FlowState flow, @Nullable Rule by) {
        return new LearnedFlow(make(learn, flow), learn.limit(), by);
    }

    /** What the action makes whatever the packet: its immediate values, as if the packet's were all zero and not matched. For checks. */
    static FlowMod prototype(OfAction.Learn learn) {
        return make(learn, null);
    }

    private static FlowMod make(OfAction.Learn learn, @Nullable FlowState flow) {
        long[] values = new long[FlowLayout.WORDS];
        long[] mask = new long[FlowLayout.WORDS];
        List<OfAction> actions = new ArrayList<>();
        if (learn.finIdleTimeout() != 0 || learn.finHardTimeout() != 0) {
            actions.add(new OfAction.FinTimeout(learn.finIdleTimeout(), learn.finHardTimeout()));
        }
        for (LearnSpec spec : learn.specs()) {
            switch (spec) {
                case LearnSpec.MatchOn(Subfield field, LearnSource source) -> {
                    if (flow != null || source instanceof LearnSource.Immediate) {
                        field.put(values, value(source, flow));
                        field.put(mask, FieldValue.ones(field.bits()));
                    }
                }
                case LearnSpec.LoadTo(LearnSource source, Subfield destination) ->
                    actions.add(load(value(source, flow), destination));
                case LearnSpec.OutputTo(Subfield source) -> output(flow == null ? FieldValue.ONE : flow.read(source),
                        actions);
            }
        }
        return FlowMod.builder(FlowCommand.MODIFY_STRICT).table(learn.table()).priority(learn.priority())
                .match(new Match(values, FlowMask.of(mask))).cookie(learn.cookie())
                .modifyCookie(learn.cookie() != NO_COOKIE).idleTimeout(learn.idleTimeout())
                .hardTimeout(learn.hardTimeout()).flags(learn.sendFlowRem() ? FlowFlags.SEND_FLOW_REM : 0)
                .actions(actions).build();
    }

    private static FieldValue value(LearnSource source, @Nullable FlowState flow) {
        return switch (source) {
            case LearnSource.Immediate(FieldValue value) -> value;
            case LearnSource.FromField(Subfield field) -> flow == null ? FieldValue.ZERO : flow.read(field);
        };
    }

    private static OfAction load(FieldValue value, Subfield destination) {
        Field field = destination.field();
        return new OfAction.SetField(field, value.shiftLeft(destination.offset()), destination.mask(), true);
    }

    /** Output to the port, if it is one that learned flows may send to. */
    private static void output(FieldValue port, List<OfAction> actions) {
        if (port.bitLength() > 16) {
            return;
        }
        int number = (int) port.low();
        if (number < OfPorts.MAX || number == OfPorts.IN_PORT || number == OfPorts.FLOOD || number == OfPorts.ALL
                || number == OfPorts.LOCAL) {
            actions.add(new OfAction.Output(number, 0));
        }
    }

    /** Whether a flow of this match and priority is what would be learned, so that nothing but its age would change. */
    boolean isSame(Rule rule) {
        return rule.actions().equals(mod.actions()) && (!mod.modifyCookie() || rule.cookie() == mod.cookie());
    }

    boolean isOverLimit(int flows) {
        return limit != 0 && Integer.compareUnsigned(flows, limit) >= 0;
    }
}
