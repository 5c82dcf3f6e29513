package dev.turnout.ofproto.model;

import java.util.ArrayList;
import java.util.List;

import dev.turnout.openflow.OfAction;

/** The order in which an action set is executed. */
final class NaiveActionSet {
    private NaiveActionSet() {
    }

    /** The last of each kind that comes first, all that set fields, and one that ends it; nothing where none does. */
    static List<OfAction> ordered(List<OfAction> actionSet) {
        List<OfAction> list = new ArrayList<>();
        OfAction[] ends = new OfAction[4];
        OfAction[] first = new OfAction[6];
        List<OfAction> sets = new ArrayList<>();
        for (OfAction action : actionSet) {
            switch (action) {
                case OfAction.StripVlan a -> first[0] = a;
                case OfAction.PopMpls a -> first[1] = a;
                case OfAction.PushMpls a -> first[2] = a;
                case OfAction.PushVlan a -> first[3] = a;
                case OfAction.DecTtl a -> first[4] = a;
                case OfAction.DecMplsTtl a -> first[5] = a;
                case OfAction.Group a -> ends[0] = a;
                case OfAction.Output a -> ends[1] = a;
                case OfAction.Resubmit a -> ends[2] = a;
                case OfAction.Ct a -> ends[3] = a;
                default -> sets.add(action);
            }
        }
        for (OfAction action : first) {
            if (action != null) {
                list.add(action);
            }
        }
        list.addAll(sets);
        for (OfAction end : ends) {
            if (end != null) {
                list.add(end);
                return list;
            }
        }
        return List.of();
    }
}
