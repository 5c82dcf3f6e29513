package dev.turnout.upcall;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All ukeys by id: {@value #SHARDS} shards, each an open-addressing array that holds the ukeys themselves.
 *
 * <p><b>Replace.</b> A ukey that is EVICTED, its megaflow gone, stays until the sweep comes by. An upcall for its flow must
 * not wait for that: {@link #insert} puts the new ukey in its place, with its dump sequence, and the old one is DELETED.
 * In any other state of the old one, the new one loses: the flow is being taken care of already.
 *
 * <p>Thread rules: {@link #get} and {@link #forEach} take no lock and see what was there when they came by. Writers take
 * the shard's lock. Lock order: the caller's ukey, then the shard, then the ukey that is to be replaced, for which no thread
 * waits (try-lock).
 */
public final class UkeyTable {
    /** Shards; a revalidator thread sweeps every n-th. */
    public static final int SHARDS = 256;
    private static final Logger LOG = LoggerFactory.getLogger(UkeyTable.class);
    private static final int LOGGED = 20;
    private static final VarHandle SLOT = MethodHandles.arrayElementVarHandle(Object[].class);
    private static final VarHandle SLOTS;
    /** Where a ukey was removed. */
    private static final Object TOMBSTONE = new Object();

    static {
        try {
            SLOTS = MethodHandles.lookup().findVarHandle(Shard.class, "slots", Object[].class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** How an insertion went. */
    public enum Insertion {
        /** There was none. */
        INSERTED,
        /** The place of an EVICTED one was taken. */
        REPLACED,
        /** There is one for this flow, and its megaflow may be installed. */
        DUPLICATE,
        /** Another flow has the same id. */
        COLLISION;

        boolean isIn() {
            return this == INSERTED || this == REPLACED;
        }
    }

    private static final class Shard {
        final ReentrantLock lock = new ReentrantLock();
        /** Through SLOTS: release store under the lock, acquire loads; likewise its elements, through SLOT. */
        @Nullable
        Object[] slots = new @Nullable Object[16];
        /** Ukeys and tombstones; under the lock. */
        int occupied;
        /** Ukeys; under the lock. */
        int live;

        @Nullable
        Object[] slots() {
            return (@Nullable Object[]) SLOTS.getAcquire(this);
        }
    }

    private final Shard[] shards = new Shard[SHARDS];
    private final AtomicInteger size = new AtomicInteger();
    private final AtomicInteger collisions = new AtomicInteger();
    private volatile long dumpSequence;
    private volatile boolean replacing = true;

    public UkeyTable() {
        for (int i = 0; i < SHARDS; i++) {
            shards[i] = new Shard();
        }
    }

    private Shard shard(long idHigh) {
        return shards[(int) (idHigh >>> 56) & SHARDS - 1];
    }

    /** Ukeys in the table, in whatever state. */
    public int size() {
        return size.get();
    }

    /** Number of the dump that runs or ran last. */
    public long dumpSequence() {
        return dumpSequence;
    }

    /** A new dump begins; the leading revalidator calls it. */
    public long beginDump() {
        long sequence = dumpSequence + 1;
        dumpSequence = sequence;
        return sequence;
    }

    /** Whether EVICTED ukeys are replaced; off only to measure what that is worth. */
    public void setReplacing(boolean on) {
        replacing = on;
    }

    /** The ukey with that id, or null. */
    public @Nullable Ukey get(UkeyId id) {
        @Nullable
        Object[] slots = shard(id.high()).slots();
        int at = find(slots, id.high(), id.low());
        return at >= 0 && SLOT.getAcquire(slots, at) instanceof Ukey ukey ? ukey : null; // it may have been removed meanwhile
    }

    /** Index of the ukey, or {@code -1 - index} of the empty slot where the search ended. */
    private static int find(@Nullable Object[] slots, long idHigh, long idLow) {
        int mask = slots.length - 1;
        for (int i = (int) idLow & mask;; i = i + 1 & mask) {
            Object entry = SLOT.getAcquire(slots, i);
            if (entry == null) {
                return -1 - i;
            }
            if (entry instanceof Ukey ukey && ukey.idLow() == idLow && ukey.idHigh() == idHigh) {
                return i;
            }
        }
    }

    /** Makes a CREATED ukey VISIBLE in the table, or DELETED if it loses. The caller holds its lock. */
    public Insertion insert(Ukey fresh, String place) {
        Shard shard = shard(fresh.idHigh());
        shard.lock.lock();
        try {
            @Nullable
            Object[] slots = shard.slots;
            int at = find(slots, fresh.idHigh(), fresh.idLow());
            Insertion outcome;
            if (at < 0) {
                fresh.setDumpSequence(dumpSequence);
                fresh.transition(UkeyState.VISIBLE, place);
                add(shard, -1 - at, fresh);
                size.incrementAndGet();
                return Insertion.INSERTED;
            }
            Ukey old = (Ukey) slots[at];
            if (old == null) {
                throw new IllegalStateException("a slot under the shard's lock changed");
            }
            outcome = replace(slots, at, old, fresh, place);
            if (!outcome.isIn()) {
                fresh.transition(UkeyState.DELETED,
                        place + ": " + (outcome == Insertion.DUPLICATE ? "duplicate" : "collision"));
            }
            return outcome;
        } finally {
            shard.lock.unlock();
        }
    }

    private Insertion replace(@Nullable Object[] slots, int at, Ukey old, Ukey fresh, String place) {
        if (!old.isSameFlow(fresh)) {
            if (collisions.incrementAndGet() <= LOGGED) {
                LOG.warn("two flows have the id {}; the second is not cached", fresh.id());
            }
            return Insertion.COLLISION;
        }
        if (!replacing || old.state() != UkeyState.EVICTED || !old.tryLock()) {
            return Insertion.DUPLICATE;
        }
        try {
            if (old.state() != UkeyState.EVICTED || !old.transition(UkeyState.DELETED, place + ": replaced")) {
                return Insertion.DUPLICATE;
            }
            fresh.setDumpSequence(old.dumpSequence());
            fresh.transition(UkeyState.VISIBLE, place + ": replacing");
            SLOT.setRelease(slots, at, fresh);
            return Insertion.REPLACED;
        } finally {
            old.unlock();
        }
    }

    private static void add(Shard shard, int at, Ukey ukey) {
        SLOT.setRelease(shard.slots, at, ukey); // release: the ukey is complete before readers find it
        shard.live++;
        if (++shard.occupied * 4 > shard.slots.length * 3) {
            rebuild(shard);
        }
    }

    private static void rebuild(Shard shard) {
        int length = Math.max(16, Integer.highestOneBit(shard.live * 2) * 2);
        @Nullable
        Object[] slots = new @Nullable Object[length];
        for (Object entry : shard.slots) {
            if (entry instanceof Ukey ukey) {
                slots[-1 - find(slots, ukey.idHigh(), ukey.idLow())] = ukey;
            }
        }
        shard.occupied = shard.live;
        SLOTS.setRelease(shard, slots);
    }

    /** Removes an EVICTED ukey, which becomes DELETED. The caller holds its lock. */
    public void remove(Ukey ukey, String place) {
        if (!ukey.transition(UkeyState.DELETED, place)) {
            return;
        }
        Shard shard = shard(ukey.idHigh());
        shard.lock.lock();
        try {
            int at = find(shard.slots, ukey.idHigh(), ukey.idLow());
            if (at >= 0 && shard.slots[at] == ukey) {
                SLOT.setRelease(shard.slots, at, TOMBSTONE);
                shard.live--;
                size.decrementAndGet();
            }
        } finally {
            shard.lock.unlock();
        }
    }

    /** Every ukey of the table. */
    public void forEach(Consumer<Ukey> action) {
        forEach(0, 1, action);
    }

    /** Every ukey of one thread's share: of the shards {@code first}, {@code first + step}, and so on. */
    public void forEach(int first, int step, Consumer<Ukey> action) {
        for (int i = first; i < SHARDS; i += step) {
            @Nullable
            Object[] slots = shards[i].slots();
            for (int j = 0; j < slots.length; j++) {
                if (SLOT.getAcquire(slots, j) instanceof Ukey ukey) {
                    action.accept(ukey);
                }
            }
        }
    }
}
