package dev.turnout.core;

import dev.turnout.concurrency.Meeting;
import dev.turnout.flow.DatapathActions;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZZ_Result;

/** Two threads want the last place in a forwarding thread's queue of commands. */
@JCStressTest
@Outcome(id = "true, false, false", expect = Expect.ACCEPTABLE, desc = "One got it, the other was refused.")
@Outcome(id = "false, true, false", expect = Expect.ACCEPTABLE, desc = "The other way round.")
@Outcome(expect = Expect.FORBIDDEN, desc = "The queue has no bound, or refused where there was room, or is still open.")
@State
public class CommandQueueStress {
    private final Meeting meeting = new Meeting();
    private static final DatapathCommand COMMAND = new DatapathCommand.Execute(DatapathActions.DROP, () -> new long[0]);

    private final ForwardingThread thread = new ForwardingThread(0,
            DatapathConfig.defaults().withMaxMegaflows(2).withCommandQueueCapacity(2));

    public CommandQueueStress() {
        if (!thread.submit(COMMAND)) {
            throw new IllegalStateException("an empty queue refuses");
        }
    }

    @Actor
    public void one(ZZZ_Result r) {
        meeting.arrive();
        r.r1 = thread.submit(COMMAND);
    }

    @Actor
    public void other(ZZZ_Result r) {
        meeting.arrive();
        r.r2 = thread.submit(COMMAND);
    }

    @Arbiter
    public void third(ZZZ_Result r) {
        r.r3 = thread.submit(COMMAND);
    }
}
