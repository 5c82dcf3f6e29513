package dev.turnout.upcall;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiFunction;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

import dev.turnout.core.Ack;
import dev.turnout.core.AckSink;
import dev.turnout.core.DatapathCommand;
import dev.turnout.core.ForwardingThread;
import dev.turnout.core.UpcallSink;
import dev.turnout.flow.DpAction;
import dev.turnout.flow.Megaflow;
import org.jspecify.annotations.Nullable;

/**
 * The upcall path: from packets that the fast path cannot handle alone to megaflows with their ukeys.
 *
 * <p>Use: make it over the datapath's threads, give it to {@code Datapath.start} as both sinks, {@link #start} it before
 * packets come; {@link #close} it after the datapath has ended, so that every answer is heard.
 *
 * <p>Thread rules: control methods from any thread but a forwarding thread; the sinks' methods on forwarding threads.
 */
public final class Upcalls implements UpcallSink, AckSink, AutoCloseable {
    private static final long WAIT_NS = 2_000_000_000L;
    private static final long LOOK_NS = 200_000L;
    /** Token of the deletion of a megaflow that has no ukey. */
    private static final Object ORPHAN = "orphan";

    private final UpcallConfig config;
    private final LongSupplier clock;
    private final UkeyTable table = new UkeyTable();
    private final FlowLimit limit;
    private final UkeyAudit audit = new UkeyAudit();
    private final Deletions deletions = new Deletions();
    private final EnumCounters<UpcallCounter> counters = new EnumCounters<>(UpcallCounter.class);
    private final UpcallScheduler scheduler = new UpcallScheduler();
    private final FlowSetup setup;
    private final List<ThreadUpcalls> threads = new ArrayList<>();
    private final AckAgent agent;
    private final List<UpcallHandler> handlers = new ArrayList<>();
    private final List<Thread> handlerThreads = new ArrayList<>();
    private @Nullable Thread agentThread;

    /** The upcall path over the bridges of {@code slowPath} and the threads of a datapath. */
    public static Upcalls over(SlowPath slowPath, List<ForwardingThread> threads, UpcallConfig config) {
        return new Upcalls(slowPath,
                threads.stream().<FastPath>map(ForwardingThreadFastPath::new).toList(), config, System::nanoTime);
    }

    /** For tests: any fast path, any clock. */
    public Upcalls(SlowPath slowPath, List<? extends FastPath> fastPaths, UpcallConfig config, LongSupplier clock) {
        this.config = config;
        this.clock = clock;
        limit = new FlowLimit(config.flowLimit());
        setup = new FlowSetup(slowPath, table, limit, counters, clock);
        for (FastPath fastPath : fastPaths) {
            if (fastPath.id() != threads.size()) {
                throw new IllegalArgumentException("forwarding threads are not numbered from 0");
            }
            threads.add(new ThreadUpcalls(new CommandChannel(fastPath, audit, deletions, scheduler::wakeAgent),
                    scheduler, counters, config));
        }
        agent = new AckAgent(threads, scheduler, audit, this::decideThreadRemoval);
    }

    // --- the forwarding threads' side ------------------------------------------------------------------------------------

    @Override
    public boolean miss(ForwardingThread from, long packet, long[] words, int offset, long used, long hash,
            long nowNs) {
        return threads.get(from.id()).miss(packet, words, offset, hash, nowNs);
    }

    @Override
    public boolean userspace(ForwardingThread from, long packet, long[] words, int offset, long used,
            DpAction.Userspace action) {
        return threads.get(from.id()).userspace(packet, words, offset, action);
    }

    @Override
    public void portCloses(ForwardingThread from, int port) {
        threads.get(from.id()).forgetPort(port);
    }

    @Override
    public void threadEnds(ForwardingThread from) {
        threads.get(from.id()).end();
    }

    @Override
    public boolean offer(ForwardingThread from, Ack ack) {
        return threads.get(from.id()).offer(ack);
    }

    /** One thread's part; for tests. */
    ThreadUpcalls thread(int id) {
        return threads.get(id);
    }

    // --- life ------------------------------------------------------------------------------------------------------------

    /** Starts the agent and the handlers. */
    public synchronized void start() {
        if (agentThread != null) {
            throw new IllegalStateException("started already");
        }
        agentThread = Thread.ofPlatform().name("dp-acks").daemon().start(agent);
        startHandlers(config.handlers());
    }

    private void startHandlers(int count) {
        for (int i = 0; i < count; i++) {
            UpcallHandler handler = new UpcallHandler(scheduler, setup);
            handlers.add(handler);
            handlerThreads.add(Thread.ofPlatform().name("handler-" + i).daemon().start(handler));
        }
        scheduler.setHandlers(
                handlers.stream().map(UpcallHandler::sleeper).toArray(UpcallScheduler.Sleeper[]::new));
    }

