package dev.turnout.switchd.controller;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;

import dev.turnout.flow.Fields;
import dev.turnout.flow.FlowKey;
import dev.turnout.ofproto.Bridge;
import dev.turnout.ofproto.FailMode;
import dev.turnout.ofproto.Ofproto;
import dev.turnout.ofproto.PacketIn;
import dev.turnout.openflow.Octets;
import dev.turnout.openflow.OfAction.PacketInReason;
import org.junit.jupiter.api.Test;

class PacketInSchedulerTest {
    private static final long SEED = Long.getLong("turnout.seed", new Random().nextLong());
    private static final long MS = 1_000_000L;
    private static final long SECOND = 1000 * MS;

    private final Bridge bridge = new Ofproto(() -> 0).addBridge("br0", FailMode.SECURE, 1);
    private final List<PacketIn> sent = new ArrayList<>();
    private long nowNs = Long.MAX_VALUE - 5 * SECOND; // the clock may wrap at any time
    private long wakeNs = Long.MAX_VALUE;
    private boolean asleep = true;

    private PacketInScheduler scheduler(PacketInLimit limit) {
        return new PacketInScheduler(limit, sent::add, ms -> {
            assertThat(asleep).as("one wake-up at a time").isTrue();
            asleep = false;
            wakeNs = nowNs + ms * MS;
        }, nowNs);
    }

    private PacketIn packet(int port, long number) {
        FlowKey key = new FlowKey();
        key.set(Fields.IN_PORT, port);
        return new PacketIn(bridge, 0, number, PacketInReason.ACTION, 0, Octets.EMPTY, 60, new byte[60], key,
                Octets.EMPTY);
    }

    private static int port(PacketIn packet) {
        return (int) packet.key().get(Fields.IN_PORT);
    }

    /** Lets the time pass, with the wake-ups that were asked for. */
    private void advanceTo(PacketInScheduler scheduler, long toNs) {
        while (!asleep && wakeNs - toNs <= 0) {
            nowNs = wakeNs;
            asleep = true;
            scheduler.run(nowNs);
        }
        nowNs = toNs;
    }

    @Test
    void shouldPassEverythingWithoutALimit() {
        PacketInScheduler scheduler = scheduler(new PacketInLimit(0, 1));
        for (int i = 0; i < 5000; i++) {
            scheduler.offer(packet(1, i), nowNs);
        }
        assertThat(sent).hasSize(5000);
        assertThat(scheduler.count(PacketInScheduler.Outcome.PASSED)).isEqualTo(5000);
    }

    @Test
    void shouldLetOtherPortsThroughWhereOneFloods() {
        PacketInScheduler scheduler = scheduler(new PacketInLimit(1000, 250));
        int offeredByPort2 = 0;
        for (int ms = 0; ms < 2000; ms++) {
            for (int i = 0; i < 100; i++) {
                scheduler.offer(packet(1, i), nowNs); // 100 000 a second
            }
            if (ms % 4 == 0) {
                scheduler.offer(packet(2, offeredByPort2++), nowNs); // 250 a second
            }
            advanceTo(scheduler, nowNs + MS);
        }
        advanceTo(scheduler, nowNs + SECOND);
        List<Long> port2 = sent.stream().filter(packet -> port(packet) == 2).map(PacketIn::cookie).toList();
        assertThat(port2).hasSize(offeredByPort2);
        assertThat(port2).isSorted();
        assertThat(sent.size()).isBetween(2000 + 200, 2000 + 250 + 250 + 1);
    }

    @Test
    void shouldAgreeWithATokenBucketAndLoseNothingUncounted() {
        for (int round = 0; round < 200; round++) {
            long seed = SEED + round;
            Random random = new Random(seed);
            int rate = 1 + random.nextInt(5000);
            int burst = 1 + random.nextInt(300);
            sent.clear();
            asleep = true;
            nowNs = random.nextLong();
            long startNs = nowNs;
            PacketInScheduler scheduler = scheduler(new PacketInLimit(rate, burst));
            TreeMap<Integer, Long> offered = new TreeMap<>();
            long all = 0;
            for (int step = 0; step < 300; step++) {
                int port = random.nextInt(4);
                for (int n = random.nextInt(random.nextBoolean() ? 3 : 40); n > 0; n--) {
                    scheduler.offer(packet(port, all++), nowNs);
                    offered.merge(port, 1L, Long::sum);
                }
                advanceTo(scheduler, nowNs + random.nextLong(20 * MS));
                double earned = burst + (nowNs - startNs) * (double) rate / SECOND;
                assertThat((double) sent.size()).as("seed %d", seed).isLessThanOrEqualTo(earned + 1);
                assertThat(scheduler.waiting()).as("seed %d", seed).isLessThanOrEqualTo(burst);
                assertThat(sent.size() + scheduler.waiting()
                        + scheduler.count(PacketInScheduler.Outcome.DROPPED)).as("seed %d", seed).isEqualTo(all);
            }
            advanceTo(scheduler, nowNs + (burst * SECOND) / rate + 2 * SECOND);
            assertThat(scheduler.waiting()).as("seed %d: all that waited goes in the end", seed).isZero();
            for (int port : offered.keySet()) {
                assertThat(sent.stream().filter(packet -> port(packet) == port).map(PacketIn::cookie)).isSorted();
            }
        }
    }

    @Test
    void shouldServeWhatWaitsWhenTheLimitGoes() {
        PacketInScheduler scheduler = scheduler(new PacketInLimit(1, 10));
        for (int i = 0; i < 20; i++) {
            scheduler.offer(packet(1, i), nowNs);
        }
        assertThat(sent).hasSize(10);
        scheduler.setLimit(new PacketInLimit(0, 1), nowNs);
        assertThat(sent).hasSize(20);
    }
}
