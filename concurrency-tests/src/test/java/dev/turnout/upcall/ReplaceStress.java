package dev.turnout.upcall;

import dev.turnout.concurrency.Meeting;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LLLL_Result;

/** A handler replaces an evicted ukey while the sweep removes it. */
@JCStressTest
@Outcome(id = "REPLACED, fresh, deleted, visible", expect = Expect.ACCEPTABLE, desc = "The handler came first.")
@Outcome(id = "INSERTED, fresh, deleted, visible", expect = Expect.ACCEPTABLE, desc = "The sweep came first.")
@Outcome(id = "DUPLICATE, none, deleted, deleted", expect = Expect.ACCEPTABLE, desc = "The sweep held the old ukey; the next packet is an upcall again.")
@Outcome(expect = Expect.FORBIDDEN, desc = "A ukey that is out of the table was found in it, or two, or one that lost, or none where one won.")
@State
public class ReplaceStress {
    private final Meeting meeting = new Meeting();
    private final TestUkeys ukeys = new TestUkeys();
    private final int flow = Tables.newFlow();
    private final Ukey old = ukeys.ukey(flow);
    private final Ukey fresh = ukeys.ukey(flow);

    public ReplaceStress() {
        if (Tables.insert(old) != UkeyTable.Insertion.INSERTED) {
            throw new IllegalStateException(old + " is in the table already");
        }
        Tables.evict(old);
    }

    @Actor
    public void handler(LLLL_Result r) {
        meeting.arrive();
        r.r1 = Tables.insert(fresh);
    }

    @Actor
    public void sweep() {
        meeting.arrive();
        Tables.sweep(old);
    }

    @Arbiter
    public void end(LLLL_Result r) {
        Ukey found = Tables.TABLE.get(old.id());
        r.r2 = found == null ? "none" : found == fresh ? "fresh" : "old";
        r.r3 = ukeys.audit.illegalMoves() > 0 ? "fault" : old.state().text();
        r.r4 = fresh.state().text();
        if (fresh.state() == UkeyState.VISIBLE) {
            Tables.evict(fresh);
            Tables.sweep(fresh);
            if (Tables.TABLE.get(old.id()) != null) {
                r.r2 = "two";
            }
        }
    }
}
