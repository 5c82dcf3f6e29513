package dev.turnout.ofproto;

import java.util.List;

import dev.turnout.flow.Json;
import dev.turnout.openflow.ActionPrinter;
import dev.turnout.openflow.FlowPrinter;
import dev.turnout.openflow.MatchPrinter;
import dev.turnout.openflow.OfAction;
import dev.turnout.openflow.PortNames;

/** Flows in what traces print: ports as numbers. */
final class RuleText {
    private RuleText() {
    }

    /** Match, priority and cookie: {@code udp,nw_dst=10.0.0.0/24, priority 9, cookie 0x5}. */
    static String summary(Rule rule) {
        String match = MatchPrinter.format(rule.match(), PortNames.NONE);
        return (match.isEmpty() ? "" : match + ", ") + "priority " + rule.priority()
                + (rule.cookie() == 0 ? "" : ", cookie 0x" + Long.toHexString(rule.cookie()));
    }

    /** The flow as it could be added: {@code table=1 priority=9,udp cookie=0x5 actions=output:2}. */
    static String whole(Rule rule) {
        return FlowPrinter.text(rule.toAddition(), PortNames.NONE);
    }

    static String actions(List<OfAction> actions) {
        return ActionPrinter.format(actions, PortNames.NONE);
    }

    /** Members of an object, with the names that {@code ofctl dump-flows -f json} uses; the table is not among them. */
    static void write(Json out, Rule rule) {
        out.field("priority", rule.priority()).field("cookie", "0x" + Long.toHexString(rule.cookie()))
                .field("match", MatchPrinter.format(rule.match(), PortNames.NONE))
                .field("actions", actions(rule.actions()));
    }
}
