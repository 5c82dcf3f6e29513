package dev.turnout.upcall;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

final class FlowLimitTest {
    private static final long MS = 1_000_000;

    private final FlowLimit limit = new FlowLimit(FlowLimit.DEFAULT_CAP);

    @Test
    void shouldSettleWhereARoundTakesASecond() {
        int flowsPerSecond = 37_000;
        for (int i = 0; i < 30; i++) {
            limit.adapt(limit.get() * 1000L * MS / flowsPerSecond, limit.get());
        }
        assertThat(limit.get()).isBetween(36_000, 38_000);
    }

    @Test
    void shouldNotGoBelowTheFloorAndRecoverWithinAFewRounds() {
        for (int i = 0; i < 10; i++) {
            limit.adapt(60_000 * MS, 200_000);
        }
        assertThat(limit.get()).isEqualTo(FlowLimit.FLOOR);
        int rounds = 0;
        while (limit.get() < limit.cap()) {
            limit.adapt(20 * MS, 1000);
            rounds++;
        }
        assertThat(rounds).isLessThan(10);
    }

    @Test
    void shouldNotGrowWithoutRoom() {
        limit.adapt(5000 * MS, 200_000);
        int reduced = limit.get();
        limit.adapt(900 * MS, 1000);
        assertThat(reduced).isLessThan(FlowLimit.DEFAULT_CAP);
        assertThat(limit.get()).isEqualTo(reduced);
    }

    @Test
    void shouldRefuseACapOutOfRange() {
        assertThatThrownBy(() -> limit.setCap(999)).hasMessageContaining("999").hasMessageContaining("1000");
        limit.setCap(1000);
        assertThat(limit.get()).isEqualTo(1000);
    }
}
