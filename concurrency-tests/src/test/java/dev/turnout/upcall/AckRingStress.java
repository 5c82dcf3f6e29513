package dev.turnout.upcall;

import dev.turnout.concurrency.Meeting;
import dev.turnout.core.Ack;
import dev.turnout.flow.FlowKey;
import dev.turnout.flow.Megaflow;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * The agent drains a ring while the forwarding thread offers credits, each followed by its answer: many, since the moment
 * at which an answer could overtake its credit is short.
 */
@JCStressTest
@Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "Every answer came, after its credit.")
@Outcome(expect = Expect.FORBIDDEN, desc = "An answer was applied before the credit that was offered first, or was lost.")
@State
public class AckRingStress {
    private final Meeting meeting = new Meeting();
    private static final int ANSWERS = 16;
    private static final UpcallConfig CONFIG = new UpcallConfig(1, 2, 2, 2, ANSWERS, 1000);

    private final CountingTranslation translation = new CountingTranslation();
    private final ThreadUpcalls thread = new ThreadUpcalls(new TestUkeys().channel, new UpcallScheduler(),
            new EnumCounters<>(UpcallCounter.class), CONFIG);
    private final FlowWait flow = new FlowWait(thread, new PortShare(2), new FlowKey(), 0, 60);
    private int answers;
    private int early;

    public AckRingStress() {
        int ignored = flow.drainTo(new long[0], 0); // its packets left with another flow's megaflow
    }

    @Actor
    public void forwarding() {
        meeting.arrive();
        for (int i = 0; i < ANSWERS; i++) {
            long[] none = thread.take(Resolution.execution(flow, translation));
            boolean ignored = thread
                    .offer(new Ack(none, 1, Ack.Kind.INSTALLED, Ack.Status.OK, Megaflow.NONE, 0, 0, 0, 0));
        }
    }

    @Actor
    public void agent() {
        meeting.arrive();
        for (int turn = 0; turn < 4 * ANSWERS && answers < ANSWERS; turn++) {
            drain();
        }
    }

    private void drain() {
        int ignored = thread.drain(ack -> {
            answers++;
            early += translation.closes < answers ? 1 : 0;
        }, ANSWERS);
    }

    @Arbiter
    public void end(II_Result r) {
        drain();
        r.r1 = early;
        r.r2 = ANSWERS - answers;
    }
}
