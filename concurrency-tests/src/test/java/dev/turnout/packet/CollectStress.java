package dev.turnout.packet;

import dev.turnout.concurrency.Meeting;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** The owner takes the stack of returned buffers while another thread puts two onto it. */
@JCStressTest
@Outcome(id = "0, 2", expect = Expect.ACCEPTABLE, desc = "The owner came first.")
@Outcome(id = "1, 2", expect = Expect.ACCEPTABLE, desc = "The owner came between; the second buffer waits on the stack.")
@Outcome(id = "2, 2", expect = Expect.ACCEPTABLE, desc = "The owner came last, and followed the link to the first buffer.")
@Outcome(expect = Expect.FORBIDDEN, desc = "A buffer is lost, or there twice.")
@State
public class CollectStress extends PooledState {
    private final Meeting meeting = new Meeting();

    @Actor
    public void owner(II_Result r) {
        meeting.arrive();
        r.r1 = pool.freeSmallBuffers();
    }

    @Actor
    public void other() {
        meeting.arrive();
        PacketPool.releaseFromAnyThread(first);
        PacketPool.releaseFromAnyThread(second);
    }

    @Arbiter
    public void end(II_Result r) {
        r.r2 = end();
    }
}
