package dev.turnout.ofproto;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;

import dev.turnout.ofproto.model.LearnSequence;
import dev.turnout.ofproto.model.MegaflowRule;
import dev.turnout.packet.PacketPool;
import org.junit.jupiter.api.Test;

/** Random pipelines whose flows learn from packets: the switch and the naive model learn the same flows in the same order. */
class LearnModelTest {
    private static final int PIPELINES = Integer.getInteger("turnout.pipelines", 400);

    @Test
    void shouldLearnWhatTheModelLearns() {
        long seed = MegaflowRule.seed();
        Random random = new Random(seed);
        int learned = 0;
        try (PacketPool pool = MegaflowRule.pool()) {
            for (int i = 0; i < PIPELINES; i++) {
                LearnSequence sequence = new LearnSequence(random.nextLong(), pool);
                try {
                    sequence.check(40);
                } catch (AssertionError e) {
                    throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
                }
                learned += sequence.learned();
            }
        }
        System.out.println("seed " + seed + ": " + learned + " packets taught something");
        assertThat(learned).as("seed %d", seed).isGreaterThan(PIPELINES / 2);
    }
}
