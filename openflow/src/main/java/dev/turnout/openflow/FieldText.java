package dev.turnout.openflow;

import java.util.Locale;

import dev.turnout.flow.AddressText;
import dev.turnout.flow.Field;
import dev.turnout.flow.Fields;
import dev.turnout.flow.FlowLayout;
import org.jspecify.annotations.Nullable;

/**
 * Reads and writes one field's value and mask in the field's format. After {@link #parse} the value and mask of a field of
 * up to 64 bits are in {@link #value} and {@link #mask}, of any other in {@link #wideValue} and {@link #wideMask}.
 *
 * <p>Thread rules: one owner.
 */
final class FieldText {
    private static final String[] FRAGMENT_NAMES = {"no", "yes", "first", "later", "not_later"};
    private static final int[] FRAGMENT_VALUES = {0, 1, 1, 3, 0};
    private static final int[] FRAGMENT_MASKS = {3, 1, 3, 3, 2};

    long value;
    long mask;
    FieldValue wideValue = FieldValue.ZERO;
    FieldValue wideMask = FieldValue.ZERO;
    /** Whether all bits of the field matter. */
    boolean exact;
    /** Whether no bit matters. */
    boolean wild;

    private final PortNames ports;

    FieldText(PortNames ports) {
        this.ports = ports;
    }

    FieldValue fieldValue(Field field) {
        return field.isWide() ? wideValue : FieldValue.of(value);
    }

    FieldValue fieldMask(Field field) {
        return field.isWide() ? wideMask : FieldValue.of(mask);
    }

    /** Reads {@code value} or {@code value/mask}; an empty text or {@code *} matters in no bit. */
    void parse(FieldTable.Row row, String text, int start, int end) {
        Field field = row.field();
        wild = false;
        if (end - start == 1 && text.charAt(start) == '*') {
            setWild();
            return;
        }
        switch (field.format()) {
            case DECIMAL, HEXADECIMAL -> parseInteger(row, text, start, end);
            case ETHERNET -> parseEthernet(text, start, end);
            case IPV4 -> parseIpv4(text, start, end);
            case IPV6 -> parseIpv6(text, start, end);
            case OPENFLOW_PORT -> {
                int port = PortText.parse(text, start, end, ports);
                if (port < 0) {
                    throw new FlowSyntaxException(
                            text.substring(start, end) + ": invalid or unknown port for " + field.name());
                }
                setExact(port, -1L >>> (64 - field.bits()));
            }
            case FRAGMENT -> parseFragment(text, start, end);
            case TCP_FLAGS -> parseFlags(FlagText.TCP, field, text, start, end);
            case CT_STATE -> parseFlags(FlagText.CT_STATE, field, text, start, end);
            case TUNNEL_FLAGS -> parseFlags(FlagText.TUNNEL, field, text, start, end);
            case PACKET_TYPE -> parsePacketType(text, start, end);
        }
        if (!field.maskable() && !exact && !wild) {
            throw new FlowSyntaxException(text.substring(start, end) + ": invalid mask for field " + field.name());
        }
    }

    private void setExact(long newValue, long allBits) {
        value = newValue;
        mask = allBits;
        exact = true;
    }

    private void setWild() {
        value = 0;
        mask = 0;
        wideValue = FieldValue.ZERO;
        wideMask = FieldValue.ZERO;
        exact = false;
        wild = true;
    }

    private void parseInteger(FieldTable.Row row, String text, int start, int end) {
        Field field = row.field();
        if (field.isWide() || field.bits() == 64) {
            parseWideInteger(row, text, start, end);
            return;
        }
        int slash = text.indexOf('/', start, end);
        int valueEnd = slash < 0 ? end : slash;
        long parsed = Numbers.parse(text, start, valueEnd);
        long parsedMask = slash < 0 ? 0 : Numbers.parse(text, slash + 1, end);
        if (parsed < 0 || parsedMask < 0) {
            throw new FlowSyntaxException(text.substring(start, end) + ": bad syntax for " + field.name()
                    + (parsed < 0 ? " value" : " mask"));
        }
        int width = 8 * row.bytes();
        if (parsed >>> width != 0 || parsedMask >>> width != 0) {
            throw new FlowSyntaxException(text.substring(start, end) + ": " + (parsed >>> width != 0 ? "value" : "mask")
                    + " too large for " + row.bytes() + "-byte field " + field.name());
        }
        long all = -1L >>> (64 - field.bits());
        checkWidth(field, parsed, all, text, start, valueEnd);
        if (slash < 0) {
            setExact(parsed, all);
        } else {
            setMasked(parsed, parsedMask, all);
        }
    }

