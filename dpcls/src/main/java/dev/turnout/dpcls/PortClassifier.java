package dev.turnout.dpcls;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

import dev.turnout.flow.FlowKeys;
import dev.turnout.flow.FlowMask;
import dev.turnout.flow.Megaflow;
import org.jspecify.annotations.Nullable;

/**
 * The megaflows of one ingress port: a {@link Subtable} per mask, visited in the order of their hits. Megaflows never
 * disagree where they overlap, so the first match wins and the order is only a matter of speed.
 *
 * <p>{@link #rank} orders the tables by hits with decay. It also decides whether the port gets a generated lookup for its hot
 * masks: see {@link LookupGenerator}. Where there is one, its tables are visited first, and {@link #rest} holds the others.
 *
 * <p>Thread rules: one owner thread, except {@link #offer}.
 */
public final class PortClassifier {
    private static final VarHandle OFFERED;

    static {
        try {
            OFFERED = MethodHandles.lookup().findVarHandle(PortClassifier.class, "offered",
                    LookupGenerator.Generated.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** Packets per ranking below which their distribution over the tables says nothing. */
    private static final int MIN_ESTIMATE = 1000;

    private final long[] multiplierOfWord;
    private final SlotIndex slots;
    private final Map<FlowMask, Subtable> byMask = new HashMap<>();
    /** All tables, ranked. */
    private Subtable[] ranked = new Subtable[0];
    /** The tables that {@link #compiled} does not visit, ranked; all of them where there is none. */
    private Subtable[] rest = ranked;
    private @Nullable CompiledLookup compiled;
    private final SpecializationPolicy policy = new SpecializationPolicy();
    private double visitsPerPacket;
    /** Tables visited by generic lookups that hit, and by former generated ones. */
    private long visits;
    /** A generated lookup that waits to be taken; through OFFERED. */
    @SuppressWarnings("UnusedVariable") // through OFFERED
    private LookupGenerator.@Nullable Generated offered;

    PortClassifier(long[] multiplierOfWord, SlotIndex slots) {
        this.multiplierOfWord = multiplierOfWord;
        this.slots = slots;
    }

    /** Tables, that is: distinct masks. */
    public int tableCount() {
        return ranked.length;
    }

    /** Tables visited by all lookups that hit so far. */
    public long visits() {
        CompiledLookup lookup = compiled;
        return visits + (lookup == null ? 0 : lookup.visits);
    }

    /**
     * How many tables a lookup visits on average, were all packets that this port's exact-match hits leave decided here; as of
     * the last ranking.
     */
    public double visitsPerPacket() {
        return visitsPerPacket;
    }

    /** Whether a generated lookup is in use. */
    public boolean isSpecialized() {
        return compiled != null;
    }

    /**
     * Looks keys up.
     *
     * @param words
     *            rows of keys, {@link FlowKeys#STRIDE} apart
     * @param pending
     *            the rows' numbers; afterwards the first ones are those that missed
     * @param count
     *            how many
     * @param handles
     *            gets the handle of each row that hit, by number
     * @return how many missed
     */
    public int lookup(long[] words, int[] pending, int count, long[] handles) {
        CompiledLookup lookup = compiled;
        int left = lookup == null ? count : lookup.lookup(words, pending, count, handles);
        return left == 0 ? 0 : lookupGeneric(rest, words, pending, left, handles);
    }

    private int lookupGeneric(Subtable[] tables, long[] words, int[] pending, int count, long[] handles) {
        int missed = 0;
        long visited = 0;
        for (int i = 0; i < count; i++) {
            int number = pending[i];
            int offset = number * FlowKeys.STRIDE;
            long handle = Megaflow.NONE;
            for (int t = 0; t < tables.length; t++) {
                handle = tables[t].lookup(words, offset);
                if (handle != Megaflow.NONE) {
                    visited += t + 1;
                    break;
                }
            }
            handles[number] = handle;
            if (handle == Megaflow.NONE) {
                pending[missed++] = number;
            }
        }
        visits += visited + (long) (count - missed) * (ranked.length - tables.length);
        return missed;
    }

    /** Adds a megaflow; false if there is one with the same mask and masked key. */
    boolean insert(long handle, long[] maskedKey, FlowMask mask) {
        Subtable table = byMask.get(mask);
        if (table == null) {
            table = new Subtable(mask, multiplierOfWord, slots);
            byMask.put(mask, table);
            ranked = Arrays.copyOf(ranked, ranked.length + 1);
            ranked[ranked.length - 1] = table;
            updateRest();
        } else if (table.find(maskedKey, 0) >= 0) {
            return false;
        }
        table.insert(handle, maskedKey);
        return true;
    }

    void remove(Subtable table, int row) {
        table.remove(row);
        if (table.size() == 0) {
            byMask.remove(table.mask);
            int at = Arrays.asList(ranked).indexOf(table);
            Subtable[] shorter = Arrays.copyOf(ranked, ranked.length - 1);
            System.arraycopy(ranked, at + 1, shorter, at, shorter.length - at);
            ranked = shorter;
            updateRest();
        }
    }

    // --- ranking and specialization ----------------------------------------------------------------------------------------------------

    /** Orders the tables by their hits with decay, takes a generated lookup that is ready, and asks for one where it is worth it. */
    void rank(long nowNs, LookupGenerator generator) {
        boolean changed = score();
        LookupGenerator.Generated ready = (LookupGenerator.Generated) OFFERED.getAndSetAcquire(this, null);
        if (ready != null) {
            policy.onOffered(ready);
            if (ready.lookup() != null) {
                use(ready.lookup());
                changed = true;
            }
        }
        if (compiled != null && policy.isStale(ranked)) {
            policy.onDropped();
            use(null);
            changed = true;
        }
        if (changed) {
            updateRest();
        }
        estimate();
        Subtable @Nullable [] hot = policy.wanted(ranked, nowNs);
        if (hot != null) {
            generator.request(this, hot);
        }
    }

    private void estimate() {
        long packets = 0;
        long tables = 0;
        for (int i = 0; i < ranked.length; i++) {
            long hits = ranked[i].windowHits + ranked[i].windowCacheHits;
            packets += hits;
            tables += hits * (i + 1);
        }
        if (packets >= MIN_ESTIMATE) {
            visitsPerPacket = (double) tables / packets;
        } else if (packets > 0 || visitsPerPacket == 0) {
            visitsPerPacket = (ranked.length + 1) / 2.0;
        }
    }

    private boolean score() {
        for (Subtable table : ranked) {
            table.windowHits = table.hits - table.rankedHits;
            table.windowCacheHits = table.cacheHits - table.rankedCacheHits;
            table.score = table.score / 2 + table.windowHits + table.windowCacheHits;
            table.rankedHits = table.hits;
            table.rankedCacheHits = table.cacheHits;
        }
        boolean moved = false;
        for (int i = 1; i < ranked.length; i++) {
            Subtable table = ranked[i];
            int at = i;
            while (at > 0 && ranked[at - 1].score < table.score) {
                ranked[at] = ranked[at - 1];
                at--;
                moved = true;
            }
            ranked[at] = table;
        }
        return moved;
    }

    private void use(@Nullable CompiledLookup lookup) {
        if (compiled != null) {
            visits += compiled.visits;
        }
        compiled = lookup;
    }

    private void updateRest() {
        if (compiled == null) {
            rest = ranked;
            return;
        }
        int count = 0;
        for (Subtable table : ranked) {
            count += policy.isSpecialized(table) ? 0 : 1;
        }
        Subtable[] others = rest.length == count && count < ranked.length ? rest : new Subtable[count];
        int at = 0;
        for (Subtable table : ranked) {
            if (!policy.isSpecialized(table)) {
                others[at++] = table;
            }
        }
        rest = others;
    }

    /** Hands over what was generated for this port; the generator's thread calls it. */
    void offer(LookupGenerator.Generated generated) {
        OFFERED.setRelease(this, generated); // release: the instance's fields are written before the owner can see it
    }
}
