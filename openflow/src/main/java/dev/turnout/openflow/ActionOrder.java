package dev.turnout.openflow;

import java.util.List;

import dev.turnout.flow.Field;
import dev.turnout.flow.Fields;
import org.jspecify.annotations.Nullable;

/**
 * What actions may stand together, and where. A flow's instructions come in one order, each once: meter, actions,
 * clear_actions, write_actions, write_metadata, goto_table.
 */
final class ActionOrder {
    private static final String[] INSTRUCTIONS = {"meter", "apply_actions", "clear_actions", "write_actions",
        "write_metadata", "goto_table"};
    private static final int METER = 0;
    private static final int APPLY_ACTIONS = 1;

    private ActionOrder() {
    }

    static void check(List<OfAction> actions, ActionTexts.Nesting nesting) {
        int former = METER;
        for (int i = 0; i < actions.size(); i++) {
            OfAction action = actions.get(i);
            if (action instanceof OfAction.Conjunction) {
                checkConjunction(actions);
                return;
            }
            checkNesting(action, nesting);
            int next = instruction(action);
            if (i > 0 && (former == APPLY_ACTIONS ? next < former : next <= former)) {
                throw outOfOrder(former, next);
            }
            if (nesting != ActionTexts.Nesting.FLOW && next > APPLY_ACTIONS) {
                throw new FlowSyntaxException(INSTRUCTIONS[next] + " instruction not allowed here",
                        OfError.OFPBIC_UNSUP_INST);
            }
            former = next;
        }
    }

    private static FlowSyntaxException outOfOrder(int former, int next) {
        if (next == former) {
            return new FlowSyntaxException(
                    "duplicate " + INSTRUCTIONS[next] + " instruction not allowed, for OpenFlow 1.1+ compatibility",
                    OfError.OFPBAC_UNSUPPORTED_ORDER);
        }
        return new FlowSyntaxException("invalid instruction ordering: " + INSTRUCTIONS[next] + " must appear before "
                + INSTRUCTIONS[former] + ", for OpenFlow 1.1+ compatibility", OfError.OFPBAC_UNSUPPORTED_ORDER);
    }

    private static void checkConjunction(List<OfAction> actions) {
        for (OfAction action : actions) {
            if (!(action instanceof OfAction.Conjunction || action instanceof OfAction.Note)) {
                throw new FlowSyntaxException(
                        "\"conjunction\" actions may be used along with \"note\" but not any other kind"
                                + " of action (such as the \"" + ActionPrinter.name(action) + "\" action used here)",
                        OfError.OFPBAC_UNSUPPORTED_ORDER);
            }
        }
    }

    private static void checkNesting(OfAction action, ActionTexts.Nesting nesting) {
        Field written = writtenField(action);
        boolean ctField = Fields.CT_MARK.equals(written) || Fields.CT_LABEL.equals(written);
        boolean inCt = nesting == ActionTexts.Nesting.CT;
        if (ctField && !inCt) {
            throw new FlowSyntaxException(
                    "cannot set CT fields outside of ct action: " + ActionPrinter.name(action) + " to "
                            + written,
                    OfError.OFPBAC_BAD_SET_ARGUMENT);
        }
        if (action instanceof OfAction.Nat) {
            if (!inCt) {
                throw new FlowSyntaxException("Cannot have NAT action outside of \"ct\" action",
                        OfError.OFPBAC_BAD_SET_ARGUMENT);
            }
            return;
        }
        if (inCt && !ctField) {
            throw new FlowSyntaxException(
                    written == null
                            ? "ct action doesn't support nested action " + ActionPrinter.name(action)
                            : "ct action doesn't support nested modification of " + written,
                    OfError.OFPBAC_BAD_ARGUMENT);
        }
        if (nesting != ActionTexts.Nesting.FLOW && action instanceof OfAction.Meter) {
            throw new FlowSyntaxException(FieldText.lower(nesting) + " action doesn't support nested action meter",
                    OfError.OFPBAC_BAD_ARGUMENT);
        }
    }

    /** The field that the action writes and names, or null. */
    private static @Nullable Field writtenField(OfAction action) {
        return switch (action) {
            case OfAction.SetField set -> set.field();
            case OfAction.Move move -> move.destination().field();
            case OfAction.StackPop pop -> pop.destination().field();
            default -> null;
        };
    }

    private static int instruction(OfAction action) {
        return switch (action) {
            case OfAction.Meter meter -> METER;
            case OfAction.ClearActions clear -> 2;
            case OfAction.WriteActions write -> 3;
            case OfAction.WriteMetadata metadata -> 4;
            case OfAction.GotoTable next -> 5;
            default -> APPLY_ACTIONS;
        };
    }
}
