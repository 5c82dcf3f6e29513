package dev.turnout.core;

import java.util.Arrays;

import dev.turnout.dpcls.Classifier;
import dev.turnout.dpcls.PortClassifier;
import dev.turnout.emc.ExactMatchCache;
import dev.turnout.emc.MegaflowLiveness;
import dev.turnout.emc.MegaflowVerifier;
import dev.turnout.emc.SignatureCache;
import dev.turnout.flow.FlowExtractor;
import dev.turnout.flow.FlowKeys;
import dev.turnout.flow.FlowLayout;
import dev.turnout.flow.Megaflow;
import dev.turnout.packet.Memory;
import dev.turnout.packet.Packet;
import dev.turnout.packet.PacketBatch;
import dev.turnout.packet.PacketPool;
import org.jspecify.annotations.Nullable;

/**
 * One pass of a batch through the caches, in passes over the whole batch, so that memory accesses of different packets
 * overlap: extract all keys, look all up in the exact-match cache, what missed in the signature cache, the rest in the
 * classifier; then group by megaflow, count and execute per group.
 *
 * <p>Groups are formed in the order of arrival and only after every packet's megaflow is known, so packets of one flow stay
 * in order wherever each was found. A group is found through a stamp in the megaflow's row: no search, no hashing.
 *
 * <p>The caches in front of the classifier cost time, too: each port's packets take only those that pay off, see
 * {@link PortPath}.
 *
 * <p>A method named {@code pass...} is to be compiled on its own, never inlined: together they would exceed what the JIT
 * compiler inlines into one method, and it would stop at an arbitrary place. The launcher tells the JVM by that prefix.
 *
 * <p>Thread rules: one owner thread. On this path nothing is allocated.
 */
final class FastPath {
    /** What happens to the packets that no megaflow matches, after all others were executed. */
    interface Misses {
        /**
         * Takes over the packets of rows {@code pending[0..count)}.
         */
        void missed(PacketBatch batch, FlowKeys keys, int[] pending, int count);
    }

    private static final int CAPACITY = PacketBatch.CAPACITY;
    private static final int GROUP_BITS = 5;

    private final PacketPool pool;
    private final ThreadCounters counters;
    private final MegaflowTable megaflows;
    private final ActionExecutor executor;
    private final Outputs outputs;
    private final Classifier classifier;
    private final Misses misses;
    private final ExactMatchCache emc;
    private final SignatureCache smc;
    private final MegaflowLiveness liveness;
    private final MegaflowVerifier verifier;
    private boolean signatureCacheEnabled;
    private boolean emcEnabled = true;
    /** Whether the batch in hand goes through the exact-match cache. */
    private boolean usesExact;

    private final FlowKeys keys = new FlowKeys();
    private final int[] lengths = new int[CAPACITY];
    private final long[] handles = new long[CAPACITY];
    private final int[] pending = new int[CAPACITY];
    private final int[] lookedUp = new int[CAPACITY];
    private final int[] others = new int[CAPACITY];
    private final int[] missedRows = new int[CAPACITY];
    private final int[] slots = new int[CAPACITY];
    private @Nullable PortPath[] paths = new @Nullable PortPath[16];

    private final int[] groupSlots = new int[CAPACITY];
    private final int[] groupCounts = new int[CAPACITY];
    private final long[] groupBytes = new long[CAPACITY];
    private final long[] groupFlags = new long[CAPACITY];
    private final long[] groupPackets = new long[CAPACITY * CAPACITY];
    private long groupStamp;

    FastPath(PacketPool pool, ThreadCounters counters, MegaflowTable megaflows, ActionExecutor executor,
            Outputs outputs,
            Classifier classifier, Misses misses, DatapathConfig config, long seed) {
        this.pool = pool;
        this.counters = counters;
        this.megaflows = megaflows;
        this.executor = executor;
        this.outputs = outputs;
        this.classifier = classifier;
        this.misses = misses;
        emc = new ExactMatchCache(seed);
        smc = new SignatureCache(config.signatureCacheEntries());
        liveness = megaflows::isLive;
        verifier = classifier::matches;
        configure(config.emcInsertInverseProbability(), config.signatureCache());
    }

    void configure(int emcInsertInverseProbability, boolean signatureCache) {
        emc.setInverseProbability(emcInsertInverseProbability);
        emcEnabled = emcInsertInverseProbability != 0;
        signatureCacheEnabled = signatureCache;
    }

