package dev.turnout.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;

import dev.turnout.flow.DpMeter;
import org.junit.jupiter.api.Test;

/** Token buckets against a naive model, under an injected clock; leases of several threads. */
class MeterTest {
    private static final long SEED = Long.getLong("turnout.seed", System.nanoTime());
    private static final long START_NS = 1_000;

    private final SplittableRandom random = new SplittableRandom(SEED);
    private final MeteredGroup group = new MeteredGroup();

    private static DpMeter packets(long... ratesAndBursts) {
        return meter(true, ratesAndBursts);
    }

    private static DpMeter meter(boolean inPackets, long... ratesAndBursts) {
        List<DpMeter.Band> bands = new ArrayList<>();
        for (int i = 0; i < ratesAndBursts.length; i += 2) {
            bands.add(new DpMeter.Band(ratesAndBursts[i], ratesAndBursts[i + 1]));
        }
        return new DpMeter(inPackets, bands);
    }

    private void group(int[] wirePackets, int[] wireBytes) {
        group.count = wirePackets.length;
        group.packets = Arrays.stream(wirePackets).sum();
        group.bytes = Arrays.stream(wireBytes).sum();
        System.arraycopy(wirePackets, 0, group.wirePackets, 0, wirePackets.length);
        System.arraycopy(wireBytes, 0, group.wireBytes, 0, wireBytes.length);
    }

    private void same(int count, int bytes) {
        int[] ones = new int[count];
        int[] sizes = new int[count];
        Arrays.fill(ones, 1);
        Arrays.fill(sizes, bytes);
        group(ones, sizes);
    }

    /** How many of a group of equal packets pass. */
    private int passing(Meter meter, long nowNs, int count, int bytes) {
        same(count, bytes);
        return meter.pass(0, nowNs, group)
                ? (int) Arrays.stream(group.exceeded, 0, count).filter(b -> b < 0).count()
                : count;
    }

    // --- against a model -----------------------------------------------------------------------------------------------

    /** A token bucket as a textbook has it, in double precision: one per band, every packet by itself. */
    private static final class Model {
        private final DpMeter config;
        private final double[] tokens;
        private final double[] capacity;
        private final long[] counts;
        private long lastNs = START_NS;

        Model(DpMeter config) {
            this.config = config;
            tokens = new double[config.bands().size()];
            capacity = new double[tokens.length];
            counts = new long[2 + 2 * tokens.length];
            for (int b = 0; b < tokens.length; b++) {
                DpMeter.Band band = config.bands().get(b);
                capacity[b] = (band.burst() == 0 ? band.rate() : band.burst()) * (config.inPackets() ? 1.0 : 1000.0);
                tokens[b] = capacity[b];
            }
        }

        /** Band that drops the packet, or -1. */
        int arrive(long nowNs, int wirePackets, int wireBytes) {
            counts[0] += wirePackets;
            counts[1] += wireBytes;
            double cost = config.inPackets() ? wirePackets : wireBytes * 8.0;
            int drops = -1;
            for (int b = 0; b < tokens.length; b++) {
                double perNs = config.bands().get(b).rate() * (config.inPackets() ? 1e-9 : 1e-6);
                tokens[b] = Math.min(capacity[b], tokens[b] + (nowNs - lastNs) * perNs);
                boolean passes = tokens[b] >= cost - 1e-6
                        || (cost > capacity[b] && tokens[b] >= capacity[b] / 8 - 1e-6);
                if (passes) {
                    tokens[b] -= cost;
                } else if (drops < 0 || config.bands().get(b).rate() > config.bands().get(drops).rate()) {
                    drops = b;
                }
            }
            if (drops >= 0) {
                counts[2 + 2 * drops] += wirePackets;
                counts[3 + 2 * drops] += wireBytes;
            }
            lastNs = nowNs;
            return drops;
        }
    }

