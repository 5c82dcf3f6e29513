package dev.turnout.openflow;

import org.jspecify.annotations.Nullable;

/** Reads and writes ports: a number, a reserved port's name, or a name of the bridge, quoted or not. */
final class PortText {
    private PortText() {
    }

    /** The port in the form of {@link OfPorts}, or -1 if the text is none. */
    static int parse(String text, int start, int end, PortNames ports) {
        if (start == end) {
            return -1;
        }
        char first = text.charAt(start);
        if (first >= '0' && first <= '9') {
            long number = decimal(text, start, end);
            if (number >= 0 && number <= 0xffffffffL) {
                return number <= 0xffff ? (int) number : OfPorts.fromWide((int) number);
            }
        }
        String name = text.substring(start, end);
        int reserved = OfPorts.reservedPort(name);
        if (reserved >= 0) {
            return reserved;
        }
        if (first == '"') {
            String unquoted = unquote(name);
            return unquoted == null ? -1 : ports.numberOf(unquoted);
        }
        return ports.numberOf(name);
    }

    /** A number in base 10, or -1. */
    private static long decimal(String text, int start, int end) {
        if (end - start > 10) {
            return -1;
        }
        long value = 0;
        for (int i = start; i < end; i++) {
            char c = text.charAt(i);
            if (c < '0' || c > '9') {
                return -1;
            }
            value = value * 10 + (c - '0');
        }
        return value;
    }

    private static @Nullable String unquote(String quoted) {
        if (quoted.length() < 2 || !quoted.endsWith("\"")) {
            return null;
        }
        StringBuilder out = new StringBuilder();
        for (int i = 1; i < quoted.length() - 1; i++) {
            char c = quoted.charAt(i);
            if (c == '\\') {
                if (++i == quoted.length() - 1) {
                    return null;
                }
                c = quoted.charAt(i);
                if (c != '"' && c != '\\' && c != '/') {
                    return null;
                }
            }
            out.append(c);
        }
        return out.toString();
    }

    static void append(StringBuilder out, int port, PortNames ports) {
        if (port >= OfPorts.IN_PORT) {
            String reserved = OfPorts.reservedName(port);
            if (reserved != null) {
                out.append(reserved);
                return;
            }
        }
        String name = ports.nameOf(port);
        if (name == null) {
            out.append(port);
        } else {
            appendName(out, name);
        }
    }

    /** The name, quoted unless it is letters and digits and begins with a letter. */
    static void appendName(StringBuilder out, String name) {
        boolean plain = !name.isEmpty() && isLetter(name.charAt(0));
        for (int i = 0; plain && i < name.length(); i++) {
            char c = name.charAt(i);
            plain = isLetter(c) || (c >= '0' && c <= '9');
        }
        if (plain) {
            out.append(name);
            return;
        }
        out.append('"');
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\');
            }
            out.append(c);
        }
        out.append('"');
    }

    private static boolean isLetter(char c) {
        return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
    }

    /** A table's number, 0 to 255, or -1. */
    static int table(String text, int start, int end) {
        long number = decimal(text, start, end);
        return start == end || number > 255 ? -1 : (int) number;
    }
}
