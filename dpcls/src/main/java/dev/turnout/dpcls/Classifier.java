package dev.turnout.dpcls;

import java.util.Arrays;
import java.util.random.RandomGenerator;

import dev.turnout.flow.FlowLayout;
import dev.turnout.flow.FlowMask;
import dev.turnout.flow.Megaflow;
import org.jspecify.annotations.Nullable;

/**
 * The megaflow classifier of one forwarding thread: a {@link PortClassifier} per ingress port.
 *
 * <p>A megaflow's mask covers the whole of in_port, so a lookup needs only the tables of the packet's port. The classifier
 * also knows where the megaflow of a slot is, for removal and for {@link #matches}, by which a signature cache verifies what
 * it found.
 *
 * <p>Thread rules: one owner thread.
 */
public final class Classifier {
    /** Bits of word {@link FlowLayout#RECIRC_PORT} that every mask covers: recirc_id and in_port. */
    public static final long REQUIRED_BITS = -1L;

    private final long[] multiplierOfWord = new long[FlowLayout.DATAPATH_WORDS];
    private final SlotIndex slots = new SlotIndex();
    private @Nullable PortClassifier[] ports = new @Nullable PortClassifier[16];
    private int size;
    /** Tables visited in classifiers of ports that were removed. */
    private long formerVisits;

    /**
     * @param random
     *            source of the secret multipliers of the hashes
     */
    public Classifier(RandomGenerator random) {
        for (int i = 0; i < multiplierOfWord.length; i++) {
            multiplierOfWord[i] = random.nextLong() | 1;
        }
    }

    /** The classifier of an ingress port, or null if it has had no megaflow since it was removed last. */
    public @Nullable PortClassifier port(int inPort) {
        return inPort >= 0 && inPort < ports.length ? ports[inPort] : null;
    }

    /** Megaflows. */
    public int size() {
        return size;
    }

    /** Tables of all ports together. */
    public int tableCount() {
        int count = 0;
        for (PortClassifier port : ports) {
            count += port == null ? 0 : port.tableCount();
        }
        return count;
    }

    /** Tables visited by all lookups that hit so far. */
    public long visits() {
        long visits = formerVisits;
        for (PortClassifier port : ports) {
            visits += port == null ? 0 : port.visits();
        }
        return visits;
    }

    /**
     * Adds a megaflow.
     *
     * @param handle
     *            its handle; its slot has no megaflow here
     * @param maskedKey
     *            its key, zero where the mask is
     * @param mask
     *            its mask, which covers {@link #REQUIRED_BITS} and no word of the slow path
     * @return false if there is one with the same mask and key; then nothing changes
     */
    public boolean insert(long handle, long[] maskedKey, FlowMask mask) {
        if (mask.word(FlowLayout.RECIRC_PORT) != REQUIRED_BITS || mask.used() >>> FlowLayout.DATAPATH_WORDS != 0) {
            throw new IllegalArgumentException(
                    "the mask of a megaflow must cover in_port and recirc_id and no pipeline state: " + mask);
        }
        int inPort = (int) maskedKey[FlowLayout.RECIRC_PORT];
        if (inPort < 0 || inPort > 0xffff) {
            throw new IllegalArgumentException("in_port " + Integer.toUnsignedString(inPort));
        }
        if (inPort >= ports.length) {
            ports = Arrays.copyOf(ports, Math.max(inPort + 1, ports.length * 2));
        }
        PortClassifier port = ports[inPort];
        if (port == null) {
            port = new PortClassifier(multiplierOfWord, slots);
            ports[inPort] = port;
        }
        if (!port.insert(handle, maskedKey, mask)) {
            return false;
        }
        size++;
        return true;
    }

    /** Removes the megaflow of a slot; false if there is none. */
    public boolean remove(int slot) {
        Subtable table = slots.table(slot);
        if (table == null) {
            return false;
        }
        int row = slots.row(slot);
        PortClassifier port = port(inPort(slot));
        if (port == null || Megaflow.index(table.rows[row]) != slot) {
            throw new IllegalStateException("slot " + slot + " is not where it should be");
        }
        port.remove(table, row);
        size--;
        return true;
    }

    /** The ingress port of the megaflow in a slot, or -1 if there is none. */
    public int inPort(int slot) {
        Subtable table = slots.table(slot);
        return table == null ? -1 : (int) table.rows[slots.row(slot) + 1];
    }

    /**
     * Removes the classifier of an ingress port that has no megaflows, with all that was learned about its traffic; for a port that is
     * gone. Whoever keeps what {@link #port} returned must forget it.
     *
     * @return whether it was removed; false if there is none or it has megaflows
     */
    public boolean removePortIfEmpty(int inPort) {
        PortClassifier port = port(inPort);
        if (port == null || port.tableCount() > 0) {
            return false;
        }
        formerVisits += port.visits();
        ports[inPort] = null;
        return true;
    }

    /** Whether there is a megaflow in a slot and it matches the key at {@code words[offset]}; counts as a cache hit of its table. */
    public boolean matches(int slot, long[] words, int offset) {
        Subtable table = slots.table(slot);
        if (table == null || !table.matchesRow(slots.row(slot), words, offset)) {
            return false;
        }
        table.cacheHits++;
        return true;
    }

    /** The mask of the megaflow in a slot, or null. */
    public @Nullable FlowMask mask(int slot) {
        Subtable table = slots.table(slot);
        return table == null ? null : table.mask;
    }

    /** Orders the tables of all ports by their hits with decay and looks after their generated lookups; to be called a few times per second. */
    public void rank(long nowNs, LookupGenerator generator) {
        for (PortClassifier port : ports) {
            if (port != null) {
                port.rank(nowNs, generator);
            }
        }
    }
}
