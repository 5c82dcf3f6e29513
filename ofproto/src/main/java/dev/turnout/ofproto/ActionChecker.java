package dev.turnout.ofproto;

import java.util.List;
import java.util.Locale;

import dev.turnout.flow.Field;
import dev.turnout.flow.Fields;
import dev.turnout.flow.FlowMask;
import dev.turnout.flow.Match;
import dev.turnout.openflow.FlowMod;
import dev.turnout.openflow.MeterConfig;
import dev.turnout.openflow.OfAction;
import dev.turnout.openflow.OfError;
import dev.turnout.openflow.OfPorts;
import dev.turnout.openflow.Subfield;

/**
 * Decides whether a flow's actions can be done, before the flow is accepted. What the translator cannot do is refused here, with OpenFlow's error and
 * the action's name; nothing that gets past is ignored later.
 */
final class ActionChecker {
    private static final int MAX_ACTIONS = 4096;

    /** What a bucket's actions are checked against: nothing is known of the packet. */
    private static final int NO_TABLE = -1;

    /** What is known of the packet at this point of the actions. */
    private Match match;
    private final int table;
    private final Facilities facilities;
    /** Whether a VLAN tag is there for sure at this point of the actions. */
    private boolean hasVlan;

    private ActionChecker(Match match, int table, Facilities facilities) {
        this.match = match;
        this.facilities = facilities;
        this.table = table;
        hasVlan = Prerequisites.matches(Field.Prerequisite.VLAN_VID, match);
    }

    /**
     * Checks a flow's actions.
     *
     * @throws FlowModException
     *             if they are refused
     */
    static void check(List<OfAction> actions, Match match, int table, Facilities facilities) {
        if (actions.size() > MAX_ACTIONS) {
            throw new FlowModException(OfError.OFPBAC_TOO_MANY, actions.size() + " actions: more than " + MAX_ACTIONS);
        }
        new ActionChecker(match, table, facilities).checkAll(actions);
    }

    /**
     * Checks a bucket's actions: they must be ones that an action set may have. Whether the packet has the fields that they change is seen when they
     * are executed; where it has not, they do nothing.
     *
     * @param place
     *            the bucket, as messages name it
     * @throws FlowModException
     *             if they are refused
     */
    static void checkBucket(List<OfAction> actions, Facilities facilities, String place) {
        ActionChecker checker = new ActionChecker(Match.ANY, NO_TABLE, facilities);
        for (OfAction action : actions) {
            if (!ActionSet.allows(action)) {
                throw new FlowModException(OfError.OFPBAC_BAD_TYPE,
                        place + ": " + name(action) + ": this action cannot be in a bucket");
            }
            checker.hasVlan = true;
            try {
                checker.check(action);
            } catch (FlowModException e) {
                throw new FlowModException(e.error(), place + ": " + e.culprit());
            }
        }
    }

    /**
     * Checks that the groups that actions use are there in this version.
     *
     * @throws FlowModException
     *             if one is not
     */
    static void checkGroups(List<OfAction> actions, GroupTable groups, long version) {
        GroupReferences.forEach(actions, group -> {
            if (groups.find(group, version) == null) {
                throw new FlowModException(OfError.OFPBAC_BAD_OUT_GROUP,
                        "group:" + Integer.toUnsignedString(group) + ": there is no such group");
            }
        });
    }

    private void checkAll(List<OfAction> actions) {
        checkTogether(actions);
        for (OfAction action : actions) {
            check(action);
        }
    }

