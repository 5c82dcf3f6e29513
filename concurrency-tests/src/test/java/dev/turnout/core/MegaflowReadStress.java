package dev.turnout.core;

import dev.turnout.concurrency.Meeting;
import dev.turnout.flow.Megaflow;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LJ_Result;

/** A dump reads a slot while its megaflow goes and another takes the slot. */
@JCStressTest
@Outcome(id = "old, 10", expect = Expect.ACCEPTABLE, desc = "Before the first went.")
@Outcome(id = "none, 0", expect = Expect.ACCEPTABLE, desc = "In between, or the generation changed while it was read.")
@Outcome(id = "new, 0", expect = Expect.ACCEPTABLE, desc = "The second, before it was hit.")
@Outcome(id = "new, 3", expect = Expect.ACCEPTABLE, desc = "The second.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Counters of one megaflow under the name of another.")
@State
public class MegaflowReadStress {
    private final Meeting meeting = new Meeting();
    private final MegaflowTable table = new MegaflowTable(1);
    private final int index = Megaflow.index(table.install("old", ActionProgram.DROP));
    private final MegaflowTable.Reading reading = new MegaflowTable.Reading();

    public MegaflowReadStress() {
        table.count(index, 10, 1000, 1, 0);
    }

    @Actor
    public void owner() {
        meeting.arrive();
        table.free(index);
        table.count(Megaflow.index(table.install("new", ActionProgram.DROP)), 3, 300, 2, 0);
    }

    @Actor
    public void dump(LJ_Result r) {
        meeting.arrive();
        boolean isRead = table.read(index, reading);
        r.r1 = isRead ? reading.token() : "none";
        r.r2 = isRead ? reading.packets() : 0;
    }
}