    /** Forwards a batch of received or recirculated packets and leaves it empty. */
    void process(PacketBatch batch, long nowNs) {
        int count = passExtract(batch);
        if (count > 0) {
            int left = passClassify(count);
            if (left < count) {
                passExecute(batch, count, nowNs);
            }
            if (left > 0) {
                misses.missed(batch, keys, pending, left);
            }
        }
        batch.clear();
    }

    /**
     * Looks rows up in the classifier alone and executes what hits.
     *
     * @return how many missed again; they are the first in {@code rows}
     */
    int retry(PacketBatch batch, int[] rows, int count, long nowNs) {
        for (int i = 0; i < batch.count; i++) {
            handles[i] = Megaflow.NONE;
        }
        int left = count;
        for (int i = 0; i < count; i++) {
            pending[i] = rows[i];
        }
        left = classifyPending(left);
        if (left < count) {
            passExecute(batch, batch.count, nowNs);
        }
        System.arraycopy(pending, 0, rows, 0, left);
        return left;
    }

    FlowKeys keys() {
        return keys;
    }

    // --- pass 1: keys -----------------------------------------------------------------------------------------------------

    private int passExtract(PacketBatch batch) {
        long[] packets = batch.packets;
        int count = batch.count;
        int kept = 0;
        for (int i = 0; i < count; i++) {
            long packet = Memory.known(packets[i]);
            int length = Packet.length(packet);
            int malformed = FlowExtractor.extract(packet, keys, kept);
            if (malformed != 0) {
                counters.malformed(malformed);
                if (length < 14) {
                    counters.drop(DropReason.INVALID_PACKET, 1);
                    pool.release(packet);
                    continue;
                }
            }
            lengths[kept] = length;
            packets[kept++] = packet;
        }
        batch.count = kept;
        return kept;
    }

    // --- pass 2 to 4: megaflows --------------------------------------------------------------------------------------------

    /** Finds the megaflows of all rows; the missing ones are the first of {@link #pending}. */
    private int passClassify(int count) {
        PortPath path = path((int) keys.words[FlowLayout.RECIRC_PORT]);
        if (path == null) {
            usesExact = false;
            return classifyPending(allPending(count));
        }
        boolean isSampled = path.isSampled();
        usesExact = emcEnabled && (path.usesExact() || isSampled);
        int left = usesExact ? lookupExact(path, count) : allPending(count);
        if (left > 0 && signatureCacheEnabled && path.usesSignatures()) {
            left = lookupSignatures(left);
        }
        return left == 0 ? 0 : classifyPending(left);
    }

    private @Nullable PortPath path(int inPort) {
        if (inPort >= 0 && inPort < paths.length) {
            PortPath path = paths[inPort];
            if (path != null) {
                return path;
            }
        }
        return newPath(inPort);
    }

    private @Nullable PortPath newPath(int inPort) {
        PortClassifier port = classifier.port(inPort);
        if (port == null) {
            return null;
        }
        if (inPort >= paths.length) {
            paths = Arrays.copyOf(paths, Math.max(inPort + 1, paths.length * 2));
        }
        PortPath path = new PortPath(port);
        paths[inPort] = path;
        return path;
    }

    /** Forgets an ingress port whose classifier is gone. */
    void forgetPort(int inPort) {
        if (inPort >= 0 && inPort < paths.length) {
            paths[inPort] = null;
        }
    }

    /** Chooses the ways of all ports anew; after the classifier has ranked its tables. */
    void choosePaths() {
        PortPath.chooseAll(paths);
    }

    private int allPending(int count) {
        for (int i = 0; i < count; i++) {
            pending[i] = i;
        }
        return count;
    }

    private int lookupExact(PortPath path, int count) {
        long[] words = keys.words;
        int left = 0;
        for (int i = 0; i < count; i++) {
            long handle = emc.lookup(words, FlowKeys.row(i), keys.used[i], keys.hashes[i]);
            if (handle != Megaflow.NONE && megaflows.isLive(handle)) {
                handles[i] = handle;
            } else {
                pending[left++] = i;
            }
        }
        path.countExact(count, count - left);
        counters.add(ThreadCounter.EMC_HITS, count - left);
        return left;
    }

