package dev.turnout.ofproto;

import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

import org.jspecify.annotations.Nullable;

/**
 * What a translation leaves behind for the packets of its megaflow, by the id that the datapath action carries: what to tell the controllers
 * ({@link PacketInState}), or where to go on after a recirculation ({@link FrozenState}). Equal states share an id, so that translating again gives
 * the same actions. An id whose last reference went is forgotten after a quarter of a second: packets that were on their way still find it.
 *
 * <p>Ids are 32 bits, never 0, and handed out in a circle, so that one is not used again soon.
 *
 * <p>Thread rules: {@link #get} takes no lock; the rest takes this object's monitor for a few instructions.
 *
 * @param <S>
 *            the states; compared by {@code equals}
 */
final class SharedStates<S> {
    private static final long LINGER_NS = 250_000_000L;

    private static final class Entry<S> {
        final int id;
        final S state;
        int references = 1;
        /** When the last reference went. */
        long leftNs;

        Entry(int id, S state) {
            this.id = id;
            this.state = state;
        }
    }

    private final LongSupplier clock;
    private final ConcurrentHashMap<Integer, Entry<S>> byId = new ConcurrentHashMap<>();
    private final Map<S, Entry<S>> byState = new HashMap<>();
    /** Entries whose last reference went, in that order; each at most once, though it may have been acquired again. */
    private final LinkedHashSet<Entry<S>> leaving = new LinkedHashSet<>();
    private int lastId;

    SharedStates(LongSupplier clock) {
        this.clock = clock;
    }

    /** An id for the state, with a reference that {@link #release} gives back. */
    synchronized int acquire(S state) {
        Entry<S> entry = byState.get(state);
        if (entry != null) {
            entry.references++;
            return entry.id;
        }
        forget();
        do {
            lastId++;
        } while (lastId == 0 || byId.containsKey(lastId));
        entry = new Entry<>(lastId, state);
        byState.put(state, entry);
        byId.put(entry.id, entry);
        return entry.id;
    }

    synchronized void release(int id) {
        Entry<S> entry = byId.get(id);
        if (entry == null || entry.references == 0) {
            throw new IllegalStateException("a state is released more often than acquired: " + id);
        }
        if (--entry.references == 0) {
            leaving.remove(entry);
            entry.leftNs = clock.getAsLong();
            leaving.add(entry);
        }
        forget();
    }

    private void forget() {
        if (leaving.isEmpty()) {
            return;
        }
        long now = clock.getAsLong();
        for (Iterator<Entry<S>> all = leaving.iterator(); all.hasNext();) {
            Entry<S> first = all.next();
            if (now - first.leftNs < LINGER_NS) {
                return;
            }
            all.remove();
            if (first.references == 0) {
                byId.remove(first.id);
                byState.remove(first.state);
            }
        }
    }

    @Nullable
    S get(int id) {
        Entry<S> entry = byId.get(id);
        return entry == null ? null : entry.state;
    }

    /** Ids that are known. */
    synchronized int size() {
        forget();
        return byId.size();
    }
}
