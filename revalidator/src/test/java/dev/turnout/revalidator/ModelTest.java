package dev.turnout.revalidator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;

import dev.turnout.core.Ack;
import dev.turnout.upcall.FakeFastPath;
import dev.turnout.upcall.FakeSlowPath;
import dev.turnout.upcall.Steps;
import dev.turnout.upcall.Ukey;
import dev.turnout.upcall.UkeyState;
import dev.turnout.upcall.UpcallConfig;
import dev.turnout.upcall.Upcalls;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Random schedules over the real classes, on one thread, step by step: upcalls, answers, dumps, sweeps, table changes,
 * purges, removals, failures, full queues. Afterwards nothing may be left over, and every packet must have been credited
 * to the very rule under which it was executed.
 */
final class ModelTest {
    private static final int SCHEDULES = 300;
    private static final int STEPS = 600;
    private static final int PORTS = 3;
    private static final int THREADS = 2;
    private static final List<Ack.Status> INSTALL_FAILURES = List.of(Ack.Status.EXISTS, Ack.Status.FULL,
            Ack.Status.NO_PORT, Ack.Status.UNSUPPORTED);

    private final AtomicLong clock = new AtomicLong(1_000_000_000L);
    private final FakeSlowPath slowPath = new FakeSlowPath();
    private final List<FakeFastPath> fastPaths = new ArrayList<>();
    private final RoundCounters counters = new RoundCounters();
    @SuppressWarnings("NullAway.Init") // the test begins with it
    private Upcalls upcalls;
    @SuppressWarnings("NullAway.Init") // the test begins with it
    private Steps steps;
    @SuppressWarnings("NullAway.Init") // the test begins with it
    private Random random;
    private @Nullable Round round;

    static LongStream seeds() {
        Long fixed = Long.getLong("turnout.seed");
        return fixed != null ? LongStream.of(fixed) : new Random().longs(SCHEDULES);
    }

    @ParameterizedTest(name = "-Dturnout.seed={0}")
    @MethodSource("seeds")
    void shouldCreditEveryPacketOnceAndLeaveNothing(long seed) {
        random = new Random(seed);
        int queue = random.nextBoolean() ? 4 : 1000;
        int ring = random.nextBoolean() ? 8 : 256;
        for (int i = 0; i < THREADS; i++) {
            fastPaths.add(new FakeFastPath(i, clock::get, 64, queue));
        }
        upcalls = new Upcalls(slowPath, fastPaths, new UpcallConfig(1, 12, 4, 24, ring, 1000), clock::get);
        fastPaths.forEach(fastPath -> fastPath.attach(upcalls));
        steps = new Steps(upcalls);
        slowPath.failures = random.nextInt(4) == 0 ? 50 : 0;
        slowPath.duringTranslation = this::meanwhile;
        for (int i = 0; i < STEPS; i++) {
            step();
        }
        slowPath.duringTranslation = () -> {
        };
        slowPath.failures = 0;
        boolean endsOne = random.nextInt(4) == 0;
        if (endsOne) {
            fastPaths.get(1).end(steps::answer);
        }
        settle();
        verifyQuiet(endsOne);
        upcalls.purge();
        settle();
        verifyEmpty(endsOne);
        fastPaths.forEach(FakeFastPath::close);
    }

    /** What may happen at any point of a translation. */
    private void meanwhile() {
        switch (random.nextInt(12)) {
            case 0 -> slowPath.change(random);
            case 1, 2 -> fastPath().step();
            case 3, 4 -> arrive();
            default -> {
                // nothing
            }
        }
    }

    private FakeFastPath fastPath() {
        return fastPaths.get(random.nextInt(THREADS));
    }

    private void arrive() {
        int port = 1 + random.nextInt(PORTS);
        fastPaths.get(port % THREADS).arrive(port, random.nextInt(FakeSlowPath.FLOWS), 60 + random.nextInt(100));
    }

    private void step() {
        int dice = random.nextInt(100);
        if (dice < 35) {
            arrive();
        } else if (dice < 50) {
            steps.handle();
        } else if (dice < 65) {
            fastPath().step();
        } else if (dice < 77) {
            steps.answer();
        } else if (dice < 87) {
            revalidate();
        } else {
            disturb(dice);
        }
    }

