package dev.turnout.ofproto;

import java.util.List;

import dev.turnout.concurrency.Meeting;
import dev.turnout.flow.FlowLayout;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LI_Result;

/** A removed rule is unlinked while a packet is looked up in the version that still has it. */
@JCStressTest
@Outcome(id = "current, 20", expect = Expect.ACCEPTABLE, desc = "Looked up before the removal.")
@Outcome(id = "current, 10", expect = Expect.ACCEPTABLE, desc = "Looked up after it.")
@Outcome(id = "stale, 20", expect = Expect.ACCEPTABLE, desc = "Purged just after; the reader starts again, for nothing.")
@Outcome(id = "stale, 10", expect = Expect.ACCEPTABLE_INTERESTING, desc = "The rule was gone already; the reader is told, and starts again.")
@Outcome(expect = Expect.FORBIDDEN, desc = "A reader misses a rule of its version and is not told.")
@State
public class PurgeStress {
    private final Meeting meeting = new Meeting();
    private final Rules rules = new Rules();
    private final Rule gone = rules.rule(FlowLayout.IPV4, 20);

    public PurgeStress() {
        rules.change(List.of(gone, rules.rule(FlowLayout.L4, 10)), List.of());
    }

    @Actor
    public void writer() {
        meeting.arrive();
        rules.change(List.of(), List.of(gone));
        rules.tables.purgeOld(2_000_000_000L);
    }

    @Actor
    public void reader(LI_Result r) {
        meeting.arrive();
        long now = rules.tables.version();
        r.r2 = rules.lookUp(now);
        if (rules.tables.isStale(now)) {
            r.r1 = "stale";
        } else {
            r.r1 = now == 2 && r.r2 == 10 ? "missed" : now == 3 && r.r2 == 20 ? "undead" : "current";
        }
    }
}