    private int lookupSignatures(int count) {
        long[] words = keys.words;
        smc.lookup(words, FlowKeys.STRIDE, keys.hashes, pending, count, slots, verifier);
        int left = 0;
        for (int i = 0; i < count; i++) {
            int row = pending[i];
            if (slots[row] >= 0) {
                long handle = megaflows.handle(slots[row]);
                handles[row] = handle;
                if (usesExact) {
                    admit(row, handle);
                }
            } else {
                pending[left++] = row;
            }
        }
        counters.add(ThreadCounter.SMC_HITS, count - left);
        return left;
    }

    private void admit(int row, long handle) {
        if (emc.admits()) {
            emc.insert(keys.words, FlowKeys.row(row), keys.used[row], keys.hashes[row], handle, liveness);
        }
    }

    /** Looks the pending rows up in the classifier, ingress port by ingress port: recirculated packets may be of several. */
    private int classifyPending(int count) {
        int unclassified = count;
        int left = 0;
        while (unclassified > 0) {
            int inPort = (int) keys.words[FlowKeys.row(pending[0])];
            int same = 0;
            int other = 0;
            for (int i = 0; i < unclassified; i++) {
                int row = pending[i];
                if ((int) keys.words[FlowKeys.row(row)] == inPort) {
                    pending[same++] = row;
                } else {
                    others[other++] = row;
                }
            }
            int missed = lookupMegaflows(inPort, same);
            System.arraycopy(pending, 0, missedRows, left, missed);
            left += missed;
            System.arraycopy(others, 0, pending, 0, other);
            unclassified = other;
        }
        System.arraycopy(missedRows, 0, pending, 0, left);
        return left;
    }

    private int lookupMegaflows(int inPort, int count) {
        PortPath path = path(inPort);
        if (path == null) {
            for (int i = 0; i < count; i++) {
                handles[pending[i]] = Megaflow.NONE;
            }
            return count;
        }
        System.arraycopy(pending, 0, lookedUp, 0, count);
        int left = path.classifier().lookup(keys.words, pending, count, handles);
        counters.add(ThreadCounter.MEGAFLOW_HITS, count - left);
        boolean usesSignatures = signatureCacheEnabled && path.usesSignatures();
        if (usesExact || usesSignatures) {
            promote(count, usesSignatures);
        }
        return left;
    }

    /** Puts what the classifier found into the caches in front of it. */
    private void promote(int count, boolean usesSignatures) {
        for (int i = 0; i < count; i++) {
            int row = lookedUp[i];
            long handle = handles[row];
            if (handle != Megaflow.NONE) {
                if (usesSignatures) {
                    smc.insert(keys.hashes[row], Megaflow.index(handle));
                }
                if (usesExact) {
                    admit(row, handle);
                }
            }
        }
    }

    // --- pass 5 and 6: groups ----------------------------------------------------------------------------------------------

    private void passExecute(PacketBatch batch, int count, long nowNs) {
        int groups = group(batch.packets, count);
        for (int g = 0; g < groups; g++) {
            int slot = groupSlots[g];
            int number = groupCounts[g];
            megaflows.count(slot, number, groupBytes[g], nowNs, groupFlags[g]);
            int port = megaflows.soleOutput(slot);
            if (port >= 0) {
                counters.add(ThreadCounter.OUTPUTS, number);
                outputs.send(port, groupPackets, g << GROUP_BITS, number);
            } else {
                executor.execute(megaflows.program(slot), groupPackets, g << GROUP_BITS, number);
            }
        }
    }

    private int group(long[] packets, int count) {
        long stamp = ++groupStamp << GROUP_BITS;
        long[] rows = megaflows.rows();
        int groups = 0;
        for (int i = 0; i < count; i++) {
            long handle = handles[i];
            if (handle == Megaflow.NONE) {
                continue;
            }
            int slot = Megaflow.index(handle);
            int cell = slot * MegaflowTable.STRIDE + MegaflowTable.STAMP;
            long stamped = rows[cell];
            int g = (int) stamped & (CAPACITY - 1);
            if ((stamped ^ stamp) >>> GROUP_BITS != 0) {
                g = groups++;
                rows[cell] = stamp | g;
                groupSlots[g] = slot;
                groupCounts[g] = 0;
                groupBytes[g] = 0;
                groupFlags[g] = 0;
            }
            groupPackets[(g << GROUP_BITS) + groupCounts[g]++] = packets[i];
            groupBytes[g] += lengths[i];
            groupFlags[g] |= keys.words[FlowKeys.row(i) + FlowLayout.TCP_CT] >>> 48;
        }
        return groups;
    }
}
