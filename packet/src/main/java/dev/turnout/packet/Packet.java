package dev.turnout.packet;

import java.nio.ByteOrder;

/**
 * The layout of a packet buffer and its accessors. A packet is a {@code long}: the address of its buffer in a {@link PacketPool}. There is no
 * object per packet; batches are arrays of such addresses.
 *
 * <pre>
 *   offset  size  what
 *   0       4     data offset: first byte of the frame, from the buffer's start
 *   4       4     frame length in bytes
 *   8       4     buffer size in bytes, header included                          (fixed)
 *   12      2     owning pool's id                                               (fixed)
 *   14      2     flags, see {@link #isUnmarked}
 *   16      10    virtio-net header as the kernel gave it (struct virtio_net_hdr): flags, gso_type, hdr_len, gso_size, csum_start, csum_offset
 *   28      4     ingress port (datapath port number)
 *   32      4     recirculation id
 *   36      4     dp_hash
 *   40      4     pkt_mark
 *   44      4     skb_priority
 *   48      2     offset of the layer-2.5 header (first MPLS label) from the frame's start, or NO_OFFSET
 *   50      2     offset of the layer-3 header, or NO_OFFSET
 *   52      2     offset of the layer-4 header, or NO_OFFSET
 *   54      2     recirculation depth
 *   56      8     link, for lists of free or waiting packets
 *   64      4     ct_state
 *   68      2     ct_zone
 *   70      1     IP protocol of the connection's original-direction tuple, 0: none
 *   71      1     1 where that tuple is of IPv6
 *   72      4     ct_mark
 *   76      4     ports of the tuple: source in the high half, destination in the low one
 *   80      16    ct_label, high word first
 *   96      32    addresses of the tuple, source first: one word (IPv4) or four (IPv6)
 *   128           headroom, for pushed headers
 *   256           where a received frame starts (DATA_START)
 * </pre>
 *
 * <p>All integers of the header are in the machine's byte order. {@link #reset} clears what a former packet left.
 *
 * <p>Thread rules: a packet belongs to one thread at a time; handing it over is the queue's release/acquire.
 */
public final class Packet {
    /** Bytes from the buffer's start to where a received frame is placed. */
    public static final int DATA_START = 256;
    /** First byte that pushed headers may use. */
    public static final int HEADROOM_START = 128;
    /** Offset value of a header that is not there. */
    public static final int NO_OFFSET = 0xffff;

    /** {@code virtio_net_hdr.flags}: the checksum at csum_start + csum_offset is unfinished: it holds the pseudo header's sum. */
    public static final int VNET_NEEDS_CSUM = 1;
    public static final int GSO_NONE = 0;
    public static final int GSO_TCPV4 = 1;
    public static final int GSO_UDP = 3;
    public static final int GSO_TCPV6 = 4;
    public static final int GSO_UDP_L4 = 5;
    public static final int GSO_ECN = 0x80;

    private static final boolean LITTLE_ENDIAN = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;
    private static final int OFFSET = 0;
    private static final int LENGTH = 4;
    private static final int SIZE = 8;
    private static final int POOL = 12;
    private static final int FLAGS = 14;
    /** Flag: hash, mark, priority or tracked state was set since the packet arrived. */
    private static final int FLAG_MARKED = 1;
    /** Offset of the virtio-net header in the buffer; 10 bytes, host byte order. */
    public static final int VNET_HEADER = 16;
    private static final int IN_PORT = 28;
    private static final int RECIRC_ID = 32;
    private static final int DP_HASH = 36;
    private static final int PKT_MARK = 40;
    private static final int SKB_PRIORITY = 44;
    private static final int L2_5 = 48;
    private static final int L3 = 50;
    private static final int L4 = 52;
    private static final int DEPTH = 54;
    private static final int LINK = 56;
    private static final int CT_STATE = 64;
    private static final int CT_ZONE = 68;
    private static final int CT_TUPLE_PROTOCOL = 70;
    private static final int CT_TUPLE_IPV6 = 71;
    private static final int CT_MARK = 72;
    private static final int CT_TUPLE_PORTS = 76;
    private static final int CT_LABEL = 80;
    private static final int CT_TUPLE_ADDRESSES = 96;

    private Packet() {
    }

    /** Sets the fixed part; called by the pool once per buffer. */
    static void format(long packet, int size, int poolId) {
        Memory.fill(packet, DATA_START, 0);
        Memory.putIntNative(packet + SIZE, size);
        Memory.putShortNative(packet + POOL, poolId);
        reset(packet);
    }

