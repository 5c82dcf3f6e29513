package dev.turnout.ofproto;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

import org.jspecify.annotations.Nullable;

/**
 * The MAC addresses that a bridge's NORMAL action has learned: (VLAN, address) to port.
 *
 * <p>An entry lives for {@link #ageingSeconds} after its last packet. When the table is full, the entry that was seen longest ago goes. Whatever
 * changes where a packet would be sent (a new address, a moved one, one that goes) calls {@code onChange}, so that translations are made again.
 *
 * <p>Thread rules: {@link #lookup} takes no lock. Changes take the table's lock, which is the innermost of the module; a translation takes it
 * by try-lock only, and where it fails the address is learned when the megaflow's packets are next credited. The list, from the longest unseen to the
 * latest, is guarded by the lock; {@code seenNs} is opaque, it may be refreshed without the lock.
 */
public final class MacTable {
    /** {@code mac-table-size} of a bridge that sets none. */
    public static final int DEFAULT_MAX_ENTRIES = 8192;
    /** {@code mac-aging-time} of a bridge that sets none. */
    public static final int DEFAULT_AGEING_SECONDS = 300;

    private static final long NS_PER_SECOND = 1_000_000_000L;
    private static final VarHandle SEEN;

    static {
        try {
            SEEN = MethodHandles.lookup().findVarHandle(Entry.class, "seenNs", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** One address. The links are guarded by the lock. */
    private static final class Entry {
        final long key;
        /** Final, so that who looked the entry up needs no lock: a move is a new entry. */
        final int port;
        @SuppressWarnings("unused") // by SEEN
        private long seenNs;
        private @Nullable Entry before;
        private @Nullable Entry after;

        Entry(long key, int port, long nowNs) {
            this.key = key;
            this.port = port;
            seenNs = nowNs;
        }

        long seenNs() {
            return (long) SEEN.getOpaque(this);
        }
    }

    private final ConcurrentHashMap<Long, Entry> entries = new ConcurrentHashMap<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Runnable onChange;
    private volatile int maxEntries = DEFAULT_MAX_ENTRIES; // volatile: a setting, read now and then
    private volatile int ageingSeconds = DEFAULT_AGEING_SECONDS; // volatile: a setting, read now and then
    /** Guarded by the lock, as the next. */
    private @Nullable Entry oldest;
    private @Nullable Entry newest;

    MacTable(Runnable onChange) {
        this.onChange = onChange;
    }

    private static long key(int vlan, long mac) {
        return (long) vlan << 48 | mac;
    }

    /** Most entries that the table holds. */
    public int maxEntries() {
        return maxEntries;
    }

    /** Sets how many entries the table holds, at least one. What is too much goes with the next address that is learned. */
    public void setMaxEntries(int max) {
        maxEntries = Math.max(1, max);
    }

    /** Seconds after its last packet that an entry lives. */
    public int ageingSeconds() {
        return ageingSeconds;
    }

    public void setAgeingSeconds(int seconds) {
        ageingSeconds = seconds;
    }

    /** The port that an address was learned on, or -1. */
    int lookup(int vlan, long mac) {
        Entry entry = entries.get(key(vlan, mac));
        return entry == null ? -1 : entry.port;
    }

    /**
     * Notes that a packet from this address came in by a port.
     *
     * @param wait
     *            whether the lock may be waited for; if not, the packet is perhaps not noted
     */
    void learn(int vlan, long mac, int port, long nowNs, boolean wait) {
        if ((mac & 1L << 40) != 0) {
            return;
        }
        long key = key(vlan, mac);
        Entry known = entries.get(key);
        if (known != null && known.port == port && nowNs - known.seenNs() < NS_PER_SECOND) {
            return;
        }
        if (wait) {
            lock.lock();
        } else if (!lock.tryLock()) {
            return;
        }
        boolean changed;
        try {
            changed = learnLocked(key, port, nowNs);
        } finally {
            lock.unlock();
        }
        if (changed) {
            onChange.run();
        }
    }

    private boolean learnLocked(long key, int port, long nowNs) {
        Entry entry = entries.get(key);
        if (entry != null && entry.port == port) {
            if (nowNs - entry.seenNs() > 0) {
                SEEN.setOpaque(entry, nowNs);
                unlink(entry);
                append(entry);
            }
            return false;
        }
        if (entry != null) {
            if (nowNs - entry.seenNs() < 0) {
                return false; // counters credited late: the address has moved since
            }
            unlink(entry);
        }
        Entry fresh = new Entry(key, port, nowNs);
        entries.put(key, fresh);
        append(fresh);
        while (entries.size() > maxEntries && oldest != null && oldest != fresh) {
            removeLocked(oldest);
        }
        return true;
    }

    /** Removes what was not seen for too long; returns how many. */
    int expire(long nowNs) {
        int removed = 0;
        lock.lock();
        try {
            long ageingNs = ageingSeconds * NS_PER_SECOND;
            for (Entry entry = oldest; entry != null && nowNs - entry.seenNs() >= ageingNs; entry = oldest) {
                removeLocked(entry);
                removed++;
            }
        } finally {
            lock.unlock();
        }
        if (removed > 0) {
            onChange.run();
        }
        return removed;
    }

    /** Forgets all. */
    public void flush() {
        flush(-1);
    }

    /** Forgets what was learned on a port, or all of -1. */
    void flush(int port) {
        lock.lock();
        try {
            for (Entry entry : List.copyOf(entries.values())) {
                if (port < 0 || entry.port == port) {
                    removeLocked(entry);
                }
            }
        } finally {
            lock.unlock();
        }
        onChange.run();
    }

    /** Entries, ordered by port, VLAN, address. */
    public List<FdbEntry> entries(long nowNs) {
        List<FdbEntry> list = new ArrayList<>();
        for (Entry entry : entries.values()) {
            int age = (int) Math.max(0, (nowNs - entry.seenNs()) / NS_PER_SECOND);
            list.add(new FdbEntry(entry.port, (int) (entry.key >>> 48), entry.key & 0xffff_ffff_ffffL, age));
        }
        list.sort(Comparator.comparingInt(FdbEntry::ofPort).thenComparingInt(FdbEntry::vlan)
                .thenComparingLong(FdbEntry::mac));
        return list;
    }

    public int size() {
        return entries.size();
    }

    private void removeLocked(Entry entry) {
        entries.remove(entry.key);
        unlink(entry);
    }

    private void append(Entry entry) {
        entry.before = newest;
        entry.after = null;
        if (newest == null) {
            oldest = entry;
        } else {
            newest.after = entry;
        }
        newest = entry;
    }

    private void unlink(Entry entry) {
        if (entry.before == null) {
            oldest = entry.after;
        } else {
            entry.before.after = entry.after;
        }
        if (entry.after == null) {
            newest = entry.before;
        } else {
            entry.after.before = entry.before;
        }
    }
}
