package dev.turnout.packet;

import dev.turnout.concurrency.Meeting;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** Two threads give buffers of one pool back at the same time. */
@JCStressTest
@Outcome(id = "2", expect = Expect.ACCEPTABLE, desc = "Both buffers came back, whichever went onto the stack first.")
@Outcome(expect = Expect.FORBIDDEN, desc = "A buffer is lost, or there twice.")
@State
public class ReturnersStress extends PooledState {
    private final Meeting meeting = new Meeting();

    @Actor
    public void one() {
        meeting.arrive();
        PacketPool.releaseFromAnyThread(first);
    }

    @Actor
    public void other() {
        meeting.arrive();
        PacketPool.releaseFromAnyThread(second);
    }

    @Arbiter
    public void end(I_Result r) {
        r.r1 = end();
    }
}
