package dev.turnout.dpcls;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Random;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import dev.turnout.flow.FlowKeys;
import dev.turnout.flow.FlowMask;
import dev.turnout.packet.PacketBatch;
import org.jspecify.annotations.Nullable;

/**
 * Makes generated lookups, off the forwarding threads: generates the class, compares it with the generic lookup on random
 * keys, warms it until it is faster than that, and only then offers it to the port's classifier.
 *
 * <p>Verification and warming use tables of their own, with the same masks and random megaflows, so that nothing here
 * touches the tables of a forwarding thread. The class is then instantiated a second time over the real ones.
 *
 * <p>Thread rules: {@link #request} may be called by any thread and never blocks; one thread of its own does the work
 * until {@link #close}.
 */
public final class LookupGenerator implements AutoCloseable {
    private static final Logger LOG = System.getLogger(LookupGenerator.class.getName());
    private static final int QUEUE = 64;
    private static final int VERIFIED_BATCHES = 512;
    private static final long WARM_NS = 300_000_000L;
    private static final long MAX_WARM_NS = 20_000_000_000L;
    private static final int WARM_BATCHES = 64;
    private static final int WARM_ROUNDS = 16;
    private static final int MEGAFLOWS_PER_TABLE = 64;

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Request(PortClassifier port, Subtable[] tables) {
    }

    /**
     * The answer to a request.
     *
     * @param tables
     *            the tables that were asked for
     * @param lookup
     *            a lookup over them, or null if it could not be made
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Generated(Subtable[] tables, @Nullable CompiledLookup lookup) {
    }

    private final BlockingQueue<Request> requests = new ArrayBlockingQueue<>(QUEUE);
    private final AtomicLong generated = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();
    private final Thread thread;

    public LookupGenerator() {
        thread = Thread.ofPlatform().daemon().name("dp-lookup-generator").start(this::run);
    }

    /** Lookups that were generated and offered so far. */
    public long generated() {
        return generated.get();
    }

    /** Requests that failed, or whose lookup was found to be wrong; always 0. */
    public long failed() {
        return failed.get();
    }

    /** Asks for a lookup over these tables; answered by {@link PortClassifier#offer}. */
    void request(PortClassifier port, Subtable[] tables) {
        if (!requests.offer(new Request(port, tables))) {
            port.offer(new Generated(tables, null));
        }
    }

    @Override
    public void close() {
        thread.interrupt();
    }

    private void run() {
        try {
            while (!Thread.interrupted()) {
                Request request = requests.take();
                request.port().offer(new Generated(request.tables(), make(request.tables())));
                TimeUnit.MILLISECONDS.sleep(50);
            }
        } catch (InterruptedException e) {
            // closed: requests that wait stay unanswered, their classifiers have ended, too
        }
    }

    private @Nullable CompiledLookup make(Subtable[] tables) {
        try {
            LookupCompiler compiler = new LookupCompiler(tables);
            Trial trial = new Trial(tables, compiler, new Random());
            trial.verify(VERIFIED_BATCHES);
            if (!trial.warm(WARM_NS, MAX_WARM_NS)) {
                return null;
            }
            CompiledLookup lookup = compiler.instantiate(tables);
            generated.incrementAndGet();
            return lookup;
        } catch (RuntimeException | LinkageError e) {
            failed.incrementAndGet();
            LOG.log(Level.ERROR, "generated lookup over " + tables.length + " tables given up", e);
            return null;
        }
    }

    /** A generated class over tables of its own, beside the generic lookup over the same tables. */
    static final class Trial {
        private final Random random;
        private final Subtable[] tables;
        private final CompiledLookup lookup;
        private final FlowKeys keys = new FlowKeys();
        private final int[] pending = new int[PacketBatch.CAPACITY];
        private final long[] handles = new long[PacketBatch.CAPACITY];
        private final long[][] drawn;

        Trial(Subtable[] originals, LookupCompiler compiler, Random random) {
            this.random = random;
            tables = new Subtable[originals.length];
            drawn = new long[originals.length * MEGAFLOWS_PER_TABLE][];
            SlotIndex slots = new SlotIndex();
            for (int t = 0; t < tables.length; t++) {
                tables[t] = originals[t].emptyCopy(slots);
                for (int i = 0; i < MEGAFLOWS_PER_TABLE; i++) {
                    int slot = t * MEGAFLOWS_PER_TABLE + i;
                    drawn[slot] = draw(tables[t].mask, slot);
                    if (tables[t].find(drawn[slot], 0) < 0) {
                        tables[t].insert(slot | 1L << 32, drawn[slot]);
                    }
                }
            }
            lookup = compiler.instantiate(tables);
        }