    private void disturb(int dice) {
        switch (dice) {
            case 87, 88 -> slowPath.change(random);
            case 89 -> slowPath.bump();
            case 90 -> upcalls.purge();
            case 91 -> upcalls.evictPort(1 + random.nextInt(PORTS));
            case 92 -> fastPath().failInstall = INSTALL_FAILURES.get(random.nextInt(INSTALL_FAILURES.size()));
            case 93 -> fastPath().failModify = Ack.Status.UNSUPPORTED;
            case 94 -> clock.addAndGet(random.nextInt(2_000_000_000));
            case 95 -> clock.addAndGet(random.nextLong(12_000_000_000L));
            case 96 -> fastPath().orphan(1 + random.nextInt(PORTS), random.nextInt(FakeSlowPath.FLOWS));
            case 97 -> upcalls.deleteFlows(flow -> random.nextInt(3) == 0);
            case 98 -> fastPath().loseOne(random);
            default -> upcalls.table().setReplacing(random.nextInt(4) > 0);
        }
    }

    /** The next phase of a round. */
    private void revalidate() {
        Round now = round;
        if (now == null) {
            round = newRound();
        } else if (random.nextBoolean()) {
            now.dump();
        } else {
            now.dump(); // a dump is finished before a sweep begins
            now.sweep(0, 2);
            if (random.nextBoolean()) {
                steps.answer();
            }
            now.sweep(1, 2);
            round = null;
        }
    }

    private Round newRound() {
        return new Round(upcalls, slowPath, new RevalidatorConfig(2, 10_000, 500, random.nextInt(2) * 5), counters,
                random.nextInt(500_000_000), clock.get());
    }

    /** Runs everything until nothing is left to do. */
    private void settle() {
        for (int rounds = 0; rounds < 2 * Round.MISSING_DUMPS; rounds++) {
            boolean work;
            do {
                work = steps.handle() > 0;
                for (FakeFastPath fastPath : fastPaths) {
                    work |= fastPath.step();
                }
                work |= steps.answer() > 0;
            } while (work);
            Round last = newRound();
            last.dump();
            last.sweep(0, 1);
        }
    }

    private void verifyQuiet(boolean oneEnded) {
        verifyFaults();
        upcalls.table().forEach(ukey -> {
            if (ukey.threadId() == 0 || !oneEnded) {
                assertThat(ukey.state()).as(ukey.lastMove()).isEqualTo(UkeyState.OPERATIONAL);
            }
        });
        FakeFastPath first = fastPaths.get(0);
        first.forEachMegaflow((key, actions) -> assertThat(actions).isEqualTo(slowPath.actionsFor(key)));
        assertThat(upcalls.dumpFlows(flow -> flow.thread() == 0)).hasSize((int) first.megaflows());
    }

    private void verifyFaults() {
        assertThat(upcalls.audit().illegalMoves()).as("illegal moves").isZero();
        assertThat(upcalls.audit().backwardCounters()).as("counters that went back").isZero();
        for (FakeFastPath fastPath : fastPaths) {
            assertThat(fastPath.disorder.get()).as("packets out of order").isZero();
        }
    }

    private void verifyEmpty(boolean oneEnded) {
        verifyFaults();
        List<Ukey> left = new ArrayList<>();
        upcalls.table().forEach(left::add);
        assertThat(left).isEmpty();
        assertThat(upcalls.table().size()).isZero();
        assertThat(slowPath.doubleCloses.get()).as("translations closed twice").isZero();
        assertThat(slowPath.creditsAfterEnd.get()).as("translations credited after their end").isZero();
        assertThat(slowPath.openTranslations.get()).as("translations not closed").isZero();
        for (FakeFastPath fastPath : fastPaths) {
            assertThat(fastPath.isIdle()).isTrue();
            assertThat(fastPath.missingBuffers()).as("packet buffers lost").isZero();
            assertThat(steps.flowsInFlight(fastPath.id())).as("flows in flight").isZero();
            assertThat(fastPath.id() == 1 && oneEnded ? 0 : fastPath.megaflows()).as("megaflows left").isZero();
        }
        if (!oneEnded) {
            verifyCounters();
        }
    }

    private void verifyCounters() {
        for (FakeSlowPath.Rule rule : slowPath.rules.values()) {
            long packets = 0;
            long bytes = 0;
            for (FakeFastPath fastPath : fastPaths) {
                long[] executed = fastPath.executed.getOrDefault(rule.id(), new long[2]);
                packets += executed[0];
                bytes += executed[1];
            }
            assertThat(rule.packets()).as("packets of rule " + rule.id()).isEqualTo(packets);
            assertThat(rule.bytes()).as("bytes of rule " + rule.id()).isEqualTo(bytes);
        }
    }
}
