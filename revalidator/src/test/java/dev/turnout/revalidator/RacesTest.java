package dev.turnout.revalidator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import dev.turnout.core.DatapathCommand;
import dev.turnout.upcall.FakeFastPath;
import dev.turnout.upcall.FakeSlowPath;
import dev.turnout.upcall.FastPath;
import dev.turnout.upcall.MegaflowReading;
import dev.turnout.upcall.Steps;
import dev.turnout.upcall.Ukey;
import dev.turnout.upcall.UkeyState;
import dev.turnout.upcall.UpcallConfig;
import dev.turnout.upcall.Upcalls;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Single moments at which something else happens. */
final class RacesTest {
    private static final int PORT = 1;
    private static final int FLOW = 3;
    private static final int QUEUE = 100;

    private final AtomicLong clock = new AtomicLong(1_000_000_000L);
    private final FakeSlowPath slowPath = new FakeSlowPath();
    private final FakeFastPath fastPath = new FakeFastPath(0, clock::get, 64, QUEUE);
    private final RoundCounters counters = new RoundCounters();
    private Runnable afterRead = () -> {
    };
    private final Upcalls upcalls = new Upcalls(slowPath, List.of(new Watched()),
            new UpcallConfig(1, 12, 4, 24, 64, 1000), clock::get);
    private final Steps steps = new Steps(upcalls);

    /** The fast path, where something may happen after a slot was read. */
    private final class Watched implements FastPath {
        @Override
        public int id() {
            return fastPath.id();
        }

        @Override
        public boolean submit(DatapathCommand command) {
            return fastPath.submit(command);
        }

        @Override
        public int slotLimit() {
            return fastPath.slotLimit();
        }

        @Override
        public boolean read(int slot, MegaflowReading into) {
            boolean found = fastPath.read(slot, into);
            Runnable event = afterRead;
            afterRead = () -> {
            };
            event.run();
            return found;
        }
    }

    @AfterEach
    void close() {
        fastPath.close();
    }

    private void work() {
        steps.settle(fastPath);
    }

    private Round round() {
        return new Round(upcalls, slowPath, new RevalidatorConfig(1, 10_000, 500, 0), counters, 0, clock.get());
    }

    private boolean isOperational() {
        boolean[] found = {false};
        upcalls.table().forEach(ukey -> found[0] |= ukey.state() == UkeyState.OPERATIONAL);
        return found[0];
    }

    @Test
    void shouldTakeAnswerBetweenReadingAndLockingForNoFault() {
        fastPath.attach(upcalls);
        for (int seed = 0; counters.modified.sum() == 0; seed++) {
            fastPath.arrive(PORT, FLOW, 60);
            work();
            fastPath.arrive(PORT, FLOW, 60);
            slowPath.change(new Random(seed));
            Round round = round();
            round.dump();
            if (counters.modified.sum() == 0) {
                work();
                round.sweep(0, 1);
            }
        }
        afterRead = () -> {
            fastPath.arrive(PORT, FLOW, 60);
            work(); // the modify, with a packet that the reading has not
        };
        round().dump();
        assertThat(upcalls.audit().backwardCounters()).isZero();
        assertThat(isOperational()).isTrue();
    }

    /** Sends a packet of every flow; until there are a few megaflows. */
    private void installSome() {
        fastPath.attach(upcalls);
        for (int seed = 0; upcalls.dumpFlows(flow -> true).size() < 4; seed++) {
            upcalls.purge();
            work();
            slowPath.change(new Random(seed));
            arriveAll();
        }
        Round round = round();
        round.dump();
        round.sweep(0, 1); // of those that were purged
    }

    private void arriveAll() {
        for (int flow = 0; flow < FakeSlowPath.FLOWS; flow++) {
            fastPath.arrive(PORT, flow, 60);
            work();
        }
    }

    private List<Ukey> ukeys() {
        List<Ukey> list = new ArrayList<>();
        upcalls.table().forEach(list::add);
        return list;
    }

