package dev.turnout.ofproto;

import java.util.concurrent.atomic.AtomicLong;

import dev.turnout.concurrency.Meeting;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/** The last reference to a state goes, and its time runs out, while another translation takes one. */
@JCStressTest
@Outcome(id = "true, true", expect = Expect.ACCEPTABLE, desc = "Whoever came first, the state that was acquired is there.")
@Outcome(id = "false, true", expect = Expect.ACCEPTABLE, desc = "Forgotten before the new reference: it has a new id, and the packet of the old one came too late.")
@Outcome(expect = Expect.FORBIDDEN, desc = "A state with a reference was forgotten.")
@State
public class SharedStatesStress {
    private final Meeting meeting = new Meeting();
    private final AtomicLong clock = new AtomicLong();
    private final SharedStates<String> states = new SharedStates<>(clock::get);
    private final int id = states.acquire("state");
    private int acquired;

    @Actor
    public void revalidator() {
        meeting.arrive();
        states.release(id);
        clock.set(1_000_000_000L);
        int ignored = states.size(); // forgets
    }

    @Actor
    public void handler(ZZ_Result r) {
        meeting.arrive();
        r.r1 = states.get(id) != null;
        acquired = states.acquire("state");
    }

    @Arbiter
    public void end(ZZ_Result r) {
        int known = states.size();
        r.r2 = states.get(acquired) != null && known == 1;
    }
}
