package dev.turnout.dpcls;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.Random;

import dev.turnout.flow.FlowKeys;
import dev.turnout.flow.FlowLayout;
import dev.turnout.flow.FlowMask;
import dev.turnout.flow.Megaflow;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SpecializationTest {
    private static final long SEED = Long.getLong("turnout.seed", System.nanoTime());
    private static final long WINDOW_NS = 1_000_000_000L;

    private final RandomFlows flows = new RandomFlows(SEED, 12);
    private final Classifier classifier = new Classifier(new Random(SEED));
    private final LookupGenerator generator = new LookupGenerator();
    private final FlowKeys keys = new FlowKeys();
    private final int[] pending = new int[32];
    private final long[] handles = new long[32];
    private long nowNs;
    private int nextSlot;

    @AfterEach
    void closeGenerator() {
        generator.close();
    }

    @Test
    void generatedLookupsShouldAgreeWithTheGenericOnes() {
        for (int tableCount : new int[]{1, 2, 5, 20, 64}) {
            Random random = new Random(SEED + tableCount);
            RandomFlows drawn = new RandomFlows(random.nextLong(), tableCount);
            long[] multipliers = random.longs(64).map(x -> x | 1).toArray();
            Subtable[] tables = new Subtable[tableCount];
            for (int t = 0; t < tableCount; t++) {
                tables[t] = new Subtable(drawn.masks[t], multipliers, new SlotIndex());
            }
            new LookupGenerator.Trial(tables, new LookupCompiler(tables), random).verify(300);
        }
    }

    private PortClassifier populate(int inPort, int count) {
        for (int i = 0; i < count; i++) {
            FlowMask mask = flows.mask();
            classifier.insert(Megaflow.handle(nextSlot++, 1), flows.maskedKey(inPort, mask), mask);
        }
        return requireNonNull(classifier.port(inPort));
    }

    private void sendWindow(PortClassifier port, int inPort, int packets) {
        for (int sent = 0; sent < packets; sent += 32) {
            for (int i = 0; i < 32; i++) {
                flows.key(inPort, keys.words, FlowKeys.row(i));
                pending[i] = i;
            }
            int missed = port.lookup(keys.words, pending, 32, handles);
            int nextMissed = 0;
            for (int i = 0; i < 32; i++) {
                if (nextMissed < missed && pending[nextMissed] == i) {
                    nextMissed++;
                } else {
                    assertThat(classifier.matches(Megaflow.index(handles[i]), keys.words, FlowKeys.row(i)))
                            .as("seed %d", SEED).isTrue();
                }
            }
        }
        classifier.rank(nowNs += WINDOW_NS, generator);
    }

    private void awaitGenerated(PortClassifier port, int inPort, int more) {
        long before = generator.generated();
        for (int i = 0; i < 8; i++) {
            sendWindow(port, inPort, 100_000);
        }
        await().until(() -> generator.generated() == before + more && generator.failed() == 0);
        await().until(() -> {
            classifier.rank(nowNs += WINDOW_NS, generator);
            return port.isSpecialized();
        });
    }

    @Test
    void shouldSpecializeAHotPortAndGoOnWithChange() {
        PortClassifier port = populate(1, 300);
        awaitGenerated(port, 1, 1);
        sendWindow(port, 1, 100_000);
        // The tables stay right while megaflows come and go behind the generated class.
        for (int slot = 0; slot < nextSlot; slot += 2) {
            classifier.remove(slot);
        }
        sendWindow(port, 1, 50_000);
        populate(1, 300);
        sendWindow(port, 1, 50_000);
        assertThat(generator.generated()).as("no new class for mere change").isEqualTo(1);
    }

    @Test
    void shouldNotSpecializeForTablesWithoutHits() {
        PortClassifier port = populate(1, 300);
        for (int i = 0; i < 10; i++) {
            sendWindow(port, 1, 1000);
        }
        assertThat(port.isSpecialized()).isFalse();
        assertThat(generator.generated()).isZero();
    }

    /** A lookup over a third of the packets would be dropped in the ranking that takes it, and asked for again and again. */
    @Test
    void shouldNotAskForALookupThatItWouldGiveUpAtOnce() {
        assertThat(asksFor(200)).isFalse();
        assertThat(asksFor(100)).isTrue();
    }

    /** Whether a lookup is asked for when that many tables have the same share of the packets. */
    private boolean asksFor(int tables) {
        Subtable[] ranked = new Subtable[tables];
        for (int i = 0; i < tables; i++) {
            ranked[i] = new Subtable(flows.mask(), new long[FlowLayout.WORDS], new SlotIndex());
            ranked[i].windowHits = 1000;
        }
        SpecializationPolicy policy = new SpecializationPolicy();
        boolean asks = false;
        for (int ranking = 0; ranking < 8; ranking++) {
            asks |= policy.wanted(ranked, ranking * WINDOW_NS) != null;
        }
        return asks;
    }

    @Test
    void everyPortShouldHaveAClassOfItsOwn() {
        PortClassifier[] ports = new PortClassifier[4];
        for (int p = 0; p < ports.length; p++) {
            ports[p] = populate(p + 1, 200);
        }
        for (int p = 0; p < ports.length; p++) {
            awaitGenerated(ports[p], p + 1, 1);
        }
        for (int p = 0; p < ports.length; p++) {
            assertThat(ports[p].isSpecialized()).isTrue();
            sendWindow(ports[p], p + 1, 10_000);
        }
    }

    @Test
    void shouldGiveUpALookupWhoseTablesAreGone() {
        PortClassifier port = populate(1, 300);
        awaitGenerated(port, 1, 1);
        for (int slot = 0; slot < nextSlot; slot++) {
            classifier.remove(slot);
        }
        assertThat(port.tableCount()).isZero();
        populate(1, 300);
        sendWindow(port, 1, 50_000);
        assertThat(port.isSpecialized()).isFalse();
        sendWindow(port, 1, 50_000);
    }
}
