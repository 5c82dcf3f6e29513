package dev.turnout.openflow;

/** Writes and reads subfields: {@code NXM_NX_REG0[0..15]}, {@code eth_src[]}, {@code reg1}. */
final class NxmNames {
    private NxmNames() {
    }

    static String format(Subfield subfield) {
        StringBuilder out = new StringBuilder(32);
        append(out, subfield);
        return out.toString();
    }

    static void append(StringBuilder out, Subfield subfield) {
        FieldTable.Row row = FieldTable.of(subfield.field());
        out.append(row.nxmName().isEmpty() ? row.actionName() : row.nxmName()).append('[');
        if (!subfield.isWholeField()) {
            out.append(subfield.offset());
            if (subfield.bits() > 1) {
                out.append("..").append(subfield.offset() + subfield.bits() - 1);
            }
        }
        out.append(']');
    }

    /** The subfield that the whole of a text names. */
    static Subfield parse(String text, int start, int end) {
        Cursor cursor = new Cursor(text, start, end);
        Subfield subfield = parse(cursor);
        if (cursor.at < end) {
            throw new FlowSyntaxException(
                    text.substring(start, end) + ": trailing garbage \"" + text.substring(cursor.at, end)
                            + "\" after the field");
        }
        return subfield;
    }

    static Subfield parse(String text) {
        return parse(text, 0, text.length());
    }

    /** The subfield that the text begins with; leaves the cursor behind it. */
    static Subfield parse(Cursor cursor) {
        String text = cursor.text;
        int start = cursor.at;
        int nameEnd = start;
        while (nameEnd < cursor.end && text.charAt(nameEnd) != '[' && text.charAt(nameEnd) != '-') {
            nameEnd++;
        }
        FieldTable.Row row = FieldTable.byAnyName(text, start, nameEnd);
        String whole = text.substring(start, cursor.end);
        if (row == null) {
            throw new FlowSyntaxException(whole + ": unknown field `" + text.substring(start, nameEnd) + "'");
        }
        int width = row.field().nominalBits();
        cursor.at = nameEnd;
        int first = 0;
        int last = width - 1;
        if (cursor.skip('[') && !cursor.skip(']')) {
            first = cursor.number();
            last = first;
            if (cursor.skip('.')) {
                last = cursor.skip('.') ? cursor.number() : -1;
            }
            if (first < 0 || last < 0 || !cursor.skip(']')) {
                throw new FlowSyntaxException(whole + ": syntax error expecting [] or [<bit>] or [<start>..<end>]");
            }
        }
        if (first > last) {
            throw new FlowSyntaxException(whole + ": starting bit " + first + " is after ending bit " + last);
        }
        if (last >= width) {
            throw new FlowSyntaxException(
                    whole + ": " + (first >= width ? "starting bit " + first : "ending bit " + last)
                            + " is not valid because field is only " + width + " bits wide");
        }
        return new Subfield(row.field(), first, last - first + 1);
    }

    /** A place in a stretch of a text. */
    static final class Cursor {
        final String text;
        final int end;
        int at;

        Cursor(String text, int start, int end) {
            this.text = text;
            this.at = start;
            this.end = end;
        }

        boolean skip(char c) {
            if (at < end && text.charAt(at) == c) {
                at++;
                return true;
            }
            return false;
        }

        boolean skip(String expected) {
            if (at + expected.length() <= end && text.startsWith(expected, at)) {
                at += expected.length();
                return true;
            }
            return false;
        }

        /** A number in base 10 of at most 9 digits, or -1. */
        int number() {
            int value = 0;
            int first = at;
            while (at < end && at - first < 10 && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
                value = value * 10 + (text.charAt(at++) - '0');
            }
            return at == first || at - first > 9 ? -1 : value;
        }
    }
}
