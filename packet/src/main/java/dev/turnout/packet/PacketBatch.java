package dev.turnout.packet;

/**
 * Up to {@link #CAPACITY} packets that are handled together. The fields are public: the passes of the fast path work on the array itself.
 *
 * <p>Thread rules: one owner thread.
 */
public final class PacketBatch {
    /** Most packets in a batch (as {@code NETDEV_MAX_BURST} of Open vSwitch). */
    public static final int CAPACITY = 32;

    /** Addresses of packets; see {@link Packet}. */
    public final long[] packets = new long[CAPACITY];
    /** How many of {@link #packets} are valid. */
    public int count;

    public boolean isFull() { return count == CAPACITY; }

    /** Appends; the caller has checked {@link #isFull}. */
    public void add(long packet) {
        packets[count++] = packet;
    }

    public void clear() {
        count = 0;
    }

    /** Gives all packets back to their pools; {@code pool} is that of the calling thread. */
    public void releaseAll(PacketPool pool) {
        for (int i = 0; i < count; i++) {
            pool.release(packets[i]);
        }
        count = 0;
    }
}
