package dev.turnout.core.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.lang.foreign.Arena;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import dev.turnout.packet.Memory;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sleeping and waking, over {@code ppoll} and over the ring. */
final class ThreadIoTest {
    private static final long LONG_SLEEP = 60_000_000_000L;

    private static ThreadIo open(boolean ring) {
        ThreadIo io = new ThreadIo(ring ? ThreadIo.RingUse.ALL : ThreadIo.RingUse.NONE);
        if (ring) {
            boolean available = io.ring() != null;
            Assumptions.assumeTrue(available || "true".equals(System.getenv("CI")), io::whyNoRing);
            assertThat(available).as(io.whyNoRing()).isTrue();
        }
        assertThat(io.name()).isEqualTo(ring ? "io_uring" : "poll");
        return io;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldNotSleepAfterAWakeup(boolean ring) {
        try (ThreadIo io = open(ring)) {
            io.wakeup();
            io.wakeup();
            io.await(LONG_SLEEP);
            assertThat(io.poll()).isGreaterThanOrEqualTo(0);
            long start = System.nanoTime();
            io.await(1_000_000);
            assertThat(System.nanoTime() - start).as("one wakeup ends one sleep").isGreaterThanOrEqualTo(900_000);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldNeverLoseAWakeup(boolean ring) throws InterruptedException {
        AtomicLong submitted = new AtomicLong();
        AtomicLong done = new AtomicLong();
        AtomicInteger sleeps = new AtomicInteger();
        long total = 20_000;
        ThreadIo[] shared = new ThreadIo[1];
        Thread owner = new Thread(() -> {
            try (ThreadIo io = open(ring)) {
                shared[0] = io;
                done.setRelease(-1); // the other side may use it
                long seen = 0;
                while (seen < total) {
                    long now = submitted.get();
                    if (now == seen) {
                        sleeps.incrementAndGet();
                        io.await(LONG_SLEEP);
                    }
                    seen = now;
                    done.set(seen);
                }
            }
        });
        owner.start();
        await().until(() -> done.getAcquire() == -1 || !owner.isAlive());
        Assumptions.assumeTrue(owner.isAlive());
        for (long i = 1; i <= total; i++) {
            submitted.set(i);
            shared[0].wakeup();
            if (i % 64 == 0) {
                while (done.get() < i && owner.isAlive()) { // a lost wakeup hangs here
                    Thread.onSpinWait();
                }
            }
        }
        owner.join();
        assertThat(done.get()).isEqualTo(total);
        assertThat(sleeps.get()).isPositive();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldWakeWhenADescriptorIsReadable(boolean ring) {
        SystemCalls calls = SystemCalls.ofThread();
        try (Arena arena = Arena.ofConfined(); ThreadIo io = open(ring)) {
            int[] events = new int[4];
            Watch[] watches = new Watch[4];
            for (int i = 0; i < events.length; i++) {
                events[i] = calls.eventfd(0, Linux.EFD_NONBLOCK);
                watches[i] = io.watch(events[i]);
            }
            long value = arena.allocate(8, 8).address();
            for (int i = 0; i < events.length; i++) {
                Memory.putLongNative(value, 1);
                assertThat(calls.write(events[i], value, 8)).isEqualTo(8);
                io.await(LONG_SLEEP);
                io.poll();
                for (int j = 0; j < watches.length; j++) {
                    assertThat(watches[j].ready()).isEqualTo(i == j);
                }
                assertThat(calls.read(events[i], value, 8)).isEqualTo(8);
            }
            for (int i = 0; i < events.length; i++) {
                io.unwatch(watches[i]);
                assertThat(calls.close(events[i])).isZero();
            }
            io.await(1);
        }
    }
}
