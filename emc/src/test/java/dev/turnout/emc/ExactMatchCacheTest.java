package dev.turnout.emc;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;

import dev.turnout.flow.FlowLayout;
import dev.turnout.flow.Megaflow;
import org.junit.jupiter.api.Test;

class ExactMatchCacheTest {
    private static final long SEED = Long.getLong("turnout.seed", System.nanoTime());
    private static final int OFFSET = 3;

    private final Set<Long> live = new HashSet<>();
    private final ExactMatchCache cache = new ExactMatchCache(SEED);

    /** A key with its hash; hashes are chosen by the tests. */
    @SuppressWarnings("ArrayRecordComponent") // compared by value below
    private record Key(long[] words, long hash) {
        long used() {
            long used = 0;
            for (int i = 0; i < words.length; i++) {
                used |= words[i] != 0 ? 1L << i : 0;
            }
            return used;
        }

        long[] row() {
            long[] row = new long[OFFSET + FlowLayout.DATAPATH_WORDS];
            System.arraycopy(words, 0, row, OFFSET, words.length);
            return row;
        }

        @Override
        public boolean equals(Object o) {
            return o instanceof Key other && Arrays.equals(words, other.words);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(words);
        }
    }

    private static Key narrow(long value, long hash) {
        return new Key(new long[]{1, value, 2, 3, 4}, hash);
    }

    private static Key wide(long value, long hash) {
        return new Key(new long[]{1, 2, 0, 0, 0, 0, 0, 0, 5, value, 7, 8}, hash);
    }

    private long lookup(Key key) {
        return cache.lookup(key.row(), OFFSET, key.used(), key.hash());
    }

    private void insert(Key key, long handle) {
        cache.insert(key.row(), OFFSET, key.used(), key.hash(), handle, live::contains);
    }

    private long newHandle(int index) {
        long handle = Megaflow.handle(index, 1);
        live.add(handle);
        return handle;
    }

    @Test
    void shouldFindNothingInAnEmptyCache() {
        assertThat(lookup(narrow(1, 0))).isEqualTo(Megaflow.NONE);
        assertThat(lookup(wide(1, 0))).isEqualTo(Megaflow.NONE);
        assertThat(lookup(new Key(new long[5], 0))).isEqualTo(Megaflow.NONE);
    }

    @Test
    void shouldAgreeWithAModelThatForgetsNothing() {
        Random random = new Random(SEED);
        Map<Key, Long> model = new HashMap<>();
        Key[] keys = new Key[30_000];
        for (int i = 0; i < keys.length; i++) {
            long hash = random.nextInt(4) == 0 ? random.nextInt(1 << 14) : random.nextLong();
            keys[i] = random.nextBoolean() ? narrow(i, hash) : wide(i, hash);
        }
        int hits = 0;
        for (int step = 0; step < 200_000; step++) {
            Key key = keys[random.nextInt(keys.length)];
            if (random.nextInt(3) == 0) {
                long handle = newHandle(step);
                if (random.nextInt(8) == 0) {
                    live.remove(handle);
                }
                insert(key, handle);
                model.put(key, handle);
                assertThat(lookup(key)).as("seed %d, step %d: just inserted", SEED, step).isEqualTo(handle);
            } else {
                long found = lookup(key);
                if (found != Megaflow.NONE) {
                    hits++;
                    assertThat(found).as("seed %d, step %d: the latest handle", SEED, step).isEqualTo(model.get(key));
                }
            }
        }
        assertThat(hits).as("seed %d", SEED).isGreaterThan(10_000);
    }

    @Test
    void shouldTellKeysWithEqualHashesApart() {
        insert(narrow(1, 77), newHandle(1));
        insert(wide(1, 77), newHandle(2));
        assertThat(lookup(narrow(2, 77))).isEqualTo(Megaflow.NONE);
        assertThat(lookup(wide(2, 77))).isEqualTo(Megaflow.NONE);
        assertThat(lookup(narrow(1, 77))).isEqualTo(Megaflow.handle(1, 1));
        assertThat(lookup(wide(1, 77))).isEqualTo(Megaflow.handle(2, 1));
    }

    @Test
    void shouldUseBothPlacesBeforeItReplaces() {
        long hash = 5 | 6L << 13;
        insert(narrow(1, hash), newHandle(1));
        insert(narrow(2, hash), newHandle(2));
        assertThat(lookup(narrow(1, hash))).isEqualTo(Megaflow.handle(1, 1));
        assertThat(lookup(narrow(2, hash))).isEqualTo(Megaflow.handle(2, 1));
    }

    @Test
    void shouldReplaceADeadMegaflowBeforeASmallerHash() {
        long places = 5 | 6L << 13;
        Key small = narrow(1, places | 1L << 40);
        Key large = narrow(2, places | 2L << 40);
        insert(small, newHandle(1));
        insert(large, newHandle(2));
        live.remove(Megaflow.handle(2, 1));
        Key third = narrow(3, places | 3L << 40);
        insert(third, newHandle(3));
        assertThat(lookup(small)).isEqualTo(Megaflow.handle(1, 1));
        assertThat(lookup(large)).isEqualTo(Megaflow.NONE);
        assertThat(lookup(third)).isEqualTo(Megaflow.handle(3, 1));
    }

    @Test
    void shouldReplaceTheSmallerHashAmongTheLiving() {
        long places = 5 | 6L << 13;
        for (boolean isWide : new boolean[]{false, true}) {
            Key small = isWide ? wide(1, places | 1L << 40) : narrow(1, places | 1L << 40);
            Key large = isWide ? wide(2, places | 2L << 40) : narrow(2, places | 2L << 40);
            Key third = isWide ? wide(3, places) : narrow(3, places);
            insert(large, newHandle(2));
            insert(small, newHandle(1));
            insert(third, newHandle(3));
            assertThat(lookup(large)).isEqualTo(Megaflow.handle(2, 1));
            assertThat(lookup(small)).isEqualTo(Megaflow.NONE);
            assertThat(lookup(third)).isEqualTo(Megaflow.handle(3, 1));
        }
    }

    @Test
    void shouldReplaceAKeyInPlace() {
        long hash = 5 | 6L << 13;
        insert(narrow(1, hash), newHandle(1));
        insert(narrow(2, hash), newHandle(2));
        insert(narrow(2, hash), newHandle(3));
        insert(narrow(1, hash), newHandle(4));
        assertThat(lookup(narrow(1, hash))).isEqualTo(Megaflow.handle(4, 1));
        assertThat(lookup(narrow(2, hash))).isEqualTo(Megaflow.handle(3, 1));
    }

    @Test
    void shouldForgetEverything() {
        insert(narrow(1, 9), newHandle(1));
        insert(wide(1, 9), newHandle(2));
        cache.clear();
        assertThat(lookup(narrow(1, 9))).isEqualTo(Megaflow.NONE);
        assertThat(lookup(wide(1, 9))).isEqualTo(Megaflow.NONE);
    }

    @Test
    void shouldAdmitAboutOneInSoMany() {
        for (int inverse : new int[]{1, 2, 10, 100}) {
            cache.setInverseProbability(inverse);
            int admitted = 0;
            for (int i = 0; i < 1_000_000; i++) {
                admitted += cache.admits() ? 1 : 0;
            }
            assertThat((double) admitted * inverse / 1_000_000).as("seed %d, 1/%d", SEED, inverse).isBetween(0.9, 1.1);
        }
        cache.setInverseProbability(0);
        for (int i = 0; i < 1_000_000; i++) {
            assertThat(cache.admits()).isFalse();
        }
    }
}
