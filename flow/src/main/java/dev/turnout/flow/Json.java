package dev.turnout.flow;

/**
 * Writes JSON, for {@code -f json} of the command line and the daemon. A caller opens, names and closes; commas are put here.
 *
 * <p>Thread rules: one owner.
 */
public final class Json {
    private static final int FIRST_PRINTABLE = 0x20;

    private final StringBuilder out = new StringBuilder();
    private boolean first = true;

    /** Opens an object. */
    public Json object() {
        return open('{');
    }

    /** Opens an array. */
    public Json array() {
        return open('[');
    }

    /** Closes an object. */
    public Json endObject() {
        return close('}');
    }

    /** Closes an array. */
    public Json endArray() {
        return close(']');
    }

    /** The name of what follows, in an object. */
    public Json name(String name) {
        separate();
        quote(name);
        out.append(':');
        first = true;
        return this;
    }

    public Json value(String value) {
        separate();
        quote(value);
        return this;
    }

    public Json value(long value) {
        separate();
        out.append(value);
        return this;
    }

    public Json value(boolean value) {
        separate();
        out.append(value);
        return this;
    }

    /** A decimal number in nanoseconds, as seconds. */
    public Json seconds(long ns) {
        separate();
        out.append(ns / 1_000_000_000).append('.');
        String fraction = Long.toString(1_000_000_000 + ns % 1_000_000_000);
        out.append(fraction, 1, 4);
        return this;
    }

    public Json field(String name, String value) {
        return name(name).value(value);
    }

    public Json field(String name, long value) {
        return name(name).value(value);
    }

    public Json field(String name, boolean value) {
        return name(name).value(value);
    }

    private Json open(char bracket) {
        separate();
        out.append(bracket);
        first = true;
        return this;
    }

    private Json close(char bracket) {
        out.append(bracket);
        first = false;
        return this;
    }

    private void separate() {
        if (!first) {
            out.append(',');
        }
        first = false;
    }

    private void quote(String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"', '\\' -> out.append('\\').append(c);
                case '\n' -> out.append("\\n");
                case '\t' -> out.append("\\t");
                default -> {
                    if (c < FIRST_PRINTABLE) {
                        out.append("\\u").append(Integer.toHexString(0x10000 + c), 1, 5);
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }

    @Override
    public String toString() {
        return out.toString();
    }
}
