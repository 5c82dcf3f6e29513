package dev.turnout.openflow;

import java.util.List;

import dev.turnout.flow.Field;
import dev.turnout.flow.Fields;
import dev.turnout.flow.FlowLayout;
import dev.turnout.flow.Match;
import dev.turnout.openflow.OfAction.LearnSource;
import dev.turnout.openflow.OfAction.LearnSpec;
import org.jspecify.annotations.Nullable;

/**
 * Walks through a flow's actions with what is known of the packet: its match, and what the actions before have changed of
 * it. Finds what OpenFlow forbids, and what only OpenFlow 1.0 lets pass (there an action that does not go with the match
 * does nothing; later versions refuse it).
 *
 * <p>Thread rules: one owner.
 */
final class ActionCheck {
    private final long[] values;
    private final long[] masks;
    private final int table;
    private int usable = Protocols.P_OF10_UP;
    private @Nullable OfAction current;
    private @Nullable OfAction misfit;

    // What actions change on the way.
    private int tci;
    private int innerTci;
    private int ethType;
    private int ipProto;
    private boolean ethernet;

    ActionCheck(MatchBuilder match, int table) {
        this(match.values, match.masks, table);
    }

    ActionCheck(Match match, int table) {
        this(match.values(), match.mask().toWords(), table);
    }

    private ActionCheck(long[] values, long[] masks, int table) {
        this.values = values;
        this.masks = masks;
        this.table = table;
        tci = (int) Fields.VLAN_TCI.get(values);
        innerTci = (int) values[FlowLayout.IPV6_VLAN1] & 0xffff;
        ethType = MatchBuilder.ethType(values, masks);
        ipProto = (int) Fields.IP_PROTO.get(values);
        ethernet = Fields.PACKET_TYPE.get(values) == 0;
    }

    /** The protocols that can carry the actions with this match. */
    int usable() {
        return usable;
    }

    /** The first action that does not go with the match, so that only OpenFlow 1.0 lets it pass; null if there is none. */
    @Nullable
    OfAction misfit() {
        return misfit;
    }

    boolean hasVlan() {
        return (tci & FlowLayout.VLAN_PRESENT) != 0;
    }

    /** The IP protocol that the packet has here, or 0 if unknown. */
    int ipProtocol() {
        return ipProto;
    }

    void checkAll(List<OfAction> actions) {
        for (OfAction action : actions) {
            check(action);
        }
    }

    /** A nested list: what it changes, it changes on a copy. */
    private void checkNested(List<OfAction> actions) {
        int savedTci = tci;
        int savedInnerTci = innerTci;
        int savedEthType = ethType;
        int savedIpProto = ipProto;
        boolean savedEthernet = ethernet;
        checkAll(actions);
        tci = savedTci;
        innerTci = savedInnerTci;
        ethType = savedEthType;
        ipProto = savedIpProto;
        ethernet = savedEthernet;
    }

    /** Takes in what an action changes that was checked before. */
    void advance(OfAction action) {
        switch (action) {
            case OfAction.SetField set when set.field().equals(Fields.VLAN_TCI) -> tci = (int) set.value().low();
            case OfAction.SetVlanVid set -> tci |= FlowLayout.VLAN_PRESENT;
            case OfAction.SetVlanPcp set -> tci |= FlowLayout.VLAN_PRESENT;
            case OfAction.StripVlan strip -> {
                tci = innerTci;
                innerTci = 0;
            }
            case OfAction.PushVlan push -> {
                innerTci = tci;
                tci = FlowLayout.VLAN_PRESENT;
            }
            case OfAction.PushMpls(int type) -> {
                ethType = type;
                ipProto = 0;
            }
            case OfAction.PopMpls(int type) -> ethType = type;
            case OfAction.Encap encap -> {
                ethType = encap.packetType() >>> 16 == 1 ? encap.packetType() & 0xffff : ethType;
                ipProto = isIp() ? ipProto : 0;
                ethernet = encap.packetType() == 0;
            }
            case OfAction.Decap decap -> {
                ethType = ethernet ? ethType : 0xffff;
                ethernet = false;
            }
            default -> {
                // Changes nothing that matters here.
            }
        }
    }

    /** Checks one action, and takes in what it changes. */
    void check(OfAction action) {
        current = action;
        checkConsistent(action);
        advance(action);
    }

