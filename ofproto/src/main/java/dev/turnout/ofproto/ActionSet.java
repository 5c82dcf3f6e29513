package dev.turnout.ofproto;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

import dev.turnout.openflow.OfAction;
import org.jspecify.annotations.Nullable;

/** A packet's action set: what {@code write_actions} collects, and the order in which it is executed when the pipeline ends (OpenFlow 1.5.1, 5.6). */
final class ActionSet {
    /** What {@link #allows} takes of OpenFlow's own actions, in the words of {@code dump-group-features}. */
    static final List<String> NAMES = List.of("output", "group", "set_field", "strip_vlan", "push_vlan", "mod_nw_ttl",
            "dec_ttl");

    private ActionSet() {
    }

    /** Whether an action may be put in the set. */
    static boolean allows(OfAction action) {
        return action instanceof OfAction.StripVlan || action instanceof OfAction.PushVlan
                || action instanceof OfAction.DecTtl || isSet(action)
                || isEnd(action);
    }

    private static boolean isSet(OfAction action) {
        return switch (action) {
            case OfAction.SetField _,OfAction.Move _,OfAction.SetVlanVid _,OfAction.SetVlanPcp _,OfAction.SetEthSrc _ ->
                true;
            case OfAction.SetEthDst _,OfAction.SetIpv4Src _,OfAction.SetIpv4Dst _,OfAction.SetIpDscp _,OfAction.SetIpEcn _ ->
                true;
            case OfAction.SetIpTtl _,OfAction.SetL4Src _,OfAction.SetL4Dst _,OfAction.SetTunnel _ -> true;
            default -> false;
        };
    }

    private static boolean isEnd(OfAction action) {
        return action instanceof OfAction.Group || action instanceof OfAction.Output
                || action instanceof OfAction.Resubmit;
    }

    /** The set in order of execution; empty where nothing would send the packet anywhere. */
    static List<OfAction> inOrder(List<OfAction> set) {
        List<OfAction> ordered = new ArrayList<>();
        addLast(set, OfAction.StripVlan.class::isInstance, ordered);
        addLast(set, OfAction.PushVlan.class::isInstance, ordered);
        addLast(set, OfAction.DecTtl.class::isInstance, ordered);
        for (OfAction action : set) {
            if (isSet(action)) {
                ordered.add(action);
            }
        }
        boolean ends = addLast(set, OfAction.Group.class::isInstance, ordered)
                || addLast(set, OfAction.Output.class::isInstance, ordered)
                || addLast(set, OfAction.Resubmit.class::isInstance, ordered);
        return ends ? ordered : List.of();
    }

    private static boolean addLast(List<OfAction> set, Predicate<OfAction> kind, List<OfAction> ordered) {
        @Nullable
        OfAction last = null;
        for (OfAction action : set) {
            last = kind.test(action) ? action : last;
        }
        if (last != null) {
            ordered.add(last);
        }
        return last != null;
    }
}
