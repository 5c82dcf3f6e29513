package dev.turnout.packet;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Packet buffers of one owner thread, in one off-heap region: many small ones for ordinary frames and a few large ones for the 64 KB segments
 * that a virtio-net header allows.
 *
 * <p>Thread rules: {@link #allocate}, {@link #allocateFor} and {@link #free} belong to the owner thread. Any thread may give a buffer back with
 * {@link #release}: a buffer of another thread's pool goes onto that pool's return list, a stack linked through the buffers' headers that the
 * owner takes as a whole when its own free list runs dry (taking all at once leaves no room for the ABA fault). Buffers are reused last in
 * first out, so that the few in use stay in the processor's cache.
 *
 * <p>Buffer sizes are odd multiples of the cache line: buffers of a power-of-two stride would compete for the same cache sets.
 */
public final class PacketPool implements AutoCloseable {
    /** Bytes of a small buffer: 256 of header and headroom, 2112 for the frame. */
    public static final int SMALL_BUFFER = 37 * 64;
    /** Bytes of a large buffer: 256 of header and headroom, then a 65535-byte IP packet with room to spare. */
    public static final int LARGE_BUFFER = (256 + 65535 + 14 + 8 * 4 + 128 + 63) / 64 * 64;
    private static final int MAX_POOLS = 1024;
    private static final AtomicReferenceArray<PacketPool> POOLS = new AtomicReferenceArray<>(MAX_POOLS);
    private static final VarHandle RETURNED;

    static {
        try {
            RETURNED = MethodHandles.lookup().findVarHandle(PacketPool.class, "returned", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final int id;
    private final Arena arena;
    private final long base;
    private final long end;
    private final long[] freeSmall;
    private final long[] freeLarge;
    private int smallCount;
    private int largeCount;
    /** Top of the stack of buffers that other threads gave back; guarded by compare-and-set. */
    @SuppressWarnings("UnusedVariable") // through RETURNED
    private volatile long returned;

    /**
     * @param small number of {@link #SMALL_BUFFER}s
     * @param large number of {@link #LARGE_BUFFER}s
     */
    public PacketPool(int small, int large) {
        if (small < 1 || large < 0) {
            throw new IllegalArgumentException("packet pool of " + small + " small and " + large + " large buffers");
        }
        arena = Arena.ofShared();
        long size = (long) small * SMALL_BUFFER + (long) large * LARGE_BUFFER + 64;
        MemorySegment region = arena.allocate(size, 64);
        base = region.address();
        end = base + size;
        freeSmall = new long[small];
        freeLarge = new long[large];
        id = register(this);
        long address = base;
        for (int i = 0; i < large; i++, address += LARGE_BUFFER) {
            Packet.format(address, LARGE_BUFFER, id);
            freeLarge[largeCount++] = address;
        }
        for (int i = 0; i < small; i++, address += SMALL_BUFFER) {
            Packet.format(address, SMALL_BUFFER, id);
            freeSmall[smallCount++] = address;
        }
    }

    private static int register(PacketPool pool) {
        for (int i = 0; i < MAX_POOLS; i++) {
            if (POOLS.compareAndSet(i, null, pool)) {
                return i;
            }
        }
        throw new IllegalStateException("more than " + MAX_POOLS + " packet pools");
    }

    /** A small buffer, {@link Packet#reset reset}, or 0 where none is free. Owner thread only. */
    public long allocate() {
        if (smallCount == 0 && !collectReturned(SMALL_BUFFER)) {
            return 0;
        }
        long packet = Memory.known(freeSmall[--smallCount]);
        Packet.reset(packet);
        return packet;
    }

    /** A large buffer, reset, or 0 where none is free. Owner thread only. */
    public long allocateLarge() {
        if (largeCount == 0 && !collectReturned(LARGE_BUFFER)) {
            return 0;
        }
        long packet = freeLarge[--largeCount];
        Packet.reset(packet);
        return packet;
    }

    /** The smallest buffer whose {@link Packet#capacity} is at least {@code frameLength}, or 0. Owner thread only. */
    public long allocateFor(int frameLength) {
        if (frameLength <= SMALL_BUFFER - Packet.DATA_START - 64) {
            return allocate();
        }
        return frameLength <= LARGE_BUFFER - Packet.DATA_START - 64 ? allocateLarge() : 0;
    }

    /** A copy of a packet with its metadata, or 0 where no buffer is free. Owner thread only; the original may be of any pool. */
    public long copyOf(long packet) {
        int needed = Packet.length(packet) + Packet.dataOffset(packet) - Packet.DATA_START;
        long copy = allocateFor(Math.max(needed, Packet.length(packet)));
        if (copy != 0) {
            Packet.copyTo(packet, copy);
        }
        return copy;
    }

    /** Gives a buffer of this pool back. Owner thread only. */
    public void free(long packet) {
        if (Packet.bufferSize(packet) == SMALL_BUFFER) {
            freeSmall[smallCount++] = packet;
        } else {
            freeLarge[largeCount++] = packet;
        }
    }

    /** Gives a buffer of any pool back; {@code this} is the pool of the calling thread. */
    public void release(long packet) {
        if (Packet.poolId(packet) == id) {
            free(packet);
        } else {
            releaseFromAnyThread(packet);
        }
    }

    /** Gives a buffer back from a thread that owns no pool, or not this buffer's. */
    public static void releaseFromAnyThread(long packet) {
        PacketPool owner = POOLS.getAcquire(Packet.poolId(packet));
        if (owner == null) {
            throw new IllegalStateException("a packet outlived its pool " + Packet.poolId(packet));
        }
        owner.giveBack(packet);
    }

    private void giveBack(long packet) {
        long top;
        do {
            top = (long) RETURNED.getOpaque(this);
            Packet.setLink(packet, top);
        } while (!RETURNED.weakCompareAndSetRelease(this, top, packet)); // release: the link is written before the owner can see it
    }

    private boolean collectReturned(int size) {
        long packet = (long) RETURNED.getAndSetAcquire(this, 0L);
        while (packet != 0) {
            long next = Packet.link(packet);
            free(packet);
            packet = next;
        }
        return size == SMALL_BUFFER ? smallCount > 0 : largeCount > 0;
    }

    /** Small buffers that are free, those that other threads gave back included. Owner thread only. */
    public int freeSmallBuffers() {
        collectReturned(SMALL_BUFFER);
        return smallCount;
    }

    /** Large buffers that are free, those that other threads gave back included. Owner thread only. */
    public int freeLargeBuffers() {
        collectReturned(LARGE_BUFFER);
        return largeCount;
    }

    public int smallBuffers() {
        return freeSmall.length;
    }

    public int largeBuffers() {
        return freeLarge.length;
    }

    /** Whether an address lies in this pool's region; for fixed-buffer registration and assertions. */
    public boolean contains(long address) {
        return address >= base && address < end;
    }

    /** Frees the region. No packet of this pool may be in use anywhere. */
    @Override
    public void close() {
        POOLS.compareAndSet(id, this, null);
        arena.close();
    }
}
