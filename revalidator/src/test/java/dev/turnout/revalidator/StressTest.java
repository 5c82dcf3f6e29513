package dev.turnout.revalidator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;

import dev.turnout.core.Ack;
import dev.turnout.upcall.FakeFastPath;
import dev.turnout.upcall.FakeSlowPath;
import dev.turnout.upcall.UpcallConfig;
import dev.turnout.upcall.Upcalls;
import org.junit.jupiter.api.Test;

/** All threads at once over fast paths in miniature: what {@link ModelTest} verifies step by step, under real concurrency. */
final class StressTest {
    private static final int THREADS = 2;
    private static final int PACKETS = 60_000;
    private static final int PORTS = 4;
    private static final Duration LONG = Duration.ofSeconds(60);

    private final FakeSlowPath slowPath = new FakeSlowPath();
    private final List<FakeFastPath> fastPaths = new ArrayList<>();

    @Test
    void shouldCreditEveryPacketOnceAndLeaveNothing() throws InterruptedException, ExecutionException {
        long seed = Long.getLong("turnout.seed", System.nanoTime());
        System.out.println("-Dturnout.seed=" + seed);
        for (int i = 0; i < THREADS; i++) {
            fastPaths.add(new FakeFastPath(i, System::nanoTime, 256, 64));
        }
        Upcalls upcalls = new Upcalls(slowPath, fastPaths, new UpcallConfig(2, 64, 16, 128, 64, 1000),
                System::nanoTime);
        fastPaths.forEach(fastPath -> fastPath.attach(upcalls));
        Revalidator revalidator = new Revalidator(upcalls, slowPath,
                RevalidatorConfig.defaults().withThreads(2).withMaxRevalidatorMs(10).withMaxIdleMs(20),
                System::nanoTime, beganNs -> {
                });
        upcalls.start();
        revalidator.start();
        AtomicBoolean done = new AtomicBoolean();
        AtomicBoolean end = new AtomicBoolean();
        CountDownLatch arrived = new CountDownLatch(THREADS);
        try (ExecutorService threads = Executors.newFixedThreadPool(THREADS + 1)) {
            List<Future<?>> results = new ArrayList<>();
            for (FakeFastPath fastPath : fastPaths) {
                results.add(threads.submit(() -> forward(fastPath, new Random(seed + fastPath.id()), arrived, end)));
            }
            results.add(threads.submit(() -> disturb(upcalls, revalidator, new Random(seed - 1), done)));
            try {
                arrived.await();
                done.set(true);
                results.removeLast().get();
                assertThat(revalidator.waitForRound()).isTrue();
                verifyConsistent(upcalls, revalidator);
                upcalls.purge();
                await().atMost(LONG).until(() -> revalidator.waitForRound() && upcalls.table().size() == 0
                        && slowPath.openTranslations.get() == 0);
            } finally { // closing the executor waits for its threads, also where something failed
                done.set(true);
                end.set(true);
            }
            for (Future<?> result : results) {
                result.get();
            }
        }
        revalidator.close();
        upcalls.close();
        verify(upcalls);
        fastPaths.forEach(FakeFastPath::close);
    }

    private static void forward(FakeFastPath fastPath, Random random, CountDownLatch arrived, AtomicBoolean end) {
        try {
            send(fastPath, random);
        } finally {
            arrived.countDown();
        }
        while (!end.get()) {
            if (!fastPath.step()) {
                Thread.onSpinWait();
            }
        }
    }

    private static void send(FakeFastPath fastPath, Random random) {
        for (int i = 0; i < PACKETS; i++) {
            int port = 1 + fastPath.id() + random.nextInt(PORTS / THREADS) * THREADS;
            fastPath.arrive(port, random.nextInt(FakeSlowPath.FLOWS), 60 + random.nextInt(100));
            for (int steps = random.nextInt(4); steps > 0; steps--) {
                fastPath.step();
            }
            if (random.nextInt(500) == 0) {
                fastPath.failInstall = Ack.Status.FULL;
            } else if (random.nextInt(500) == 0) {
                fastPath.failModify = Ack.Status.UNSUPPORTED;
            } else if (random.nextInt(500) == 0) {
                fastPath.orphan(port, random.nextInt(FakeSlowPath.FLOWS));
            }
            if (i % 100 == 0) {
                Thread.onSpinWait();
            }
        }
    }

    private void disturb(Upcalls upcalls, Revalidator revalidator, Random random, AtomicBoolean done) {
        while (!done.get()) {
            switch (random.nextInt(8)) {
                case 0 -> slowPath.change(random);
                case 1 -> slowPath.bump();
                case 2 -> upcalls.purge();
                case 3 -> upcalls.evictPort(1 + random.nextInt(PORTS));
                case 4 -> upcalls.deleteFlows(flow -> random.nextInt(3) == 0);
                case 5 -> upcalls.setHandlers(1 + random.nextInt(3));
                case 6 -> {
                    revalidator.pause();
                    revalidator.resume();
                }
                default -> assertThat(revalidator.waitForRound()).isTrue();
            }
        }
    }

    /** Nothing changes any more: what is installed is what the tables say. */
    private void verifyConsistent(Upcalls upcalls, Revalidator revalidator) {
        revalidator.pause();
        upcalls.dumpFlows(flow -> true).forEach(
                flow -> assertThat(flow.actions()).isEqualTo(slowPath.actionsFor(flow.key())));
        revalidator.resume();
    }

    private void verify(Upcalls upcalls) {
        assertThat(upcalls.audit().illegalMoves()).as("illegal moves").isZero();
        assertThat(upcalls.audit().backwardCounters()).as("counters that went back").isZero();
        assertThat(slowPath.doubleCloses.get()).as("translations closed twice").isZero();
        assertThat(slowPath.creditsAfterEnd.get()).as("translations credited after their end").isZero();
        for (FakeFastPath fastPath : fastPaths) {
            assertThat(fastPath.disorder.get()).as("packets out of order").isZero();
            assertThat(fastPath.missingBuffers()).as("packet buffers lost").isZero();
            assertThat(fastPath.isIdle()).isTrue();
        }
        for (FakeSlowPath.Rule rule : slowPath.rules.values()) {
            long packets = 0;
            for (FakeFastPath fastPath : fastPaths) {
                packets += fastPath.executed.getOrDefault(rule.id(), new long[2])[0];
            }
            assertThat(rule.packets()).as("packets of rule " + rule.id()).isEqualTo(packets);
        }
    }
}
