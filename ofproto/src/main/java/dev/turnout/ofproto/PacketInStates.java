package dev.turnout.ofproto;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

import dev.turnout.flow.FlowKey;
import dev.turnout.openflow.Octets;
import dev.turnout.openflow.OfAction.PacketInReason;
import org.jspecify.annotations.Nullable;

/**
 * What to tell the controllers about the packets of a megaflow, by the id that the datapath action carries. Equal states share an id. An id
 * whose last reference went is forgotten after a quarter of a second: packets that were on their way still find it.
 *
 * <p>Thread rules: {@link #get} takes no lock; the rest takes this object's monitor for a few instructions.
 */
final class PacketInStates {
    private static final long LINGER_NS = 250_000_000L;

    /**
     * One state.
     *
     * @param pipeline
     *            the slow-path words of the packet's key, and the OpenFlow input port
     */
    record State(Bridge bridge, int table, long cookie, PacketInReason reason, int controllerId, Octets userdata,
            int maxLength,
            FlowKey pipeline) {
    }

    private static final class Entry {
        final int id;
        final State state;
        int references = 1;

        Entry(int id, State state) {
            this.id = id;
            this.state = state;
        }
    }

    private record Leaving(Entry entry, long sinceNs) {
    }

    private final LongSupplier clock;
    private final ConcurrentHashMap<Integer, Entry> byId = new ConcurrentHashMap<>();
    private final Map<State, Entry> byState = new HashMap<>();
    private final ArrayDeque<Leaving> leaving = new ArrayDeque<>();
    private int nextId = 1;

    PacketInStates(LongSupplier clock) {
        this.clock = clock;
    }

    /** An id for the state, with a reference that {@link #release} gives back. */
    synchronized int acquire(State state) {
        Entry entry = byState.get(state);
        if (entry != null) {
            entry.references++;
            return entry.id;
        }
        while (byId.containsKey(nextId)) {
            nextId = nextId == Integer.MAX_VALUE ? 1 : nextId + 1;
        }
        entry = new Entry(nextId, state);
        nextId = nextId == Integer.MAX_VALUE ? 1 : nextId + 1;
        byState.put(state, entry);
        byId.put(entry.id, entry);
        return entry.id;
    }

    synchronized void release(int id) {
        Entry entry = byId.get(id);
        if (entry == null || entry.references == 0) {
            throw new IllegalStateException("a packet-in state is released more often than acquired");
        }
        if (--entry.references == 0) {
            leaving.add(new Leaving(entry, clock.getAsLong()));
        }
        forget();
    }

    private void forget() {
        long now = clock.getAsLong();
        for (Leaving first = leaving.peek(); first != null
                && now - first.sinceNs >= LINGER_NS; first = leaving.peek()) {
            leaving.remove();
            if (first.entry.references == 0) {
                byId.remove(first.entry.id, first.entry);
                byState.remove(first.entry.state, first.entry);
            }
        }
    }

    @Nullable
    State get(int id) {
        Entry entry = byId.get(id);
        return entry == null ? null : entry.state;
    }

    /** Ids that are known. */
    synchronized int size() {
        forget();
        return byId.size();
    }
}
