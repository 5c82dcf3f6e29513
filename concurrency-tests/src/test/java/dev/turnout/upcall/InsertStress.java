package dev.turnout.upcall;

import dev.turnout.concurrency.Meeting;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LLL_Result;

/** Two handlers insert a ukey of the same flow. */
@JCStressTest
@Outcome(id = "INSERTED, DUPLICATE, first", expect = Expect.ACCEPTABLE, desc = "The first handler won.")
@Outcome(id = "DUPLICATE, INSERTED, second", expect = Expect.ACCEPTABLE, desc = "The second handler won.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Both won, or none, or the loser is in the table.")
@State
public class InsertStress {
    private final Meeting meeting = new Meeting();
    private final TestUkeys ukeys = new TestUkeys();
    private final int flow = Tables.newFlow();
    private final Ukey first = ukeys.ukey(flow);
    private final Ukey second = ukeys.ukey(flow);

    @Actor
    public void first(LLL_Result r) {
        meeting.arrive();
        r.r1 = Tables.insert(first);
    }

    @Actor
    public void second(LLL_Result r) {
        meeting.arrive();
        r.r2 = Tables.insert(second);
    }

    @Arbiter
    public void end(LLL_Result r) {
        Ukey found = Tables.TABLE.get(first.id());
        r.r3 = found == first ? "first" : found == second ? "second" : "none";
        if (found != null) {
            Tables.evict(found);
            Tables.sweep(found);
            if (Tables.TABLE.get(first.id()) != null) {
                r.r3 = "both";
            }
        }
    }
}
