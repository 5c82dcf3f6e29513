package dev.turnout.core;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;

import dev.turnout.dpcls.LookupGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The datapath: its ports and forwarding threads.
 *
 * <p>A port's receive side belongs to one thread, and every thread has a transmitter of its own for every port. Adding and
 * removing a port is a task for each thread, and is done when all have done theirs.
 *
 * <p>An interface that vanishes stays a port: its sides are closed, and opened again when it comes back under its name. What
 * is sent to it meanwhile is dropped.
 *
 * <p>Thread rules: control threads call it; no method may be called on a forwarding thread. Methods that change ports exclude
 * each other ({@code this} is the lock, held while threads do their tasks); those that read never block.
 */
public final class Datapath implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Datapath.class);
    private static final int MAX_PORT = 0xfeff;

    /** A port with its state as it was heard last. */
    private static final class Entry {
        private final DatapathPort port;
        /** Whether its sides are open; guarded by the datapath. */
        private boolean isOpen;

        private Entry(DatapathPort port) {
            this.port = port;
        }
    }

    private final DatapathConfig config;
    private final List<ForwardingThread> threads;
    private final LookupGenerator generator = new LookupGenerator();
    private final Meters meters;
    private final ConcurrentNavigableMap<Integer, Entry> ports = new ConcurrentSkipListMap<>();
    private final List<PortEvent.Listener> listeners = new CopyOnWriteArrayList<>();
    /** Guarded by this. */
    private int lastNumber;
    private boolean isStarted;
    private boolean isClosed;
    private int emcInsertInverseProbability;
    private boolean signatureCache;

    public Datapath(DatapathConfig config) {
        this.config = config;
        emcInsertInverseProbability = config.emcInsertInverseProbability();
        signatureCache = config.signatureCache();
        List<ForwardingThread> all = new ArrayList<>();
        for (int i = 0; i < config.threads(); i++) {
            all.add(new ForwardingThread(i, config));
        }
        threads = List.copyOf(all);
        meters = new Meters(config.threads(), System::nanoTime);
    }

    /** Starts the forwarding threads; once, before the first port is added. */
    public synchronized void start(UpcallSink upcalls, AckSink acks) {
        if (isStarted) {
            throw new IllegalStateException("the datapath was started before");
        }
        isStarted = true;
        for (ForwardingThread thread : threads) {
            thread.start(upcalls, acks, generator, meters);
        }
    }

    /** The settings that it was made with. */
    public DatapathConfig config() {
        return config;
    }

    /** The forwarding threads, by number. */
    public List<ForwardingThread> threads() {
        return threads;
    }

    /** The meters that actions may name. */
    public Meters meters() {
        return meters;
    }

    // --- ports ------------------------------------------------------------------------------------------------------------

    /**
     * Adds a port; the thread that has the fewest receives from it.
     *
     * @return its datapath port number, from 1; a number is not used again before all others were
     * @throws IOException
     *             if the port cannot be opened; then it is closed and not added
     */
    public int addPort(Port port) throws IOException {
        return addPort(port, -1);
    }

    /** Adds a port that the thread with that number receives from; -1: the one that has the fewest ports. */
    public int addPort(Port port, int receivingThread) throws IOException {
        DatapathPort added;
        synchronized (this) {
            requireRunning();
            int receiver = receivingThread >= 0 ? receivingThread : leastLoaded();
            List<PortCounters> counters = new ArrayList<>();
            threads.forEach(thread -> counters.add(new PortCounters()));
            added = new DatapathPort(freeNumber(), port, receiver, counters);
            Entry entry = new Entry(added);
            try {
                if (port.linkState().present()) {
                    open(entry);
                }
            } catch (IOException e) {
                port.close();
                throw e;
            }
            lastNumber = added.number();
            ports.put(added.number(), entry);
        }
        port.setListener((changed, state) -> linkChanged(added.number(), state));
        fire(PortEvent.Kind.ADDED, added, port.linkState());
        return added.number();
    }

    /**
     * Removes and closes a port; when it returns no thread uses it. Its megaflows stay until they are deleted by command,
     * but nothing hits them any more.
     *
     * @return whether there was such a port
     */
    public boolean removePort(int number) {
        Entry entry;
        synchronized (this) {
            entry = ports.remove(number);
            if (entry == null) {
                return false;
            }
            close(entry);
        }
        LinkState last = entry.port.port().linkState();
        entry.port.port().close();
        fire(PortEvent.Kind.REMOVED, entry.port, last);
        return true;
    }

    /** A port by its number, or null. */
    public @Nullable DatapathPort port(int number) {
        Entry entry = ports.get(number);
        return entry == null ? null : entry.port;
    }

    /** All ports, by number. */
    public List<DatapathPort> ports() {
        return ports.values().stream().map(entry -> entry.port).toList();
    }

    /** Adds a listener of port events. */
    public void addPortListener(PortEvent.Listener listener) {
        listeners.add(listener);
    }

    private void linkChanged(int number, LinkState state) {
        Entry entry = ports.get(number);
        if (entry == null) {
            return;
        }
        synchronized (this) {
            if (isClosed || ports.get(number) != entry) {
                return;
            }
            if (!state.present() && entry.isOpen) {
                close(entry);
            } else if (state.present() && !entry.isOpen) {
                try {
                    open(entry);
                } catch (IOException e) {
                    LOG.warn("port {}: {}", entry.port.port().name(), e.getMessage());
                }
            }
        }
        fire(PortEvent.Kind.STATE, entry.port, state);
    }

    private void fire(PortEvent.Kind kind, DatapathPort port, LinkState state) {
        PortEvent event = new PortEvent(kind, port.number(), port.port(), state);
        listeners.forEach(listener -> listener.onPortEvent(event));
    }

    private int freeNumber() {
        for (int i = 0; i < MAX_PORT; i++) {
            int number = (lastNumber + i) % MAX_PORT + 1;
            if (!ports.containsKey(number)) {
                return number;
            }
        }
        throw new IllegalStateException("all " + MAX_PORT + " port numbers are taken");
    }

    private int leastLoaded() {
        int[] load = new int[threads.size()];
        for (Entry entry : ports.values()) {
            load[entry.port.receivingThread()]++;
        }
        int least = 0;
        for (int i = 1; i < load.length; i++) {
            least = load[i] < load[least] ? i : least;
        }
        return least;
    }

    private void open(Entry entry) throws IOException {
        DatapathPort port = entry.port;
        List<CompletableFuture<Void>> results = onEveryThread(agent -> agent.openPort(port.number(), port.port(),
                port.threadCounters().get(agent.threadId()), agent.threadId() == port.receivingThread()));
        try {
            CompletableFuture.allOf(results.toArray(CompletableFuture[]::new)).join();
            entry.isOpen = true;
        } catch (CompletionException e) {
            close(entry);
            throw e.getCause() instanceof IOException cause
                    ? cause
                    : new IOException(port.port().name() + ": " + e.getCause(), e.getCause());
        }
    }

    private void close(Entry entry) {
        entry.isOpen = false;
        int number = entry.port.number();
        CompletableFuture.allOf(onEveryThread(agent -> agent.closePort(number)).toArray(CompletableFuture[]::new))
                .join();
    }

    // --- settings ---------------------------------------------------------------------------------------------------------

    /** One in so many packets that miss the exact-match cache is inserted into it; 0 never, then it is not used. */
    public synchronized void setEmcInsertInverseProbability(int inverse) {
        if (inverse < 0) {
            throw new IllegalArgumentException("EMC insertion: 1/" + inverse + " is no probability");
        }
        emcInsertInverseProbability = inverse;
        configure();
    }

    /** Whether the signature cache is used. */
    public synchronized void setSignatureCache(boolean on) {
        signatureCache = on;
        configure();
    }

    private void configure() {
        if (isStarted && !isClosed) {
            int inverse = emcInsertInverseProbability;
            boolean on = signatureCache;
            CompletableFuture
                    .allOf(onEveryThread(agent -> agent.configure(inverse, on)).toArray(CompletableFuture[]::new))
                    .join();
        }
    }

    // --- counters ---------------------------------------------------------------------------------------------------------

    /** A thread counter summed over the threads. */
    public long count(ThreadCounter counter) {
        return threads.stream().mapToLong(thread -> thread.count(counter)).sum();
    }

    /** Drops for a reason, summed over the threads. */
    public long drops(DropReason reason) {
        return threads.stream().mapToLong(thread -> thread.drops(reason)).sum();
    }

    /** Lookups that were generated for ports' hot masks so far. */
    public long generatedLookups() {
        return generator.generated();
    }

    // --- lifecycle --------------------------------------------------------------------------------------------------------

    /** Stops the threads, answers the commands that wait, closes the ports. */
    @Override
    public void close() {
        synchronized (this) {
            if (isClosed) {
                return;
            }
            isClosed = true;
            generator.close();
            if (isStarted) {
                threads.forEach(ForwardingThread::stop);
                threads.forEach(Datapath::awaitEnd);
                // Packets of one thread's pool may have been with another's transmitters: the pools go last.
                threads.forEach(ForwardingThread::closePool);
            }
        }
        ports.values().forEach(entry -> entry.port.port().close());
        ports.clear();
    }

    private static void awaitEnd(ForwardingThread thread) {
        boolean isInterrupted = false;
        while (true) {
            try {
                thread.awaitEnd();
                break;
            } catch (InterruptedException e) {
                isInterrupted = true;
            }
        }
        if (isInterrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void requireRunning() {
        if (!isStarted || isClosed) {
            throw new IllegalStateException(isClosed ? "the datapath is closed" : "the datapath is not started");
        }
    }

    /** Something for every forwarding thread to do with what it owns. */
    @FunctionalInterface
    private interface AgentTask {
        void run(ForwardingAgent agent) throws IOException;
    }

    private List<CompletableFuture<Void>> onEveryThread(AgentTask task) {
        List<CompletableFuture<Void>> results = new ArrayList<>();
        for (ForwardingThread thread : threads) {
            CompletableFuture<Void> result = new CompletableFuture<>();
            OwnerTask command = new OwnerTask(() -> run(task, thread.agent(), result),
                    () -> result.completeExceptionally(new IOException("the forwarding thread has ended")));
            while (!thread.submit(command)) {
                if (thread.hasEnded()) {
                    command.refused().run();
                    break;
                }
                Thread.onSpinWait();
            }
            results.add(result);
        }
        return results;
    }

    private static void run(AgentTask task, ForwardingAgent agent, CompletableFuture<Void> result) {
        try {
            task.run(agent);
            result.complete(null);
        } catch (IOException | RuntimeException | Error e) { // whatever it is: the sender waits for an answer
            result.completeExceptionally(e);
        }
    }
}
