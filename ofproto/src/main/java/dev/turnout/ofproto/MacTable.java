package dev.turnout.ofproto;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntPredicate;

/**
 * The MAC addresses that a bridge's NORMAL action has learned: (VLAN, address) to port.
 *
 * <p>An entry lives for {@link #ageingSeconds} after its last packet. When the table is full, the port that has the most entries loses the one that was
 * seen longest ago, so that no port can take more than its share from the others. Whatever changes where a packet would be sent (a new address, a moved
 * one, one that goes) calls {@code onChange}, so that translations are made again.
 *
 * <p>A port is flushed after it has left the bridge, and an address is learned only while its port is there: so packets that are credited late do not
 * bring back what was flushed.
 *
 * <p>Thread rules: {@link #lookup} takes no lock. Changes take the table's lock, which is the innermost of the module; a translation takes it
 * by try-lock only, and where it fails the address is learned when the megaflow's packets are next credited. {@code seenNs} is opaque, it may be read
 * without the lock.
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

    /** One address. */
    private static final class Entry {
        final long key;
        /** Final, so that who looked the entry up needs no lock: a move is a new entry. */
        final int port;
        @SuppressWarnings("unused") // by SEEN
        private long seenNs;

        Entry(long key, int port, long nowNs) {
            this.key = key;
            this.port = port;
            seenNs = nowNs;
        }

        long seenNs() {
            return (long) SEEN.getOpaque(this);
        }
    }

    /** The entries of one port, from the longest unseen to the latest. */
    private static final class PortEntries {
        static final Comparator<PortEntries> BY_COUNT = Comparator.comparingInt((PortEntries of) -> of.entries.size())
                .thenComparingInt(of -> of.port);

        final int port;
        final LinkedHashSet<Entry> entries = new LinkedHashSet<>();

        PortEntries(int port) {
            this.port = port;
        }
    }

    private final ConcurrentHashMap<Long, Entry> entries = new ConcurrentHashMap<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final IntPredicate isPort;
    private final Runnable onChange;
    private volatile int maxEntries = DEFAULT_MAX_ENTRIES; // volatile: a setting, read now and then
    private volatile int ageingSeconds = DEFAULT_AGEING_SECONDS; // volatile: a setting, read now and then
    /** Ports that have entries; guarded by the lock, as the next. */
    private final Map<Integer, PortEntries> ports = new HashMap<>();
    /** The same, the one with the most entries last. */
    private final TreeSet<PortEntries> ranked = new TreeSet<>(PortEntries.BY_COUNT);

    /** An empty table; {@code isPort} says whether a port of a number is there. */
    MacTable(IntPredicate isPort, Runnable onChange) {
        this.isPort = isPort;
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
     * Notes that a packet from this address came in by a port; nothing if that port is no longer there.
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
        // Under the lock: a port that leaves later than this is flushed later, too.
        if (!isPort.test(port)) {
            return false;
        }
        Entry entry = entries.get(key);
        if (entry != null && entry.port == port) {
            if (nowNs - entry.seenNs() > 0) {
                SEEN.setOpaque(entry, nowNs);
                portEntries(port).entries.addLast(entry);
            }
            return false;
        }
        if (entry != null) {
            if (nowNs - entry.seenNs() < 0) {
                return false; // counters credited late: the address has moved since
            }
            unlink(entry); // and stays known until the fresh one is
        }
        Entry fresh = new Entry(key, port, nowNs);
        entries.put(key, fresh);
        PortEntries of = portEntries(port);
        ranked.remove(of);
        of.entries.add(fresh);
        ranked.add(of);
        while (entries.size() > maxEntries) {
            evictOne(fresh);
        }
        return true;
    }

    private PortEntries portEntries(int port) {
        return ports.computeIfAbsent(port, PortEntries::new);
    }

    /** Takes the longest unseen entry from the port with the most, but not the one just learned. */
    private void evictOne(Entry fresh) {
        PortEntries most = ranked.last();
        Entry victim = most.entries.getFirst();
        // If it is the fresh one, no port has more than one entry, but another port has one, too.
        remove(victim == fresh ? ranked.first().entries.getFirst() : victim);
    }

    private void remove(Entry entry) {
        entries.remove(entry.key);
        unlink(entry);
    }

    private void unlink(Entry entry) {
        PortEntries of = portEntries(entry.port);
        ranked.remove(of);
        of.entries.remove(entry);
        if (of.entries.isEmpty()) {
            ports.remove(of.port);
        } else {
            ranked.add(of);
        }
    }

    /** Removes what was not seen for too long; returns how many. */
    int expire(long nowNs) {
        int removed = 0;
        lock.lock();
        try {
            long ageingNs = ageingSeconds * NS_PER_SECOND;
            for (PortEntries of : List.copyOf(ports.values())) {
                while (!of.entries.isEmpty() && nowNs - of.entries.getFirst().seenNs() >= ageingNs) {
                    remove(of.entries.getFirst());
                    removed++;
                }
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
        lock.lock();
        try {
            List.copyOf(entries.values()).forEach(this::remove);
        } finally {
            lock.unlock();
        }
        onChange.run();
    }

    /** Forgets what was learned on a port. If the port goes, it has left the bridge by now. */
    void flush(int port) {
        lock.lock();
        try {
            PortEntries of = ports.get(port);
            if (of != null) {
                List.copyOf(of.entries).forEach(this::remove);
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
}