        private long[] draw(FlowMask mask, int slot) {
            // Sometimes the key of another megaflow under this mask, so that tables overlap.
            boolean overlaps = slot > 0 && random.nextInt(4) == 0;
            long[] key = new long[FlowKeys.STRIDE];
            long[] base = overlaps ? drawn[random.nextInt(slot)] : key;
            for (int n = 0; n < mask.wordCount(); n++) {
                int w = mask.wordIndex(n);
                key[w] = (overlaps ? base[w] : random.nextLong()) & mask.word(w);
            }
            return key;
        }

        private int fill() {
            int count = 1 + random.nextInt(PacketBatch.CAPACITY);
            for (int i = 0; i < count; i++) {
                long[] key = drawn[random.nextInt(drawn.length)];
                FlowMask mask = tables[random.nextInt(tables.length)].mask;
                boolean isMiss = random.nextInt(8) == 0;
                for (int w = 0; w < FlowKeys.STRIDE; w++) {
                    keys.words[FlowKeys.row(i) + w] = isMiss
                            ? random.nextLong()
                            : key[w] | (random.nextLong() & ~mask.word(w) & random.nextLong());
                }
                pending[i] = i;
            }
            return count;
        }

        /** Compares batches with the generic lookup; throws where they differ. */
        void verify(int batches) {
            for (int b = 0; b < batches; b++) {
                int count = fill();
                int missed = lookup.lookup(keys.words, pending, count, handles);
                int missedGeneric = 0;
                for (int i = 0; i < count; i++) {
                    long expected = 0;
                    for (int t = 0; t < tables.length && expected == 0; t++) {
                        expected = tables[t].lookup(keys.words, FlowKeys.row(i));
                    }
                    boolean isMiss = missedGeneric < missed && pending[missedGeneric] == i;
                    if (isMiss != (expected == 0) || (!isMiss && handles[i] != expected)) {
                        throw new IllegalStateException(
                                "generated lookup differs from the generic one at " + i + " of " + count);
                    }
                    missedGeneric += isMiss ? 1 : 0;
                }
            }
        }

        /**
         * Runs the lookup until it is notably faster than the generic one, which is when the JIT compiler has done its work;
         * how long that takes depends on what else the machine does.
         *
         * @return false if it is not so in time
         */
        boolean warm(long minNanoseconds, long maxNanoseconds) {
            long begin = System.nanoTime();
            while (!Thread.currentThread().isInterrupted()) {
                long generated = 0;
                long generic = 0;
                for (int batch = 0; batch < WARM_BATCHES; batch++) {
                    int count = fill();
                    long bestGenerated = Long.MAX_VALUE;
                    long bestGeneric = Long.MAX_VALUE;
                    for (int again = 0; again < WARM_ROUNDS; again++) {
                        bestGenerated = Math.min(bestGenerated, timeGenerated(count));
                        bestGeneric = Math.min(bestGeneric, timeGeneric(count));
                    }
                    generated += bestGenerated;
                    generic += bestGeneric;
                }
                long elapsed = System.nanoTime() - begin;
                if (elapsed >= minNanoseconds && generated * 5 < generic * 4) {
                    return true;
                }
                if (elapsed >= maxNanoseconds) {
                    return false;
                }
            }
            return false;
        }

        private long timeGenerated(int count) {
            for (int i = 0; i < count; i++) {
                pending[i] = i;
            }
            long begin = System.nanoTime();
            lookup.lookup(keys.words, pending, count, handles);
            return System.nanoTime() - begin;
        }

        private long timeGeneric(int count) {
            long begin = System.nanoTime();
            for (int i = 0; i < count; i++) {
                long handle = 0;
                for (int t = 0; t < tables.length && handle == 0; t++) {
                    handle = tables[t].lookup(keys.words, FlowKeys.row(i));
                }
                handles[i] = handle;
            }
            return System.nanoTime() - begin;
        }
    }
}