    /** Makes the buffer hold an empty frame at {@link #DATA_START} without metadata. */
    public static void reset(long packet) {
        Memory.putLongNative(packet + OFFSET, DATA_START);
        Memory.putShortNative(packet + FLAGS, 0);
        Memory.putLongNative(packet + VNET_HEADER, 0);
        Memory.putLongNative(packet + VNET_HEADER + 8, 0);
        Memory.putLongNative(packet + RECIRC_ID, 0);
        Memory.putLongNative(packet + PKT_MARK, 0);
        Memory.putLongNative(packet + L2_5, 0x0000_ffff_ffff_ffffL);
        Memory.putLongNative(packet + CT_STATE, 0);
    }

    /** Address of the frame's first byte. */
    public static long data(long packet) {
        return Memory.known(packet + Memory.getIntNative(packet + OFFSET));
    }

    public static int dataOffset(long packet) {
        return Memory.getIntNative(packet + OFFSET);
    }

    public static int length(long packet) {
        return Memory.getIntNative(packet + LENGTH);
    }

    public static void setLength(long packet, int length) {
        Memory.putIntNative(packet + LENGTH, length);
    }

    /** Places the frame: {@code offset} from the buffer's start, {@code length} bytes. */
    public static void setFrame(long packet, int offset, int length) {
        Memory.putIntNative(packet + OFFSET, offset);
        Memory.putIntNative(packet + LENGTH, length);
    }

    public static int bufferSize(long packet) {
        return Memory.getIntNative(packet + SIZE);
    }

    /** Bytes that a frame at {@link #DATA_START} may have in this buffer. */
    public static int capacity(long packet) {
        return bufferSize(packet) - DATA_START;
    }

    public static int poolId(long packet) {
        return Memory.getShortNative(packet + POOL);
    }

    /**
     * Opens {@code bytes} of room in front of the frame and returns whether there was room. The header offsets are not touched.
     */
    public static boolean pushFront(long packet, int bytes) {
        int offset = dataOffset(packet) - bytes;
        if (offset < HEADROOM_START) {
            return false;
        }
        setFrame(packet, offset, length(packet) + bytes);
        return true;
    }

    /** Takes {@code bytes} off the front of the frame; the caller has checked that it is that long. */
    public static void pullFront(long packet, int bytes) {
        setFrame(packet, dataOffset(packet) + bytes, length(packet) - bytes);
    }

    public static int inPort(long packet) {
        return Memory.getIntNative(packet + IN_PORT);
    }

    public static void setInPort(long packet, int port) {
        Memory.putIntNative(packet + IN_PORT, port);
    }

    public static int recircId(long packet) {
        return Memory.getIntNative(packet + RECIRC_ID);
    }

    public static void setRecircId(long packet, int id) {
        Memory.putIntNative(packet + RECIRC_ID, id);
    }

    public static int dpHash(long packet) {
        return Memory.getIntNative(packet + DP_HASH);
    }

    public static void setDpHash(long packet, int hash) {
        Memory.putIntNative(packet + DP_HASH, hash);
        Memory.putShortNative(packet + FLAGS, FLAG_MARKED);
    }

    public static int pktMark(long packet) {
        return Memory.getIntNative(packet + PKT_MARK);
    }

    public static void setPktMark(long packet, int mark) {
        Memory.putIntNative(packet + PKT_MARK, mark);
        Memory.putShortNative(packet + FLAGS, FLAG_MARKED);
    }

    public static int skbPriority(long packet) {
        return Memory.getIntNative(packet + SKB_PRIORITY);
    }

    public static void setSkbPriority(long packet, int priority) {
        Memory.putIntNative(packet + SKB_PRIORITY, priority);
        Memory.putShortNative(packet + FLAGS, FLAG_MARKED);
    }

    /** Recirculation id in the high half, ingress port in the low one. */
    public static long recircAndPort(long packet) {
        long both = Memory.getLongNative(packet + IN_PORT);
        return LITTLE_ENDIAN ? both : Long.rotateLeft(both, 32);
    }

    /** Whether hash, mark, priority and tracked state are those of a packet that just arrived: zero. One load for four. */
    public static boolean isUnmarked(long packet) {
        return Memory.getShortNative(packet + FLAGS) == 0;
    }

    /** Offset of the first MPLS label from the frame's start, or {@link #NO_OFFSET}. Set by key extraction, as are the next two. */
    public static int l25Offset(long packet) {
        return Memory.getShortNative(packet + L2_5);
    }

    public static int l3Offset(long packet) {
        return Memory.getShortNative(packet + L3);
    }

    public static int l4Offset(long packet) {
        return Memory.getShortNative(packet + L4);
    }

    /** Sets the three header offsets at once; each is {@link #NO_OFFSET} where the header is absent. */
    public static void setOffsets(long packet, int l25, int l3, int l4) {
        Memory.putIntNative(packet + L2_5, LITTLE_ENDIAN ? l3 << 16 | l25 : l25 << 16 | l3);
        Memory.putShortNative(packet + L4, l4);
    }

