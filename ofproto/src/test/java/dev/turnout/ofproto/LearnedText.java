package dev.turnout.ofproto;

import java.util.List;

import dev.turnout.openflow.FlowMod;

/** What a translation's packets learn, as texts that can be compared. */
public final class LearnedText {
    private LearnedText() {
    }

    /** The flows that have no limit: of the others it depends on more than the packet whether they are learned. */
    public static List<String> of(XlateOut out) {
        return out.cache().learnedFlows().stream().map(XlateCache.LearnedBy::flow).filter(flow -> flow.limit() == 0)
                .map(flow -> of(flow.mod()))
                .toList();
    }

    /** One flow. */
    public static String of(FlowMod mod) {
        return "learn table " + mod.table() + " priority " + mod.priority() + " cookie " + mod.cookie() + " match "
                + mod.match().hashCode() + " " + mod.actions();
    }
}
