package dev.turnout.openflow;

import java.util.List;
import java.util.Locale;

import dev.turnout.flow.AddressText;
import dev.turnout.flow.Field;
import dev.turnout.openflow.OfAction.NumberOrField;
import dev.turnout.openflow.OfAction.PacketInReason;

/** Writes lists of actions as {@code ovs-ofctl} does. */
public final class ActionPrinter {
    private ActionPrinter() {
    }

    /** {@code drop} for an empty list; without {@code actions=}. */
    public static String format(List<OfAction> actions, PortNames ports) {
        StringBuilder out = new StringBuilder(64);
        append(out, actions, ports);
        return out.toString();
    }

    /** As {@link #format}, appended. */
    public static void append(StringBuilder out, List<OfAction> actions, PortNames ports) {
        if (actions.isEmpty()) {
            out.append("drop");
            return;
        }
        for (int i = 0; i < actions.size(); i++) {
            if (i > 0) {
                out.append(',');
            }
            append(out, actions.get(i), ports);
        }
    }

    /** The action's word, without arguments. */
    static String name(OfAction action) {
        String text = format(List.of(action), PortNames.NONE);
        int end = 0;
        while (end < text.length() && text.charAt(end) != ':' && text.charAt(end) != '(') {
            end++;
        }
        return text.substring(0, end);
    }

    private static void append(StringBuilder out, OfAction action, PortNames ports) {
        switch (action) {
            case OfAction.Output output -> append(out, output, ports);
            case OfAction.OutputReg output -> NxmNames.append(out.append("output:"), output.source());
            case OfAction.OutputTrunc(int port, int maxLength) -> {
                PortText.append(out.append("output(port="), port, ports);
                out.append(",max_len=").append(Integer.toUnsignedString(maxLength)).append(')');
            }
            case OfAction.Controller controller -> append(out, controller);
            case OfAction.Enqueue(int port, int queue) -> {
                PortText.append(out.append("enqueue:"), port, ports);
                out.append(':').append(Integer.toUnsignedString(queue));
            }
            case OfAction.Group(int group) -> out.append("group:").append(Integer.toUnsignedString(group));
            case OfAction.Bundle bundle -> append(out, bundle, ports);
            case OfAction.SetField set -> append(out, set, ports);
            case OfAction.Move(Subfield source, Subfield destination) -> {
                NxmNames.append(out.append("move:"), source);
                NxmNames.append(out.append("->"), destination);
            }
            case OfAction.StackPush(Subfield source) -> NxmNames.append(out.append("push:"), source);
            case OfAction.StackPop(Subfield destination) -> NxmNames.append(out.append("pop:"), destination);
            case OfAction.SetQueue(int queue) -> out.append("set_queue:").append(Integer.toUnsignedString(queue));
            case OfAction.PopQueue pop -> out.append("pop_queue");
            case OfAction.Multipath multipath -> append(out, multipath);
            case OfAction.DeleteField(Field field) -> out.append("delete_field:").append(field.name());
            case OfAction.Encap encap -> EncapText.append(out, encap);
            case OfAction.Decap decap -> EncapText.append(out, decap);
            default -> appendMore(out, action, ports);
        }
    }

    private static void appendMore(StringBuilder out, OfAction action, PortNames ports) {
        switch (action) {
            case OfAction.Resubmit resubmit -> append(out, resubmit, ports);
            case OfAction.Learn learn -> LearnText.append(out, learn, ports);
            case OfAction.Ct ct -> CtText.append(out, ct, ports);
            case OfAction.Nat nat -> CtText.append(out, nat);
            case OfAction.CtClear clear -> out.append("ct_clear");
            case OfAction.Clone(List<OfAction> actions) -> nested(out, "clone(", actions, ports);
            case OfAction.WriteActions(List<OfAction> actions) -> nested(out, "write_actions(", actions, ports);
            case OfAction.ClearActions clear -> out.append("clear_actions");
            case OfAction.GotoTable(int table) -> out.append("goto_table:").append(table);
            case OfAction.Meter(int meter) -> out.append("meter:").append(Integer.toUnsignedString(meter));
            case OfAction.WriteMetadata(long metadata, long mask) -> {
                Numbers.appendHex(out.append("write_metadata:"), metadata);
                if (mask != -1) {
                    Numbers.appendHex(out.append('/'), mask);
                }
            }
            case OfAction.Conjunction(int id, int clause, int clauses) -> out.append("conjunction(")
                    .append(Integer.toUnsignedString(id)).append(',').append(clause + 1).append('/').append(clauses)
                    .append(')');
            case OfAction.Note(Octets data) -> out.append("note:").append(data.toHex("."));
            case OfAction.Exit exit -> out.append("exit");
            case OfAction.Sample sample -> append(out, sample, ports);
            case OfAction.FinTimeout(int idle, int hard) -> {
                out.append("fin_timeout(").append(idle != 0 ? "idle_timeout=" + idle : "")
                        .append(idle != 0 && hard != 0 ? "," : "")
                        .append(hard != 0 ? "hard_timeout=" + hard : "").append(')');
            }
            case OfAction.CheckPktLarger(int length, Subfield destination) -> NxmNames
                    .append(out.append("check_pkt_larger(").append(length).append(")->"), destination);
            case OfAction.DebugRecirc debug -> out.append("debug_recirc");
            case OfAction.DebugSlow debug -> out.append("debug_slow");
            default -> appendHeader(out, action);
        }
    }

