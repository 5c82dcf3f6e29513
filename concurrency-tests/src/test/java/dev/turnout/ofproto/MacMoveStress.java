package dev.turnout.ofproto;

import dev.turnout.concurrency.Meeting;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** An address moves to another port while it is looked up. */
@JCStressTest
@Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "Before the move.")
@Outcome(id = "2", expect = Expect.ACCEPTABLE, desc = "After it.")
@Outcome(expect = Expect.FORBIDDEN, desc = "A known address is flooded.")
@State
public class MacMoveStress {
    private final Meeting meeting = new Meeting();
    private static final long MAC = 0x0200_0000_0001L;

    private final MacTable table = new MacTable(port -> true, () -> {
    });

    public MacMoveStress() {
        table.learn(0, MAC, 1, 1, true);
    }

    @Actor
    public void learner() {
        meeting.arrive();
        table.learn(0, MAC, 2, 2, true);
    }

    @Actor
    public void lookup(I_Result r) {
        meeting.arrive();
        r.r1 = table.lookup(0, MAC);
    }
}
