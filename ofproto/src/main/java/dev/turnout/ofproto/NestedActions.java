package dev.turnout.ofproto;

import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;

import dev.turnout.openflow.OfAction;

/**
 * Walks through a flow's actions with those that are nested in others, of the action set and of copies: the one place that knows which nest.
 *
 * <p>Thread rules: stateless.
 */
final class NestedActions {
    private NestedActions() {
    }

    /** Whether any action is wanted; asked in order, an action before those nested in it, until one is. */
    static boolean any(List<OfAction> actions, Predicate<OfAction> wanted) {
        for (int i = 0; i < actions.size(); i++) {
            OfAction action = actions.get(i);
            if (wanted.test(action)) {
                return true;
            }
            boolean found = switch (action) {
                case OfAction.WriteActions(List<OfAction> set) -> any(set, wanted);
                case OfAction.Clone(List<OfAction> copy) -> any(copy, wanted);
                default -> false;
            };
            if (found) {
                return true;
            }
        }
        return false;
    }

    /** Calls back for every action, in the same order. */
    static void forEach(List<OfAction> actions, Consumer<OfAction> consumer) {
        boolean ignored = any(actions, action -> {
            consumer.accept(action);
            return false;
        });
    }
}