    private static void appendHeader(StringBuilder out, OfAction action) {
        switch (action) {
            case OfAction.SetVlanVid(int vid, boolean push) ->
                out.append(push ? "mod_vlan_vid:" : "set_vlan_vid:").append(vid);
            case OfAction.SetVlanPcp(int pcp, boolean push) ->
                out.append(push ? "mod_vlan_pcp:" : "set_vlan_pcp:").append(pcp);
            case OfAction.StripVlan(boolean pop) -> out.append(pop ? "pop_vlan" : "strip_vlan");
            case OfAction.PushVlan(int type) -> Numbers.appendHex(out.append("push_vlan:"), type);
            case OfAction.SetEthSrc(long mac) -> AddressText.appendMac(out.append("mod_dl_src:"), mac);
            case OfAction.SetEthDst(long mac) -> AddressText.appendMac(out.append("mod_dl_dst:"), mac);
            case OfAction.SetIpv4Src(int address) -> AddressText.appendIpv4(out.append("mod_nw_src:"), address);
            case OfAction.SetIpv4Dst(int address) -> AddressText.appendIpv4(out.append("mod_nw_dst:"), address);
            case OfAction.SetIpDscp(int tos) -> out.append("mod_nw_tos:").append(tos);
            case OfAction.SetIpEcn(int ecn) -> out.append("mod_nw_ecn:").append(ecn);
            case OfAction.SetIpTtl(int ttl) -> out.append("mod_nw_ttl:").append(ttl);
            case OfAction.SetL4Src(int port) -> out.append("mod_tp_src:").append(port);
            case OfAction.SetL4Dst(int port) -> out.append("mod_tp_dst:").append(port);
            case OfAction.DecTtl(List<Integer> ids) -> {
                out.append("dec_ttl");
                for (int i = 0; i < ids.size(); i++) {
                    out.append(i == 0 ? '(' : ',').append(ids.get(i));
                }
                out.append(ids.isEmpty() ? "" : ")");
            }
            case OfAction.SetMplsLabel(int label) -> out.append("set_mpls_label(").append(label).append(')');
            case OfAction.SetMplsTc(int tc) -> out.append("set_mpls_tc(").append(tc).append(')');
            case OfAction.SetMplsTtl(int ttl) -> out.append("set_mpls_ttl(").append(ttl).append(')');
            case OfAction.DecMplsTtl dec -> out.append("dec_mpls_ttl");
            case OfAction.PushMpls(int type) -> Numbers.appendHexPadded(out.append("push_mpls:"), type, 4);
            case OfAction.PopMpls(int type) -> Numbers.appendHexPadded(out.append("pop_mpls:"), type, 4);
            case OfAction.DecNshTtl dec -> out.append("dec_nsh_ttl");
            case OfAction.SetTunnel(long id, boolean wide) -> Numbers
                    .appendHex(out.append(wide || id >>> 32 != 0 ? "set_tunnel64:" : "set_tunnel:"), id);
            default -> throw new IllegalStateException("no text for " + action);
        }
    }

    private static void nested(StringBuilder out, String name, List<OfAction> actions, PortNames ports) {
        append(out.append(name), actions, ports);
        out.append(')');
    }

    private static void append(StringBuilder out, OfAction.Output output, PortNames ports) {
        if (output.port() < OfPorts.MAX) {
            out.append("output:");
        }
        PortText.append(out, output.port(), ports);
        if (output.port() == OfPorts.CONTROLLER) {
            out.append(':').append(output.maxLength());
        }
    }

