package dev.turnout.ofproto.model;

import java.util.ArrayList;
import java.util.List;

import dev.turnout.flow.FlowLayout;
import dev.turnout.flow.FlowMask;
import dev.turnout.flow.Match;
import dev.turnout.openflow.FieldValue;
import dev.turnout.openflow.FlowCommand;
import dev.turnout.openflow.FlowMod;
import dev.turnout.openflow.OfAction;
import dev.turnout.openflow.OfPorts;
import dev.turnout.openflow.Subfield;

/** What {@code learn} makes of a packet. */
final class NaiveLearning {
    private NaiveLearning() {
    }

    /** The flow that it adds. */
    static FlowMod flow(OfAction.Learn learn, NaivePacket packet) {
        long[] values = new long[FlowLayout.WORDS];
        long[] mask = new long[FlowLayout.WORDS];
        List<OfAction> actions = new ArrayList<>();
        for (OfAction.LearnSpec spec : learn.specs()) {
            switch (spec) {
                case OfAction.LearnSpec.MatchOn(Subfield field, OfAction.LearnSource source) -> {
                    field.put(values, value(source, packet));
                    field.put(mask, FieldValue.ones(field.bits()));
                }
                case OfAction.LearnSpec.LoadTo(OfAction.LearnSource source, Subfield to) -> actions.add(
                        new OfAction.SetField(to.field(), value(source, packet).shiftLeft(to.offset()), to.mask(),
                                true));
                case OfAction.LearnSpec.OutputTo(Subfield source) -> {
                    FieldValue port = source.get(packet.fields);
                    if (port.bitLength() <= 16 && (port.low() < OfPorts.MAX || port.low() == OfPorts.IN_PORT
                            || port.low() == OfPorts.FLOOD || port.low() == OfPorts.ALL
                            || port.low() == OfPorts.LOCAL)) {
                        actions.add(new OfAction.Output((int) port.low(), 0));
                    }
                }
            }
        }
        return FlowMod.builder(FlowCommand.ADD).table(learn.table()).priority(learn.priority())
                .match(new Match(values, FlowMask.of(mask))).cookie(learn.cookie()).idleTimeout(learn.idleTimeout())
                .hardTimeout(learn.hardTimeout()).actions(actions).build();
    }

    private static FieldValue value(OfAction.LearnSource source, NaivePacket packet) {
        return switch (source) {
            case OfAction.LearnSource.Immediate(FieldValue value) -> value;
            case OfAction.LearnSource.FromField(Subfield field) -> field.get(packet.fields);
        };
    }
}
