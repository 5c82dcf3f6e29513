package dev.turnout.packet;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Raw access to off-heap memory by absolute address. Packets, rings and tables of the fast path live in memory that the process itself
 * allocated; their owners check lengths once (see {@link Packet}) and then read without further bounds checks.
 *
 * <p>Multi-byte accessors without a suffix use network byte order (big-endian); those ending in {@code Native} use the machine's order and
 * are for structures shared with the kernel. No access needs alignment.
 *
 * <p>Every access carries a range check of its own, which costs about as much as the access. Hot code passes its addresses through {@link #known}
 * once, where they enter it: what is read and written within a constant distance of such an address then needs no check.
 *
 * <p>Thread rules: none; the caller owns the memory that it touches.
 */
public final class Memory {
    @SuppressWarnings("restricted") // the whole point of this class
    private static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private Memory() {
    }

    /**
     * The same address, whose range the JIT now knows: user-space addresses are below 2^55, and bits above are cleared. Accesses at a small offset from
     * it compile to plain loads and stores.
     */
    public static long known(long address) {
        return address & 0x7f_ffff_ffff_ffffL;
    }

    /** One byte, 0 to 255. */
    public static int getByte(long address) {
        return ALL.get(ValueLayout.JAVA_BYTE, address) & 0xff;
    }

    /** Two bytes in network order, 0 to 65535. */
    public static int getShort(long address) {
        return ALL.get(SHORT, address) & 0xffff;
    }

    /** Four bytes in network order, as a signed int. */
    public static int getInt(long address) {
        return ALL.get(INT, address);
    }

    /** Eight bytes in network order. */
    public static long getLong(long address) {
        return ALL.get(LONG, address);
    }

    /** Six bytes in network order (an Ethernet address) in the low 48 bits. */
    public static long getMac(long address) {
        return ((long) getShort(address) << 32) | (getInt(address + 2) & 0xffff_ffffL);
    }

    public static void putByte(long address, int value) {
        ALL.set(ValueLayout.JAVA_BYTE, address, (byte) value);
    }

    public static void putShort(long address, int value) {
        ALL.set(SHORT, address, (short) value);
    }

    public static void putInt(long address, int value) {
        ALL.set(INT, address, value);
    }

    public static void putLong(long address, long value) {
        ALL.set(LONG, address, value);
    }

    /** Writes the low 48 bits of {@code mac} as six bytes in network order. */
    public static void putMac(long address, long mac) {
        putShort(address, (int) (mac >>> 32));
        putInt(address + 2, (int) mac);
    }

    public static int getShortNative(long address) {
        return ALL.get(ValueLayout.JAVA_SHORT_UNALIGNED, address) & 0xffff;
    }

    public static int getIntNative(long address) {
        return ALL.get(ValueLayout.JAVA_INT_UNALIGNED, address);
    }

    public static long getLongNative(long address) {
        return ALL.get(ValueLayout.JAVA_LONG_UNALIGNED, address);
    }

    public static void putShortNative(long address, int value) {
        ALL.set(ValueLayout.JAVA_SHORT_UNALIGNED, address, (short) value);
    }

    public static void putIntNative(long address, int value) {
        ALL.set(ValueLayout.JAVA_INT_UNALIGNED, address, value);
    }

    public static void putLongNative(long address, long value) {
        ALL.set(ValueLayout.JAVA_LONG_UNALIGNED, address, value);
    }

    /** Copies {@code length} bytes; the ranges may overlap. */
    public static void copy(long from, long to, long length) {
        MemorySegment.copy(ALL, from, ALL, to, length);
    }

    /**
     * Copies a small frame by words of eight bytes. Up to seven bytes beyond {@code length} are read and written, so both sides need that
     * much slack; the ranges must not overlap. Faster than {@link #copy} below some 200 bytes.
     */
    public static void copySmall(long from, long to, int length) {
        long source = known(from);
        long target = known(to);
        for (int i = 0; i < length; i += 8) {
            putLongNative(target + i, getLongNative(source + i));
        }
    }

    public static void copyIn(byte[] from, int offset, long to, int length) {
        MemorySegment.copy(from, offset, ALL, ValueLayout.JAVA_BYTE, to, length);
    }

    public static void copyOut(long from, byte[] to, int offset, int length) {
        MemorySegment.copy(ALL, ValueLayout.JAVA_BYTE, from, to, offset, length);
    }

    public static void fill(long address, long length, int value) {
        ALL.asSlice(address, length).fill((byte) value);
    }

    /** The bytes of a range as a segment without lifetime checks; for system calls and tests. */
    public static MemorySegment segment(long address, long length) {
        return ALL.asSlice(address, length);
    }
}
