package dev.turnout.bench.pps;

import java.lang.management.ManagementFactory;

import dev.turnout.core.Datapath;
import dev.turnout.core.ForwardingThread;
import dev.turnout.core.ThreadCounter;

/**
 * Counters and clocks of the forwarding thread at one moment, or their differences.
 *
 * @param packets
 *            received packets
 * @param passes
 *            passes through the caches
 * @param emc
 *            passes that the exact-match cache decided
 * @param smc
 *            passes that the signature cache decided
 * @param megaflow
 *            passes that the classifier decided
 * @param misses
 *            passes that matched nothing
 * @param visits
 *            tables visited by passes that the classifier decided
 * @param cpuNs
 *            CPU time of the thread
 * @param wallNs
 *            clock
 * @param allocated
 *            bytes that the thread allocated
 */
record Sample(long packets, long passes, long emc, long smc, long megaflow, long misses, long visits, long cpuNs,
        long wallNs,
        long allocated) {
    private static final com.sun.management.ThreadMXBean THREADS = (com.sun.management.ThreadMXBean) ManagementFactory
            .getThreadMXBean();

    static Sample now(Datapath datapath, ForwardingThread thread) {
        long id = thread.thread().threadId();
        long received = datapath.count(ThreadCounter.RECEIVED);
        return new Sample(received, received + datapath.count(ThreadCounter.RECIRCULATIONS),
                datapath.count(ThreadCounter.EMC_HITS), datapath.count(ThreadCounter.SMC_HITS),
                datapath.count(ThreadCounter.MEGAFLOW_HITS), datapath.count(ThreadCounter.MISSES),
                datapath.count(ThreadCounter.SUBTABLE_LOOKUPS), THREADS.getThreadCpuTime(id), System.nanoTime(),
                THREADS.getThreadAllocatedBytes(id));
    }

    Sample minus(Sample before) {
        return new Sample(packets - before.packets, passes - before.passes, emc - before.emc, smc - before.smc,
                megaflow - before.megaflow, misses - before.misses, visits - before.visits, cpuNs - before.cpuNs,
                wallNs - before.wallNs, allocated - before.allocated);
    }

    double mpps() {
        return packets * 1e3 / Math.max(cpuNs, 1);
    }

    double wallMpps() {
        return packets * 1e3 / wallNs;
    }

    double nsPerPacket() {
        return (double) cpuNs / packets;
    }

    double share(long part) {
        return 100.0 * part / Math.max(passes, 1);
    }

    double visitsPerHit() {
        return megaflow == 0 ? 0 : (double) visits / megaflow;
    }

    double allocatedPerPacket() {
        return (double) allocated / packets;
    }
}
