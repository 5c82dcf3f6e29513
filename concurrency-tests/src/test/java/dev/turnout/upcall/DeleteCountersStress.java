package dev.turnout.upcall;

import dev.turnout.concurrency.Meeting;
import dev.turnout.core.Ack;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JL_Result;

/** A dump attributes a megaflow's counters while the answer to its deletion brings the last ones. */
@JCStressTest
@Outcome(id = "7, evicted", expect = Expect.ACCEPTABLE, desc = "Seven packets were credited: at once, or five and then two.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Packets were credited twice or never, or the ukey stayed.")
@State
public class DeleteCountersStress {
    private final Meeting meeting = new Meeting();
    private static final long HANDLE = 5;

    private final CountingTranslation translation = new CountingTranslation();
    private final TestUkeys ukeys = new TestUkeys();
    private final Ukey ukey = ukeys.ukey(1, translation);

    public DeleteCountersStress() {
        ukey.lock();
        boolean isOperational = ukey.transition(UkeyState.VISIBLE, "test") && ukey.seen(HANDLE)
                && ukey.delete(DeleteReason.PURGE, false, "test");
        ukey.unlock();
        if (!isOperational) {
            throw new IllegalStateException(ukey.toString());
        }
    }

    @Actor
    public void dump() {
        meeting.arrive();
        if (ukey.tryLock()) {
            try {
                if (ukey.state() == UkeyState.EVICTING) {
                    long ignored = ukey.attribute(5, 500, 1, 0);
                }
            } finally {
                ukey.unlock();
            }
        }
    }

    @Actor
    public void agent() {
        meeting.arrive();
        ukey.lock();
        try {
            boolean ignored = ukey.onAck(new Ack(ukey, 1, Ack.Kind.DELETED, Ack.Status.OK, HANDLE, 7, 700, 2, 0));
        } finally {
            ukey.unlock();
        }
    }

    @Arbiter
    public void end(JL_Result r) {
        r.r1 = ukeys.audit.backwardCounters() + ukeys.audit.illegalMoves() > 0 ? -1 : translation.packets;
        r.r2 = ukey.state().text();
    }
}
