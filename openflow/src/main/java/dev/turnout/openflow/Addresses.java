package dev.turnout.openflow;

import org.jspecify.annotations.Nullable;

/** Reads and writes Ethernet, IPv4 and IPv6 addresses. */
final class Addresses {
    private static final char[] HEX = "0123456789abcdef".toCharArray();

    private Addresses() {
    }

    /** Six pairs of digits, or -1. A pair may lack its leading zero. */
    static long ethernet(String text, int start, int end) {
        long value = 0;
        int at = start;
        for (int i = 0; i < 6; i++) {
            int octet = 0;
            int first = at;
            while (at < end && at - first < 2 && Numbers.digit(text.charAt(at)) >= 0) {
                octet = octet * 16 + Numbers.digit(text.charAt(at++));
            }
            if (at == first || (i < 5 && (at >= end || text.charAt(at++) != ':'))) {
                return -1;
            }
            value = value << 8 | octet;
        }
        return at == end ? value : -1;
    }

    /** Four decimal numbers, or -1. */
    static long ipv4(String text, int start, int end) {
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

    /** An IPv6 address, the last 32 bits perhaps as an IPv4 one; null if it is none. */
    static @Nullable FieldValue ipv6(String text, int start, int end) {
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
            while (groupEnd < end && Numbers.digit(text.charAt(groupEnd)) >= 0) {
                groupEnd++;
            }
            if (groupEnd < end && text.charAt(groupEnd) == '.') {
                long ipv4 = count <= 6 ? ipv4(text, at, end) : -1;
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
            groups[count++] = (int) Numbers.parse("0x" + text.substring(at, groupEnd), 0, groupEnd - at + 2);
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
        return join(groups, count, gap);
    }

    private static @Nullable FieldValue join(int[] groups, int count, int gap) {
        if (gap < 0 ? count != 8 : count == 8) {
            return null;
        }
        long[] words = new long[2];
        for (int i = 0; i < count; i++) {
            int place = gap >= 0 && i >= gap ? 8 - count + i : i;
            words[place / 4] |= (long) groups[i] << (48 - 16 * (place % 4));
        }
        return FieldValue.of(words[0], words[1]);
    }

    static void appendEthernet(StringBuilder out, long mac) {
        for (int shift = 40; shift >= 0; shift -= 8) {
            int octet = (int) (mac >>> shift) & 0xff;
            out.append(HEX[octet >> 4]).append(HEX[octet & 15]);
            if (shift > 0) {
                out.append(':');
            }
        }
    }

    static void appendIpv4(StringBuilder out, int address) {
        out.append(address >>> 24).append('.').append(address >>> 16 & 0xff).append('.').append(address >>> 8 & 0xff)
                .append('.').append(address & 0xff);
    }

    /** As RFC 5952 and {@code inet_ntop} do: the longest run of zeros, of two groups at least, is left out. */
    static void appendIpv6(StringBuilder out, long high, long low) {
        int bestStart = -1;
        int bestLength = 1;
        for (int i = 0; i < 8; i++) {
            int run = 0;
            while (i + run < 8 && group(high, low, i + run) == 0) {
                run++;
            }
            if (run > bestLength) {
                bestStart = i;
                bestLength = run;
            }
            i += run;
        }
        boolean mapped = bestStart == 0 && (bestLength == 6 || (bestLength == 5 && group(high, low, 5) == 0xffff));
        for (int i = 0; i < 8; i++) {
            if (i == bestStart) {
                out.append("::");
                i += bestLength - 1;
                continue;
            }
            if (i > 0 && i != bestStart + bestLength) {
                out.append(':');
            } else if (i > 0 && bestStart < 0) {
                out.append(':');
            }
            if (i == 6 && mapped) {
                appendIpv4(out, (int) low);
                return;
            }
            out.append(Integer.toHexString(group(high, low, i)));
        }
    }

    private static int group(long high, long low, int i) {
        return (int) ((i < 4 ? high : low) >>> (48 - 16 * (i % 4))) & 0xffff;
    }

    /** The prefix length of a mask of {@code bits}, or -1 if it is no prefix. */
    static int prefixLength(FieldValue mask, int bits) {
        for (int n = 0; n * 64 < bits; n++) {
            int width = Math.min(64, bits - 64 * n);
            long word = mask.word(n);
            int zeros = Math.min(width, Long.numberOfTrailingZeros(word));
            if (zeros == width) {
                continue;
            }
            if (word >>> zeros != -1L >>> (64 - width + zeros)) {
                return -1;
            }
            int length = bits - 64 * n - zeros;
            for (int above = n + 1; above * 64 < bits; above++) {
                if (mask.word(above) != -1L >>> (64 - Math.min(64, bits - 64 * above))) {
                    return -1;
                }
            }
            return length;
        }
        return 0;
    }

    /** The mask of a prefix length. */
    static FieldValue prefixMask(int length, int bits) {
        return length == 0 ? FieldValue.ZERO : FieldValue.ones(length).shiftLeft(bits - length);
    }
}
