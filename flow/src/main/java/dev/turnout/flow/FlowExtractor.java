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
    private static final long PLAIN_IPV4 = 0x080045;
    /** In bytes 6 to 9 of an IPv4 header: more fragments, or an offset. */
    private static final int FRAGMENT = 0x3fff_0000;
    private static final int PROTOCOL_TCP = 6;
    private static final int PROTOCOL_UDP = 17;

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
        return extractKnown(Memory.known(packet), keys, row);
    }

    private static int extractKnown(long packet, FlowKeys keys, int row) {
        long data = Packet.data(packet);
        int length = Packet.length(packet);
        if (length >= ETHERNET + IPV4 + UDP) {
            // The frame's bytes 12 to 19: type, version and header length, type of service, total length, id.
            long ip = Memory.getLong(data + 12);
            // Bytes 20 to 23: fragment, time to live, protocol.
            int ttlProtocol = Memory.getInt(data + 20);
            int room = ((int) (ip >>> 16) & 0xffff) - IPV4;
            if (ip >>> 40 == PLAIN_IPV4 && (ttlProtocol & FRAGMENT) == 0 && room >= UDP
                    && room <= length - ETHERNET - IPV4
                    && Packet.isUnmarked(packet)) {
                int protocol = ttlProtocol & 0xff;
                if (protocol == PROTOCOL_UDP) {
                    return plain(packet, data, keys, row, ip, ttlProtocol, 0);
                }
                if (protocol == PROTOCOL_TCP && room >= TCP) {
                    int control = Memory.getShort(data + 46);
                    int header = control >>> 12 << 2;
                    if (header >= TCP && header <= room) {
                        return plain(packet, data, keys, row, ip, ttlProtocol, (long) control << 52 >>> 4);
                    }
                }
            }
        }
        return general(packet, keys, row);
    }

    private static int plain(long packet, long data, FlowKeys keys, int row, long ip, int ttlProtocol, long word5) {
        long source = Memory.getLong(data + 6);
        long word0 = Packet.recircAndPort(packet);
        long word1 = (Memory.getLong(data) & ~0xffffL) | 0x0800;
        long word2 = source & ~0xffffL;
        long word3 = Memory.getLong(data + 26);
        long word4 = ((long) ttlProtocol << 56) | ((ip << 16) & (0xffL << 48)) | ((ttlProtocol & 0xff00L) << 32)
                | (Memory.getInt(data + 34) & 0xffff_ffffL);
        long[] words = keys.words;
        int base = row * FlowKeys.STRIDE;
        words[base] = word0;
        words[base + 1] = word1;
        words[base + 2] = word2;
        words[base + 3] = word3;
        words[base + 4] = word4;
        words[base + 5] = word5;
        long stale = keys.used[row] & ~0x3fL;
        if (stale != 0) {
            clear(words, base, stale);
        }
        keys.used[row] = word5 == 0 ? ALWAYS_USED : ALWAYS_USED | 1L << FlowLayout.TCP_CT;
        keys.hashes[row] = FlowHash.hashOfSix(word0, word1, word2, word3, word4, word5);
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
