package dev.turnout.packet;

/**
 * Cuts a frame that a virtio-net header says is to be segmented (TCP over IPv4 or IPv6, UDP with {@code GSO_UDP_L4}) into frames of their own, as
 * the kernel's software segmentation does: IPv4 ids count up, lengths and checksums are made right, TCP sequence numbers go on, FIN and PSH stay with
 * the last, CWR with the first. The segments have no virtio-net header left to honour; metadata is copied.
 *
 * <p>Use: {@link #begin}, then {@link #next} until it returns 0; the frame stays unchanged and the caller's. One object serves one thread, frame
 * after frame, without allocating.
 *
 * <p>Thread rules: one owner thread, that of the pool.
 */
public final class Segmenter {
    /** What {@link #begin} found. */
    public enum Status {
        /** There are segments to fetch. */
        READY,
        /** A kind of segmentation that is not done in software (UDP fragmentation). */
        UNSUPPORTED,
        /** Headers and virtio-net header contradict each other or the frame's length, or the segments would be too small or too many. */
        MALFORMED
    }

    /**
     * Least payload of a TCP segment, most segments of a UDP datagram: no sender asks Linux for more work than that (its {@code TCP_MIN_GSO_SIZE},
     * {@code UDP_MAX_SEGMENTS}), and no frame may cost tens of thousands of segments.
     */
    static final int MIN_TCP_SIZE = 48;
    static final int MAX_UDP_SEGMENTS = 128;

    private static final int TCP_FIN_PSH = 0x09;
    private static final int TCP_CWR = 0x80;

    private final HeaderFinder headers = new HeaderFinder();
    private long packet;
    private long source;
    private boolean tcp;
    private int headerLength;
    private int size;
    private int length;
    private int position;
    private int index;
    private boolean checksummed;

    /** Starts on a frame whose {@link Packet#gsoType} is not none. */
    public Status begin(long gsoPacket) {
        packet = 0;
        int type = Packet.gsoType(gsoPacket) & ~Packet.GSO_ECN;
        if (type != Packet.GSO_TCPV4 && type != Packet.GSO_TCPV6 && type != Packet.GSO_UDP_L4) {
            return Status.UNSUPPORTED;
        }
        tcp = type != Packet.GSO_UDP_L4;
        if (!headers.find(gsoPacket) || headers.protocol != (tcp ? 6 : 17)
                || (type == Packet.GSO_TCPV4 && headers.isIpv6)
                || (type == Packet.GSO_TCPV6 && !headers.isIpv6)) {
            return Status.MALFORMED;
        }
        source = Packet.data(gsoPacket);
        length = headers.end;
        size = Packet.gsoSize(gsoPacket);
        int l4Length = tcp ? Memory.getByte(source + headers.l4 + 12) >>> 4 << 2 : 8;
        headerLength = headers.l4 + l4Length;
        if (size == 0 || l4Length < (tcp ? 20 : 8) || headerLength > length
                || headerLength + Math.min(size, length - headerLength) > PacketPool.LARGE_BUFFER - Packet.DATA_START
                        - 64) {
            return Status.MALFORMED;
        }
        int payload = length - headerLength;
        if (payload > size && (tcp ? size < MIN_TCP_SIZE : payload > size * MAX_UDP_SEGMENTS)) {
            return Status.MALFORMED;
        }
        checksummed = tcp || Packet.needsChecksum(gsoPacket)
                || Memory.getShort(source + headers.l4 + Checksums.UDP_OFFSET) != 0;
        packet = gsoPacket;
        position = headerLength;
        index = 0;
        return Status.READY;
    }

    /** Whether {@link #next} has another segment to give. */
    public boolean hasNext() {
        return packet != 0 && (position < length || index == 0);
    }

    /** How many segments are still to come. */
    public int remaining() {
        if (!hasNext()) {
            return 0;
        }
        return Math.max(1, (length - position + size - 1) / size);
    }

    /** The next segment; 0 where there is none left, or the pool is empty. */
    public long next(PacketPool pool) {
        if (!hasNext()) {
            return 0;
        }
        int payload = Math.min(size, length - position);
        long segment = pool.allocateFor(headerLength + payload);
        if (segment == 0) {
            return 0;
        }
        Packet.copyMetadata(packet, segment);
        Packet.setFrame(segment, Packet.DATA_START, headerLength + payload);
        long data = Packet.data(segment);
        Memory.copy(source, data, headerLength);
        Memory.copy(source + position, data + headerLength, payload);
        finishHeaders(data, payload, position + payload == length);
        position += payload;
        index++;
        return segment;
    }

    private void finishHeaders(long data, int payload, boolean last) {
        long ip = data + headers.l3;
        long l4 = data + headers.l4;
        int l4Length = headerLength - headers.l4 + payload;
        if (headers.isIpv6) {
            Memory.putShort(ip + 4, headerLength - headers.l3 - 40 + payload);
        } else {
            Memory.putShort(ip + 2, headerLength - headers.l3 + payload);
            Memory.putShort(ip + 4, Memory.getShort(ip + 4) + index);
            Checksums.writeIpv4Header(ip, headers.l4 - headers.l3);
        }
        if (tcp) {
            Memory.putInt(l4 + 4, Memory.getInt(l4 + 4) + position - headerLength);
            int flags = Memory.getByte(l4 + 13);
            flags = last ? flags : flags & ~TCP_FIN_PSH;
            Memory.putByte(l4 + 13, index == 0 ? flags : flags & ~TCP_CWR);
        } else {
            Memory.putShort(l4 + 4, l4Length);
        }
        if (checksummed) {
            int protocol = headers.protocol;
            int field = tcp ? Checksums.TCP_OFFSET : Checksums.UDP_OFFSET;
            Memory.putShort(l4 + field, 0);
            long sum = Checksums.sum(l4, l4Length)
                    + (headers.isIpv6
                            ? Checksums.pseudoIpv6(ip, protocol, l4Length)
                            : Checksums.pseudoIpv4(ip, protocol, l4Length));
            Memory.putShort(l4 + field, tcp ? Checksums.complement(sum) : Checksums.complementUdp(sum));
        }
    }
}
