package dev.turnout.ofproto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

class MacTableTest {
    private static final long SECOND = 1_000_000_000L;
    private static final int PORTS = 6;

    private final Set<Integer> ports = new HashSet<>(IntStream.rangeClosed(1, PORTS).boxed().toList());
    private final AtomicInteger changes = new AtomicInteger();
    private final MacTable table = new MacTable(ports::contains, changes::incrementAndGet);

    @Test
    void shouldNotLearnOnAPortThatIsGone() {
        table.learn(0, 5, 1, 0, true);
        ports.remove(1);
        table.flush(1);
        int before = changes.get();
        table.learn(0, 5, 1, SECOND, true);
        assertThat(table.size()).isZero();
        assertThat(changes).hasValue(before);
    }

    @Test
    void shouldNotLetAPortPushTheOthersAddressesOut() {
        table.setMaxEntries(100);
        for (int mac = 0; mac < 10; mac++) {
            table.learn(0, mac, 1, 0, true);
        }
        for (int mac = 1000; mac < 3000; mac++) {
            table.learn(0, mac, 2, mac, true);
        }
        assertThat(table.size()).isEqualTo(100);
        for (int mac = 0; mac < 10; mac++) {
            assertThat(table.lookup(0, mac)).isEqualTo(1);
        }
        assertThat(table.lookup(0, 2999)).isEqualTo(2);
        assertThat(table.lookup(0, 1000)).isEqualTo(-1);
    }

    private record Known(long mac, int port, long seenNs) {
    }

    /** The table as a list, the one seen last at the end. */
    private final class Model {
        final List<Known> list = new ArrayList<>();

        void learn(long mac, int port, long nowNs, int max) {
            Known old = list.stream().filter(known -> known.mac == mac).findFirst().orElse(null);
            if (!ports.contains(port) || (old != null && old.port == port && nowNs - old.seenNs < SECOND)) {
                return;
            }
            list.remove(old);
            Known fresh = new Known(mac, port, nowNs);
            list.add(fresh);
            while (list.size() > max && (old == null || old.port != port)) {
                List<Integer> having = list.stream().map(Known::port).distinct()
                        .sorted(Comparator.comparingInt(this::count).thenComparingInt(number -> number)).toList();
                Known victim = oldest(having.getLast());
                list.remove(victim.equals(fresh) ? oldest(having.getFirst()) : victim);
            }
        }

        private int count(int port) {
            return (int) list.stream().filter(known -> known.port == port).count();
        }

        private Known oldest(int port) {
            return list.stream().filter(known -> known.port == port).findFirst().orElseThrow();
        }
    }

    @Test
    void shouldForgetAsAListWould() {
        long seed = Long.getLong("turnout.seed", System.nanoTime());
        Random random = new Random(seed);
        Model model = new Model();
        long nowNs = 0;
        for (int i = 0; i < 20_000; i++) {
            nowNs += random.nextLong(SECOND);
            int max = 1 + random.nextInt(60);
            int port = 1 + random.nextInt(1 + random.nextInt(PORTS));
            switch (random.nextInt(40)) {
                case 0 -> {
                    table.flush(port);
                    model.list.removeIf(known -> known.port == port);
                }
                case 1 -> {
                    long now = nowNs;
                    table.setAgeingSeconds(30);
                    table.expire(now);
                    model.list.removeIf(known -> now - known.seenNs >= 30 * SECOND);
                }
                case 2 -> {
                    if (!ports.remove(port)) {
                        ports.add(port);
                    }
                }
                default -> {
                    table.setMaxEntries(max);
                    long mac = random.nextInt(80);
                    table.learn(0, mac, port, nowNs, true);
                    model.learn(mac, port, nowNs, max);
                }
            }
            assertThat(table.entries(nowNs)).as("seed %d, step %d", seed, i).extracting(FdbEntry::mac, FdbEntry::ofPort)
                    .containsExactlyInAnyOrderElementsOf(model.list.stream()
                            .map(known -> tuple(known.mac, known.port)).toList());
        }
    }
}