    private void check(OfAction action) {
        switch (action) {
            case OfAction.Output(int port, int _) -> checkPort(port);
            case OfAction.OutputReg(Subfield source, int _) -> checkSource(source);
            case OfAction.Controller controller -> checkController(controller);
            case OfAction.SetField set -> checkWrite(set.field(), "set_field");
            case OfAction.Move(Subfield source, Subfield destination) -> {
                checkSource(source);
                checkWrite(destination.field(), "move");
            }
            case OfAction.SetVlanVid(int _, boolean push) -> checkVlan(push, "mod_vlan_vid");
            case OfAction.SetVlanPcp(int _, boolean push) -> checkVlan(push, "mod_vlan_pcp");
            case OfAction.PushVlan(int ethType) -> {
                if (ethType != 0x8100 && ethType != 0x88a8) {
                    throw new FlowModException(OfError.OFPBAC_BAD_ARGUMENT,
                            "push_vlan:0x" + Integer.toHexString(ethType) + ": 0x8100 or 0x88a8 expected");
                }
                hasVlan = true;
            }
            case OfAction.StripVlan _ -> hasVlan = false;
            case OfAction.SetEthSrc _,OfAction.SetEthDst _,OfAction.SetIpv4Src _,OfAction.SetIpv4Dst _,OfAction.SetIpDscp _ ->
                {
                }
            case OfAction.SetIpEcn _,OfAction.SetIpTtl _,OfAction.SetL4Src _,OfAction.SetL4Dst _,OfAction.DecTtl _ -> {
            }
            case OfAction.Clone(List<OfAction> actions) -> checkCopy(actions);
            case OfAction.Meter(int meter) -> {
                if (facilities.meters().get(meter) == null) {
                    throw new FlowModException(OfError.OFPMMFC_UNKNOWN_METER,
                            "meter:" + MeterConfig.idText(meter) + ": there is no such meter");
                }
            }
            case OfAction.FinTimeout _ -> {
            }
            case OfAction.DebugRecirc _,OfAction.DecMplsTtl _,OfAction.SetMplsLabel _,OfAction.SetMplsTc _,OfAction.SetMplsTtl _ ->
                {
                }
            case OfAction.PushMpls(int ethType) -> {
                if (!Prerequisites.isMplsType(ethType)) {
                    throw new FlowModException(OfError.OFPBAC_BAD_ARGUMENT,
                            "push_mpls:0x" + Integer.toHexString(ethType) + ": 0x8847 or 0x8848 expected");
                }
                becomes(ethType);
            }
            case OfAction.PopMpls(int ethType) -> becomes(ethType);
            case OfAction.StackPush(Subfield source) -> checkSource(source);
            case OfAction.StackPop(Subfield destination) -> checkWrite(destination.field(), "pop");
            case OfAction.OutputTrunc(int port, int maxLength) -> checkTruncated(port, maxLength);
            case OfAction.Sample sample -> checkSample(sample);
            case OfAction.CheckPktLarger(int _, Subfield destination) ->
                checkWrite(destination.field(), "check_pkt_larger");
            case OfAction.Ct ct -> checkCt(ct);
            case OfAction.CtClear _ -> requireConntrack("ct_clear");
            case OfAction.SetTunnel _,OfAction.Note _,OfAction.Exit _,OfAction.ClearActions _,OfAction.WriteMetadata _ ->
                {
                }
            case OfAction.Resubmit(int _, int to, boolean withCt) -> checkResubmit(to, withCt);
            case OfAction.GotoTable(int to) -> checkGoto(to);
            case OfAction.Group _ -> {
            }
            case OfAction.WriteActions(List<OfAction> set) -> checkActionSet(set);
            case OfAction.Learn learn -> {
                LearnExecution.check(learn, match, hasVlan, facilities);
                Subfield result = learn.resultDst();
                if (result != null) {
                    checkWrite(result.field(), "learn(result_dst)");
                }
            }
            case OfAction.Multipath multipath -> {
                HashedChoice.check(multipath);
                checkWrite(multipath.destination().field(), "multipath");
            }
            case OfAction.Bundle bundle -> {
                HashedChoice.check(bundle);
                Subfield destination = bundle.destination();
                if (destination != null) {
                    checkWrite(destination.field(), "bundle_load");
                }
            }
            case OfAction.Conjunction(int id, int clause, int clauses) -> checkConjunction(id, clause, clauses);
            default -> throw refuse(action);
        }
    }

    /** Actions on a copy, or later: what they change of the packet is not known here. */
    private void checkCopy(List<OfAction> actions) {
        if (NestedActions.any(actions, OfAction.Conjunction.class::isInstance)) {
            throw new FlowModException(OfError.OFPBAC_BAD_TYPE,
                    "conjunction: this action is part of a flow's match, it cannot be in clone");
        }
        boolean had = hasVlan;
        Match known = match;
        checkAll(actions);
        match = known;
        hasVlan = had;
    }

    private static void checkConjunction(int id, int clause, int clauses) {
        if (clauses < 2 || clauses > 64 || clause < 0 || clause >= clauses) {
            throw new FlowModException(OfError.OFPBAC_BAD_ARGUMENT,
                    "conjunction(" + Integer.toUnsignedString(id) + "," + (clause + 1) + "/" + clauses
                            + "): 2 to 64 clauses expected, and one of them");
        }
    }

    /** Conjunctions stand alone, or with notes. */
    private static void checkTogether(List<OfAction> actions) {
        if (actions.stream().anyMatch(OfAction.Conjunction.class::isInstance)) {
            for (OfAction action : actions) {
                if (!(action instanceof OfAction.Conjunction || action instanceof OfAction.Note)) {
                    throw new FlowModException(OfError.OFPBAC_UNSUPPORTED_ORDER,
                            name(action) + ": conjunction and note may stand together, but no other action");
                }
            }
        }
    }

