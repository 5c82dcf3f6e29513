package dev.turnout.core;

import dev.turnout.concurrency.Meeting;
import dev.turnout.flow.DatapathActions;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/** A forwarding thread is told to end while a command is submitted. */
@JCStressTest
@Outcome(id = "true, false", expect = Expect.ACCEPTABLE, desc = "The command came first; the end will answer it.")
@Outcome(id = "false, false", expect = Expect.ACCEPTABLE, desc = "The end came first, the submitter keeps the command.")
@Outcome(expect = Expect.FORBIDDEN, desc = "A thread that was told to end takes a command that nobody will look at.")
@State
public class CommandQueueEndStress {
    private final Meeting meeting = new Meeting();
    private static final DatapathCommand COMMAND = new DatapathCommand.Execute(DatapathActions.DROP, () -> new long[0]);

    private final ForwardingThread thread = new ForwardingThread(0,
            DatapathConfig.defaults().withMaxMegaflows(2).withCommandQueueCapacity(2));

    @Actor
    public void submitter(ZZ_Result r) {
        meeting.arrive();
        r.r1 = thread.submit(COMMAND);
    }

    @Actor
    public void end() {
        meeting.arrive();
        thread.stop();
    }

    @Arbiter
    public void late(ZZ_Result r) {
        r.r2 = thread.submit(COMMAND);
    }
}
