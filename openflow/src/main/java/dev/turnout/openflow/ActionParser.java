package dev.turnout.openflow;

import java.util.List;

import dev.turnout.flow.Match;

/** Reads lists of actions and instructions: {@code set_field:1->reg0,output:2,goto_table:3}. */
public final class ActionParser {
    private ActionParser() {
    }

    /**
     * The actions of a text, without the {@code actions=} before it, and not checked against any match.
     *
     * @throws FlowSyntaxException
     *             if it cannot be understood
     */
    public static List<OfAction> parse(String text, PortNames ports) {
        return new ActionTexts(ports).parseInstructions(text, 0, text.length());
    }

    /**
     * Checks what a switch must refuse: actions that the match does not allow, settings of fields whose prerequisites are
     * not matched, a {@code goto_table} that does not go on.
     *
     * @param table
     *            the flow's table, or {@link FlowMod#ALL_TABLES} if unknown
     * @throws FlowSyntaxException
     *             with an {@link OfError}
     */
    public static void check(List<OfAction> actions, Match match, int table) {
        new ActionCheck(match, table).checkAll(actions);
    }
}
