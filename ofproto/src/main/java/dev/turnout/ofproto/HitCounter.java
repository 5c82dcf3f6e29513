package dev.turnout.ofproto;

import java.util.concurrent.atomic.LongAdder;

/**
 * Packets and bytes of a group or of one of its buckets.
 *
 * <p>Thread rules: any thread; each counter is right by itself.
 */
final class HitCounter {
    private final LongAdder packets = new LongAdder();
    private final LongAdder bytes = new LongAdder();

    void credit(long morePackets, long moreBytes) {
        packets.add(morePackets);
        bytes.add(moreBytes);
    }

    long packets() {
        return packets.sum();
    }

    long bytes() {
        return bytes.sum();
    }
}
