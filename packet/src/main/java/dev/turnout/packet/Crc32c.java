package dev.turnout.packet;

/**
 * The Castagnoli CRC over off-heap memory, eight bytes a step with eight tables. The JDK's {@code CRC32C} works on arrays and buffers, of which
 * there is none per packet here.
 *
 * <p>Thread rules: stateless; the tables are constant.
 */
final class Crc32c {
    private static final int POLYNOMIAL = 0x82f63b78;
    /** Table t, byte b at {@code t * 256 + b}: the CRC of b followed by t zero bytes. */
    private static final int[] TABLES = tables();

    private Crc32c() {
    }

    private static int[] tables() {
        int[] tables = new int[8 * 256];
        for (int b = 0; b < 256; b++) {
            int crc = b;
            for (int i = 0; i < 8; i++) {
                crc = (crc >>> 1) ^ ((crc & 1) != 0 ? POLYNOMIAL : 0);
            }
            tables[b] = crc;
        }
        for (int i = 256; i < tables.length; i++) {
            int crc = tables[i - 256];
            tables[i] = (crc >>> 8) ^ tables[crc & 0xff];
        }
        return tables;
    }

    /** Goes on over a range; the first {@code crc} is -1, the result is the complement of the last one. */
    static int update(int crc, long address, int length) {
        int[] t = TABLES;
        int c = crc;
        long at = address;
        int rest = length;
        for (; rest >= 8; rest -= 8, at += 8) {
            long v = Long.reverseBytes(Memory.getLong(at)) ^ (c & 0xffff_ffffL);
            c = t[0x700 + (int) (v & 0xff)] ^ t[0x600 + (int) (v >>> 8 & 0xff)] ^ t[0x500 + (int) (v >>> 16 & 0xff)]
                    ^ t[0x400 + (int) (v >>> 24 & 0xff)] ^ t[0x300 + (int) (v >>> 32 & 0xff)]
                    ^ t[0x200 + (int) (v >>> 40 & 0xff)]
                    ^ t[0x100 + (int) (v >>> 48 & 0xff)] ^ t[(int) (v >>> 56)];
        }
        for (; rest > 0; rest--, at++) {
            c = (c >>> 8) ^ t[(c ^ Memory.getByte(at)) & 0xff];
        }
        return c;
    }

    /** Goes on over zero bytes. */
    static int updateZeros(int crc, int count) {
        int c = crc;
        for (int i = 0; i < count; i++) {
            c = (c >>> 8) ^ TABLES[c & 0xff];
        }
        return c;
    }
}
