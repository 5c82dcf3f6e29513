package dev.turnout.core;

import java.util.Arrays;

import dev.turnout.packet.Checksums;
import dev.turnout.packet.Packet;
import dev.turnout.packet.PacketPool;
import dev.turnout.packet.Segmenter;

/**
 * Makes packets fit for a way out that takes no virtio-net header: cuts segments, finishes checksums. Also throws away what
 * is too long for the port.
 *
 * <p>{@link #finish} takes a list of packets and leaves the list of what is to be sent, in the same order, in {@link #packets}.
 *
 * <p>Thread rules: one owner thread, that of the pool.
 */
final class VnetFinisher {
    private final PacketPool pool;
    private final ThreadCounters counters;
    private final Segmenter segmenter = new Segmenter();
    private long[] packets = new long[128];
    private int count;

    VnetFinisher(PacketPool pool, ThreadCounters counters) {
        this.pool = pool;
        this.counters = counters;
    }

    /** Whether a packet may go to a port as it is. */
    static boolean isReady(long packet, boolean acceptsVnet, int maxFrameLength) {
        boolean segmented = Packet.gsoType(packet) != Packet.GSO_NONE;
        return (acceptsVnet || (!segmented && !Packet.needsChecksum(packet)))
                && (segmented || Packet.length(packet) <= maxFrameLength);
    }

    /** The list of the last {@link #finish}. */
    long[] packets() {
        return packets;
    }

    /** Takes packets over and returns how many are in {@link #packets} now. */
    int finish(long[] from, int fromCount, boolean acceptsVnet, int maxFrameLength) {
        count = 0;
        for (int i = 0; i < fromCount; i++) {
            long packet = from[i];
            if (isReady(packet, acceptsVnet, maxFrameLength)) {
                add(packet);
            } else if (Packet.gsoType(packet) != Packet.GSO_NONE) {
                segment(packet, maxFrameLength);
                pool.release(packet);
            } else if (Packet.length(packet) > maxFrameLength) {
                drop(DropReason.TOO_LONG, packet);
            } else if (Checksums.finish(packet)) {
                add(packet);
            } else {
                drop(DropReason.BAD_OFFLOAD, packet);
            }
        }
        return count;
    }

    private void segment(long packet, int maxFrameLength) {
        if (segmenter.begin(packet) != Segmenter.Status.READY) {
            counters.drop(DropReason.BAD_OFFLOAD, 1);
            return;
        }
        while (segmenter.hasNext()) {
            long segment = segmenter.next(pool);
            if (segment == 0) {
                counters.drop(DropReason.NO_BUFFER, segmenter.remaining());
                return;
            }
            if (Packet.length(segment) > maxFrameLength) {
                drop(DropReason.TOO_LONG, segment);
            } else {
                add(segment);
            }
        }
    }

    private void add(long packet) {
        if (count == packets.length) {
            packets = Arrays.copyOf(packets, count * 2);
        }
        packets[count++] = packet;
    }

    private void drop(DropReason reason, long packet) {
        counters.drop(reason, 1);
        pool.release(packet);
    }
}
