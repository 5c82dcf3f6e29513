package dev.turnout.openflow;

import java.util.Map;

import dev.turnout.flow.Field;
import dev.turnout.flow.Fields;
import dev.turnout.flow.FlowLayout;
import dev.turnout.openflow.ActionTexts.ArgumentReader;

/** Reads the actions on fields and their bits: {@code set_field}, {@code load}, {@code move}, the stack. */
final class FieldActions {
    private FieldActions() {
    }

    static void addTo(Map<String, ArgumentReader> table) {
        table.put("set_field", FieldActions::setField);
        table.put("load", (c, text, start, end) -> load(text, start, end));
        table.put("move", (c, text, start, end) -> move(text, start, end));
        table.put("push", (c, text, start, end) -> new OfAction.StackPush(NxmNames.parse(text, start, end)));
        table.put("pop", (c, text, start, end) -> new OfAction.StackPop(NxmNames.parse(text, start, end)));
        table.put("delete_field", (c, text, start, end) -> new OfAction.DeleteField(field(text, start, end).field()));
        table.put("check_pkt_larger", (c, text, start, end) -> checkPktLarger(text, start, end));
    }

    private static FieldTable.Row field(String text, int start, int end) {
        FieldTable.Row row = FieldTable.byAnyName(text, start, end);
        if (row == null) {
            throw new FlowSyntaxException("unknown field `" + text.substring(start, end) + "'");
        }
        return row;
    }

    /** Where the arrow is that ends the value. */
    private static int arrow(String text, int start, int end) {
        int arrow = text.indexOf("->", start, end);
        if (arrow < 0) {
            throw new FlowSyntaxException(text.substring(start, end) + ": missing `->'");
        }
        if (arrow + 2 == end) {
            throw new FlowSyntaxException(text.substring(start, end) + ": missing field name following `->'");
        }
        return arrow;
    }

    private static OfAction setField(ActionTexts context, String text, int start, int end) {
        int arrow = arrow(text, start, end);
        FieldTable.Row row = FieldTable.byName(text, arrow + 2, end);
        if (row == null) {
            throw new FlowSyntaxException(text.substring(arrow + 2, end) + " is not a valid OXM field name");
        }
        Field field = row.field();
        requireWritable(field);
        FieldText value = new FieldText(context.ports);
        if (arrow == start) {
            throw new FlowSyntaxException(text.substring(start, end) + ": missing value before `->'");
        }
        value.parse(row, text, start, arrow);
        context.restrict(row.exact());
        if (field.equals(Fields.VLAN_VID) && (value.value & FlowLayout.VLAN_PRESENT) == 0) {
            // OpenFlow 1.2 and later refuse a VLAN id without the bit that says that there is a tag.
            context.restrict(~Protocols.P_OF12_UP);
        }
        return new OfAction.SetField(field, value.fieldValue(field), value.fieldMask(field), false);
    }

    private static void requireWritable(Field field) {
        if (!field.writable()) {
            throw new FlowSyntaxException(FieldTable.of(field).actionName() + " is read-only",
                    OfError.OFPBAC_BAD_SET_ARGUMENT);
        }
    }

    private static OfAction load(String text, int start, int end) {
        int arrow = arrow(text, start, end);
        Subfield destination = NxmNames.parse(text, arrow + 2, end);
        Field field = destination.field();
        requireWritable(field);
        if (arrow == start) {
            throw new FlowSyntaxException(text.substring(start, end) + ": cannot parse integer value");
        }
        FieldValue value = Numbers.wide(text, start, arrow, FieldTable.of(field).bytes(), field.name());
        if (value.bitLength() > destination.bits()) {
            throw new FlowSyntaxException(text.substring(start, end) + ": value " + text.substring(start, arrow)
                    + " does not fit into " + destination.bits() + " bits");
        }
        FieldValue mask = destination.isWholeField() ? FieldValue.ones(field.bits()) : destination.mask();
        return new OfAction.SetField(field, value.shiftLeft(destination.offset()), mask, true);
    }

    private static OfAction move(String text, int start, int end) {
        NxmNames.Cursor cursor = new NxmNames.Cursor(text, start, end);
        Subfield source = NxmNames.parse(cursor);
        if (!cursor.skip("->")) {
            throw new FlowSyntaxException(text.substring(start, end) + ": missing `->' following source");
        }
        Subfield destination = NxmNames.parse(text, cursor.at, end);
        if (source.bits() != destination.bits()) {
            throw new FlowSyntaxException(text.substring(start, end) + ": source field is " + source.bits()
                    + " bits wide but destination is " + destination.bits() + " bits wide");
        }
        return new OfAction.Move(source, destination);
    }

    /** {@code 100)->NXM_NX_REG0[0]}: the value of {@code check_pkt_larger(100)->…} goes on behind the parenthesis. */
    private static OfAction checkPktLarger(String text, int start, int end) {
        int arrow = arrow(text, start, end);
        int stop = arrow > start && text.charAt(arrow - 1) == ')' ? arrow - 1 : arrow;
        Subfield destination = NxmNames.parse(text, arrow + 2, end);
        if (destination.bits() != 1) {
            throw new FlowSyntaxException(
                    text.substring(arrow + 2, end) + ": check_pkt_larger needs a destination of exactly 1 bit");
        }
        return new OfAction.CheckPktLarger(Numbers.u16(text, start, stop, "packet length"), destination);
    }
}
