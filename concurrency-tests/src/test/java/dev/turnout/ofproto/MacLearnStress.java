package dev.turnout.ofproto;

import dev.turnout.concurrency.Meeting;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/** Two translations learn an address each, in a table that has room for two, and one that is there is older. */
@JCStressTest
@Outcome(id = "0, 2, 2", expect = Expect.ACCEPTABLE, desc = "The oldest went, both are there, and the list has them.")
@Outcome(expect = Expect.FORBIDDEN, desc = "The table is over its size, lost an address, or its list is torn.")
@State
public class MacLearnStress {
    private final Meeting meeting = new Meeting();
    private static final long MAC = 0x0200_0000_0000L;

    private final MacTable table = new MacTable(port -> true, () -> {
    });

    public MacLearnStress() {
        table.setMaxEntries(2);
        table.learn(0, MAC, 1, 1, true);
    }

    @Actor
    public void one() {
        meeting.arrive();
        table.learn(0, MAC + 1, 1, 2, true);
    }

    @Actor
    public void other() {
        meeting.arrive();
        table.learn(0, MAC + 2, 1, 2, true);
    }

    @Arbiter
    public void end(III_Result r) {
        r.r1 = table.lookup(0, MAC) == -1 ? 0 : 1;
        r.r2 = table.size();
        r.r3 = table.expire(Long.MAX_VALUE);
    }
}