    /** How often this packet was recirculated. */
    public static int recircDepth(long packet) {
        return Memory.getShortNative(packet + DEPTH);
    }

    public static void setRecircDepth(long packet, int depth) {
        Memory.putShortNative(packet + DEPTH, depth);
    }

    /** Next packet of a list, or 0. */
    public static long link(long packet) {
        return Memory.getLongNative(packet + LINK);
    }

    public static void setLink(long packet, long next) {
        Memory.putLongNative(packet + LINK, next);
    }

    // --- virtio-net header -------------------------------------------------------------------------------------------------------------

    /** {@code virtio_net_hdr.flags}: {@link #VNET_NEEDS_CSUM}, or others. */
    public static int vnetFlags(long packet) {
        return Memory.getByte(packet + VNET_HEADER);
    }

    public static void setVnetFlags(long packet, int flags) {
        Memory.putByte(packet + VNET_HEADER, flags);
    }

    /** {@code virtio_net_hdr.gso_type}: one of GSO_*, perhaps with {@link #GSO_ECN}. */
    public static int gsoType(long packet) {
        return Memory.getByte(packet + VNET_HEADER + 1);
    }

    public static int gsoHeaderLength(long packet) {
        return Memory.getShortNative(packet + VNET_HEADER + 2);
    }

    /** Payload bytes per segment of a frame with a {@link #gsoType}. */
    public static int gsoSize(long packet) {
        return Memory.getShortNative(packet + VNET_HEADER + 4);
    }

    public static void setGso(long packet, int type, int headerLength, int size) {
        Memory.putByte(packet + VNET_HEADER + 1, type);
        Memory.putShortNative(packet + VNET_HEADER + 2, headerLength);
        Memory.putShortNative(packet + VNET_HEADER + 4, size);
    }

    /** Where the unfinished checksum's coverage starts, from the frame's start. */
    public static int csumStart(long packet) {
        return Memory.getShortNative(packet + VNET_HEADER + 6);
    }

    /** Where the checksum goes, from {@link #csumStart}. */
    public static int csumOffset(long packet) {
        return Memory.getShortNative(packet + VNET_HEADER + 8);
    }

    public static void setCsum(long packet, int start, int offset) {
        Memory.putShortNative(packet + VNET_HEADER + 6, start);
        Memory.putShortNative(packet + VNET_HEADER + 8, offset);
    }

    /** Whether the virtio-net header asks for anything: a checksum to be finished, segments to be cut. */
    public static boolean hasOffloads(long packet) {
        return ((vnetFlags(packet) & VNET_NEEDS_CSUM) | gsoType(packet)) != 0;
    }

    /** Makes the virtio-net header ask for nothing. */
    public static void clearVnet(long packet) {
        Memory.putLongNative(packet + VNET_HEADER, 0);
        Memory.putShortNative(packet + VNET_HEADER + 8, 0);
    }

    public static boolean needsChecksum(long packet) {
        return (vnetFlags(packet) & VNET_NEEDS_CSUM) != 0;
    }

    /**
     * Keeps the virtio-net header right after {@code delta} bytes were put before (positive) or taken from before (negative) the network
     * header.
     */
    public static void shiftVnet(long packet, int delta) {
        if ((vnetFlags(packet) & VNET_NEEDS_CSUM) != 0) {
            setCsum(packet, csumStart(packet) + delta, csumOffset(packet));
        }
        if (gsoType(packet) != GSO_NONE) {
            Memory.putShortNative(packet + VNET_HEADER + 2, gsoHeaderLength(packet) + delta);
        }
    }

    // --- connection tracking's verdict --------------------------------------------------------------------------------------------------

    public static int ctState(long packet) {
        return Memory.getIntNative(packet + CT_STATE);
    }

    public static int ctZone(long packet) {
        return Memory.getShortNative(packet + CT_ZONE);
    }

    public static int ctMark(long packet) {
        return Memory.getIntNative(packet + CT_MARK);
    }

    public static long ctLabelHigh(long packet) {
        return Memory.getLongNative(packet + CT_LABEL);
    }

    public static long ctLabelLow(long packet) {
        return Memory.getLongNative(packet + CT_LABEL + 8);
    }

