package dev.turnout.openflow;

import static dev.turnout.openflow.Protocols.P_NXM_OXM;
import static dev.turnout.openflow.Protocols.P_OF10_ALL;
import static dev.turnout.openflow.Protocols.P_OF11;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

import dev.turnout.flow.Field;
import dev.turnout.flow.Field.Older;
import dev.turnout.flow.Fields;
import org.jspecify.annotations.Nullable;

/**
 * The registry's rows as the text syntax asks for them: names in actions, names of numbers, and which protocols can match a
 * field. There is nothing here that the registry does not say.
 */
final class FieldTable {
    /**
     * One field.
     *
     * @param actionName
     *            name in {@code set_field}
     * @param nxmName
     *            name in subfields, of NXM if it has one there, else of OXM; "" for a field that has neither
     * @param exact
     *            protocols that can match it exactly
     * @param cidr
     *            protocols that can match it under a prefix
     * @param bitwise
     *            protocols that can match it under any mask
     */
    record Row(Field field, String actionName, String nxmName, int exact, int cidr, int bitwise) {
        /** Bytes that the field takes in a message. */
        int bytes() {
            return (field.wireBytesBits() + 7) / 8;
        }

        /** Whether the field's number is one of Nicira's or of OpenFlow's own classes, so that {@code load} can name it. */
        boolean hasShortNumber() {
            boolean numbered = field.nxm() >= 0 || (field.oxm() >= 0 && field.experimenter() == 0);
            return numbered && !field.equals(Fields.ACTSET_OUTPUT);
        }
    }

    private static final Row[] BY_INDEX;
    private static final NameTable<Row> BY_NAME;
    private static final NameTable<Row> BY_NXM_NAME;

    static {
        Map<String, Row> byName = new HashMap<>();
        Map<String, Row> byNxmName = new HashMap<>();
        List<Field> fields = Fields.all();
        BY_INDEX = new Row[fields.size()];
        for (Field field : fields) {
            Row row = row(field);
            BY_INDEX[field.index()] = row;
            byName.put(field.name(), row);
            if (!field.alias().isEmpty()) {
                byName.put(field.alias(), row);
            }
            field.longNames().forEach(name -> byNxmName.put(name, row));
        }
        BY_NAME = new NameTable<>(byName, false);
        BY_NXM_NAME = new NameTable<>(byNxmName, false);
    }

    private FieldTable() {
    }

    static Row of(Field field) {
        return BY_INDEX[field.index()];
    }

    /** The field of a name as in matches, or null. */
    static @Nullable Row byName(String text, int start, int end) {
        return BY_NAME.get(text, start, end);
    }

    /** The field of a name as in matches, or of an NXM or OXM name, with or without {@code _W}, or null. */
    static @Nullable Row byAnyName(String text, int start, int end) {
        int length = end - start;
        int stop = length > 2 && text.startsWith("_W", end - 2) ? end - 2 : end;
        Row row = BY_NXM_NAME.get(text, start, stop);
        return row != null ? row : BY_NAME.get(text, start, end);
    }

    private static Row row(Field field) {
        List<String> numbers = field.longNames();
        Older of10 = field.openFlow10();
        Older of11 = field.openFlow11();
        int newer = numbers.isEmpty() && of10 == Older.NONE ? 0 : P_NXM_OXM;
        int exact = newer | (of10 != Older.NONE ? P_OF10_ALL : 0) | (of11 != Older.NONE ? P_OF11 : 0);
        int cidr = newer | (of10 == Older.CIDR ? P_OF10_ALL : 0) | (of11 == Older.BITWISE ? P_OF11 : 0);
        int bitwise = newer | (of11 == Older.BITWISE ? P_OF11 : 0);
        return new Row(field, field.setFieldName(), numbers.isEmpty() ? "" : numbers.getFirst(), exact, cidr, bitwise);
    }
}
