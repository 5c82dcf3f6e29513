package dev.turnout.dpcls;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;

import dev.turnout.flow.FlowKeys;
import dev.turnout.flow.FlowLayout;
import dev.turnout.flow.FlowMask;
import dev.turnout.flow.Megaflow;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ClassifierTest {
    private static final long SEED = Long.getLong("turnout.seed", System.nanoTime());
    private static final int PORTS = 3;

    /** A megaflow of the naive model. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Flow(FlowMask mask, int inPort, long[] maskedKey) {
        boolean matches(long[] words) {
            return mask.equalUnder(maskedKey, words);
        }
    }

    private final RandomFlows flows = new RandomFlows(SEED, 24);
    private final Random random = flows.random;
    private final Classifier classifier = new Classifier(new Random(SEED));
    private final LookupGenerator generator = new LookupGenerator();
    private final Map<Integer, Flow> model = new HashMap<>();
    private final FlowKeys keys = new FlowKeys();
    private final int[] pending = new int[32];
    private final long[] handles = new long[32];

    @AfterEach
    void closeGenerator() {
        generator.close();
    }

    @Test
    void shouldAgreeWithALinearSearch() {
        int hits = 0;
        for (int step = 0; step < 60_000; step++) {
            switch (random.nextInt(8)) {
                case 0, 1 -> insert(random.nextInt(400));
                case 2 -> remove(random.nextInt(400));
                case 3 -> classifier.rank(step * 300_000_000L, generator);
                default -> hits += lookupBatch(1 + random.nextInt(32), step);
            }
        }
        assertThat(hits).as("seed %d", SEED).isGreaterThan(10_000);
        assertThat(classifier.size()).isEqualTo(model.size());
        while (!model.isEmpty()) {
            remove(model.keySet().iterator().next());
        }
        assertThat(classifier.tableCount()).as("seed %d: empty tables go", SEED).isZero();
        assertThat(generator.failed()).isZero();
    }

    private void insert(int slot) {
        if (model.containsKey(slot)) {
            return;
        }
        FlowMask mask = flows.mask();
        int inPort = 1 + random.nextInt(PORTS);
        long[] key = flows.maskedKey(inPort, mask);
        boolean isThere = model.values().stream()
                .anyMatch(f -> f.mask().equals(mask) && Arrays.equals(f.maskedKey(), key));
        assertThat(classifier.insert(Megaflow.handle(slot, 1), key, mask)).as("seed %d", SEED).isEqualTo(!isThere);
        if (!isThere) {
            model.put(slot, new Flow(mask, inPort, key));
        }
    }

    private void remove(int slot) {
        assertThat(classifier.remove(slot)).as("seed %d", SEED).isEqualTo(model.remove(slot) != null);
    }

    private int lookupBatch(int count, int step) {
        int inPort = 1 + random.nextInt(PORTS);
        PortClassifier port = classifier.port(inPort);
        if (port == null) {
            return 0;
        }
        for (int i = 0; i < count; i++) {
            flows.key(inPort, keys.words, FlowKeys.row(i));
            pending[i] = i;
        }
        int missed = port.lookup(keys.words, pending, count, handles);
        int nextMissed = 0;
        for (int i = 0; i < count; i++) {
            long[] words = keys.toKey(i).words();
            if (nextMissed < missed && pending[nextMissed] == i) {
                nextMissed++;
                assertThat(handles[i]).isEqualTo(Megaflow.NONE);
                assertThat(model.values().stream().noneMatch(f -> f.matches(words)))
                        .as("seed %d, step %d: a miss", SEED, step).isTrue();
            } else {
                Flow found = requireNonNull(model.get(Megaflow.index(handles[i])));
                assertThat(found.matches(words)).as("seed %d, step %d", SEED, step).isTrue();
                assertThat(classifier.matches(Megaflow.index(handles[i]), keys.words, FlowKeys.row(i))).isTrue();
            }
        }
        for (Map.Entry<Integer, Flow> entry : model.entrySet()) {
            assertThat(classifier.matches(entry.getKey(), keys.words, 0))
                    .isEqualTo(entry.getValue().matches(keys.toKey(0).words()));
        }
        return count - missed;
    }

    @Test
    void shouldRankTheTablesByHits() {
        FlowMask[] masks = new FlowMask[6];
        for (int i = 0; i < masks.length; i++) {
            long[] words = new long[FlowLayout.WORDS];
            words[FlowLayout.RECIRC_PORT] = -1;
            words[FlowLayout.IPV4] = 0xffL << (8 * i);
            masks[i] = FlowMask.of(words);
            long[] key = new long[FlowLayout.WORDS];
            key[FlowLayout.RECIRC_PORT] = 1;
            key[FlowLayout.IPV4] = 7L << (8 * i);
            classifier.insert(Megaflow.handle(i, 1), key, masks[i]);
        }
        keys.words[FlowLayout.RECIRC_PORT] = 1;
        keys.words[FlowLayout.IPV4] = 7L << 40;
        assertThat(visitsOfOneLookup()).isEqualTo(6);
        classifier.rank(0, generator);
        assertThat(visitsOfOneLookup()).isEqualTo(1);
    }

    @Test
    void shouldRemoveOnlyPortsWithoutMegaflows() {
        long[] words = new long[FlowLayout.WORDS];
        words[FlowLayout.RECIRC_PORT] = -1;
        FlowMask mask = FlowMask.of(words);
        long[] key = new long[FlowLayout.WORDS];
        key[FlowLayout.RECIRC_PORT] = 1;
        assertThat(classifier.removePortIfEmpty(1)).isFalse();
        classifier.insert(Megaflow.handle(5, 1), key, mask);
        keys.words[FlowLayout.RECIRC_PORT] = 1;
        assertThat(visitsOfOneLookup()).isEqualTo(1);
        assertThat(classifier.inPort(5)).isEqualTo(1);
        assertThat(classifier.removePortIfEmpty(1)).as("has a megaflow").isFalse();
        classifier.remove(5);
        assertThat(classifier.inPort(5)).isEqualTo(-1);
        assertThat(classifier.removePortIfEmpty(1)).isTrue();
        assertThat(classifier.port(1)).isNull();
        assertThat(classifier.visits()).as("counters only grow").isEqualTo(1);
        assertThat(classifier.insert(Megaflow.handle(5, 2), key, mask)).isTrue();
        assertThat(visitsOfOneLookup()).isEqualTo(1);
    }

    private long visitsOfOneLookup() {
        PortClassifier port = requireNonNull(classifier.port(1));
        long before = classifier.visits();
        pending[0] = 0;
        assertThat(port.lookup(keys.words, pending, 1, handles)).isZero();
        return classifier.visits() - before;
    }

    @Test
    void shouldRefuseMasksThatLeaveThePortOpenOrLookAtThePipeline() {
        long[] words = new long[FlowLayout.WORDS];
        words[FlowLayout.RECIRC_PORT] = 0xffff_ffffL;
        assertThatThrownBy(() -> classifier.insert(1, words, FlowMask.of(words)))
                .isInstanceOf(IllegalArgumentException.class);
        words[FlowLayout.RECIRC_PORT] = -1;
        words[FlowLayout.REGS] = 1;
        assertThatThrownBy(() -> classifier.insert(1, words, FlowMask.of(words)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void shouldKeepTensOfThousandsApart() {
        long[] words = new long[FlowLayout.WORDS];
        words[FlowLayout.RECIRC_PORT] = -1;
        words[FlowLayout.IPV4] = -1;
        FlowMask mask = FlowMask.of(words);
        int count = 50_000;
        for (int i = 0; i < count; i++) {
            assertThat(classifier.insert(Megaflow.handle(i, 1), key(i), mask)).isTrue();
        }
        for (int i = 0; i < count; i += 2) {
            assertThat(classifier.remove(i)).isTrue();
        }
        for (int i = 0; i < count; i++) {
            assertThat(classifier.matches(i, key(i), 0)).isEqualTo(i % 2 == 1);
            assertThat(classifier.insert(Megaflow.handle(count + i, 1), key(i), mask)).isEqualTo(i % 2 == 0);
        }
        assertThat(classifier.size()).isEqualTo(count);
    }

    private static long[] key(int i) {
        long[] key = new long[FlowLayout.WORDS];
        key[FlowLayout.RECIRC_PORT] = 1;
        key[FlowLayout.IPV4] = 0x0a00_0000_1400_0000L + ((long) (i >> 8) << 32) + (i & 0xff);
        return key;
    }
}
