package dev.turnout.flow;

import java.util.List;
import java.util.Locale;
import java.util.function.IntFunction;

import dev.turnout.flow.DatapathAttribute.Part;
import dev.turnout.flow.DatapathAttribute.Style;

/**
 * The values in a megaflow's text: each {@link Style} as Open vSwitch writes it.
 *
 * <p>Thread rules: stateless.
 */
final class DatapathValueText {
    static final List<String> TCP_FLAGS = List.of("fin", "syn", "rst", "psh", "ack", "urg", "ece", "cwr", "ns", "[200]",
            "[400]", "[800]");
    static final List<String> CT_STATE = List.of("new", "est", "rel", "rpl", "inv", "trk", "snat", "dnat");
    static final List<String> TUNNEL_FLAGS = List.of("oam", "df", "csum", "key");
    static final List<String> FRAGMENT = List.of("no", "first", "", "later");

    private DatapathValueText() {
    }

    /** The names of a style's flags, lowest bit first. */
    static List<String> flagNames(Style style) {
        return switch (style) {
            case TCP_FLAGS -> TCP_FLAGS;
            case CT_STATE -> CT_STATE;
            case TUNNEL_FLAGS -> TUNNEL_FLAGS;
            default -> List.of();
        };
    }

    static void append(StringBuilder out, Part part, long[] key, long[] mask, boolean verbose,
            IntFunction<String> portNames) {
        Field field = part.field();
        boolean exact = field.isAllSet(mask);
        Style style = part.style();
        switch (style) {
            case IPV6, HEX128 -> {
                wide(out, style, key[field.word()], key[field.word() + 1]);
                if (!exact) {
                    wide(out.append('/'), style, mask[field.word()], mask[field.word() + 1]);
                }
            }
            case TCP_FLAGS, TUNNEL_FLAGS -> flags(out, flagNames(style), field.get(key), field.get(mask), exact);
            case CT_STATE -> {
                if (verbose) {
                    number(out, Style.HEX, field.get(key), field.get(mask), exact);
                } else {
                    flags(out, CT_STATE, field.get(key), field.get(mask), exact);
                }
            }
            case PORT -> {
                if (exact) {
                    out.append(portNames.apply((int) field.get(key)));
                } else {
                    number(out, Style.DECIMAL, field.get(key), field.get(mask), false);
                }
            }
            default -> number(out, style, field.get(key), field.get(mask), exact);
        }
    }

    private static void wide(StringBuilder out, Style style, long high, long low) {
        if (style == Style.IPV6) {
            AddressText.appendIpv6(out, high, low);
        } else if (high == 0) {
            out.append(hex(low));
        } else {
            out.append("0x").append(Long.toHexString(high)).append(String.format(Locale.ROOT, "%016x", low));
        }
    }

    private static void number(StringBuilder out, Style style, long value, long mask, boolean exact) {
        switch (style) {
            case MAC -> AddressText.appendMac(out, value);
            case IPV4 -> AddressText.appendIpv4(out, (int) value);
            case HEX4 -> out.append(String.format(Locale.ROOT, "0x%04x", value));
            case HEX -> out.append(hex(value));
            case FRAGMENT -> out.append(FRAGMENT.get((int) value).isEmpty() ? hex(value) : FRAGMENT.get((int) value));
            default -> out.append(Long.toUnsignedString(value));
        }
        if (!exact) {
            out.append('/');
            switch (style) {
                case MAC -> AddressText.appendMac(out, mask);
                case IPV4 -> AddressText.appendIpv4(out, (int) mask);
                case HEX4 -> out.append(String.format(Locale.ROOT, "0x%04x", mask));
                default -> out.append(hex(mask));
            }
        }
    }

    /** As C's {@code %#x}: zero has no prefix. */
    static String hex(long value) {
        return value == 0 ? "0" : "0x" + Long.toHexString(value);
    }

    private static void flags(StringBuilder out, List<String> names, long value, long mask, boolean exact) {
        if (exact && value == 0) {
            out.append('0');
            return;
        }
        if (!exact && mask == 0) {
            out.append("0/0");
            return;
        }
        int start = out.length();
        long shown = exact ? value : mask;
        for (int bit = 0; bit < 64 && shown >>> bit != 0; bit++) {
            if ((shown >>> bit & 1) == 0) {
                continue;
            }
            String name = bit < names.size() ? names.get(bit) : hex(1L << bit);
            if (exact) {
                out.append(out.length() == start ? "" : "|").append(name);
            } else {
                out.append((value >>> bit & 1) != 0 ? '+' : '-').append(name);
            }
        }
    }
}
