package dev.turnout.packet;

import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * A packet pool for one try, and back: pools are dear, and there are no more than 1024. Thread rules: the actors' are those
 * of {@link PacketPool}.
 */
class PooledState {
    private static final ConcurrentLinkedQueue<PacketPool> POOLS = new ConcurrentLinkedQueue<>();

    final PacketPool pool;
    final long first;
    final long second;

    PooledState() {
        PacketPool free = POOLS.poll();
        pool = free == null ? new PacketPool(2, 0) : free;
        first = pool.allocate();
        second = pool.allocate();
    }

    /** Small buffers that came back; the pool is used again. */
    int end() {
        int back = pool.freeSmallBuffers();
        if (back == 2) {
            POOLS.add(pool);
        } else {
            pool.close(); // it has lost a buffer, or has one twice
        }
        return back;
    }
}