    /** A label was pushed or popped: the packet is of this type from here on, and nothing else is known of what is inside. */
    private void becomes(int ethType) {
        long[] values = match.values().clone();
        long[] mask = match.mask().toWords();
        for (Field field : Fields.all()) {
            boolean inside = switch (field.prerequisite()) {
                case NONE, ETHERNET, VLAN_VID, CT -> false;
                default -> field.isStored();
            };
            if (inside) {
                field.clear(mask);
            }
        }
        Fields.ETH_TYPE.set(values, ethType);
        Fields.ETH_TYPE.setAll(mask);
        match = new Match(values, FlowMask.of(mask));
    }

    private static void checkTruncated(int port, int maxLength) {
        boolean possible = (port >= 0 && port < OfPorts.MAX) || port == OfPorts.LOCAL || port == OfPorts.IN_PORT;
        if (!possible) {
            throw new FlowModException(OfError.OFPBAC_BAD_OUT_PORT,
                    "output(port=" + port + ",max_len=…): a port, LOCAL or IN_PORT expected");
        }
        if (Integer.compareUnsigned(maxLength, SHORTEST_FRAME) < 0) {
            throw new FlowModException(OfError.OFPBAC_BAD_ARGUMENT, "output(max_len=" + maxLength
                    + "): at least an Ethernet header's " + SHORTEST_FRAME + " bytes expected");
        }
    }

    private static final int SHORTEST_FRAME = 14;

    private static void checkSample(OfAction.Sample sample) {
        if (sample.probability() < 1 || sample.probability() > 0xffff) {
            throw new FlowModException(OfError.OFPBAC_BAD_ARGUMENT,
                    "sample(probability=" + sample.probability() + "): 1 to 65535 expected");
        }
        for (OfAction.NumberOrField number : List.of(sample.obsDomainId(), sample.obsPointId())) {
            Subfield source = number.source();
            if (source != null) {
                checkSource(source);
            }
        }
    }

    private void requireConntrack(String action) {
        if (!facilities.datapath().conntrack()) {
            throw new FlowModException(OfError.OFPBAC_BAD_TYPE,
                    action + ": the datapath has no connection tracking");
        }
    }

    private void checkCt(OfAction.Ct ct) {
        requireConntrack("ct");
        if (table != NO_TABLE && !Prerequisites.matches(Field.Prerequisite.IP_ANY, match)) {
            throw new FlowModException(OfError.OFPBAC_MATCH_INCONSISTENT,
                    "ct: the match must say that the packet is IPv4 or IPv6");
        }
        if (ct.recircTable() == ReservedTable.NUMBER) {
            throw new FlowModException(OfError.OFPBAC_BAD_ARGUMENT,
                    "ct(table=" + ct.recircTable() + "): reserved for the switch itself");
        }
        Subfield zone = ct.zone().source();
        if (zone != null) {
            checkSource(zone);
        }
        if (!ConntrackActions.isKnown(ct.actions())) {
            throw new FlowModException(OfError.OFPBAC_BAD_ARGUMENT, "ct(exec(…)): set_field, load and move expected");
        }
        for (OfAction action : ct.actions()) {
            switch (action) {
                case OfAction.SetField set -> checkExec(set.field());
                case OfAction.Move(Subfield source, Subfield destination) -> {
                    checkSource(source);
                    checkExec(destination.field());
                }
                default -> {
                    // nat
                }
            }
        }
    }

    private static void checkExec(Field field) {
        if (field.index() != Fields.CT_MARK.index() && field.index() != Fields.CT_LABEL.index()) {
            throw new FlowModException(OfError.OFPBAC_BAD_SET_ARGUMENT,
                    "ct(exec(…)) " + field + ": only ct_mark and ct_label can be set here");
        }
    }

    private static FlowModException refuse(OfAction action) {
        String name = name(action);
        return switch (action) {
            case OfAction.Enqueue _,OfAction.SetQueue _ ->
                new FlowModException(OfError.OFPBAC_BAD_QUEUE, name + ": ports have no queues");
            default -> new FlowModException(OfError.OFPBAC_BAD_TYPE, name + ": this action is not supported");
        };
    }

    /** {@code DecMplsTtl} → {@code dec_mpls_ttl}. */
    static String name(OfAction action) {
        return action.getClass().getSimpleName().replaceAll("([a-z0-9])([A-Z])", "$1_$2").toLowerCase(Locale.ROOT);
    }

    private static void checkPort(int port) {
        boolean exists = (port >= 0 && port < OfPorts.MAX) || (port >= OfPorts.IN_PORT && port < OfPorts.NONE);
        if (!exists) {
            throw new FlowModException(OfError.OFPBAC_BAD_OUT_PORT,
                    "output:" + port + ": no port can have this number");
        }
    }