    private void checkConsistent(OfAction action) {
        switch (action) {
            case OfAction.Output(int port, int maxLength) -> checkOutput(port, action);
            case OfAction.OutputTrunc(int port, int maxLength) -> checkOutput(port, action);
            case OfAction.Enqueue(int port, int queue) -> {
                if (port >= OfPorts.MAX && port != OfPorts.IN_PORT && port != OfPorts.LOCAL) {
                    throw refuse(OfError.OFPBAC_BAD_OUT_PORT, action);
                }
            }
            case OfAction.OutputReg(Subfield source, int maxLength) -> checkSource(source, action);
            case OfAction.Bundle bundle -> {
                bundle.members().forEach(port -> checkOutput(port, action));
                Subfield destination = bundle.destination();
                if (destination != null) {
                    checkDestination(destination, action);
                }
            }
            case OfAction.SetField(Field field, FieldValue value, FieldValue mask, boolean load) -> {
                checkPrerequisites(field, action);
                if (field.equals(Fields.VLAN_VID) && !hasVlan()) {
                    throw refuse(OfError.OFPBAC_MATCH_INCONSISTENT, action);
                }
            }
            case OfAction.SetVlanVid(int vid, boolean push) -> only10Unless(push || hasVlan());
            case OfAction.SetVlanPcp(int pcp, boolean push) -> only10Unless(push || hasVlan());
            case OfAction.StripVlan strip -> only10Unless(hasVlan());
            case OfAction.PushVlan push -> {
                if ((innerTci & FlowLayout.VLAN_PRESENT) != 0) {
                    throw refuse(OfError.OFPBAC_BAD_TAG, action);
                }
            }
            case OfAction.SetIpv4Src a -> only10Unless(ethType == EthTypes.IPV4);
            case OfAction.SetIpv4Dst a -> only10Unless(ethType == EthTypes.IPV4);
            case OfAction.SetIpDscp a -> only10Unless(isIp());
            case OfAction.SetIpEcn a -> only10Unless(isIp());
            case OfAction.SetIpTtl a -> only10Unless(isIp());
            case OfAction.DecTtl a -> only10Unless(isIp());
            case OfAction.SetL4Src a -> only10Unless(hasPorts());
            case OfAction.SetL4Dst a -> only10Unless(hasPorts());
            case OfAction.SetMplsLabel a -> only10Unless(EthTypes.isMpls(ethType));
            case OfAction.SetMplsTc a -> only10Unless(EthTypes.isMpls(ethType));
            case OfAction.SetMplsTtl a -> only10Unless(EthTypes.isMpls(ethType));
            case OfAction.DecMplsTtl a -> only10Unless(EthTypes.isMpls(ethType));
            case OfAction.DecNshTtl a -> only10Unless(ethType == EthTypes.NSH);
            case OfAction.FinTimeout a -> only10Unless(ipProto == IpProtocols.TCP);
            case OfAction.PopMpls a -> only10Unless(EthTypes.isMpls(ethType));
            default -> checkPipeline(action);
        }
    }

    private void checkPipeline(OfAction action) {
        switch (action) {
            case OfAction.Move(Subfield source, Subfield destination) -> {
                checkSource(source, action);
                checkDestination(destination, action);
            }
            case OfAction.StackPush(Subfield source) -> checkSource(source, action);
            case OfAction.StackPop(Subfield destination) -> checkDestination(destination, action);
            case OfAction.Multipath multipath -> checkDestination(multipath.destination(), action);
            case OfAction.CheckPktLarger check -> checkDestination(check.destination(), action);
            case OfAction.DeleteField(Field field) -> {
                if (field.isStored() || !field.name().startsWith("tun_metadata")) {
                    throw refuse(OfError.OFPBAC_BAD_ARGUMENT, action);
                }
            }
            case OfAction.Resubmit resubmit -> {
                if (resubmit.withCt() && !isCtValid()) {
                    throw refuse(OfError.OFPBAC_MATCH_INCONSISTENT, action);
                }
            }
            case OfAction.Learn learn -> checkLearn(learn);
            case OfAction.Clone(List<OfAction> actions) -> checkNested(actions);
            case OfAction.Ct ct -> checkCt(ct);
            case OfAction.Nat nat -> checkNat(nat);
            case OfAction.Meter(int meter) -> {
                if (meter == 0 || Integer.compareUnsigned(meter, 0xffff0000) > 0) {
                    throw refuse(OfError.OFPMMFC_INVALID_METER, action);
                }
            }
            case OfAction.WriteActions(List<OfAction> actions) -> {
                int before = usable;
                OfAction misfitBefore = misfit;
                checkNested(actions);
                usable = before;
                misfit = misfitBefore;
            }
            case OfAction.GotoTable(int next) -> {
                if ((table != FlowMod.ALL_TABLES && next <= table) || next == 255) {
                    throw refuse(OfError.OFPBIC_BAD_TABLE_ID, action);
                }
            }
            default -> {
                // Goes with any match.
            }
        }
    }

    private static FlowSyntaxException refuse(OfError error, OfAction action) {
        return refuse(error, action, "");
    }

    /** Refuses an action for what is said of a part of it, or for itself where nothing is. */
    private static FlowSyntaxException refuse(OfError error, OfAction action, String part) {
        return new FlowSyntaxException(
                ActionPrinter.format(List.of(action), PortNames.NONE) + ": " + part + "actions are invalid with "
                        + "specified match (" + error + ": " + error.meaning() + ")",
                error);
    }

    private void only10Unless(boolean consistent) {
        if (!consistent) {
            usable &= Protocols.P_OF10_ALL | Protocols.P_NXM_ALL;
            misfit = misfit == null ? current : misfit;
        }
    }

