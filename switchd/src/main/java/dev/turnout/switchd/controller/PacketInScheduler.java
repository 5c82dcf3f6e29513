package dev.turnout.switchd.controller;

import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.IntConsumer;

import dev.turnout.flow.Fields;
import dev.turnout.ofproto.PacketIn;

/**
 * The packet-ins of one bridge on their way to its controllers: at most so many per second, after a burst. What comes faster waits in a queue per
 * input port; the queues are served in turn, and where they hold too much in all, the longest one loses its oldest packet. So a port that floods loses
 * packets of its own only.
 *
 * <p>The rate is kept by the theoretical arrival time of the generic cell rate algorithm (ITU-T I.371): a packet may go if that lies no more than a
 * burst ahead.
 *
 * <p>Thread rules: any thread; everything is guarded by this object's lock, under which packets are handed on, so that they stay in order. Whoever
 * they are handed to must not block and must not call back.
 */
final class PacketInScheduler {
    private static final long NS_PER_SECOND = 1_000_000_000L;

    /** What became of packets. */
    enum Outcome {
        /** Handed on at once. */
        PASSED,
        /** Handed on after waiting. */
        DELAYED,
        /** Never handed on. */
        DROPPED
    }

    private final Consumer<PacketIn> controllers;
    private final IntConsumer wakeAfterMs;
    /** By input port; the first is the next to be served; none is empty. */
    private final Map<Integer, ArrayDeque<PacketIn>> queues = new LinkedHashMap<>();
    private final Map<Outcome, Long> counts = new EnumMap<>(Outcome.class);
    private PacketInLimit limit;
    private int waiting;
    private boolean awake;
    /** When the packets so far would all have gone, had they gone at the rate. */
    private long arrivalNs;

    /**
     * A scheduler.
     *
     * @param limit
     *            at first
     * @param controllers
     *            takes the packets that may go
     * @param wakeAfterMs
     *            is asked to call {@link #run} in so many milliseconds
     * @param nowNs
     *            the time
     */
    PacketInScheduler(PacketInLimit limit, Consumer<PacketIn> controllers, IntConsumer wakeAfterMs, long nowNs) {
        this.limit = limit;
        this.controllers = controllers;
        this.wakeAfterMs = wakeAfterMs;
        arrivalNs = nowNs;
    }

    /** Takes another limit; what waits goes as that one allows. */
    synchronized void setLimit(PacketInLimit other, long nowNs) {
        if (!other.equals(limit)) {
            limit = other;
            serve(nowNs);
        }
    }

    /** A packet, to be handed on now or later, or to be dropped. */
    synchronized void offer(PacketIn packet, long nowNs) {
        if (waiting == 0 && take(nowNs)) {
            add(Outcome.PASSED);
            controllers.accept(packet);
            return;
        }
        if (waiting >= limit.burst()) {
            dropOldestOfLongest();
        }
        int port = (int) packet.key().get(Fields.IN_PORT);
        queues.computeIfAbsent(port, _ -> new ArrayDeque<>()).add(packet);
        waiting++;
        serve(nowNs);
    }

    /** Hands on what may go by now. */
    synchronized void run(long nowNs) {
        awake = false;
        serve(nowNs);
    }

    /** Packets by what became of them. */
    synchronized long count(Outcome outcome) {
        return counts.getOrDefault(outcome, 0L);
    }

    private void add(Outcome outcome) {
        counts.merge(outcome, 1L, Long::sum);
    }

    /** Packets that wait. */
    synchronized int waiting() {
        return waiting;
    }

    private void serve(long nowNs) {
        while (waiting > 0 && take(nowNs)) {
            Map.Entry<Integer, ArrayDeque<PacketIn>> first = queues.entrySet().iterator().next();
            ArrayDeque<PacketIn> queue = first.getValue();
            queues.remove(first.getKey());
            PacketIn packet = queue.remove();
            if (!queue.isEmpty()) {
                queues.put(first.getKey(), queue); // to the end of the line
            }
            waiting--;
            add(Outcome.DELAYED);
            controllers.accept(packet);
        }
        if (waiting > 0 && !awake) {
            awake = true;
            long aheadNs = arrivalNs - nowNs - burstNs() + intervalNs();
            wakeAfterMs.accept((int) Math.max(1, Math.min(1000, (aheadNs + 999_999) / 1_000_000)));
        }
    }

    private boolean take(long nowNs) {
        if (limit.isUnlimited()) {
            return true;
        }
        long next = arrivalNs - nowNs < 0 ? nowNs : arrivalNs;
        if (next - nowNs > burstNs() - intervalNs()) {
            return false;
        }
        arrivalNs = next + intervalNs();
        return true;
    }

    private long intervalNs() {
        return limit.isUnlimited() ? 0 : NS_PER_SECOND / limit.packetsPerSecond();
    }

    private long burstNs() {
        return intervalNs() * limit.burst();
    }

    private void dropOldestOfLongest() {
        Map.Entry<Integer, ArrayDeque<PacketIn>> longest = Collections.max(queues.entrySet(),
                Comparator.comparingInt(queue -> queue.getValue().size()));
        PacketIn ignored = longest.getValue().remove();
        if (longest.getValue().isEmpty()) {
            queues.remove(longest.getKey());
        }
        waiting--;
        add(Outcome.DROPPED);
    }
}
