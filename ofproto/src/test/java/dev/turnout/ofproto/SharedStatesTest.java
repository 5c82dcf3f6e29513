package dev.turnout.ofproto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.Test;

final class SharedStatesTest {
    private static final long MS = 1_000_000L;

    private final AtomicLong clock = new AtomicLong();
    private final SharedStates<String> states = new SharedStates<>(clock::get);

    @Test
    void shouldShareTheIdOfEqualStates() {
        int id = states.acquire("state");
        assertThat(states.acquire("state")).isEqualTo(id);
        assertThat(states.acquire("other")).isNotEqualTo(id);
        assertThat(states.get(id)).isEqualTo("state");
        states.release(id);
        states.release(id);
        assertThatThrownBy(() -> states.release(id)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void shouldLingerFromTheLastReleaseOn() {
        int id = states.acquire("state");
        states.release(id);
        clock.addAndGet(200 * MS);
        assertThat(states.acquire("state")).isEqualTo(id);
        states.release(id);
        clock.addAndGet(200 * MS); // the first release is 400 ms ago, the last one 200
        assertThat(states.size()).isEqualTo(1);
        assertThat(states.get(id)).isEqualTo("state");
        clock.addAndGet(50 * MS);
        assertThat(states.size()).isZero();
        assertThat(states.get(id)).isNull();
    }

    @Test
    void shouldForgetInTheOrderOfTheLastReleases() {
        int again = states.acquire("released first, and again");
        int once = states.acquire("released in between");
        states.release(again);
        clock.addAndGet(100 * MS);
        states.release(once);
        clock.addAndGet(100 * MS);
        assertThat(states.acquire("released first, and again")).isEqualTo(again);
        states.release(again);
        clock.addAndGet(150 * MS);
        assertThat(states.size()).isEqualTo(1);
        assertThat(states.get(once)).isNull();
        assertThat(states.get(again)).isNotNull();
    }

    @Test
    void shouldKeepWhatWasAcquiredAgain() {
        int id = states.acquire("state");
        states.release(id);
        assertThat(states.acquire("state")).isEqualTo(id);
        clock.addAndGet(1000 * MS);
        assertThat(states.size()).isEqualTo(1);
        assertThat(states.get(id)).isEqualTo("state");
    }
}
