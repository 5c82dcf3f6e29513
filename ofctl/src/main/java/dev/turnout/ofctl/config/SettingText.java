package dev.turnout.ofctl.config;

import java.util.Map;
import java.util.TreeMap;

import dev.turnout.ofctl.CliException;
import dev.turnout.v1.Assignment;
import dev.turnout.v1.Get;

/** How {@code ovs-vsctl} writes columns and values. */
final class SettingText {
    private SettingText() {
    }

    /** Reads {@code COLUMN[:KEY]=VALUE}. The value is the switch's to understand. */
    static Assignment assignment(String text) {
        int column = columnEnd(text);
        Assignment.Builder assignment = Assignment.newBuilder().setColumn(text.substring(0, column));
        int end = column;
        if (column < text.length() && text.charAt(column) == ':') {
            end = keyEnd(text, column + 1);
            assignment.setKey(unquoted(text.substring(column + 1, end)));
        }
        if (column == 0) {
            throw new CliException(text + ": missing column name");
        }
        if (end >= text.length() || text.charAt(end) != '=') {
            throw new CliException(text + ": argument does not end in \"=\" followed by a value");
        }
        return assignment.setValue(text.substring(end + 1)).build();
    }

    /** Reads {@code COLUMN[:KEY]}. */
    static Get.Column column(String text) {
        int column = columnEnd(text);
        Get.Column.Builder result = Get.Column.newBuilder().setColumn(text.substring(0, column));
        if (column == 0) {
            throw new CliException(text + ": missing column name");
        }
        if (column == text.length()) {
            return result.build();
        }
        int end = text.charAt(column) == ':' ? keyEnd(text, column + 1) : column;
        if (end < text.length()) {
            throw new CliException(text + ": trailing garbage \"" + text.substring(end) + "\" in argument");
        }
        return result.setKey(unquoted(text.substring(column + 1))).build();
    }

    private static int columnEnd(String text) {
        int i = 0;
        while (i < text.length() && text.charAt(i) != ':' && text.charAt(i) != '=') {
            i++;
        }
        return i;
    }

    private static int keyEnd(String text, int start) {
        boolean quoted = start < text.length() && text.charAt(start) == '"';
        int end = quoted ? text.indexOf('"', start + 1) + 1 : text.indexOf('=', start);
        return end <= 0 ? text.length() : end;
    }

    private static String unquoted(String text) {
        boolean quoted = text.length() >= 2 && text.startsWith("\"") && text.endsWith("\"");
        return quoted ? text.substring(1, text.length() - 1) : text;
    }

    /** A string, in quotes if it could be taken for something else. */
    static String string(String value) {
        boolean plain = !value.isEmpty() && !value.equals("true") && !value.equals("false")
                && !Character.isDigit(value.charAt(0));
        for (int i = 0; plain && i < value.length(); i++) {
            char c = value.charAt(i);
            plain = c < 0x80 && (Character.isLetterOrDigit(c) || c == '_' || (i > 0 && (c == '-' || c == '.')));
        }
        if (plain) {
            return value;
        }
        StringBuilder quoted = new StringBuilder("\"");
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '"' || c == '\\') {
                quoted.append('\\');
            }
            quoted.append(c == '\n' ? ' ' : c);
        }
        return quoted.append('"').toString();
    }

    /** A map: {@code {a=b, c=d}}, by key. */
    static String map(Map<String, String> map) {
        StringBuilder text = new StringBuilder("{");
        new TreeMap<>(map)
                .forEach((key, value) -> text.append(text.length() > 1 ? ", " : "").append(string(key)).append('=')
                        .append(string(value)));
        return text.append('}').toString();
    }
}
