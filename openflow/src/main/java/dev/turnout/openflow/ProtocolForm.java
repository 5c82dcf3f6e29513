package dev.turnout.openflow;

import java.util.ArrayList;
import java.util.List;

import dev.turnout.flow.Field;
import dev.turnout.flow.Field.Prerequisite;
import dev.turnout.flow.Fields;
import dev.turnout.flow.FlowLayout;
import dev.turnout.flow.Match;
import dev.turnout.openflow.OfAction.SetField;

/**
 * What becomes of a flow on its way through a protocol: OpenFlow 1.0 has no {@code set_field} of {@code nw_src} but {@code
 * mod_nw_src}, OpenFlow 1.3 the other way round. {@code ovs-ofctl} prints flows as they came over the wire; a flow in the
 * form of a protocol prints the same.
 *
 * <p>Thread rules: instances belong to one thread; the static methods may be called by any.
 */
public final class ProtocolForm {
    private final int protocol;
    private final ActionCheck packet;

    private ProtocolForm(int protocol, ActionCheck packet) {
        this.protocol = protocol;
        this.packet = packet;
    }

    /** The flow-mod as the protocol (of several: the oldest) would carry it. */
    public static FlowMod of(FlowMod mod, Protocols protocols) {
        int protocol = Integer.lowestOneBit(protocols.bits());
        int importance = protocol >= Protocols.P_OF14 ? mod.importance() : 0;
        int flags = protocol >= Protocols.P_OF12 ? mod.flags() : mod.flags() & ~FlowFlags.RESET_COUNTS;
        return mod.toBuilder().match(match(mod.match(), protocol)).importance(importance).flags(flags)
                .actions(actions(mod.actions(), mod.match(), protocol)).build();
    }

    /** The listed flow as the protocol (of several: the oldest) would carry it. */
    public static FlowStats of(FlowStats flow, Protocols protocols) {
        int protocol = Integer.lowestOneBit(protocols.bits());
        int importance = protocol >= Protocols.P_OF14 ? flow.importance() : 0;
        return new FlowStats(flow.table(), flow.priority(), match(flow.match(), protocol), flow.tunnelMetadata(),
                flow.cookie(),
                flow.durationNs(), flow.packets(), flow.bytes(), flow.idleTimeout(), flow.hardTimeout(), importance,
                flow.flags(), flow.idleAgeSeconds(), flow.hardAgeSeconds(),
                actions(flow.actions(), flow.match(), protocol));
    }

    /** Only VLAN tags are said differently: the newer versions have no field for all of a tag. */
    private static Match match(Match match, int protocol) {
        long tciMask = match.mask().word(Fields.VLAN_TCI.word()) >>> Fields.VLAN_TCI.shift() & 0xffff;
        if (tciMask == 0 || (protocol & Protocols.P_NXM_ALL) != 0) {
            return match;
        }
        int tci = (int) Fields.VLAN_TCI.get(match.values());
        int newTci = tci;
        int newMask = (int) tciMask;
        if (protocol >= Protocols.P_OF12) {
            newMask &= 0x1fff;
            newTci &= 0x1fff;
            if (newTci != 0 && (tciMask & 0xe000) != 0) {
                newMask |= 0xf000;
                newTci |= (tci & 0xe000) | FlowLayout.VLAN_PRESENT;
            }
        } else if ((tciMask & FlowLayout.VLAN_PRESENT) != 0 && (tci & FlowLayout.VLAN_PRESENT) == 0) {
            newMask = 0xffff;
            newTci = 0;
        } else {
            newMask = ((tciMask & 0xfff) != 0 ? 0x1fff : 0) | ((tciMask & 0xe000) != 0 ? 0xf000 : 0);
            newTci = (tci | FlowLayout.VLAN_PRESENT) & newMask;
        }
        if (newTci == tci && newMask == tciMask) {
            return match;
        }
        MatchBuilder builder = new MatchBuilder(match, List.of());
        Fields.VLAN_TCI.set(builder.values, newTci);
        Fields.VLAN_TCI.set(builder.masks, newMask);
        return builder.build();
    }

    private static List<OfAction> actions(List<OfAction> actions, Match match, int protocol) {
        return new ProtocolForm(protocol, new ActionCheck(match, FlowMod.ALL_TABLES)).convert(actions);
    }