    private static void checkWidth(Field field, long value, long all, String text, int start, int end) {
        boolean fits = (value & ~all) == 0;
        if (field.equals(Fields.DL_VLAN)) {
            fits = true;
        } else if (field.equals(Fields.NW_TOS)) {
            fits = (value & 3) == 0;
        }
        if (!fits) {
            throw new FlowSyntaxException(
                    text.substring(start, end) + " is not a valid value for field " + field.name());
        }
    }

    private void setMasked(long newValue, long newMask, long all) {
        mask = newMask & all;
        value = newValue & mask;
        exact = mask == all;
        wild = mask == 0;
    }

    private void parseWideInteger(FieldTable.Row row, String text, int start, int end) {
        Field field = row.field();
        int slash = text.indexOf('/', start, end);
        int valueEnd = slash < 0 ? end : slash;
        FieldValue parsed = Numbers.wide(text, start, valueEnd, row.bytes(), field.name());
        FieldValue all = FieldValue.ones(field.bits());
        FieldValue parsedMask = slash < 0
                ? all
                : Numbers.wide(text, slash + 1, end, row.bytes(), field.name() + " mask");
        wideMask = parsedMask;
        wideValue = parsed.and(parsedMask);
        exact = parsedMask.equals(all);
        wild = parsedMask.isZero();
        value = wideValue.low();
        mask = wideMask.low();
    }

    private void parseEthernet(String text, int start, int end) {
        int slash = text.indexOf('/', start, end);
        long mac = AddressText.parseMac(text, start, slash < 0 ? end : slash);
        long macMask = slash < 0 ? 0 : AddressText.parseMac(text, slash + 1, end);
        if (mac < 0 || macMask < 0) {
            throw new FlowSyntaxException(text.substring(start, end) + ": invalid Ethernet address");
        }
        if (slash < 0) {
            setExact(mac, -1L >>> 16);
        } else {
            setMasked(mac, macMask, -1L >>> 16);
        }
    }

    private void parseIpv4(String text, int start, int end) {
        int slash = text.indexOf('/', start, end);
        long address = AddressText.parseIpv4(text, start, slash < 0 ? end : slash);
        if (address < 0) {
            throw new FlowSyntaxException(text.substring(start, end) + ": invalid IP address");
        }
        if (slash < 0) {
            setExact(address, 0xffffffffL);
            return;
        }
        long bits = AddressText.parseIpv4(text, slash + 1, end);
        if (bits < 0) {
            long length = Numbers.parse(text, slash + 1, end);
            if (length < 0 || length > 32) {
                throw new FlowSyntaxException(
                        text.substring(start, end) + ": IP network mask bits not between 0 and 32, and no mask");
            }
            bits = length == 0 ? 0 : (0xffffffffL << (32 - (int) length)) & 0xffffffffL;
        }
        setMasked(address, bits, 0xffffffffL);
    }

    /** The IPv6 address in a part of a text; null if it is none. */
    static @Nullable FieldValue ipv6(String text, int start, int end) {
        long[] words = AddressText.parseIpv6(text, start, end);
        return words == null ? null : FieldValue.of(words[0], words[1]);
    }

    private void parseIpv6(String text, int start, int end) {
        int slash = text.indexOf('/', start, end);
        FieldValue address = ipv6(text, start, slash < 0 ? end : slash);
        if (address == null) {
            throw new FlowSyntaxException(text.substring(start, end) + ": invalid IPv6 address");
        }
        FieldValue all = FieldValue.ones(128);
        FieldValue bits = all;
        if (slash >= 0) {
            long length = Numbers.parse(text, slash + 1, end);
            FieldValue written = length >= 0 && length <= 128
                    ? FieldValue.prefixMask((int) length, 128)
                    : ipv6(text, slash + 1, end);
            if (written == null) {
                throw new FlowSyntaxException(
                        text.substring(start, end) + ": IPv6 network mask bits not between 0 and 128, and no mask");
            }
            bits = written;
        }
        wideMask = bits;
        wideValue = address.and(bits);
        exact = bits.equals(all);
        wild = bits.isZero();
    }

    private void parseFragment(String text, int start, int end) {
        for (int i = 0; i < FRAGMENT_NAMES.length; i++) {
            if (FRAGMENT_NAMES[i].length() == end - start
                    && text.regionMatches(true, start, FRAGMENT_NAMES[i], 0, end - start)) {
                setMasked(FRAGMENT_VALUES[i], FRAGMENT_MASKS[i], 3);
                return;
            }
        }
        throw new FlowSyntaxException(text.substring(start, end)
                + ": unknown fragment type (valid types are \"no\", \"yes\", \"first\", \"later\", \"not_later\")");
    }

