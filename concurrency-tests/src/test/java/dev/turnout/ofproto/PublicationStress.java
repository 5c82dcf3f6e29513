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

/** A batch puts a rule of lower priority and another mask in the place of one, while a packet is looked up. */
@JCStressTest
@Outcome(id = "2, 20", expect = Expect.ACCEPTABLE, desc = "As of before the batch.")
@Outcome(id = "3, 10", expect = Expect.ACCEPTABLE, desc = "As of after it.")
@Outcome(expect = Expect.FORBIDDEN, desc = "A part of the batch was seen, or a version without its rules.")
@State
public class PublicationStress {
    private final Meeting meeting = new Meeting();
    private final Rules rules = new Rules();
    private final Rule old = rules.rule(FlowLayout.IPV4, 20);
    private final Rule fresh;

    public PublicationStress() {
        rules.change(List.of(old), List.of());
        fresh = rules.rule(FlowLayout.L4, 10);
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
