package dev.turnout.core;

/**
 * A datapath's settings; those that may change while it runs have setters in {@link Datapath}.
 *
 * @param threads
 *            forwarding threads
 * @param smallBuffers
 *            ordinary packet buffers per thread
 * @param largeBuffers
 *            buffers for 64 KB segments per thread
 * @param maxMegaflows
 *            most megaflows per thread
 * @param commandQueueCapacity
 *            most commands that wait for a thread
 * @param emcInsertInverseProbability
 *            one in so many packets that miss the exact-match cache is inserted into it; 0 never
 * @param signatureCache
 *            whether the signature cache is used
 * @param signatureCacheEntries
 *            its entries per thread, a power of two
 * @param spinNs
 *            how long an idle thread looks for work before it sleeps
 * @param io
 *            makes the threads' I/O backends
 */
public record DatapathConfig(int threads, int smallBuffers, int largeBuffers, int maxMegaflows,
        int commandQueueCapacity, int emcInsertInverseProbability,
        boolean signatureCache, int signatureCacheEntries, long spinNs, IoBackend.Factory io) {

    public DatapathConfig {
        if (threads < 1 || threads > 64) {
            throw new IllegalArgumentException("forwarding threads: " + threads + " is not between 1 and 64");
        }
        if (emcInsertInverseProbability < 0) {
            throw new IllegalArgumentException(
                    "EMC insertion: 1/" + emcInsertInverseProbability + " is no probability");
        }
        if (Integer.bitCount(signatureCacheEntries) != 1 || signatureCacheEntries < 1024) {
            throw new IllegalArgumentException(
                    "signature cache: " + signatureCacheEntries + " entries is not a power of two of at least 1024");
        }
    }

    /** One thread, the usual caches, ports that live in memory. */
    public static DatapathConfig defaults() {
        return new DatapathConfig(1, 4096, 256, 1 << 20, 1 << 16, 100, true, 1 << 20, 50_000, ParkingBackend.FACTORY);
    }

    public DatapathConfig withThreads(int count) {
        return new DatapathConfig(count, smallBuffers, largeBuffers, maxMegaflows, commandQueueCapacity,
                emcInsertInverseProbability, signatureCache,
                signatureCacheEntries, spinNs, io);
    }

    public DatapathConfig withBuffers(int small, int large) {
        return new DatapathConfig(threads, small, large, maxMegaflows, commandQueueCapacity,
                emcInsertInverseProbability, signatureCache,
                signatureCacheEntries, spinNs, io);
    }

    public DatapathConfig withMaxMegaflows(int count) {
        return new DatapathConfig(threads, smallBuffers, largeBuffers, count, commandQueueCapacity,
                emcInsertInverseProbability, signatureCache,
                signatureCacheEntries, spinNs, io);
    }

    public DatapathConfig withCommandQueueCapacity(int capacity) {
        return new DatapathConfig(threads, smallBuffers, largeBuffers, maxMegaflows, capacity,
                emcInsertInverseProbability, signatureCache,
                signatureCacheEntries, spinNs, io);
    }

    public DatapathConfig withEmcInsertInverseProbability(int inverse) {
        return new DatapathConfig(threads, smallBuffers, largeBuffers, maxMegaflows, commandQueueCapacity, inverse,
                signatureCache, signatureCacheEntries,
                spinNs, io);
    }

    public DatapathConfig withSignatureCache(boolean on) {
        return new DatapathConfig(threads, smallBuffers, largeBuffers, maxMegaflows, commandQueueCapacity,
                emcInsertInverseProbability, on,
                signatureCacheEntries, spinNs, io);
    }

    public DatapathConfig withSpinNs(long nanoseconds) {
        return new DatapathConfig(threads, smallBuffers, largeBuffers, maxMegaflows, commandQueueCapacity,
                emcInsertInverseProbability, signatureCache,
                signatureCacheEntries, nanoseconds, io);
    }

    public DatapathConfig withIo(IoBackend.Factory factory) {
        return new DatapathConfig(threads, smallBuffers, largeBuffers, maxMegaflows, commandQueueCapacity,
                emcInsertInverseProbability, signatureCache,
                signatureCacheEntries, spinNs, factory);
    }
}