    private void stopHandlers() {
        handlers.forEach(UpcallHandler::stop);
        handlerThreads.forEach(Upcalls::join);
        handlers.clear();
        handlerThreads.clear();
    }

    private static void join(Thread thread) {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Changes the number of handler threads. */
    public synchronized void setHandlers(int count) {
        UpcallConfig.check("handler threads", count, 1, 64);
        if (agentThread == null) {
            throw new IllegalStateException("not started");
        }
        stopHandlers();
        startHandlers(count);
    }

    /** Stops the threads. Packets that come later are refused. */
    @Override
    public synchronized void close() {
        threads.forEach(ThreadUpcalls::stop);
        Thread running = agentThread;
        if (running == null) {
            return;
        }
        stopHandlers();
        agent.stop();
        join(running);
        while (agent.doWork() > 0) {
            Thread.onSpinWait(); // what the last answers left
        }
        agentThread = null;
    }

    // --- parts -----------------------------------------------------------------------------------------------------------

    /** The ukeys. */
    public UkeyTable table() {
        return table;
    }

    /** How many megaflows there may be. */
    public FlowLimit flowLimit() {
        return limit;
    }

    /** What must not happen, counted. */
    public UkeyAudit audit() {
        return audit;
    }

    /** What was deleted and why. */
    public Deletions deletions() {
        return deletions;
    }

    /** The forwarding threads, by number. */
    public List<FastPath> fastPaths() {
        return threads.stream().map(thread -> thread.channel().fastPath()).toList();
    }

    /** Whether megaflows have wildcards ({@code upcall/disable-megaflows}). Those that are installed stay. */
    public void setMegaflows(boolean on) {
        setup.setMegaflows(on);
    }

    public boolean hasMegaflows() {
        return setup.hasMegaflows();
    }

    /**
     * A dump found a megaflow without a ukey. It gets one, if what it matches is known and still makes sense, or it is deleted.
     *
     * @param token
     *            the megaflow's token
     * @return whether it has a ukey now
     */
    public boolean adopt(int threadId, Object token, long handle) {
        CommandChannel channel = threads.get(threadId).channel();
        if (channel.isEnded()) {
            return false;
        }
        if (token instanceof Ukey former && setup.adopt(former, handle, channel)) {
            return true;
        }
        if (channel.waiting() == 0) { // else the next dump will find it again: no ukey bounds what waits
            channel.submit(new DatapathCommand.Delete(ORPHAN, 0, handle));
        }
        return false;
    }

    UpcallScheduler scheduler() {
        return scheduler;
    }

    FlowSetup setup() {
        return setup;
    }

    AckAgent agent() {
        return agent;
    }

    // --- what people ask for ---------------------------------------------------------------------------------------------

    /** The figures at this moment. */
    public UpcallStats stats() {
        Map<UkeyState, Integer> states = new EnumMap<>(UkeyState.class);
        table.forEach(ukey -> states.merge(ukey.state(), 1, Integer::sum));
        int handlerCount;
        synchronized (this) {
            handlerCount = handlers.size();
        }
        return new UpcallStats(counters.snapshot(), states, deletions.counts(), audit.installFailures(),
                audit.modifyFailures(), limit.get(), limit.cap(), handlerCount, audit.illegalMoves(),
                audit.backwardCounters(), audit.staleAcks(),
                threads.stream().mapToInt(ThreadUpcalls::packetsHeld).sum());
    }

    /** The megaflows that are installed, or may be, with their counters as the fast path has them now. */
    public List<DatapathFlow> dumpFlows(Predicate<DatapathFlow> filter) {
        List<DatapathFlow> flows = new ArrayList<>();
        MegaflowReading reading = new MegaflowReading();
        long nowNs = clock.getAsLong();
        table.forEach(ukey -> {
            DatapathFlow flow = describe(ukey, reading, nowNs);
            if (flow != null && filter.test(flow)) {
                flows.add(flow);
            }
        });
        return flows;
    }

    /** One megaflow, or null if there is none of that id. */
    public @Nullable DatapathFlow flow(UkeyId id) {
        Ukey ukey = table.get(id);
        return ukey == null ? null : describe(ukey, new MegaflowReading(), clock.getAsLong());
    }

    /**
     * Looks at a megaflow and at the translation whose actions it executes. The ukey's lock is held meanwhile, so that the translation is not closed.
     *
     * @param look
     *            must not wait for anything; see the order of locks
     * @return what it gave, or null if there is no megaflow of that id
     */
    public <T> @Nullable T inspect(UkeyId id, BiFunction<DatapathFlow, Translation, T> look) {
        Ukey ukey = table.get(id);
        if (ukey == null) {
            return null;
        }
        ukey.lock();
        try {
            DatapathFlow flow = describe(ukey, new MegaflowReading(), clock.getAsLong());
            return flow == null ? null : look.apply(flow, ukey.translation());
        } finally {
            ukey.unlock();
        }
    }

    private @Nullable DatapathFlow describe(Ukey ukey, MegaflowReading reading, long nowNs) {
        ukey.lock();
        try {
            if (!ukey.state().mayBeInstalled()) {
                return null;
            }
            long packets = ukey.packets();
            long bytes = ukey.bytes();
            long usedNs = ukey.usedNs();
            int tcpFlags = ukey.tcpFlags();
            if (ukey.handle() != Megaflow.NONE && thread(ukey.threadId()).channel().fastPath()
                    .read(Megaflow.index(ukey.handle()), reading) && reading.handle == ukey.handle()) {
                packets = reading.packets;
                bytes = reading.bytes;
                usedNs = reading.usedNs;
                tcpFlags = reading.tcpFlags;
            }
            return new DatapathFlow(ukey.id(), ukey.threadId(), ukey.key(), ukey.mask(), ukey.actions(), packets, bytes,
                    usedNs == 0 ? -1 : Math.max(0, nowNs - usedNs), tcpFlags, ukey.state(), ukey.lastMove());
        } finally {
            ukey.unlock();
        }
    }

    /** Deletes all megaflows and waits until they are gone; returns how many this call deleted. */
    public int purge() {
        return evict(ukey -> true, DeleteReason.PURGE, "purge");
    }

    /** Deletes the megaflows of an ingress port and waits until they are gone, before the port goes or moves. */
    public int evictPort(int dpPort) {
        return evict(ukey -> ukey.inPort() == dpPort, DeleteReason.PORT_REMOVED, "port removal");
    }

    /** A forwarding thread has ended: its megaflows are gone. The agent calls this. */
    private void decideThreadRemoval(int threadId) {
        decide(ukey -> ukey.threadId() == threadId, DeleteReason.THREAD_REMOVED, "thread removal", new ArrayList<>());
    }

    /** Whether the forwarding thread has ended; what its table shows means nothing then. */
    public boolean hasEnded(int threadId) {
        return threads.get(threadId).channel().isEnded();
    }

    /** Deletes megaflows by hand ({@code dpctl del-flows}) and waits until they are gone. */
    public int deleteFlows(Predicate<DatapathFlow> filter) {
        MegaflowReading reading = new MegaflowReading();
        long nowNs = clock.getAsLong();
        return evict(ukey -> {
            DatapathFlow flow = describe(ukey, reading, nowNs);
            return flow != null && filter.test(flow);
        }, DeleteReason.MANUAL, "manual delete");
    }

    /** Deletes one megaflow by hand; false if there is none of that id. */
    public boolean deleteFlow(UkeyId id) {
        Ukey ukey = table.get(id);
        return ukey != null && evict(other -> other == ukey, DeleteReason.MANUAL, "manual delete") > 0;
    }

    private int evict(Predicate<Ukey> which, DeleteReason reason, String place) {
        List<Ukey> going = new ArrayList<>();
        int decided = decide(which, reason, place, going);
        await(() -> going.stream().noneMatch(ukey -> ukey.state() == UkeyState.EVICTING));
        return decided;
    }

    /**
     * Decides deletions.
     *
     * @param going
     *            gets those that are on their way out, whoever decided it
     * @return how many this call decided
     */
    private int decide(Predicate<Ukey> which, DeleteReason reason, String place, List<Ukey> going) {
        int[] decided = {0};
        table.forEach(ukey -> {
            if (which.test(ukey)) {
                ukey.lock();
                try {
                    decided[0] += ukey.delete(reason, true, place) ? 1 : 0;
                    if (ukey.state() == UkeyState.EVICTING) {
                        going.add(ukey);
                    }
                } finally {
                    ukey.unlock();
                }
            }
        });
        return decided[0];
    }

    /** Waits until no ukey awaits an answer; false if that took too long. */
    public boolean awaitAnswers() {
        return await(() -> {
            boolean[] waiting = {false};
            table.forEach(ukey -> waiting[0] |= ukey.state() == UkeyState.EVICTING
                    || ukey.state() == UkeyState.VISIBLE || isPending(ukey));
            return !waiting[0];
        });
    }

    private static boolean isPending(Ukey ukey) {
        ukey.lock();
        try {
            return ukey.isPending();
        } finally {
            ukey.unlock();
        }
    }

    private boolean await(BooleanSupplier condition) {
        long until = System.nanoTime() + WAIT_NS;
        while (!condition.getAsBoolean()) {
            if (agentThreadIsAway() || System.nanoTime() - until > 0) {
                return false;
            }
            LockSupport.parkNanos(this, LOOK_NS);
        }
        return true;
    }

    private synchronized boolean agentThreadIsAway() {
        return agentThread == null;
    }
}
