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
        long mac = 0;
        int groups = 0;
        int start = 0;
        while (true) {
            int end = text.indexOf(':', start);
            end = end < 0 ? text.length() : end;
            if (end == start || end - start > 2 || ++groups > 6) {
                return -1;
            }
            for (int i = start; i < end; i++) {
                if (Character.digit(text.charAt(i), 16) < 0) {
                    return -1;
                }
            }
            mac = mac << 8 | Integer.parseInt(text, start, end, 16);
            if (end == text.length()) {
                return groups == 6 ? mac : -1;
            }
            start = end + 1;
        }
    }

    /** The address of a text such as {@code 10.0.0.1}, in the low 32 bits, or -1 if it is none. */
    public static long parseIpv4(String text) {
        long address = 0;
        int start = 0;
        for (int part = 0; part < 4; part++) {
            int end = part < 3 ? text.indexOf('.', start) : text.length();
            if (end < start + 1 || end - start > 3) {
                return -1;
            }
            int value = 0;
            for (int i = start; i < end; i++) {
                char c = text.charAt(i);
                if (c < '0' || c > '9') {
                    return -1;
                }
                value = value * 10 + c - '0';
            }
            if (value > 255) {
                return -1;
            }
            address = address << 8 | value;
            start = end + 1;
        }
        return address;
    }

    /** The two words of an address such as {@code fe80::1}, high first, or null if it is none. */
    public static long @Nullable [] parseIpv6(String text) {
        int[] groups = new int[8];
        int count = 0;
        int gap = -1;
        int at = 0;
        if (text.startsWith("::")) {
            gap = 0;
            at = 2;
        }
        while (at < text.length()) {
            int end = text.indexOf(':', at);
            end = end < 0 ? text.length() : end;
            if (end == text.length() && text.indexOf('.', at) >= 0) {
                long ipv4 = parseIpv4(text.substring(at));
                if (ipv4 < 0 || count > 6) {
                    return null;
                }
                groups[count++] = (int) (ipv4 >>> 16);
                groups[count++] = (int) ipv4 & 0xffff;
                at = end;
                break;
            }
            int value = parseGroup(text, at, end);
            if (value < 0 || count == 8) {
                return null;
            }
            groups[count++] = value;
            at = end;
            if (at < text.length()) {
                at++;
                if (at < text.length() && text.charAt(at) == ':') {
                    if (gap >= 0) {
                        return null;
                    }
                    gap = count;
                    at++;
                } else if (at == text.length()) {
                    return null;
                }
            }
        }
        if (gap < 0 ? count != 8 : count > 7) {
            return null;
        }
        return spread(groups, count, gap);
    }

    private static int parseGroup(String text, int from, int to) {
        if (to == from || to - from > 4) {
            return -1;
        }
        int value = 0;
        for (int i = from; i < to; i++) {
            int digit = Character.digit(text.charAt(i), 16);
            if (digit < 0) {
                return -1;
            }
            value = value << 4 | digit;
        }
        return value;
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
