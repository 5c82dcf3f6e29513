package dev.turnout.core;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

import dev.turnout.flow.Megaflow;
import org.jspecify.annotations.Nullable;

/**
 * The megaflows of one forwarding thread: numbered slots with counters, a generation and the compiled actions.
 *
 * <p>A slot is one row of eight words, as long as a cache line, in a flat array:
 *
 * <pre>
 *   0  packets
 *   1  bytes
 *   2  clock of the last hit, nanoseconds; 0 never
 *   3  generation:32  live:1 (bit 31)  union of TCP flags:16
 *   4  group stamp of the cycle that last used the slot (owner only)
 *   5  datapath port number if the whole program is one output, else -1 (owner only)
 * </pre>
 *
 * <p>Generations grow whenever a slot is freed, so a handle (index, generation) that outlives its megaflow never matches
 * again. Slots are freed and reused between cycles only: within a cycle an index stays what it is.
 *
 * <p>Thread rules: one writer, the forwarding thread. Any thread may {@link #read}: generation, counters, generation, and
 * a mismatch is discarded. The arrays grow by replacement; a reading from an array that has been replaced is discarded, too.
 */
public final class MegaflowTable {
    static final int STRIDE = 8;
    static final int PACKETS = 0;
    static final int BYTES = 1;
    static final int USED_NS = 2;
    static final int STATE = 3;
    static final int STAMP = 4;
    static final int OUTPUT = 5;
    private static final long LIVE = 1L << 31;
    private static final VarHandle ROW = MethodHandles.arrayElementVarHandle(long[].class);
    private static final VarHandle TOKEN = MethodHandles.arrayElementVarHandle(Object[].class);
    private static final VarHandle READABLE;

