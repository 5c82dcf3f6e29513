package dev.turnout.upcall;

/** Lets a test be the threads of the upcall path. */
public final class Steps {
    private final Upcalls upcalls;
    private final UpcallHandler handler;

    public Steps(Upcalls upcalls) {
        this.upcalls = upcalls;
        handler = new UpcallHandler(upcalls.scheduler(), upcalls.setup());
    }

    /** A handler's turn. */
    public int handle() {
        return handler.doWork();
    }

    /** The agent's turn. */
    public int answer() {
        return upcalls.agent().doWork();
    }

    /** Everybody's turns until nothing is left to do. */
    public void settle(FakeFastPath fastPath) {
        boolean work;
        do {
            work = handle() > 0;
            work |= fastPath.step();
            work |= answer() > 0;
        } while (work);
    }

    /** The ukey leaves the table though its megaflow lives on: a fault, after which there is an orphan. */
    public void lose(Ukey ukey) {
        ukey.lock();
        try {
            if (ukey.transition(UkeyState.EVICTING, "test") && ukey.transition(UkeyState.EVICTED, "test")) {
                upcalls.table().remove(ukey, "test");
            }
        } finally {
            ukey.unlock();
        }
    }

    public int flowsInFlight(int thread) {
        return upcalls.thread(thread).flowsInFlight();
    }
}