    private List<OfAction> convert(List<OfAction> actions) {
        List<OfAction> converted = new ArrayList<>(actions.size());
        for (OfAction action : actions) {
            boolean hadVlan = packet.hasVlan();
            int ipProtocol = packet.ipProtocol();
            packet.advance(action);
            convert(action, hadVlan, ipProtocol, converted);
        }
        return converted;
    }

    private boolean isOf10() {
        return protocol < Protocols.P_OF11;
    }

    private boolean hasSetField() {
        return protocol >= Protocols.P_OF12;
    }

    private void convert(OfAction action, boolean hadVlan, int ipProtocol, List<OfAction> out) {
        switch (action) {
            case OfAction.SetVlanVid(int vid, boolean push) -> vlanVid(vid, push && !hadVlan, out);
            case OfAction.SetVlanPcp(int pcp, boolean push) -> vlanPcp(pcp, push && !hadVlan, out);
            case OfAction.StripVlan strip -> out.add(new OfAction.StripVlan(!isOf10()));
            case OfAction.PushVlan push -> {
                if (!isOf10()) {
                    out.add(push);
                }
            }
            case OfAction.SetIpTtl(int ttl) -> out.add(isOf10() ? load(Fields.NW_TTL, ttl) : action);
            case OfAction.SetMplsTtl ttl -> out.add(ttl);
            case OfAction.SetIpEcn(int ecn) ->
                out.add(isOf10() ? load(Fields.IP_ECN, ecn) : setFieldOr(action, ipProtocol));
            case OfAction.SetTunnel(long id, boolean wide) -> out.add(hasSetField()
                    ? setFieldOr(action, ipProtocol)
                    : new OfAction.SetTunnel(id, wide || id >>> 32 != 0));
            case SetField set -> setField(set, hadVlan, out);
            case OfAction.Enqueue(int port, int queue) -> {
                if (isOf10()) {
                    out.add(action);
                } else {
                    out.add(new OfAction.SetQueue(queue));
                    out.add(new OfAction.Output(port));
                    out.add(new OfAction.PopQueue());
                }
            }
            case OfAction.ClearActions clear -> {
                if (!isOf10()) {
                    out.add(clear);
                }
            }
            case OfAction.WriteActions(List<OfAction> nested) -> {
                if (!isOf10() && !nested.isEmpty()) {
                    out.add(new OfAction.WriteActions(convert(nested)));
                }
            }
            case OfAction.GotoTable(int table) -> out
                    .add(isOf10() ? new OfAction.Resubmit(OfPorts.IN_PORT, table, false) : action);
            case OfAction.Clone(List<OfAction> nested) -> out.add(new OfAction.Clone(convert(nested)));
            case OfAction.Ct ct ->
                out.add(new OfAction.Ct(ct.commit(), ct.force(), ct.zone(), ct.recircTable(), ct.algPort(),
                        convert(ct.actions())));
            default -> out.add(hasSetField() ? setFieldOr(action, ipProtocol) : action);
        }
    }

    private static OfAction load(Field field, long value) {
        return new SetField(field, FieldValue.of(value), FieldValue.ones(field.bits()), true);
    }

    /** The action as {@code set_field} where it is one of OpenFlow 1.0's setting actions, else itself. */
    private static OfAction setFieldOr(OfAction action, int ipProtocol) {
        Prerequisite layer4 = switch (ipProtocol) {
            case IpProtocols.TCP -> Prerequisite.TCP;
            case IpProtocols.UDP -> Prerequisite.UDP;
            case IpProtocols.SCTP -> Prerequisite.SCTP;
            default -> Prerequisite.NONE;
        };
        SetField set = OfAction.asSetField(action, layer4);
        return set == null ? action : set;
    }

    private void vlanVid(int vid, boolean push, List<OfAction> out) {
        if (isOf10()) {
            out.add(new OfAction.SetVlanVid(vid, true));
            return;
        }
        if (push) {
            out.add(new OfAction.PushVlan(EthTypes.VLAN));
        }
        out.add(hasSetField()
                ? new SetField(Fields.VLAN_VID, FieldValue.of(vid | FlowLayout.VLAN_PRESENT))
                : new OfAction.SetVlanVid(vid, false));
    }

