package dev.turnout.core.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;

import dev.turnout.packet.Memory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which descriptors a thread that is awake looks at, and when. */
final class PollSetTest {
    private final SystemCalls calls = SystemCalls.ofThread();
    private final PollSet set = open();
    private final List<Integer> events = new ArrayList<>();

    private static PollSet open() {
        try {
            return new PollSet();
        } catch (SystemCallException e) {
            throw new AssertionError(e);
        }
    }

    @AfterEach
    void close() {
        events.forEach(calls::close);
        set.close();
    }

    private Watch add(boolean asks) {
        int fd = calls.eventfd(0, Linux.EFD_NONBLOCK);
        assertThat(fd).isPositive();
        events.add(fd);
        return set.add(fd, asks);
    }

    private void makeReadable(Watch watch) {
        try (Arena arena = Arena.ofConfined()) {
            long value = arena.allocate(8, 8).address();
            Memory.putLongNative(value, 1);
            assertThat(calls.write(watch.fd(), value, 8)).isEqualTo(8);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void shouldTryFewInEveryCycleWhileTheyGiveAndNowAndThenLater(int count) {
        List<Watch> watches = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            watches.add(add(true));
        }
        watches.forEach(Watch::gave);
        long startNs = System.nanoTime();
        for (int cycle = 0; cycle < 10; cycle++) {
            set.refresh(startNs + cycle * 100L);
            assertThat(watches).allMatch(Watch::ready);
        }
        Watch busy = watches.getFirst();
        busy.gave();
        long lateNs = startNs + PollSet.RECENT_NANOS - 1_000;
        set.refresh(lateNs); // learns that it gave something, and looks at all
        long quietNs = lateNs + 2_000;
        set.refresh(quietNs);
        assertThat(busy.ready()).isTrue();
        if (count > 1) {
            assertThat(watches.get(1).ready()).isFalse();
            set.refresh(lateNs + PollSet.LOOK_NANOS);
            assertThat(watches.get(1).ready()).isTrue();
            set.refresh(lateNs + PollSet.LOOK_NANOS + 1);
            assertThat(watches.get(1).ready()).isFalse();
        }
        set.refresh(lateNs + PollSet.RECENT_NANOS);
        set.refresh(lateNs + PollSet.RECENT_NANOS + 1);
        assertThat(busy.ready()).isFalse();
    }

    @Test
    void shouldAskForManyAndFindWhatIsReadable() {
        List<Watch> watches = List.of(add(true), add(true), add(true), add(true));
        makeReadable(watches.get(2));
        long nowNs = System.nanoTime() + 100;
        set.refresh(nowNs);
        assertThat(watches).extracting(Watch::ready).containsExactly(false, false, true, false);
        long quietNs = nowNs + PollSet.RECENT_NANOS;
        set.refresh(quietNs); // a look at all
        assertThat(watches.get(2).ready()).isTrue();
        set.refresh(quietNs + 1); // no look: nothing gave anything for long
        assertThat(watches).noneMatch(Watch::ready);
        watches.get(0).gave();
        set.refresh(quietNs + 2); // one is busy, so all are asked for
        assertThat(watches).extracting(Watch::ready).containsExactly(false, false, true, false);
    }

    @Test
    void shouldBelieveTheSleepThatJustEnded() {
        Watch asleep = add(false);
        Watch first = add(true);
        Watch second = add(true);
        makeReadable(second);
        makeReadable(asleep);
        set.sleep(60_000_000_000L);
        set.refresh(System.nanoTime());
        assertThat(first.ready()).isFalse();
        assertThat(second.ready()).isTrue();
        first.gave();
        set.refresh(System.nanoTime());
        assertThat(first.ready()).as("tried while it gives").isTrue();
    }

    @Test
    void shouldEndASleepForWhatIsNeverAskedFor() {
        Watch asleep = add(false);
        assertThat(set.isAsked()).isFalse();
        makeReadable(asleep);
        set.sleep(60_000_000_000L); // else this hangs
        set.remove(asleep);
        set.remove(asleep);
        assertThat(set.watches()).isEmpty();
        Watch asked = add(true);
        assertThat(set.isAsked()).isTrue();
        set.remove(asked);
        assertThat(set.isAsked()).isFalse();
    }
}