    private void parseFlags(FlagText kind, Field field, String text, int start, int end) {
        FlagText.Flags flags = kind.parse(text, start, end);
        long all = -1L >>> (64 - field.bits());
        if (flags.exact()) {
            setExact(flags.value(), kind == FlagText.TCP ? all : flags.mask());
        } else {
            setMasked(flags.value(), flags.mask(), all);
        }
    }

    private void parsePacketType(String text, int start, int end) {
        int comma = text.indexOf(',', start, end);
        if (end - start < 5 || text.charAt(start) != '(' || text.charAt(end - 1) != ')' || comma < 0) {
            throw new FlowSyntaxException(
                    text.substring(start, end) + ": bad syntax for packet type, expected (ns,type)");
        }
        int namespace = Numbers.u16(text, start + 1, comma, "packet type namespace");
        int type = Numbers.u16(text, comma + 1, end - 1, "packet type");
        setExact((long) namespace << 16 | type, 0xffffffffL);
    }

    /** Writes a value and mask as {@code set_field} does. */
    static void append(StringBuilder out, Field field, FieldValue value, FieldValue mask, PortNames ports) {
        if (mask.isZero()) {
            out.append("ANY");
            return;
        }
        boolean exact = mask.isOnes(field.bits());
        switch (field.format()) {
            case DECIMAL, HEXADECIMAL -> appendInteger(out, field, value, mask, exact);
            case OPENFLOW_PORT -> {
                if (exact) {
                    PortText.append(out, (int) value.low(), ports);
                } else {
                    appendInteger(out, field, value, mask, false);
                }
            }
            case ETHERNET -> appendEthernet(out, value.low(), mask.low());
            case IPV4 -> appendIpv4(out, (int) value.low(), (int) mask.low());
            case IPV6 -> appendIpv6(out, value.high(), value.low(), mask);
            case FRAGMENT -> out.append(fragmentName((int) value.low(), (int) mask.low()));
            case TCP_FLAGS -> FlagText.TCP.append(out, (int) value.low(), (int) mask.low());
            case CT_STATE -> FlagText.CT_STATE.append(out, (int) value.low(), (int) mask.low());
            case TUNNEL_FLAGS -> FlagText.TUNNEL.append(out, (int) value.low(), (int) mask.low() & 1);
            case PACKET_TYPE -> appendPacketType(out, (int) value.low());
        }
    }

    private static void appendInteger(StringBuilder out, Field field, FieldValue value, FieldValue mask,
            boolean exact) {
        if (field.format() == Field.Format.HEXADECIMAL) {
            Numbers.appendHex(out, value);
        } else {
            out.append(Long.toUnsignedString(value.low()));
        }
        if (!exact) {
            out.append('/');
            Numbers.appendHex(out, mask);
        }
    }

    static void appendEthernet(StringBuilder out, long mac, long mask) {
        AddressText.appendMac(out, mac);
        if (mask != -1L >>> 16) {
            out.append('/');
            AddressText.appendMac(out, mask);
        }
    }

    static void appendIpv4(StringBuilder out, int address, int mask) {
        AddressText.appendIpv4(out, address);
        if (mask != -1) {
            out.append('/');
            int zeros = Integer.numberOfTrailingZeros(mask);
            if (mask == 0 || mask == -1 << zeros) {
                out.append(32 - zeros);
            } else {
                AddressText.appendIpv4(out, mask);
            }
        }
    }

    static void appendIpv6(StringBuilder out, long high, long low, FieldValue mask) {
        AddressText.appendIpv6(out, high, low);
        if (mask.high() != -1 || mask.low() != -1) {
            out.append('/');
            int length = mask.prefixLength(128);
            if (length >= 0) {
                out.append(length);
            } else {
                AddressText.appendIpv6(out, mask.high(), mask.low());
            }
        }
    }

    static void appendPacketType(StringBuilder out, int packetType) {
        out.append('(').append(packetType >>> 16).append(',');
        Numbers.appendHex(out, packetType & 0xffff);
        out.append(')');
    }

    static String fragmentName(int value, int mask) {
        boolean any = (value & FlowLayout.FRAG_ANY) != 0;
        boolean later = (value & FlowLayout.FRAG_LATER) != 0;
        return switch (mask & 3) {
            case FlowLayout.FRAG_ANY -> any ? "yes" : "no";
            case FlowLayout.FRAG_LATER -> later ? "later" : "not_later";
            default -> any ? later ? "later" : "first" : later ? "<error>" : "no";
        };
    }

    /** A name in lower case, for messages. */
    static String lower(@Nullable Object name) {
        return String.valueOf(name).toLowerCase(Locale.ROOT);
    }
}