    private boolean isIp() {
        return ethType == EthTypes.IPV4 || ethType == EthTypes.IPV6;
    }

    private boolean hasPorts() {
        return isIp() && IpProtocols.hasPorts(ipProto) && !isLaterFragment();
    }

    private boolean isLaterFragment() {
        return (Fields.IP_FRAG.get(values) & FlowLayout.FRAG_LATER) != 0;
    }

    private boolean isCtValid() {
        return MatchBuilder.isCtValid(values, masks);
    }

    private static void checkOutput(int port, OfAction action) {
        if (port == OfPorts.NONE || (port >= OfPorts.MAX && port < OfPorts.IN_PORT)) {
            throw refuse(OfError.OFPBAC_BAD_OUT_PORT, action);
        }
    }

    private void checkSource(Subfield source, OfAction action) {
        checkPrerequisites(source.field(), action);
    }

    private void checkDestination(Subfield destination, OfAction action) {
        checkPrerequisites(destination.field(), action);
        if (!destination.field().writable()) {
            throw refuse(OfError.OFPBAC_BAD_SET_ARGUMENT, action);
        }
    }

    private void checkPrerequisites(Field field, OfAction action) {
        if (!hasPrerequisites(field)) {
            throw refuse(OfError.OFPBAC_MATCH_INCONSISTENT, action, field + " lacks its prerequisites: ");
        }
    }

    /** Whether the packets that come here have the field. */
    private boolean hasPrerequisites(Field field) {
        boolean icmpv6 = ethType == EthTypes.IPV6 && ipProto == IpProtocols.ICMPV6;
        long icmpType = Fields.TCP_SRC.get(values);
        boolean nd = icmpv6 && Fields.TCP_DST.get(values) == 0 && (icmpType == 135 || icmpType == 136);
        return switch (field.prerequisite()) {
            case NONE -> true;
            case ETHERNET -> ethernet;
            case VLAN_VID -> ethernet && hasVlan();
            case ARP -> ethType == EthTypes.ARP || ethType == EthTypes.RARP;
            case IPV4 -> ethType == EthTypes.IPV4;
            case IPV6 -> ethType == EthTypes.IPV6;
            case IP_ANY -> isIp();
            case MPLS -> EthTypes.isMpls(ethType);
            case TCP -> isIp() && ipProto == IpProtocols.TCP && !isLaterFragment();
            case UDP -> isIp() && ipProto == IpProtocols.UDP && !isLaterFragment();
            case SCTP -> isIp() && ipProto == IpProtocols.SCTP && !isLaterFragment();
            case ICMPV4 -> ethType == EthTypes.IPV4 && ipProto == IpProtocols.ICMP;
            case ICMPV6 -> icmpv6;
            case ND -> nd;
            case ND_SOLICIT -> nd && icmpType == 135;
            case ND_ADVERT -> nd && icmpType == 136;
            case NSH -> ethType == EthTypes.NSH;
            case CT -> isCtValid();
        };
    }

    private void checkCt(OfAction.Ct ct) {
        boolean invalid = ct.commit() && (Fields.CT_STATE.get(values) & 0x10) != 0;
        boolean wrongProtocol = (ct.algPort() == 21 && ipProto != IpProtocols.TCP)
                || (ct.algPort() == 69 && ipProto != IpProtocols.UDP);
        if (!isIp() || invalid || wrongProtocol) {
            throw refuse(OfError.OFPBAC_MATCH_INCONSISTENT, ct);
        }
        Subfield zone = ct.zone().source();
        if (zone != null) {
            checkSource(zone, ct);
        }
        checkNested(ct.actions());
    }

    private void checkNat(OfAction.Nat nat) {
        OfAction.Address address = nat.min();
        if (!isIp() || (address != null && address.ipv6() != (ethType == EthTypes.IPV6))) {
            throw refuse(OfError.OFPBAC_MATCH_INCONSISTENT, nat);
        }
    }

    /** Sources must be in the packet; destinations in what the learned flow matches, as far as it is spelled out. */
    private void checkLearn(OfAction.Learn learn) {
        MatchBuilder learned = new MatchBuilder();
        for (LearnSpec spec : learn.specs()) {
            switch (spec) {
                case LearnSpec.MatchOn(Subfield field, LearnSource source) -> {
                    checkLearnSource(source, learn);
                    new ActionCheck(learned, FlowMod.ALL_TABLES).checkSource(field, learn);
                    if (source instanceof LearnSource.Immediate(FieldValue value)) {
                        learned.addBits(field, value);
                    }
                }
                case LearnSpec.LoadTo(LearnSource source, Subfield destination) -> {
                    checkLearnSource(source, learn);
                    new ActionCheck(learned, FlowMod.ALL_TABLES).checkDestination(destination, learn);
                }
                case LearnSpec.OutputTo(Subfield source) -> checkSource(source, learn);
            }
        }
    }

    private void checkLearnSource(LearnSource source, OfAction.Learn learn) {
        if (source instanceof LearnSource.FromField(Subfield field)) {
            checkSource(field, learn);
        }
    }
}