    @Test
    void shouldLookAtTheOtherMegaflowsWhenOneFails() {
        installSome();
        arriveAll();
        AtomicInteger credits = new AtomicInteger();
        slowPath.duringCredit = () -> {
            if (credits.incrementAndGet() == 1) {
                throw new IllegalStateException("a credit that fails on purpose");
            }
        };
        Round round = round();
        round.dump();
        assertThat(credits.get()).isGreaterThan(1);
        assertThat(ukeys()).isNotEmpty()
                .allMatch(ukey -> ukey.dumpSequence() == upcalls.table().dumpSequence());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void shouldDeleteOrphansThatCannotBeTranslated(int oneFailsIn) {
        installSome();
        ukeys().forEach(steps::lose);
        slowPath.failures = oneFailsIn;
        for (int i = 0; i < 50 && fastPath.megaflows() > 0; i++) {
            Round round = round();
            round.dump();
            work();
            round.sweep(0, 1);
            ukeys().stream().filter(ukey -> ukey.state() == UkeyState.OPERATIONAL).forEach(steps::lose);
        }
        assertThat(fastPath.megaflows()).isZero();
        assertThat(slowPath.openTranslations.get()).as("translations not closed").isZero();
    }

    @Test
    void shouldNotPileUpDeletionsOfOrphans() {
        fastPath.attach(upcalls);
        for (int flow = 0; flow < 2 * QUEUE; flow++) {
            fastPath.orphan(PORT + flow, FLOW);
        }
        for (int i = 0; i < 10; i++) {
            round().dump();
        }
        int commands = 0;
        while (fastPath.step()) {
            commands++;
        }
        steps.answer();
        while (fastPath.step()) {
            commands++;
        }
        assertThat(commands).isEqualTo(QUEUE + 1);
    }

    @Test
    void shouldWaitForWhatAnotherIsDeletingBeforeAPortGoes() throws InterruptedException {
        installSome();
        upcalls.start();
        Thread purge = Thread.ofVirtual().start(upcalls::purge);
        await().until(() -> ukeys().stream().allMatch(ukey -> ukey.state() == UkeyState.EVICTING));
        Thread removal = Thread.ofPlatform().start(() -> upcalls.evictPort(PORT));
        await().until(() -> removal.getState() == Thread.State.TIMED_WAITING);
        while (fastPath.step()) {
            assertThat(ukeys()).isNotEmpty();
        }
        purge.join();
        removal.join();
        assertThat(ukeys()).allMatch(ukey -> ukey.state() == UkeyState.EVICTED);
        upcalls.close();
    }

    @Test
    void shouldTakeSettingsFromSeveralThreads() throws InterruptedException, ExecutionException {
        try (Revalidator revalidator = new Revalidator(upcalls, slowPath, RevalidatorConfig.defaults(), clock::get,
                beganNs -> {
                }); ExecutorService threads = Executors.newFixedThreadPool(3)) {
            fastPath.attach(upcalls);
            revalidator.start();
            List<Future<?>> results = new ArrayList<>();
            for (int count = 1; count <= 3; count++) {
                RevalidatorConfig settings = RevalidatorConfig.defaults().withThreads(count);
                results.add(threads.submit(() -> {
                    for (int i = 0; i < 50; i++) {
                        revalidator.setConfig(settings);
                    }
                }));
            }
            for (Future<?> result : results) {
                result.get();
            }
            assertThat(revalidator.stats().threads()).isEqualTo(revalidator.config().threads());
        }
    }

    @Test
    void shouldNotKeepFlowWaitingAfterFailure() {
        fastPath.attach(upcalls);
        slowPath.change(new Random(2));
        slowPath.duringTranslation = () -> {
            throw new StackOverflowError("on purpose");
        };
        fastPath.arrive(PORT, FLOW, 60);
        work();
        assertThat(steps.flowsInFlight(0)).isZero();
        assertThat(fastPath.missingBuffers()).isZero();
        slowPath.duringTranslation = () -> {
        };
        for (int seed = 0; !isOperational() && seed < 100; seed++) { // some rules are not cacheable
            slowPath.change(new Random(seed));
            fastPath.arrive(PORT, FLOW, 60);
            work();
        }
        assertThat(isOperational()).isTrue();
    }
}
