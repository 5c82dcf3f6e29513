package dev.turnout.openflow;

import org.jspecify.annotations.Nullable;

/**
 * Fields whose bits have names, written {@code +ack-syn} (some of them matter), {@code syn|ack} (all matter) or as a number
 * with or without a mask.
 */
final class FlagText {
    static final FlagText TCP = new FlagText("TCP", 0xfff, "fin", "syn", "rst", "psh", "ack", "urg", "ece", "cwr", "ns",
            "[200]",
            "[400]", "[800]");
    static final FlagText CT_STATE = new FlagText("ct_state", 0xff, "new", "est", "rel", "rpl", "inv", "trk", "snat",
            "dnat");
    static final FlagText TUNNEL = new FlagText("tunnel", 1, "oam");

    /** A value and a mask. */
    record Flags(int value, int mask, boolean exact) {
    }

    private final String label;
    private final int allowed;
    private final String[] names;

    private FlagText(String label, int allowed, String... names) {
        this.label = label;
        this.allowed = allowed;
        this.names = names;
    }

    Flags parse(String text, int start, int end) {
        char first = start < end ? text.charAt(start) : 0;
        if (first == '+' || first == '-') {
            return parseSigned(text, start, end);
        }
        int slash = text.indexOf('/', start, end);
        if (slash >= 0) {
            long value = Numbers.parse(text, start, slash);
            long mask = Numbers.parse(text, slash + 1, end);
            if (value < 0 || mask < 0 || (value & ~allowed) != 0 || (mask & ~allowed) != 0) {
                throw unknown(text, start, end);
            }
            return new Flags((int) (value & mask), (int) mask, false);
        }
        int value = 0;
        for (int at = start; at < end;) {
            int bar = text.indexOf('|', at, end);
            int stop = bar < 0 ? end : bar;
            long number = Numbers.parse(text, at, stop);
            long bits = number >= 0 ? number : 1L << byName(text, at, stop);
            if ((bits & ~allowed) != 0) {
                throw unknown(text, start, end);
            }
            value |= (int) bits;
            at = stop + 1;
        }
        return new Flags(value, allowed, true);
    }

    private Flags parseSigned(String text, int start, int end) {
        int value = 0;
        int mask = 0;
        for (int at = start; at < end;) {
            char sign = text.charAt(at);
            if (sign != '+' && sign != '-') {
                throw new FlowSyntaxException(text.substring(at, end) + ": " + label
                        + " must be preceded by '+' (for SET) or '-' (NOT SET)");
            }
            int stop = at + 1;
            while (stop < end && text.charAt(stop) != '+' && text.charAt(stop) != '-') {
                stop++;
            }
            int index = byName(text, at + 1, stop);
            int bit = index > 31 ? 0 : 1 << index;
            if ((bit & allowed) == 0) {
                throw unknown(text, at + 1, stop);
            }
            if ((mask & bit) != 0) {
                throw new FlowSyntaxException(
                        text.substring(at + 1, stop) + ": Each " + label + " flag can be specified only once");
            }
            mask |= bit;
            value |= sign == '+' ? bit : 0;
            at = stop;
        }
        return new Flags(value, mask, false);
    }

    /** The bit of one flag, by name. */
    int flag(String text, int start, int end) {
        int index = byName(text, start, end);
        if (index > 31) {
            throw unknown(text, start, end);
        }
        return 1 << index;
    }

    /** Index of a flag's bit, or 32. */
    private int byName(String text, int start, int end) {
        for (int i = 0; i < names.length; i++) {
            if (names[i].length() == end - start && text.startsWith(names[i], start)) {
                return i;
            }
        }
        return 32;
    }

    private FlowSyntaxException unknown(String text, int start, int end) {
        return new FlowSyntaxException(
                text.substring(start, end) + ": unknown " + label + " flag(s), expected " + String.join(", ", names));
    }

    void append(StringBuilder out, int value, int mask) {
        if (mask == allowed && this != TUNNEL) {
            appendAll(out, value);
            return;
        }
        if (mask == 0) {
            out.append("0/0");
            return;
        }
        for (int rest = mask; rest != 0; rest &= rest - 1) {
            int bit = Integer.lowestOneBit(rest);
            String name = nameOf(bit);
            out.append((value & bit) != 0 ? '+' : '-').append(name == null ? "[Unknown]" : name);
        }
    }

    private void appendAll(StringBuilder out, int value) {
        if (value == 0) {
            out.append('0');
            return;
        }
        int unnamed = 0;
        String delimiter = "";
        for (int rest = value; rest != 0; rest &= rest - 1) {
            int bit = Integer.lowestOneBit(rest);
            String name = nameOf(bit);
            if (name == null) {
                unnamed |= bit;
                continue;
            }
            out.append(delimiter).append(name);
            delimiter = "|";
        }
        if (unnamed != 0) {
            out.append(delimiter).append("0x").append(Integer.toHexString(unnamed));
        }
    }

    private @Nullable String nameOf(int bit) {
        int index = Integer.numberOfTrailingZeros(bit);
        return index < names.length ? names[index] : null;
    }
}