    /** Sets the tracked state and forgets the tuple. A state of 0 means never tracked: flow keys then have none of the other values. */
    public static void setCt(long packet, int state, int zone, int mark, long labelHigh, long labelLow) {
        Memory.putIntNative(packet + CT_STATE, state);
        Memory.putShortNative(packet + FLAGS, FLAG_MARKED);
        Memory.putShortNative(packet + CT_ZONE, zone);
        Memory.putShortNative(packet + CT_TUPLE_PROTOCOL, 0);
        Memory.putIntNative(packet + CT_MARK, mark);
        Memory.putLongNative(packet + CT_LABEL, labelHigh);
        Memory.putLongNative(packet + CT_LABEL + 8, labelLow);
    }

    /** Sets the connection's original-direction tuple, IPv4; after {@link #setCt}. */
    public static void setCtTupleIpv4(long packet, int protocol, int src, int dst, int srcPort, int dstPort) {
        Memory.putByte(packet + CT_TUPLE_PROTOCOL, protocol);
        Memory.putByte(packet + CT_TUPLE_IPV6, 0);
        Memory.putIntNative(packet + CT_TUPLE_PORTS, (srcPort << 16) | (dstPort & 0xffff));
        Memory.putLongNative(packet + CT_TUPLE_ADDRESSES, ((long) src << 32) | (dst & 0xffff_ffffL));
    }

    /** Sets the connection's original-direction tuple, IPv6; after {@link #setCt}. */
    public static void setCtTupleIpv6(long packet, int protocol, long srcHigh, long srcLow, long dstHigh, long dstLow,
            int srcPort, int dstPort) {
        Memory.putByte(packet + CT_TUPLE_PROTOCOL, protocol);
        Memory.putByte(packet + CT_TUPLE_IPV6, 1);
        Memory.putIntNative(packet + CT_TUPLE_PORTS, (srcPort << 16) | (dstPort & 0xffff));
        Memory.putLongNative(packet + CT_TUPLE_ADDRESSES, srcHigh);
        Memory.putLongNative(packet + CT_TUPLE_ADDRESSES + 8, srcLow);
        Memory.putLongNative(packet + CT_TUPLE_ADDRESSES + 16, dstHigh);
        Memory.putLongNative(packet + CT_TUPLE_ADDRESSES + 24, dstLow);
    }

    /** IP protocol of the tuple; 0 where there is none. */
    public static int ctTupleProtocol(long packet) {
        return Memory.getByte(packet + CT_TUPLE_PROTOCOL);
    }

    public static boolean ctTupleIsIpv6(long packet) {
        return Memory.getByte(packet + CT_TUPLE_IPV6) != 0;
    }

    /** Source port in the high half, destination port in the low one. */
    public static int ctTuplePorts(long packet) {
        return Memory.getIntNative(packet + CT_TUPLE_PORTS);
    }

    /** The addresses, source first: word 0 (IPv4) or words 0 to 3 (IPv6). */
    public static long ctTupleWord(long packet, int index) {
        return Memory.getLongNative(packet + CT_TUPLE_ADDRESSES + 8L * index);
    }

    /** Copies frame and metadata into another buffer, which must be large enough for the frame at the same offset; the pool and the link stay. */
    public static void copyTo(long packet, long other) {
        Memory.putLongNative(other + OFFSET, Memory.getLongNative(packet + OFFSET));
        Memory.putShortNative(other + FLAGS, Memory.getShortNative(packet + FLAGS));
        Memory.copySmall(packet + VNET_HEADER, other + VNET_HEADER, LINK - VNET_HEADER);
        Memory.copySmall(packet + CT_STATE, other + CT_STATE, HEADROOM_START - CT_STATE);
        int length = length(packet);
        if (length <= 192) {
            Memory.copySmall(data(packet), data(other), length);
        } else {
            Memory.copy(data(packet), data(other), length);
        }
    }

    /** Copies metadata (ports, ids, marks, tracked state), but neither the frame nor the virtio-net header nor header offsets. */
    public static void copyMetadata(long packet, long other) {
        Memory.putShortNative(other + FLAGS, Memory.getShortNative(packet + FLAGS));
        Memory.putIntNative(other + IN_PORT, inPort(packet));
        Memory.copySmall(packet + RECIRC_ID, other + RECIRC_ID, L2_5 - RECIRC_ID);
        setRecircDepth(other, recircDepth(packet));
        Memory.copySmall(packet + CT_STATE, other + CT_STATE, HEADROOM_START - CT_STATE);
    }

    /** The frame's bytes; for the slow path and tests. */
    public static byte[] toBytes(long packet) {
        byte[] bytes = new byte[length(packet)];
        Memory.copyOut(data(packet), bytes, 0, bytes.length);
        return bytes;
    }

    /** Fills a reset buffer with a frame; the buffer must have the capacity. */
    public static void fromBytes(long packet, byte[] frame) {
        setFrame(packet, DATA_START, frame.length);
        Memory.copyIn(frame, 0, packet + DATA_START, frame.length);
    }
}
