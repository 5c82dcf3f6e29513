package dev.turnout.flow;

import org.jspecify.annotations.Nullable;

/**
 * Ethernet, IPv4 and IPv6 addresses as text, written as the C library and Open vSwitch write them.
 *
 * <p>Thread rules: stateless.
 */
public final class AddressText {
    private AddressText() {
    }

    /** Six bytes with colons, in lower case. */
    public static String mac(long mac) {
        return appendMac(new StringBuilder(17), mac).toString();
    }

    public static StringBuilder appendMac(StringBuilder out, long mac) {
        for (int shift = 40; shift >= 0; shift -= 8) {
            int octet = (int) (mac >>> shift) & 0xff;
            out.append(Character.forDigit(octet >>> 4, 16)).append(Character.forDigit(octet & 15, 16));
            if (shift > 0) {
                out.append(':');
            }
        }
        return out;
    }

    /** Four decimal bytes with dots. */
    public static String ipv4(int address) {
        return appendIpv4(new StringBuilder(15), address).toString();
    }

    public static StringBuilder appendIpv4(StringBuilder out, int address) {
        return out.append(address >>> 24).append('.').append(address >>> 16 & 0xff).append('.')
                .append(address >>> 8 & 0xff).append('.')
                .append(address & 0xff);
    }

    /** As {@code inet_ntop} writes it: the longest run of zero groups short, an embedded IPv4 address with dots. */
    public static String ipv6(long high, long low) {
        return appendIpv6(new StringBuilder(39), high, low).toString();
    }

    public static StringBuilder appendIpv6(StringBuilder out, long high, long low) {
        int runStart = -1;
        int runLength = 1;
        for (int i = 0; i < 8; i++) {
            int end = i;
            while (end < 8 && group(high, low, end) == 0) {
                end++;
            }
            if (end - i > runLength) {
                runStart = i;
                runLength = end - i;
            }
            i = Math.max(i, end - 1);
        }
        boolean embedded = runStart == 0 && (runLength == 6 || (runLength == 5 && group(high, low, 5) == 0xffff));
        for (int i = 0; i < 8; i++) {
            if (i == runStart) {
                out.append(i + runLength == 8 ? "::" : ":");
                i += runLength - 1;
                continue;
            }
            if (i > 0) {
                out.append(':');
            }
            if (i == 6 && embedded) {
                return appendIpv4(out, (int) low);
            }
            out.append(Integer.toHexString(group(high, low, i)));
        }
        return out;
    }

    private static int group(long high, long low, int i) {
        return (int) ((i < 4 ? high : low) >>> (48 - 16 * (i & 3))) & 0xffff;
    }

    /** The address of a text such as {@code 00:23:20:0a:b:cd}, or -1 if it is none. */
    public static long parseMac(String text) {
        return parseMac(text, 0, text.length());
    }

    /** The address in a part of a text: six pairs of hexadecimal digits, of which each may lack its leading zero. */
    public static long parseMac(String text, int start, int end) {
        long value = 0;
        int at = start;
        for (int i = 0; i < 6; i++) {
            int octet = 0;
            int first = at;
            while (at < end && at - first < 2 && digit(text.charAt(at)) >= 0) {
                octet = octet << 4 | digit(text.charAt(at++));
            }
            if (at == first || (i < 5 && (at >= end || text.charAt(at++) != ':'))) {
                return -1;
            }
            value = value << 8 | octet;
        }
        return at == end ? value : -1;
    }

    /** The address of a text such as {@code 10.0.0.1}, in the low 32 bits, or -1 if it is none. */
    public static long parseIpv4(String text) {
        return parseIpv4(text, 0, text.length());
    }

    /** The address in a part of a text: four decimal numbers. */
    public static long parseIpv4(String text, int start, int end) {
        long value = 0;
        int at = start;
        for (int i = 0; i < 4; i++) {
            int octet = 0;
            int first = at;
            while (at < end && at - first < 3 && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
                octet = octet * 10 + (text.charAt(at++) - '0');
            }
            if (at == first || octet > 255 || (i < 3 && (at >= end || text.charAt(at++) != '.'))) {
                return -1;
            }
            value = value << 8 | octet;
        }
        return at == end ? value : -1;
    }

    /** The two words of an address such as {@code fe80::1}, high first, or null if it is none. */
    public static long @Nullable [] parseIpv6(String text) {
        return parseIpv6(text, 0, text.length());
    }

    /** The address in a part of a text: groups of hexadecimal digits, the last 32 bits perhaps as an IPv4 address. */
    public static long @Nullable [] parseIpv6(String text, int start, int end) {
        int[] groups = new int[8];
        int count = 0;
        int gap = -1;
        int at = start;
        if (end - start >= 2 && text.charAt(at) == ':' && text.charAt(at + 1) == ':') {
            gap = 0;
            at += 2;
        }
        while (at < end) {
            int groupEnd = at;
            int group = 0;
            while (groupEnd < end && groupEnd - at < 5 && digit(text.charAt(groupEnd)) >= 0) {
                group = group << 4 | digit(text.charAt(groupEnd++));
            }
            if (groupEnd < end && text.charAt(groupEnd) == '.') {
                long ipv4 = count <= 6 ? parseIpv4(text, at, end) : -1;
                if (ipv4 < 0) {
                    return null;
                }
                groups[count++] = (int) (ipv4 >>> 16);
                groups[count++] = (int) ipv4 & 0xffff;
                break;
            }
            if (groupEnd == at || groupEnd - at > 4 || count == 8) {
                return null;
            }
            groups[count++] = group;
            at = groupEnd;
            if (at < end) {
                if (text.charAt(at++) != ':' || at == end) {
                    return null;
                }
                if (text.charAt(at) == ':') {
                    if (gap >= 0) {
                        return null;
                    }
                    gap = count;
                    at++;
                }
            }
        }
        return (gap < 0 ? count != 8 : count == 8) ? null : spread(groups, count, gap);
    }

    /** A hexadecimal digit's value, or -1. Digits of other scripts are none. */
    private static int digit(char c) {
        return c < 128 ? Character.digit(c, 16) : -1;
    }

    private static long[] spread(int[] groups, int count, int gap) {
        long[] words = new long[2];
        for (int i = 0; i < count; i++) {
            int place = gap >= 0 && i >= gap ? i + 8 - count : i;
            words[place >> 2] |= (long) groups[i] << (48 - 16 * (place & 3));
        }
        return words;
    }
}
