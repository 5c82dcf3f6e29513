package dev.turnout.emc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;

import org.junit.jupiter.api.Test;

class SignatureCacheTest {
    private static final long SEED = Long.getLong("turnout.seed", System.nanoTime());

    /** Slot to the value in word 0 that its megaflow matches; what the verifier looks at. */
    private final Map<Integer, Long> megaflows = new HashMap<>();
    private final SignatureCache cache = new SignatureCache(1024);

    private int lookup(long value, long hash) {
        int[] slots = new int[2];
        cache.lookup(new long[]{9, value}, 1, new long[]{0, hash}, new int[]{1}, 1, slots, (slot, words, offset) -> {
            Long matched = megaflows.get(slot);
            return matched != null && matched == words[offset];
        });
        return slots[1];
    }

    @Test
    void shouldBeRightOrSilentUnderRandomChange() {
        Random random = new Random(SEED);
        int hits = 0;
        for (int step = 0; step < 200_000; step++) {
            long value = random.nextInt(600);
            long hash = value * 0x9e37_79b9_7f4a_7c15L & (value % 7 == 0 ? 0xffff_f000L : -1L);
            int slot = random.nextInt(700);
            switch (random.nextInt(8)) {
                case 0 -> megaflows.remove(slot);
                case 1, 2 -> {
                    megaflows.put(slot, value);
                    cache.insert(hash, slot);
                    assertThat(lookup(value, hash)).as("seed %d, step %d: just inserted", SEED, step).isNotNegative();
                }
                default -> {
                    int found = lookup(value, hash);
                    if (found >= 0) {
                        hits++;
                        assertThat(megaflows.get(found)).as("seed %d, step %d", SEED, step).isEqualTo(value);
                    }
                }
            }
        }
        assertThat(hits).as("seed %d", SEED).isGreaterThan(10_000);
    }

    @Test
    void shouldKeepFourSignaturesPerBucket() {
        for (int i = 0; i < 4; i++) {
            megaflows.put(i, (long) i);
            cache.insert((long) i << 32, i);
        }
        for (int i = 0; i < 4; i++) {
            assertThat(lookup(i, (long) i << 32)).isEqualTo(i);
        }
        megaflows.put(4, 4L);
        cache.insert(4L << 32, 4);
        int kept = 0;
        for (int i = 0; i < 5; i++) {
            kept += lookup(i, (long) i << 32) == i ? 1 : 0;
        }
        assertThat(kept).isEqualTo(4);
        assertThat(lookup(4, 4L << 32)).isEqualTo(4);
    }

    @Test
    void shouldNotHitARecycledSlotThatMatchesSomethingElse() {
        megaflows.put(3, 1L);
        cache.insert(42, 3);
        assertThat(lookup(1, 42)).isEqualTo(3);
        megaflows.put(3, 2L);
        assertThat(lookup(1, 42)).isNegative();
        megaflows.remove(3);
        assertThat(lookup(1, 42)).isNegative();
    }

    @Test
    void shouldGrowOnlyWhereFlowsPushEachOtherOut() {
        SignatureCache growing = new SignatureCache(1 << 20);
        int first = growing.entries();
        Random random = new Random(SEED);
        for (int i = 0; i < 1_000_000; i++) {
            growing.insert(random.nextInt(1000) * 0x9e37_79b9_7f4a_7c15L, 1);
        }
        assertThat(growing.entries()).isEqualTo(first);
        for (int i = 0; i < 5_000_000; i++) {
            growing.insert(random.nextInt(100_000) * 0x9e37_79b9_7f4a_7c15L, 1);
        }
        assertThat(growing.entries()).isBetween(1 << 17, 1 << 18);
        for (int i = 0; i < 10_000_000; i++) {
            growing.insert(random.nextLong(), 1);
        }
        assertThat(growing.entries()).isEqualTo(1 << 20);
    }

    @Test
    void shouldForgetEverything() {
        megaflows.put(3, 1L);
        cache.insert(42, 3);
        cache.clear();
        assertThat(lookup(1, 42)).isNegative();
    }

    @Test
    void shouldRefuseSizesThatAreNoPowerOfTwo() {
        assertThatThrownBy(() -> new SignatureCache(1000)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("1000");
    }
}