    /** Rates low enough that nothing is leased ahead: then every single decision equals the model's. */
    @Test
    void shouldDecideAsAModelUnderRandomArrivals() {
        for (int round = 0; round < 300; round++) {
            DpMeter config = randomMeter(2_000);
            Model model = new Model(config);
            Meter meter = new Meter(config, 1, START_NS);
            long nowNs = START_NS;
            for (int step = 0; step < 200; step++) {
                nowNs += random.nextLong(1, random.nextInt(4) == 0 ? 2_000_000_000L : 5_000_000L);
                int count = config.inPackets() && config.bands().size() == 1 ? random.nextInt(1, 33) : 1;
                int[] wirePackets = new int[count];
                int[] wireBytes = new int[count];
                for (int i = 0; i < count; i++) {
                    wirePackets[i] = random.nextInt(10) == 0 ? random.nextInt(1, 46) : 1;
                    wireBytes[i] = wirePackets[i] * random.nextInt(60, 1515);
                }
                group(wirePackets, wireBytes);
                boolean exceeds = meter.pass(0, nowNs, group);
                for (int i = 0; i < count; i++) {
                    int expected = model.arrive(nowNs, wirePackets[i], wireBytes[i]);
                    assertThat(exceeds ? group.exceeded[i] : -1)
                            .as("seed %d, round %d, step %d, packet %d, %s", SEED, round, step, i, config)
                            .isEqualTo(expected);
                }
            }
            assertThat(meter.read()).as("seed %d, round %d", SEED, round).isEqualTo(model.counts);
        }
    }

    private DpMeter randomMeter(int maxRate) {
        boolean inPackets = random.nextBoolean();
        List<DpMeter.Band> bands = new ArrayList<>();
        for (int b = random.nextInt(1, random.nextBoolean() ? 2 : 9); b > 0; b--) {
            bands.add(new DpMeter.Band(random.nextInt(1, maxRate), random.nextBoolean() ? 0 : random.nextInt(1, 300)));
        }
        return new DpMeter(inPackets, bands);
    }

    @Test
    void shouldHoldEveryRateWithinFivePercent() {
        long[] packetRates = {10, 1000, 1_000_000};
        for (long rate : packetRates) {
            Meter meter = new Meter(packets(rate, 0), 2, START_NS);
            assertRate(meter, rate, 64, 1, "pktps " + rate);
        }
        long[] kilobitRates = {10, 1000, 1_000_000, 10_000_000};
        for (long rate : kilobitRates) {
            for (int bytes : new int[]{64, 1500}) {
                Meter meter = new Meter(meter(false, rate, 0), 2, START_NS);
                assertRate(meter, rate * 1000, bytes, bytes * 8, "kbps " + rate + ", " + bytes + " bytes");
            }
        }
    }

    /** Twice the rate arrives, in random groups at two threads in turn. */
    private void assertRate(Meter meter, long rate, int bytes, int unitsPerPacket, String what) {
        double packetsPerNs = 2.0 * rate / unitsPerPacket / 1e9;
        long nowNs = START_NS;
        long passed = 0;
        double arrived = 0;
        long burst = rate / unitsPerPacket;
        int packets = 400_000;
        for (int sent = 0; sent < packets;) {
            int count = Math.clamp(burst / 4, 1, random.nextInt(1, 33));
            sent += count;
            arrived += count;
            nowNs = START_NS + (long) (arrived / packetsPerNs);
            same(count, bytes);
            boolean exceeds = meter.pass(random.nextInt(2), nowNs, group);
            for (int i = 0; i < count; i++) {
                passed += exceeds && group.exceeded[i] >= 0 ? 0 : 1;
            }
        }
        // What arrives in half the burst's time is under the burst: short runs never see a drop.
        double seconds = (nowNs - START_NS) / 1e9;
        double earned = burst + seconds * rate / unitsPerPacket;
        assertThat((double) passed).as("%s, seed %d", what, SEED)
                .isLessThanOrEqualTo(Math.min(arrived, earned * 1.0001 + 1))
                .isGreaterThanOrEqualTo(0.95 * Math.min(arrived, earned) - 2);
    }

    // --- leases of threads ---------------------------------------------------------------------------------------------

