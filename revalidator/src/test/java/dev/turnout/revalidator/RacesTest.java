package dev.turnout.revalidator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;

import dev.turnout.core.DatapathCommand;
import dev.turnout.upcall.FakeFastPath;
import dev.turnout.upcall.FakeSlowPath;
import dev.turnout.upcall.FastPath;
import dev.turnout.upcall.MegaflowReading;
import dev.turnout.upcall.Steps;
import dev.turnout.upcall.UkeyState;
import dev.turnout.upcall.UpcallConfig;
import dev.turnout.upcall.Upcalls;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Single moments at which something else happens. */
final class RacesTest {
    private static final int PORT = 1;
    private static final int FLOW = 3;

    private final AtomicLong clock = new AtomicLong(1_000_000_000L);
    private final FakeSlowPath slowPath = new FakeSlowPath();
    private final FakeFastPath fastPath = new FakeFastPath(0, clock::get, 64, 100);
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
        boolean work;
        do {
            work = steps.handle() > 0;
            work |= fastPath.step();
            work |= steps.answer() > 0;
        } while (work);
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