    private static void append(StringBuilder out, OfAction.Controller controller) {
        int length = out.append("controller(").length();
        if (controller.reason() != PacketInReason.ACTION) {
            out.append("reason=").append(FieldText.lower(controller.reason())).append(',');
        }
        if (controller.maxLength() != 0xffff) {
            out.append("max_len=").append(controller.maxLength()).append(',');
        }
        if (controller.controllerId() != 0) {
            out.append("id=").append(controller.controllerId()).append(',');
        }
        if (!controller.userdata().isEmpty()) {
            out.append("userdata=").append(controller.userdata().toHex(".")).append(',');
        }
        out.append(controller.pause() ? "pause," : "");
        if (controller.meter() != 0) {
            out.append("meter_id=").append(Integer.toUnsignedString(controller.meter())).append(',');
        }
        if (out.length() > length) {
            out.setLength(out.length() - 1);
        }
        out.append(')');
    }

    private static void append(StringBuilder out, OfAction.Bundle bundle, PortNames ports) {
        Subfield destination = bundle.destination();
        out.append(destination == null ? "bundle(" : "bundle_load(").append(OutputActions.hashName(bundle.fields()))
                .append(',')
                .append(bundle.basis()).append(',').append(FieldText.lower(bundle.algorithm())).append(",ofport,");
        if (destination != null) {
            NxmNames.append(out, destination);
            out.append(',');
        }
        out.append("members:");
        for (int i = 0; i < bundle.members().size(); i++) {
            PortText.append(i > 0 ? out.append(',') : out, bundle.members().get(i), ports);
        }
        out.append(')');
    }

    /** A {@code load} reaches 64 bits at most and has no mask: one for each run of bits. */
    private static void append(StringBuilder out, OfAction.SetField set, PortNames ports) {
        if (!set.load()) {
            out.append("set_field:");
            FieldText.append(out, set.field(), set.value(), set.mask(), ports);
            out.append("->").append(FieldTable.of(set.field()).actionName());
            return;
        }
        String delimiter = "";
        for (Subfield part : LoadParts.of(set)) {
            Numbers.appendHex(out.append(delimiter).append("load:"), set.value().slice(part.offset(), part.bits()));
            NxmNames.append(out.append("->"), part);
            delimiter = ",";
        }
    }

    private static void append(StringBuilder out, OfAction.Multipath multipath) {
        out.append("multipath(").append(OutputActions.hashName(multipath.fields())).append(',')
                .append(multipath.basis())
                .append(',').append(multipath.algorithm().name().toLowerCase(Locale.ROOT)).append(',')
                .append(multipath.maxLink() + 1).append(',').append(Integer.toUnsignedString(multipath.argument()))
                .append(',');
        NxmNames.append(out, multipath.destination());
        out.append(')');
    }

    private static void append(StringBuilder out, OfAction.Resubmit resubmit, PortNames ports) {
        if (resubmit.inPort() != OfPorts.IN_PORT && resubmit.table() == 255 && !resubmit.withCt()) {
            PortText.append(out.append("resubmit:"), resubmit.inPort(), ports);
            return;
        }
        out.append("resubmit(");
        if (resubmit.inPort() != OfPorts.IN_PORT) {
            PortText.append(out, resubmit.inPort(), ports);
        }
        out.append(',');
        if (resubmit.table() != 255) {
            out.append(resubmit.table());
        }
        out.append(resubmit.withCt() ? ",ct)" : ")");
    }

    private static void append(StringBuilder out, OfAction.Sample sample, PortNames ports) {
        out.append("sample(probability=").append(sample.probability()).append(",collector_set_id=")
                .append(Integer.toUnsignedString(sample.collectorSetId()));
        append(out.append(",obs_domain_id="), sample.obsDomainId());
        append(out.append(",obs_point_id="), sample.obsPointId());
        if (sample.samplingPort() != OfPorts.NONE) {
            PortText.append(out.append(",sampling_port="), sample.samplingPort(), ports);
        }
        switch (sample.direction()) {
            case INGRESS -> out.append(",ingress");
            case EGRESS -> out.append(",egress");
            case DEFAULT -> {
                // Not said.
            }
        }
        out.append(')');
    }

    private static void append(StringBuilder out, NumberOrField value) {
        Subfield source = value.source();
        if (source == null) {
            out.append(Integer.toUnsignedString(value.number()));
        } else {
            NxmNames.append(out, source);
        }
    }
}