    static {
        try {
            READABLE = MethodHandles.lookup().findVarHandle(MegaflowTable.class, "readable", SlotArrays.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** What readers see of one slot at one moment; reused from slot to slot. One thread at a time. */
    public static final class Reading {
        private long handle;
        private long packets;
        private long bytes;
        private long usedNs;
        private int tcpFlags;
        private @Nullable Object token;

        public long handle() {
            return handle;
        }

        public long packets() {
            return packets;
        }

        public long bytes() {
            return bytes;
        }

        /** The cycle clock of the last hit; 0 for never. */
        public long usedNs() {
            return usedNs;
        }

        public int tcpFlags() {
            return tcpFlags;
        }

        /** The token of the install. */
        public Object token() {
            if (token == null) {
                throw new IllegalStateException("nothing was read");
            }
            return token;
        }
    }

    /** The arrays that readers use, replaced as a whole when they grow. */
    private static final class SlotArrays {
        private final long[] rows;
        private final @Nullable Object[] tokens;

        private SlotArrays(long[] rows, @Nullable Object[] tokens) {
            this.rows = rows;
            this.tokens = tokens;
        }
    }

    private final int capacity;
    /** The owner's view of the arrays in {@link #readable}. */
    private long[] rows;
    private @Nullable Object[] tokens;
    private @Nullable ActionProgram[] programs;
    private int[] free = new int[64];
    private int freeCount;
    private int limit;
    private int size;
    /** Through READABLE: release store, acquire loads. */
    @SuppressWarnings("UnusedVariable") // through READABLE
    private SlotArrays readable;

    MegaflowTable(int capacity) {
        this.capacity = capacity;
        int slots = Math.min(capacity, 1024);
        rows = newRows(slots);
        tokens = new @Nullable Object[slots];
        programs = new @Nullable ActionProgram[slots];
        readable = new SlotArrays(rows, tokens);
        VarHandle.releaseFence();
    }

    private static long[] newRows(int slots) {
        long[] rows = new long[slots * STRIDE];
        for (int i = STATE; i < rows.length; i += STRIDE) {
            rows[i] = 1L << 32;
        }
        return rows;
    }

    // --- readers ---------------------------------------------------------------------------------------------------------

    /** Slots that a dump looks at are {@code [0, limit)}; grows while it runs. */
    public int limit() {
        return ((SlotArrays) READABLE.getAcquire(this)).tokens.length;
    }

    /** Reads one slot; false if it holds no megaflow or changed meanwhile, then the reading is undefined. */
    public boolean read(int index, Reading reading) {
        SlotArrays now = (SlotArrays) READABLE.getAcquire(this);
        if (index >= now.tokens.length) {
            return false;
        }
        int row = index * STRIDE;
        long state = (long) ROW.getAcquire(now.rows, row + STATE);
        if ((state & LIVE) == 0) {
            return false;
        }
        reading.token = TOKEN.getOpaque(now.tokens, index);
        reading.packets = (long) ROW.getOpaque(now.rows, row + PACKETS);
        reading.bytes = (long) ROW.getOpaque(now.rows, row + BYTES);
        reading.usedNs = (long) ROW.getOpaque(now.rows, row + USED_NS);
        VarHandle.loadLoadFence(); // the counters before the second look at the generation
        long again = (long) ROW.getOpaque(now.rows, row + STATE);
        reading.tcpFlags = (int) again & 0xffff;
        reading.handle = Megaflow.handle(index, (int) (again >>> 32));
        return ((again ^ state) >>> 32) == 0 && (again & LIVE) != 0 && reading.token != null
                && READABLE.getAcquire(this) == now;
    }

    // --- owner -----------------------------------------------------------------------------------------------------------

    /** The rows; owner thread only, until the next {@link #install}. */
    long[] rows() {
        return rows;
    }

    /** The handle of a live slot. */
    long handle(int index) {
        return (rows[index * STRIDE + STATE] & 0xffff_ffff_0000_0000L) | index;
    }

    /** The port if the program of a live slot is one output, else -1. */
    int soleOutput(int index) {
        return (int) rows[index * STRIDE + OUTPUT];
    }

    /** The program of a live slot. */
    ActionProgram program(int index) {
        ActionProgram program = programs[index];
        if (program == null) {
            throw new IllegalStateException("megaflow slot " + index + " is free");
        }
        return program;
    }

    /** Whether the handle refers to an installed megaflow. */
    boolean isLive(long handle) {
        int index = Megaflow.index(handle);
        return index >= 0 && index < limit
                && (rows[index * STRIDE + STATE] | 0xffff) >>> 16 == ((handle >>> 32 << 16) | (LIVE >>> 16));
    }

    /** Takes a slot; returns the handle, or {@link Megaflow#NONE} if all are taken. */
    long install(Object token, ActionProgram program) {
        int index;
        if (freeCount > 0) {
            index = free[--freeCount];
        } else if (limit < capacity) {
            if (limit == programs.length) {
                grow();
            }
            index = limit++;
        } else {
            return Megaflow.NONE;
        }
        int row = index * STRIDE;
        programs[index] = program;
        rows[row + OUTPUT] = program.soleOutput();
        TOKEN.setOpaque(tokens, index, token);
        long state = (rows[row + STATE] & 0xffff_ffff_0000_0000L) | LIVE;
        ROW.setRelease(rows, row + STATE, state); // release: token and cleared counters before the slot is live
        size++;
        return Megaflow.handle(index, (int) (state >>> 32));
    }

    void replaceProgram(int index, ActionProgram program) {
        programs[index] = program;
        rows[index * STRIDE + OUTPUT] = program.soleOutput();
    }

    /** Frees a live slot. */
    void free(int index) {
        int row = index * STRIDE;
        int generation = (int) (rows[row + STATE] >>> 32) + 1;
        ROW.setOpaque(rows, row + STATE, (long) Math.max(generation, 1) << 32);
        VarHandle.storeStoreFence(); // the generation before the counters: a reader of a cleared counter sees the new generation
        ROW.setOpaque(rows, row + PACKETS, 0L);
        ROW.setOpaque(rows, row + BYTES, 0L);
        ROW.setOpaque(rows, row + USED_NS, 0L);
        TOKEN.setOpaque(tokens, index, null);
        programs[index] = null;
        if (freeCount == free.length) {
            free = Arrays.copyOf(free, free.length * 2);
        }
        free[freeCount++] = index;
        size--;
    }

    /** Counts a group of packets on a live slot. */
    void count(int index, long packets, long bytes, long nowNs, long tcpFlags) {
        int row = index * STRIDE;
        ROW.setOpaque(rows, row + PACKETS, rows[row + PACKETS] + packets);
        ROW.setOpaque(rows, row + BYTES, rows[row + BYTES] + bytes);
        ROW.setOpaque(rows, row + USED_NS, nowNs);
        long state = rows[row + STATE];
        if ((state | tcpFlags) != state) {
            ROW.setOpaque(rows, row + STATE, state | tcpFlags);
        }
    }

    /** The answer to a command about a live slot, with its counters now. */
    Ack ack(Object token, int operation, Ack.Kind kind, long handle) {
        int row = Megaflow.index(handle) * STRIDE;
        return new Ack(token, operation, kind, Ack.Status.OK, handle, rows[row + PACKETS], rows[row + BYTES],
                rows[row + USED_NS],
                (int) rows[row + STATE] & 0xffff);
    }

    int size() {
        return size;
    }

    private void grow() {
        int slots = (int) Math.min(capacity, programs.length * 2L);
        long[] newRows = newRows(slots);
        System.arraycopy(rows, 0, newRows, 0, rows.length);
        rows = newRows;
        tokens = Arrays.copyOf(tokens, slots);
        programs = Arrays.copyOf(programs, slots);
        READABLE.setRelease(this, new SlotArrays(rows, tokens));
    }
}
