package dev.turnout.core;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

import dev.turnout.dpcls.LookupGenerator;
import dev.turnout.flow.DatapathActions;
import dev.turnout.flow.Malformed;
import org.jctools.queues.varhandle.MpscVarHandleArrayQueue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A forwarding thread, as other threads see it: a bounded queue of commands, counters, the megaflows for dumps. What it does
 * is in {@link ForwardingAgent}; here is the loop around it.
 *
 * <p>The idle strategy: cycles without work are repeated for {@link DatapathConfig#spinNs}, then the thread sleeps in
 * {@link IoBackend#await} until packets or commands come. It says so first and looks at the queue of commands once more; a
 * submitter looks whether the thread sleeps after its command is in the queue. So either sees the other. While an answer waits
 * for room it sleeps {@value #BLOCKED_SLEEP_NS} ns at a time, whether there are commands or not: none is executed before.
 *
 * <p>Thread rules: public methods may be called by any thread, the others by the datapath.
 */
public final class ForwardingThread {
    private static final Logger LOG = LoggerFactory.getLogger(ForwardingThread.class);
    private static final long MAX_SLEEP_NS = 100_000_000;
    /** Longest sleep while an answer waits for room: nobody says when there is some. */
    private static final long BLOCKED_SLEEP_NS = 50_000;
    private static final int LOGGED_FAILURES = 10;
    private static final VarHandle SLEEPING;

    static {
        try {
            SLEEPING = MethodHandles.lookup().findVarHandle(ForwardingThread.class, "sleeping", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final int id;
    private final DatapathConfig config;
    private final MegaflowTable megaflows;
    private final ThreadCounters counters = new ThreadCounters();
    private final MpscVarHandleArrayQueue<DatapathCommand> commands;
    /** Threads within {@link #submit}: the last look at the queue waits for them. */
    private final AtomicInteger submitters = new AtomicInteger();
    private final CompletableFuture<ForwardingAgent> agent = new CompletableFuture<>();
    private final Thread thread;
    /** Set once, before the thread starts. */
    private @Nullable Sinks sinks;
    /** Volatile: ends the loop; nothing is submitted any more. */
    private volatile boolean stopping;
    /** Through SLEEPING; see the class comment. */
    @SuppressWarnings("UnusedVariable") // through SLEEPING
    private boolean sleeping;
    private int failures;

    private record Sinks(UpcallSink upcalls, AckSink acks, LookupGenerator generator, Meters meters) {
    }

    ForwardingThread(int id, DatapathConfig config) {
        this.id = id;
        this.config = config;
        megaflows = new MegaflowTable(config.maxMegaflows());
        commands = new MpscVarHandleArrayQueue<>(config.commandQueueCapacity());
        thread = Thread.ofPlatform().name("fwd-" + id).daemon(true).unstarted(this::run);
    }

    // --- any thread -------------------------------------------------------------------------------------------------------

    /** Number of the thread, from 0. */
    public int id() {
        return id;
    }

    /** The thread's megaflows; other threads may only read them. */
    public MegaflowTable megaflows() {
        return megaflows;
    }

    /**
     * Hands a command over and wakes the thread; any thread may call it.
     *
     * @return false if the queue is full or the thread has ended; then the command's packets still belong to the caller
     */
    public boolean submit(DatapathCommand command) {
        submitters.incrementAndGet();
        try {
            if (stopping || !commands.offer(command)) {
                return false;
            }
        } finally {
            submitters.decrementAndGet();
        }
        VarHandle.fullFence(); // the command is in the queue before the look whether the thread sleeps
        if ((boolean) SLEEPING.getOpaque(this)) {
            wakeup();
        }
        return true;
    }

    /** A counter's value at this moment; any thread may call it. */
    public long count(ThreadCounter counter) {
        return counters.get(counter);
    }

    /** Packets dropped for a reason so far; any thread may call it. */
    public long drops(DropReason reason) {
        return counters.drops(reason);
    }

    /** Packets so far whose headers were wrong in that way; any thread may call it. */
    public long malformed(Malformed reason) {
        return counters.malformed(reason);
    }

    /** Name of its I/O backend, for {@code show}; any thread may call it, once the datapath was started. */
    public String ioName() {
        return agent.join().io().name();
    }

    /** The Java thread, for its CPU time. */
    public Thread thread() {
        return thread;
    }

    /** Why the datapath cannot execute these actions: the action that it does not know; "" if it can execute all of them. */
    public static String unsupported(DatapathActions actions) {
        try {
            ActionCompiler.compile(actions);
            return "";
        } catch (ActionCompiler.UnsupportedActionException e) {
            return String.valueOf(e.getMessage());
        }
    }

    @Override
    public String toString() {
        return thread.getName();
    }

    // --- the datapath -----------------------------------------------------------------------------------------------------

    /** Starts the thread and waits until it can execute commands. */
    void start(UpcallSink upcalls, AckSink acks, LookupGenerator generator, Meters meters) {
        sinks = new Sinks(upcalls, acks, generator, meters);
        thread.start();
        agent.join();
    }

    /** The agent; what it has may be touched in {@link OwnerTask}s only. */
    ForwardingAgent agent() {
        return agent.join();
    }

    /** Makes the loop end; returns at once. */
    void stop() {
        stopping = true;
        if (thread.isAlive() && hasAgent()) {
            wakeup();
        }
    }

    /** Whether the thread has ended or is about to: nothing can be submitted any more. */
    boolean hasEnded() {
        return stopping;
    }

    /** Frees the packet buffers; after the end of all threads. */
    void closePool() {
        if (hasAgent()) {
            agent.join().pool().close();
        }
    }

    /** Whether the thread was started, and could. */
    private boolean hasAgent() {
        return agent.isDone() && !agent.isCompletedExceptionally();
    }

    void awaitEnd() throws InterruptedException {
        thread.join();
    }

    private void wakeup() {
        agent.join().io().wakeup();
    }

    // --- the thread -------------------------------------------------------------------------------------------------------

    private void run() {
        ForwardingAgent owned;
        try {
            Sinks to = sinks;
            if (to == null) {
                throw new IllegalStateException("not started");
            }
            owned = new ForwardingAgent(this, config, counters, megaflows, commands, to.upcalls(), to.acks(),
                    to.generator(), to.meters());
        } catch (RuntimeException | Error e) { // an Error: no memory for the packet buffers
            stopping = true;
            agent.completeExceptionally(e);
            return;
        }
        agent.complete(owned);
        while (!stopping) {
            loop(owned);
        }
        end(owned);
    }

    private void loop(ForwardingAgent owned) {
        try {
            long idleSinceNs = 0;
            while (!stopping) {
                if (owned.cycle() > 0) {
                    counters.add(ThreadCounter.BUSY_CYCLES, 1);
                    idleSinceNs = 0;
                } else {
                    counters.add(ThreadCounter.IDLE_CYCLES, 1);
                    idleSinceNs = idle(owned, idleSinceNs);
                }
            }
        } catch (RuntimeException | Error e) { // whatever a packet or a command causes, the thread goes on
            owned.abandonBatch();
            if (failures++ < LOGGED_FAILURES) {
                LOG.error("{}: a cycle failed; the packets in hand are lost", this, e);
            }
        }
    }

    /** After a cycle without work: spins at first, then sleeps; returns since when there was none. */
    private long idle(ForwardingAgent owned, long sinceNs) {
        long nowNs = System.nanoTime();
        if (sinceNs == 0) {
            return nowNs;
        }
        if (nowNs - sinceNs < config.spinNs()) {
            Thread.onSpinWait();
            return sinceNs;
        }
        boolean isBlocked = owned.isBlocked();
        SLEEPING.setVolatile(this, true); // volatile: before the look at the queue
        if ((isBlocked || commands.isEmpty()) && !stopping) {
            counters.add(ThreadCounter.PARKS, 1);
            owned.io().await(isBlocked ? BLOCKED_SLEEP_NS : MAX_SLEEP_NS);
        }
        SLEEPING.setOpaque(this, false);
        return sinceNs;
    }

    private void end(ForwardingAgent owned) {
        while (submitters.get() > 0) {
            Thread.onSpinWait();
        }
        attempt(owned::refuseCommands);
        attempt(owned::closePorts);
        attempt(owned::end);
        attempt(owned.io()::close);
    }

    /** One step of the end; that it fails keeps nothing of the rest open. */
    private void attempt(Runnable step) {
        try {
            step.run();
        } catch (RuntimeException | Error e) {
            LOG.error("{}: end", this, e);
        }
    }
}
