package dev.turnout.flow;

import dev.turnout.packet.Memory;
import dev.turnout.packet.Packet;

/**
 * Reads a packet's flow key out of its bytes and metadata. Two ways lead to the same key: a short straight one for an untagged IPv4 packet without
 * options and fragments that carries TCP or UDP and was not tracked, recirculated or marked, which is nearly every packet; and {@link HeaderParser}
 * for all others.
 *
 * <p>A header that is truncated or lies yields the key of what is valid, as Open vSwitch's {@code flow_extract} does: for example, an IPv4 header
 * with a bad length leaves the key with Ethernet fields only. Nothing is read beyond the frame's length, nothing is allocated, nothing thrown. The
 * reason is returned, see {@link Malformed}.
 *
 * <p>The key's <em>used</em> bitmap has the bits {@link #ALWAYS_USED} and one for each other word that is not zero: equal keys have equal bitmaps
 * and equal hashes.
 *
 * <p>Header offsets are noted in the packet: the layer-2.5 one where there are MPLS labels, the layer-3 one just past the Ethernet header, its tags
 * and labels (also where no valid layer-3 header follows), the layer-4 one just past the IP header and its extensions, only where these are valid. So
 * whoever changes an IP header must see that the layer-4 offset is there, and whoever changes a layer-4 header, that the frame holds it and that the
 * packet is no later fragment.
 *
 * <p>Thread rules: stateless; packet and row belong to the caller.
 */
public final class FlowExtractor {
    /** Words that every key uses, zero or not. */
    public static final long ALWAYS_USED = 0x1f;

    private static final int ETHERNET = 14;
    private static final int IPV4 = 20;
    private static final int TCP = 20;
    private static final int UDP = 8;
    /** EtherType 0x0800, version 4, header length 20 bytes: the frame's bytes 12 to 14. */
    private static final int PLAIN_IPV4 = 0x080045;

    private FlowExtractor() {
    }

    /**
     * Extracts the key of one packet into a row: words, used bitmap and hash. The row's words outside the bitmap are zero afterwards.
     *
     * @param row
     *            0 to 31
     * @return 0, or the {@link Malformed#number number} of what is wrong
     */
    public static int extract(long packet, FlowKeys keys, int row) {
        long data = Packet.data(packet);
        int length = Packet.length(packet);
        if (length >= ETHERNET + IPV4 + UDP && Memory.getInt(data + 12) >>> 8 == PLAIN_IPV4
                && Packet.isUnmarked(packet)) {
            int room = Memory.getShort(data + 16) - IPV4;
            int fragmentTtlProtocol = Memory.getInt(data + 20);
            int protocol = fragmentTtlProtocol & 0xff;
            if (room >= UDP && room <= length - ETHERNET - IPV4 && fragmentTtlProtocol >>> 16 << 18 == 0) {
                long tcpWord = 0;
                boolean plain = protocol == 17;
                if (protocol == 6 && room >= TCP) {
                    int control = Memory.getShort(data + 46);
                    int header = control >>> 12 << 2;
                    plain = header >= TCP && header <= room;
                    tcpWord = (long) control << 52 >>> 4;
                }
                if (plain) {
                    return plainIpv4(packet, data, keys, row, fragmentTtlProtocol, tcpWord);
                }
            }
        }
        return general(packet, keys, row);
    }

    private static int plainIpv4(long packet, long data, FlowKeys keys, int row, int fragmentTtlProtocol,
            long tcpWord) {
        long[] words = keys.words;
        int base = row * FlowKeys.STRIDE;
        long word0 = Packet.recircAndPort(packet);
        long typed = Memory.getLong(data + 6);
        long word1 = (Memory.getLong(data) & ~0xffffL) | (typed & 0xffff);
        long word2 = typed & ~0xffffL;
        long word3 = Memory.getLong(data + 26);
        long word4 = ((long) fragmentTtlProtocol << 56) | ((long) Memory.getByte(data + 15) << 48)
                | ((fragmentTtlProtocol & 0xff00L) << 32)
                | (Memory.getInt(data + 34) & 0xffff_ffffL);
        words[base] = word0;
        words[base + 1] = word1;
        words[base + 2] = word2;
        words[base + 3] = word3;
        words[base + 4] = word4;
        words[base + 5] = tcpWord;
        long used = tcpWord == 0 ? ALWAYS_USED : ALWAYS_USED | 1L << FlowLayout.TCP_CT;
        long stale = keys.used[row] & ~0x3fL;
        if (stale != 0) {
            clear(words, base, stale);
        }
        keys.used[row] = used;
        keys.hashes[row] = FlowHash.hashOfSix(word0, word1, word2, word3, word4, tcpWord);
        Packet.setOffsets(packet, Packet.NO_OFFSET, ETHERNET, ETHERNET + IPV4);
        return 0;
    }

    private static int general(long packet, FlowKeys keys, int row) {
        int base = row * FlowKeys.STRIDE;
        clear(keys.words, base, keys.used[row]);
        long result = HeaderParser.parse(packet, keys.words, base);
        long used = HeaderParser.used(result);
        keys.used[row] = used;
        keys.hashes[row] = FlowHash.hash(keys.words, base, used);
        return HeaderParser.reason(result);
    }

    /** The key of one packet, for the slow path. Header offsets are noted in the packet, too. */
    public static FlowKey extractKey(long packet) {
        FlowKey key = new FlowKey();
        HeaderParser.parse(packet, key.words(), 0);
        return key;
    }

    /** The used bitmap of a key's words from {@code offset} on: the same as extraction gives. */
    public static long usedOf(long[] words, int offset) {
        long used = ALWAYS_USED;
        for (int i = FlowLayout.TCP_CT; i < FlowLayout.DATAPATH_WORDS; i++) {
            used |= HeaderParser.bit(i, words[offset + i]);
        }
        return used;
    }

    private static void clear(long[] words, int base, long bitmap) {
        for (long rest = bitmap; rest != 0; rest &= rest - 1) {
            words[base + Long.numberOfTrailingZeros(rest)] = 0;
        }
    }
}