    private void checkController(OfAction.Controller controller) {
        if (controller.meter() != 0 && facilities.meters().get(controller.meter()) == null) {
            throw new FlowModException(OfError.OFPMMFC_UNKNOWN_METER,
                    "controller(meter_id=" + MeterConfig.idText(controller.meter()) + "): there is no such meter");
        }
    }

    private static void checkSource(Subfield source) {
        if (!source.field().isStored()) {
            throw new FlowModException(OfError.OFPBAC_BAD_SET_TYPE, source.field() + ": this field is not supported");
        }
    }

    private void checkWrite(Field field, String action) {
        if (!field.isStored() || isUnsupported(field)) {
            throw new FlowModException(OfError.OFPBAC_BAD_SET_TYPE,
                    action + " " + field + ": setting this field is not supported");
        }
        if (!field.writable()) {
            throw new FlowModException(OfError.OFPBAC_BAD_SET_TYPE,
                    action + " " + field + ": this field cannot be set");
        }
        if (field.index() == Fields.CT_MARK.index() || field.index() == Fields.CT_LABEL.index()) {
            throw new FlowModException(OfError.OFPBAC_BAD_SET_ARGUMENT,
                    action + " " + field + ": this field can be set within ct(exec(...)) only");
        }
        Field.Prerequisite prerequisite = field.prerequisite();
        boolean met = table == NO_TABLE || (prerequisite == Field.Prerequisite.VLAN_VID
                ? hasVlan
                : Prerequisites.matches(prerequisite, match));
        if (!met) {
            throw new FlowModException(OfError.OFPBAC_MATCH_INCONSISTENT,
                    action + " " + field + ": the match must say that the packet has this field");
        }
        if (field.index() == Fields.VLAN_TCI.index() || field.index() == Fields.DL_VLAN.index()
                || field.index() == Fields.DL_VLAN_PCP.index()) {
            hasVlan = true;
        }
    }

    private static boolean isUnsupported(Field field) {
        return field.prerequisite() == Field.Prerequisite.NSH || field.index() == Fields.ND_RESERVED.index()
                || field.index() == Fields.ND_OPTIONS_TYPE.index();
    }

    private void checkVlan(boolean push, String action) {
        if (!push && !hasVlan) {
            throw new FlowModException(OfError.OFPBAC_MATCH_INCONSISTENT,
                    action + ": the match must say that the packet has a VLAN tag");
        }
        hasVlan = true;
    }

    private void checkResubmit(int to, boolean withCt) {
        if (withCt) {
            requireConntrack("resubmit(,,ct)");
            if (table != NO_TABLE && !Prerequisites.matches(Field.Prerequisite.CT, match)) {
                throw new FlowModException(OfError.OFPBAC_MATCH_INCONSISTENT,
                        "resubmit(,,ct): the match must say that the packet is tracked");
            }
        }
        if (to == ReservedTable.NUMBER) {
            throw new FlowModException(OfError.OFPBRC_BAD_TABLE_ID,
                    "resubmit(," + to + "): reserved for the switch itself");
        }
    }

    private void checkGoto(int to) {
        if (to <= table || to >= ReservedTable.NUMBER) {
            throw new FlowModException(OfError.OFPBIC_BAD_TABLE_ID,
                    "goto_table:" + to + ": a table from " + (table + 1) + " to 253 expected");
        }
    }

    private void checkActionSet(List<OfAction> set) {
        boolean had = hasVlan;
        Match known = match;
        for (OfAction action : set) {
            if (!ActionSet.allows(action)) {
                if (action instanceof OfAction.SetQueue) {
                    throw refuse(action);
                }
                throw new FlowModException(OfError.OFPBAC_BAD_TYPE,
                        name(action) + ": this action cannot be in write_actions");
            }
            check(action);
        }
        match = known;
        hasVlan = had;
    }

    /** Whether actions output to a port or use a group: what a deletion's {@code out_port} and {@code out_group} ask. */
    static boolean outputsTo(List<OfAction> actions, int port, int group) {
        return (port == OfPorts.NONE || NestedActions.any(actions, action -> isOutputTo(action, port)))
                && (group == FlowMod.ANY_GROUP
                        || NestedActions.any(actions,
                                action -> action instanceof OfAction.Group(int to) && to == group));
    }

    private static boolean isOutputTo(OfAction action, int port) {
        return switch (action) {
            case OfAction.Output(int to, int _) -> to == port;
            case OfAction.OutputTrunc(int to, int _) -> to == port;
            case OfAction.Enqueue(int to, int _) -> to == port;
            case OfAction.Controller _ -> port == OfPorts.CONTROLLER;
            default -> false;
        };
    }
}