    private void vlanPcp(int pcp, boolean push, List<OfAction> out) {
        if (isOf10()) {
            out.add(new OfAction.SetVlanPcp(pcp, true));
            return;
        }
        if (push) {
            out.add(new OfAction.PushVlan(EthTypes.VLAN));
        }
        out.add(hasSetField()
                ? new SetField(Fields.VLAN_PCP, FieldValue.of(pcp))
                : new OfAction.SetVlanPcp(pcp, false));
    }

    private void setField(SetField set, boolean hadVlan, List<OfAction> out) {
        boolean whole = set.mask().isOnes(set.field().bits());
        if (set.field().equals(Fields.DL_VLAN) && hasSetField()) {
            out.add(new SetField(Fields.VLAN_VID, FieldValue.of(set.value().low() | FlowLayout.VLAN_PRESENT)));
        } else if (set.field().equals(Fields.DL_VLAN_PCP) && hasSetField()) {
            out.add(new SetField(Fields.VLAN_PCP, set.value()));
        } else if (protocol >= Protocols.P_OF15) {
            out.add(new SetField(set.field(), set.value(), set.mask(), false));
        } else if (set.load() || !whole) {
            loads(set, out);
        } else if (hasSetField()) {
            out.add(set);
        } else {
            oldSetField(set, hadVlan, out);
        }
    }

    /** As {@code load}, in parts; a field that {@code load} cannot name stays as it is. */
    private static void loads(SetField set, List<OfAction> out) {
        if (!set.field().isStored() || !FieldTable.of(set.field()).hasShortNumber()) {
            out.add(new SetField(set.field(), set.value(), set.mask(), false));
            return;
        }
        for (Subfield part : LoadParts.of(set)) {
            FieldValue mask = part.isWholeField() ? FieldValue.ones(set.field().bits()) : part.mask();
            out.add(new SetField(set.field(), set.value().and(part.mask()), mask, true));
        }
    }

    /** OpenFlow 1.0 and 1.1 have an action for some fields; the others are loaded. */
    private void oldSetField(SetField set, boolean hadVlan, List<OfAction> out) {
        Field field = set.field();
        long value = set.value().low();
        if (field.equals(Fields.VLAN_TCI)) {
            oldVlanTci((int) value, hadVlan, out);
        } else if (field.equals(Fields.VLAN_VID) || field.equals(Fields.DL_VLAN)) {
            vlanVid((int) value & 0xfff, false, out);
        } else if (field.equals(Fields.VLAN_PCP) || field.equals(Fields.DL_VLAN_PCP)) {
            vlanPcp((int) value, false, out);
        } else if (field.equals(Fields.ETH_SRC)) {
            out.add(new OfAction.SetEthSrc(value));
        } else if (field.equals(Fields.ETH_DST)) {
            out.add(new OfAction.SetEthDst(value));
        } else if (field.equals(Fields.IPV4_SRC)) {
            out.add(new OfAction.SetIpv4Src((int) value));
        } else if (field.equals(Fields.IPV4_DST)) {
            out.add(new OfAction.SetIpv4Dst((int) value));
        } else if (field.equals(Fields.NW_TOS)) {
            out.add(new OfAction.SetIpDscp((int) value));
        } else if (field.equals(Fields.IP_DSCP)) {
            out.add(new OfAction.SetIpDscp((int) value << 2));
        } else if (field.equals(Fields.IP_ECN) && !isOf10()) {
            out.add(new OfAction.SetIpEcn((int) value));
        } else if (field.equals(Fields.TCP_SRC) || field.equals(Fields.UDP_SRC)) {
            out.add(new OfAction.SetL4Src((int) value));
        } else if (field.equals(Fields.TCP_DST) || field.equals(Fields.UDP_DST)) {
            out.add(new OfAction.SetL4Dst((int) value));
        } else {
            loads(set, out);
        }
    }

    private void oldVlanTci(int tci, boolean hadVlan, List<OfAction> out) {
        if ((tci & FlowLayout.VLAN_PRESENT) == 0) {
            out.add(new OfAction.StripVlan(!isOf10()));
            return;
        }
        vlanVid(tci & 0xfff, !hadVlan, out);
        vlanPcp(tci >> 13, false, out);
    }
}