    @Test
    void shouldNeverGrantThreadsMoreThanWasEarned() {
        for (int round = 0; round < 20; round++) {
            int threads = 4;
            DpMeter config = packets(random.nextLong(1000, 5_000_000), random.nextLong(1, 5000));
            Meter meter = new Meter(config, threads, START_NS);
            AtomicLong clock = new AtomicLong(START_NS);
            List<CompletableFuture<Long>> all = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                int number = t;
                SplittableRandom own = random.split();
                all.add(CompletableFuture.supplyAsync(() -> grab(meter, number, clock, own)));
            }
            long granted = all.stream().mapToLong(CompletableFuture::join).sum();
            DpMeter.Band band = config.bands().get(0);
            double earned = band.burst() + (clock.get() - START_NS) * 1e-9 * band.rate();
            assertThat((double) granted).as("seed %d, round %d, %s", SEED, round, config)
                    .isLessThanOrEqualTo(earned + 1e-6);
            // Four threads ask for far more than there is: nothing but what they keep leased may be left.
            assertThat((double) granted).as("seed %d, round %d, %s", SEED, round, config)
                    .isGreaterThanOrEqualTo(0.95 * earned - band.burst() / 16.0 - 8 * threads);
            long[] counts = meter.read();
            assertThat(counts[0]).isEqualTo(granted + counts[2]);
        }
    }

    /** Draws packets until time is over; the clock is moved on by all, so that each of them often sees an old time. */
    private static long grab(Meter meter, int thread, AtomicLong clock, SplittableRandom own) {
        MeteredGroup mine = new MeteredGroup();
        long granted = 0;
        for (int i = 0; i < 60_000; i++) {
            long nowNs = clock.addAndGet(own.nextInt(20));
            mine.count = own.nextInt(8, 33);
            mine.packets = mine.count;
            mine.bytes = 64L * mine.count;
            Arrays.fill(mine.wirePackets, 1);
            Arrays.fill(mine.wireBytes, 64);
            boolean exceeds = meter.pass(thread, nowNs, mine);
            for (int k = 0; k < mine.count; k++) {
                granted += exceeds && mine.exceeded[k] >= 0 ? 0 : 1;
            }
        }
        return granted;
    }

    // --- single points -------------------------------------------------------------------------------------------------

    @Test
    void shouldStartFullAndFillUpToTheBurst() {
        Meter meter = new Meter(packets(10, 5), 1, START_NS);
        assertThat(passing(meter, START_NS, 8, 64)).isEqualTo(5);
        assertThat(passing(meter, START_NS + 99_999_999, 1, 64)).isZero();
        assertThat(passing(meter, START_NS + 100_000_000, 1, 64)).isOne();
        assertThat(passing(meter, START_NS + 1_000_000_000_000L, 32, 64)).isEqualTo(5);
        assertThat(passing(meter, START_NS + 400 * 86_400_000_000_000L, 32, 64)).as("after a year").isEqualTo(5);
    }

    @Test
    void shouldTakeTheRateForABurst() {
        Meter meter = new Meter(packets(7, 0), 1, START_NS);
        assertThat(passing(meter, START_NS, 32, 64)).isEqualTo(7);
    }

    @Test
    void shouldBearTheGreatestRatesAndBursts() {
        Meter meter = new Meter(meter(false, 0xffff_ffffL, 0xffff_ffffL), 1, START_NS);
        for (int i = 0; i < 1000; i++) {
            assertThat(passing(meter, START_NS + i * 10_000_000_000L, 32, 65_000)).isEqualTo(32);
        }
    }

    @Test
    void shouldLetASegmentPassThatIsLongerThanTheBurstAndHoldTheMeanRate() {
        Meter meter = new Meter(meter(false, 1000, 100), 1, START_NS); // 125 kB/s, burst 12.5 kB
        long passed = 0;
        for (int i = 0; i < 10_000; i++) {
            group(new int[]{44}, new int[]{64_000});
            passed += meter.pass(0, START_NS + i * 10_000_000L, group) && group.exceeded[0] >= 0 ? 0 : 1;
        }
        assertThat(passed * 64_000.0 / 100).isBetween(125_000 * 0.95, 125_000 * 1.05);
    }

    @Test
    void shouldCountADropWithTheHighestBandExceeded() {
        Meter meter = new Meter(packets(5, 0, 20, 0, 10, 0), 1, START_NS);
        assertThat(passing(meter, START_NS, 30, 100)).isEqualTo(5);
        assertThat(meter.read()).containsExactly(30, 3000, 5, 500, 10, 1000, 10, 1000);
    }

    // --- the table -----------------------------------------------------------------------------------------------------

    @Test
    void shouldGiveNumbersAgainAndRefuseTooMany() {
        Meters meters = new Meters(1, () -> START_NS);
        assertThat(meters.add(packets(1, 1))).isEqualTo(1);
        assertThat(meters.add(packets(1, 1))).isEqualTo(2);
        meters.remove(1);
        assertThat(meters.get(1)).isNull();
        assertThat(meters.add(packets(2, 2))).isEqualTo(1);
        for (int i = 3; i <= Meters.MAX_METERS; i++) {
            assertThat(meters.add(packets(1, 1))).isEqualTo(i);
        }
        assertThat(meters.add(packets(1, 1))).isZero();
        assertThat(meters.size()).isEqualTo(Meters.MAX_METERS);
        assertThat(meters.get(Meters.MAX_METERS)).isNotNull();
        assertThat(meters.get(Meters.MAX_METERS + 1)).isNull();
        meters.remove(77);
        assertThatThrownBy(() -> meters.remove(77)).hasMessageContaining("77");
        assertThatThrownBy(() -> meters.replace(77, packets(1, 1))).hasMessageContaining("77");
    }
}
