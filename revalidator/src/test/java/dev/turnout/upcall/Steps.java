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

    public int flowsInFlight(int thread) {
        return upcalls.thread(thread).flowsInFlight();
    }
}
