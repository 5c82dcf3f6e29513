package dev.turnout.ofproto;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import dev.turnout.openflow.FlowMod;
import dev.turnout.openflow.GroupBucket;
import dev.turnout.openflow.OfPorts;
import org.junit.jupiter.api.Test;

class HashSlotsTest {
    private static HashSlots slots(int... weights) {
        List<GroupBucket> buckets = new ArrayList<>();
        for (int i = 0; i < weights.length; i++) {
            buckets.add(new GroupBucket(i, weights[i], OfPorts.NONE, FlowMod.ANY_GROUP, List.of()));
        }
        return HashSlots.of(buckets);
    }

    private static int count(HashSlots slots, int bucket) {
        int count = 0;
        for (int i = 0; i < slots.size(); i++) {
            count += slots.bucket(i) == bucket ? 1 : 0;
        }
        return count;
    }

    @Test
    void shouldGiveSlotsByWeight() {
        HashSlots slots = slots(1, 3, 0, 4);
        assertThat(slots.size()).isEqualTo(16);
        assertThat(List.of(count(slots, 0), count(slots, 1), count(slots, 2), count(slots, 3)))
                .containsExactly(2, 6, 0, 8);
    }

    @Test
    void shouldHaveNoneWhereWeightsDoNotFit() {
        assertThat(slots().isEmpty()).isTrue();
        assertThat(slots(0, 0).isEmpty()).isTrue();
        assertThat(slots(new int[257]).isEmpty()).isTrue();
        assertThat(slots(1, 65535).isEmpty()).as("the light bucket would get nothing").isTrue();
        int[] equal = new int[256];
        java.util.Arrays.fill(equal, 7);
        assertThat(slots(equal).size()).isEqualTo(256);
    }

    /** Webster's method: no bucket could give a slot to another one and both be nearer to their shares, relatively. */
    @Test
    void shouldBeFairForRandomWeights() {
        long seed = Long.getLong("turnout.seed", System.nanoTime());
        Random random = new Random(seed);
        for (int round = 0; round < 500; round++) {
            int[] weights = random.ints(random.nextInt(1, 20), 0, random.nextInt(1, 200)).toArray();
            HashSlots slots = slots(weights);
            for (int i = 0; i < weights.length && !slots.isEmpty(); i++) {
                assertThat(count(slots, i) > 0).as("seed %d", seed).isEqualTo(weights[i] > 0);
                for (int j = 0; j < weights.length; j++) {
                    long given = 2L * count(slots, i) - 1;
                    long wanted = 2L * count(slots, j) + 1;
                    assertThat(weights[i] * wanted >= weights[j] * given || count(slots, i) == 0).as("seed %d", seed)
                            .isTrue();
                }
            }
        }
    }
}
