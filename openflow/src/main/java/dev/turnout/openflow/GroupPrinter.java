package dev.turnout.openflow;

import dev.turnout.flow.Field;
import dev.turnout.openflow.GroupSelection.MaskedField;

/** Writes groups as {@code ovs-ofctl dump-groups} does; what it writes reads back equal. */
public final class GroupPrinter {
    private GroupPrinter() {
    }

    /** A whole group, in the form that loses nothing. */
    public static String text(GroupMod group, PortNames ports) {
        return text(group, ports, Protocols.ANY);
    }

    /** A whole group as the protocol (of several: the oldest) would carry it: OpenFlow 1.1 to 1.4 know no bucket ids and no ways of hashing. */
    public static String text(GroupMod group, PortNames ports, Protocols protocols) {
        int protocol = Integer.lowestOneBit(protocols.bits());
        boolean extended = protocol < Protocols.P_OF11 || protocol >= Protocols.P_OF15;
        StringBuilder out = new StringBuilder(96);
        out.append("group_id=").append(Integer.toUnsignedString(group.group())).append(",type=")
                .append(group.type().keyword());
        if (extended) {
            append(out, group.selection(), ports);
        }
        for (GroupBucket bucket : group.buckets()) {
            out.append(",bucket=");
            if (extended && bucket.id() != GroupBucket.UNNUMBERED) {
                out.append("bucket_id:").append(Integer.toUnsignedString(bucket.id())).append(',');
            }
            if (group.type() == GroupType.SELECT && bucket.weight() != 1) {
                out.append("weight:").append(bucket.weight()).append(',');
            }
            if (bucket.watchPort() != OfPorts.NONE) {
                out.append("watch_port:");
                PortText.append(out, bucket.watchPort(), ports);
                out.append(',');
            }
            if (bucket.watchGroup() != FlowMod.ANY_GROUP) {
                out.append("watch_group:").append(Integer.toUnsignedString(bucket.watchGroup())).append(',');
            }
            out.append("actions=");
            ActionPrinter.append(out, bucket.actions(), ports);
        }
        return out.toString();
    }

    private static void append(StringBuilder out, GroupSelection selection, PortNames ports) {
        if (selection.method().isEmpty()) {
            return;
        }
        out.append(",selection_method=").append(selection.method());
        if (selection.parameter() != 0) {
            out.append(",selection_method_param=").append(Long.toUnsignedString(selection.parameter()));
        }
        if (selection.fields().isEmpty()) {
            return;
        }
        boolean several = selection.fields().size() > 1;
        out.append(several ? ",fields(" : ",fields=");
        boolean first = true;
        for (MaskedField field : selection.fields()) {
            out.append(first ? "" : ",").append(name(field.field()));
            first = false;
            if (!field.mask().isOnes(field.field().bits())) {
                out.append('=');
                FieldText.append(out, field.field(), field.mask(), FieldValue.ones(field.field().bits()), ports);
            }
        }
        out.append(several ? ")" : "");
    }

    /** As {@code set_field} calls it, where that can be read back. */
    private static String name(Field field) {
        String name = FieldTable.of(field).actionName();
        return FieldTable.byName(name, 0, name.length()) == null ? field.name() : name;
    }
}
