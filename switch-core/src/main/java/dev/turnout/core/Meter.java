package dev.turnout.core;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

import dev.turnout.flow.DpMeter;

/**
 * One meter: a token bucket per band that all forwarding threads draw from without a lock, and counters per thread.
 *
 * <p><b>Units.</b> A bucket counts in 10⁻⁹ of what the rate is in: a packet is 10⁹ units, a byte 8·10⁶ (a kilobit is 10⁹).
 * So a rate of R per second earns exactly R units per nanosecond, and there is nothing to round. A bucket holds at most
 * burst · 10⁹ units, under 2⁶², and starts full.
 *
 * <p><b>Earning.</b> Whoever moves a bucket's clock on by compare-and-set has the time between for itself to turn into
 * tokens, so no time is earned twice. <b>Leasing.</b> A thread takes from the bucket what the packets in its hand need and,
 * at high rates, some more for the next ones, at most {@value #LEASE_NS} ns' worth and a sixteenth of the burst over all
 * threads: it comes back to the shared word once per lease, not per packet. What is leased is gone from the bucket, so what
 * all threads have been granted never exceeds a full bucket and what time has earned. When a bucket does not suffice for a
 * group, what its packets leave goes back.
 *
 * <p><b>Packets longer than a burst</b> (segments of 64 kB at a low rate) pass when the bucket has an eighth of it, and
 * leave a debt: else they would never pass, and so the mean rate holds.
 *
 * <p><b>Bands.</b> Each band's bucket measures every packet. A packet is dropped if it exceeds any band, and counted with
 * the one of the highest rate among those it exceeds.
 *
 * <p>Thread rules: {@link #pass} by forwarding threads, each with its own number; {@link #read} by any thread.
 */
final class Meter {
    private static final VarHandle WORD = MethodHandles.arrayElementVarHandle(long[].class);
    static final long UNITS_PER_PACKET = 1_000_000_000L;
    static final long UNITS_PER_BYTE = 8_000_000L;
    private static final long UNITS_PER_BURST = 1_000_000_000L;
    /** Leases of less, eight small packets' worth, are not worth it. */
    private static final long LEAST_LEASE = 8 * 64 * UNITS_PER_BYTE;
    /** A thread leases at most what this time earns, beyond what its packets need. */
    private static final long LEASE_NS = 50_000;
    /** More than any bucket holds; still, a full bucket and this do not overflow. */
    private static final long PLENTY = Long.MAX_VALUE / 2;

    // Of each band, a row of the shared part:
    private static final int SHARED = 8;
    /** Tokens; shared, by compare-and-set. Below zero: a debt. */
    private static final int TOKENS = 0;
    /** The bucket's clock; shared, by compare-and-set; grows only. */
    private static final int CLOCK_NS = 1;
    private static final int RATE = 2;
    private static final int BURST = 3;
    /** A longer time than this earns {@link #PLENTY}. */
    private static final int MOST_NS = 4;
    /** Units that are leased beyond need. */
    private static final int LEASE = 5;

    // Of each thread: packets, bytes, and of each band:
    private static final int PACKETS = 0;
    private static final int BYTES = 1;
    private static final int LOCAL_BANDS = 2;
    private static final int LOCAL = 3;
    /** Tokens that the thread has leased; its owner only. */
    private static final int LEASED = 0;
    private static final int DROPPED_PACKETS = 1;
    private static final int DROPPED_BYTES = 2;

    private final boolean inPackets;
    private final int bands;
    private final int threads;
    private final int localWords;
    /** The rows of the bands, then those of the threads; counters have one writer each and are written opaquely. */
    private final long[] words;

    Meter(DpMeter config, int threads, long nowNs) {
        this.threads = threads;
        inPackets = config.inPackets();
        bands = config.bands().size();
        localWords = LOCAL_BANDS + LOCAL * bands;
        words = new long[SHARED * bands + localWords * threads];
        for (int b = 0; b < bands; b++) {
            long rate = config.bands().get(b).rate();
            long given = config.bands().get(b).burst();
            long burst = (given == 0 ? rate : given) * UNITS_PER_BURST;
            int row = SHARED * b;
            words[row + TOKENS] = burst;
            words[row + CLOCK_NS] = nowNs;
            words[row + RATE] = rate;
            words[row + BURST] = burst;
            words[row + MOST_NS] = PLENTY / rate;
            long lease = Math.min(rate * LEASE_NS, burst / (16L * threads));
            words[row + LEASE] = lease < LEAST_LEASE ? 0 : lease;
        }
    }

    // --- the forwarding thread's side --------------------------------------------------------------------------------------

