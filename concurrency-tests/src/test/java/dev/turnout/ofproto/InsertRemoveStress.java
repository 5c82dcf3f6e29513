package dev.turnout.ofproto;

import java.util.List;

import dev.turnout.concurrency.Meeting;
import dev.turnout.flow.FlowLayout;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JI_Result;

/** A rule takes the place of a rule of the same mask and values, while a packet is looked up. */
@JCStressTest
@Outcome(id = "2, 10", expect = Expect.ACCEPTABLE, desc = "As of before.")
@Outcome(id = "3, 20", expect = Expect.ACCEPTABLE, desc = "As of after.")
@Outcome(expect = Expect.FORBIDDEN, desc = "The list of equal values lost a rule, or showed one too early.")
@State
public class InsertRemoveStress {
    private final Meeting meeting = new Meeting();
    private final Rules rules = new Rules();
    private final Rule old = rules.rule(FlowLayout.IPV4, 10);
    private final Rule fresh;

    public InsertRemoveStress() {
        rules.change(List.of(old), List.of());
        fresh = rules.rule(FlowLayout.IPV4, 20);
    }

    @Actor
    public void writer() {
        meeting.arrive();
        rules.change(List.of(fresh), List.of(old));
    }

    @Actor
    public void reader(JI_Result r) {
        meeting.arrive();
        long now = rules.tables.version();
        r.r1 = now;
        r.r2 = rules.lookUp(now);
    }
}
