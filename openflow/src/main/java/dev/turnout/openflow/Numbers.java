package dev.turnout.openflow;

/**
 * Reads numbers as C does: decimal, {@code 0x} hexadecimal, {@code 0} octal. Limits and messages are those of the field's
 * tools.
 */
final class Numbers {
    private Numbers() {
    }

    /** A number of 0 to {@code max}, or an exception that calls it {@code what}. */
    static int unsigned(String text, int start, int end, String what, int max) {
        long value = parse(text, start, end);
        if (value < 0 || value > max) {
            throw new FlowSyntaxException(
                    "invalid " + what + " \"" + text.substring(start, end) + "\", expected 0 to " + max);
        }
        return (int) value;
    }

    static int u8(String text, int start, int end, String what) {
        return unsigned(text, start, end, what, 0xff);
    }

    static int u16(String text, int start, int end, String what) {
        return unsigned(text, start, end, what, 0xffff);
    }

    /** 32 bits. */
    static int u32(String text, int start, int end, String what) {
        if (start == end) {
            throw new FlowSyntaxException(what + ": missing required numeric argument");
        }
        long value = parse(text, start, end);
        if (value < 0 || value > 0xffffffffL) {
            throw new FlowSyntaxException(what + ": invalid numeric format " + text.substring(start, end));
        }
        return (int) value;
    }

    /** 64 bits; {@code -1} is all ones. */
    static long u64(String text, int start, int end, String what) {
        if (start == end) {
            throw new FlowSyntaxException(what + ": missing required numeric argument");
        }
        boolean negative = text.charAt(start) == '-';
        int at = negative ? start + 1 : start;
        boolean hex = isHex(text, at, end);
        int digits = hex ? at + 2 : at;
        int radix = hex ? 16 : digits + 1 < end && text.charAt(digits) == '0' ? 8 : 10;
        try {
            if (digits >= end || text.charAt(digits) == '+' || text.charAt(digits) == '-') {
                throw new NumberFormatException();
            }
            long value = Long.parseUnsignedLong(text, digits, end, radix);
            return negative ? -value : value;
        } catch (NumberFormatException e) {
            throw new FlowSyntaxException(what + ": invalid numeric format " + text.substring(start, end));
        }
    }

    static boolean isHex(String text, int at, int end) {
        return at + 1 < end && text.charAt(at) == '0' && (text.charAt(at + 1) | 0x20) == 'x';
    }

    /** The number, or -1 if it is none or has more than 60 bits. */
    static long parse(String text, int start, int end) {
        boolean hex = isHex(text, start, end);
        int at = hex ? start + 2 : start;
        int radix = hex ? 16 : at + 1 < end && text.charAt(at) == '0' ? 8 : 10;
        if (at >= end) {
            return -1;
        }
        long value = 0;
        for (; at < end; at++) {
            int digit = digit(text.charAt(at));
            if (digit < 0 || digit >= radix || value >= 1L << 56) {
                return -1;
            }
            value = value * radix + digit;
        }
        return value;
    }

    /** The value of a digit up to {@code f}, or -1; of ASCII only. */
    static int digit(char c) {
        if (c >= '0' && c <= '9') {
            return c - '0';
        }
        int lower = c | 0x20;
        return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
    }

    /**
     * A number of any width of the field {@code what}.
     *
     * @throws FlowSyntaxException
     *             if it is none, or needs more than {@code bytes}
     */
    static FieldValue wide(String text, int start, int end, int bytes, String what) {
        if (!isHex(text, start, end) || end - start <= 16) {
            long value = parse(text, start, end);
            if (value < 0) {
                value = u64(text, start, end, what);
            }
            if (bytes < 8 && value >>> (8 * bytes) != 0) {
                throw tooLarge(text, start, end, bytes, what);
            }
            return FieldValue.of(value);
        }
        int first = start + 2;
        while (first < end && text.charAt(first) == '0') {
            first++;
        }
        int digits = end - first;
        if ((digits + 1) / 2 > bytes) {
            for (int i = first; i < end; i++) {
                if (digit(text.charAt(i)) < 0) {
                    throw new FlowSyntaxException(what + ": invalid numeric format " + text.substring(start, end));
                }
            }
            throw tooLarge(text, start, end, bytes, what);
        }
        long[] words = new long[Math.max(1, (digits + 15) / 16)];
        for (int i = 0; i < digits; i++) {
            int digit = digit(text.charAt(first + i));
            if (digit < 0) {
                throw new FlowSyntaxException(what + ": invalid numeric format " + text.substring(start, end));
            }
            int fromRight = digits - 1 - i;
            words[words.length - 1 - fromRight / 16] |= (long) digit << (4 * (fromRight % 16));
        }
        return FieldValue.ofWords(words);
    }

    private static FlowSyntaxException tooLarge(String text, int start, int end, int bytes, String what) {
        return new FlowSyntaxException(text.substring(start, end) + ": too large for " + bytes + "-byte field " + what);
    }

    /** As C prints {@code %#x}: {@code 0x1f}, but {@code 0} for zero. */
    static void appendHex(StringBuilder out, long value) {
        if (value == 0) {
            out.append('0');
        } else {
            out.append("0x").append(Long.toHexString(value));
        }
    }

    static void appendHex(StringBuilder out, FieldValue value) {
        if (value.isZero()) {
            out.append('0');
        } else {
            out.append("0x");
            value.appendHex(out);
        }
    }

    /** {@code 0x} and at least so many digits. */
    static void appendHexPadded(StringBuilder out, long value, int digits) {
        String hex = Long.toHexString(value);
        out.append("0x").repeat('0', Math.max(0, digits - hex.length())).append(hex);
    }
}