    /**
     * Measures a group of packets and says which of them exceed a band.
     *
     * @param thread
     *            number of the calling thread
     * @param nowNs
     *            the cycle's time
     * @param group
     *            the packets' sizes on the wire; {@link MeteredGroup#exceeded} is set
     * @return whether any packet exceeds a band
     */
    boolean pass(int thread, long nowNs, MeteredGroup group) {
        int local = SHARED * bands + localWords * thread;
        add(local + PACKETS, group.packets);
        add(local + BYTES, group.bytes);
        long total = inPackets ? group.packets * UNITS_PER_PACKET : group.bytes * UNITS_PER_BYTE;
        boolean exceeds = false;
        for (int b = 0; b < bands; b++) {
            int leased = local + LOCAL_BANDS + LOCAL * b + LEASED;
            long have = words[leased];
            if (have < total) {
                have += lease(SHARED * b, total - have, nowNs);
            }
            if (have >= total) {
                have -= total;
            } else {
                giveBack(SHARED * b, passOneByOne(b, have, group, !exceeds));
                have = 0;
                exceeds = true;
            }
            words[leased] = have;
        }
        if (exceeds) {
            countDropped(local, group);
        }
        return exceeds;
    }

    /** The tokens do not suffice for the whole group; returns those that are left. */
    private long passOneByOne(int band, long tokens, MeteredGroup group, boolean isFirst) {
        long have = tokens;
        int row = SHARED * band;
        for (int i = 0; i < group.count; i++) {
            long cost = inPackets
                    ? group.wirePackets[i] * UNITS_PER_PACKET
                    : group.wireBytes[i] * UNITS_PER_BYTE;
            int former = isFirst ? -1 : group.exceeded[i];
            if (have < cost && cost > words[row + BURST]) {
                have += borrow(row, cost, have);
            }
            if (have >= cost) {
                have -= cost;
                group.exceeded[i] = former;
            } else {
                boolean isHigher = former < 0 || words[row + RATE] > words[SHARED * former + RATE];
                group.exceeded[i] = isHigher ? band : former;
            }
        }
        return have;
    }

    private void countDropped(int local, MeteredGroup group) {
        for (int i = 0; i < group.count; i++) {
            int band = group.exceeded[i];
            if (band >= 0) {
                int row = local + LOCAL_BANDS + LOCAL * band;
                add(row + DROPPED_PACKETS, group.wirePackets[i]);
                add(row + DROPPED_BYTES, group.wireBytes[i]);
            }
        }
    }

    private void add(int counter, long more) {
        WORD.setOpaque(words, counter, words[counter] + more);
    }

    // --- the buckets -------------------------------------------------------------------------------------------------------

    /** Takes what is needed and the lease from a band's bucket, or what there is; returns what was taken. */
    private long lease(int row, long need, long nowNs) {
        earn(row, nowNs);
        long wanted = need + words[row + LEASE];
        long tokens = (long) WORD.getOpaque(words, row + TOKENS);
        while (tokens > 0) {
            long granted = Math.min(tokens, wanted);
            long seen = (long) WORD.compareAndExchange(words, row + TOKENS, tokens, tokens - granted);
            if (seen == tokens) {
                return granted;
            }
            tokens = seen;
        }
        return 0;
    }

    /** What is missing to a packet that costs more than the burst, if an eighth of it is there; else 0. */
    private long borrow(int row, long cost, long have) {
        long least = words[row + BURST] / 8 - have;
        long tokens = (long) WORD.getOpaque(words, row + TOKENS);
        while (tokens >= least) {
            long seen = (long) WORD.compareAndExchange(words, row + TOKENS, tokens, tokens - (cost - have));
            if (seen == tokens) {
                return cost - have;
            }
            tokens = seen;
        }
        return 0;
    }

    /** Turns the time since the bucket's clock into tokens, unless another thread does. */
    private void earn(int row, long nowNs) {
        long clock = (long) WORD.getOpaque(words, row + CLOCK_NS);
        long elapsed = nowNs - clock;
        if (elapsed <= 0 || !WORD.compareAndSet(words, row + CLOCK_NS, clock, nowNs)) {
            return;
        }
        giveBack(row, elapsed > words[row + MOST_NS] ? PLENTY : elapsed * words[row + RATE]);
    }

    /** Fills a band's bucket up by so much, at most to the burst. */
    private void giveBack(int row, long units) {
        long tokens = (long) WORD.getOpaque(words, row + TOKENS);
        while (true) {
            long filled = Math.min(words[row + BURST], tokens + units);
            long seen = (long) WORD.compareAndExchange(words, row + TOKENS, tokens, filled);
            if (seen == tokens) {
                return;
            }
            tokens = seen;
        }
    }

    // --- readers -----------------------------------------------------------------------------------------------------------

    /** Packets, bytes; then of each band packets and bytes that it dropped. */
    long[] read() {
        long[] sums = new long[2 + 2 * bands];
        for (int t = 0; t < threads; t++) {
            int local = SHARED * bands + localWords * t;
            sums[0] += (long) WORD.getOpaque(words, local + PACKETS);
            sums[1] += (long) WORD.getOpaque(words, local + BYTES);
            for (int b = 0; b < bands; b++) {
                int row = local + LOCAL_BANDS + LOCAL * b;
                sums[2 + 2 * b] += (long) WORD.getOpaque(words, row + DROPPED_PACKETS);
                sums[3 + 2 * b] += (long) WORD.getOpaque(words, row + DROPPED_BYTES);
            }
        }
        return sums;
    }
}
