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
            "dec_ttl", "set_mpls_ttl", "dec_mpls_ttl", "push_mpls", "pop_mpls");
    /** What comes first, in this order, the last of each kind. */
    private static final List<Class<? extends OfAction>> FIRST = List.of(OfAction.StripVlan.class,
            OfAction.PopMpls.class, OfAction.PushMpls.class, OfAction.PushVlan.class, OfAction.DecTtl.class,
            OfAction.DecMplsTtl.class);
    /** What ends it: the first kind that is there. */
    private static final List<Class<? extends OfAction>> END = List.of(OfAction.Group.class, OfAction.Output.class,
            OfAction.Resubmit.class, OfAction.Ct.class);

    private ActionSet() {
    }

    /** Whether an action may be put in the set. */
    static boolean allows(OfAction action) {
        return FIRST.stream().anyMatch(kind -> kind.isInstance(action)) || isSet(action) || isEnd(action);
    }

    private static boolean isSet(OfAction action) {
        return switch (action) {
            case OfAction.SetField _,OfAction.Move _,OfAction.SetVlanVid _,OfAction.SetVlanPcp _,OfAction.SetEthSrc _ ->
                true;
            case OfAction.SetEthDst _,OfAction.SetIpv4Src _,OfAction.SetIpv4Dst _,OfAction.SetIpDscp _,OfAction.SetIpEcn _ ->
                true;
            case OfAction.SetIpTtl _,OfAction.SetL4Src _,OfAction.SetL4Dst _,OfAction.SetTunnel _ -> true;
            case OfAction.SetMplsLabel _,OfAction.SetMplsTc _,OfAction.SetMplsTtl _ -> true;
            default -> false;
        };
    }

    private static boolean isEnd(OfAction action) {
        return END.stream().anyMatch(kind -> kind.isInstance(action));
    }

    /** The set in order of execution; empty where nothing would send the packet anywhere. */
    static List<OfAction> inOrder(List<OfAction> set) {
        List<OfAction> ordered = new ArrayList<>();
        FIRST.forEach(kind -> addLast(set, kind::isInstance, ordered));
        for (OfAction action : set) {
            if (isSet(action)) {
                ordered.add(action);
            }
        }
        boolean ends = END.stream().anyMatch(kind -> addLast(set, kind::isInstance, ordered));
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
