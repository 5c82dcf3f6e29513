package dev.turnout.switchd;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

import dev.turnout.core.Datapath;
import dev.turnout.core.DatapathConfig;
import dev.turnout.core.Port;
import dev.turnout.core.io.ThreadIo;
import dev.turnout.flow.FlowKey;
import dev.turnout.ofproto.Bridge;
import dev.turnout.ofproto.DatapathSupport;
import dev.turnout.ofproto.FlowModResult;
import dev.turnout.ofproto.Ofproto;
import dev.turnout.openflow.FlowCommand;
import dev.turnout.openflow.FlowMod;
import dev.turnout.openflow.FlowParser;
import dev.turnout.openflow.FlowSyntaxException;
import dev.turnout.openflow.PortNames;
import dev.turnout.openflow.Protocols;
import dev.turnout.revalidator.Revalidator;
import dev.turnout.revalidator.RevalidatorConfig;
import dev.turnout.switchd.SwitchException.Kind;
import dev.turnout.switchd.config.ConfigException;
import dev.turnout.switchd.config.Listen;
import dev.turnout.switchd.config.NetworkFile;
import dev.turnout.switchd.config.SwitchSettings;
import dev.turnout.switchd.config.SwitchSettings.FlowLine;
import dev.turnout.switchd.controller.PacketInLimit;
import dev.turnout.switchd.controller.PacketIns;
import dev.turnout.switchd.metrics.MetricsServer;
import dev.turnout.switchd.metrics.SwitchMetrics;
import dev.turnout.switchd.network.BridgeSettings;
import dev.turnout.switchd.network.NetworkConfig;
import dev.turnout.switchd.network.NetworkState;
import dev.turnout.switchd.network.NetworkTransaction;
import dev.turnout.switchd.network.PortSettings;
import dev.turnout.switchd.rpc.SwitchServers;
import dev.turnout.upcall.OfprotoSlowPath;
import dev.turnout.upcall.SlowPath;
import dev.turnout.upcall.UpcallConfig;
import dev.turnout.upcall.Upcalls;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A whole switch in this process: datapath, slow path, bridges, and the servers that its settings ask for. Several can run
 * side by side.
 *
 * <pre>{@code
 * try (TurnoutSwitch sw = TurnoutSwitch.start(SwitchSettings.embedded())) {
 *     sw.transact(tx -> tx.addBridge("br0", false).set("bridge", "br0", false, "datapath_type", null, "dummy"));
 *     sw.addPort("br0", PortSettings.of("p1", "memory"), myPort);
 *     sw.addFlows("br0", "in_port=1,actions=2");
 * }
 * }</pre>
 *
 * <p>Thread rules: any thread but a forwarding thread. Changes of bridges and ports are serialised by the configuration
 * lock, which comes before every other lock; reading takes no lock.
 */
public final class TurnoutSwitch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TurnoutSwitch.class);
    private static final int EXPIRY_MS = 250;
    private static final int STOP_SECONDS = 5;

    private final SwitchSettings settings;
    private final ReentrantLock configurationLock = new ReentrantLock();
    private final ScheduledExecutorService timer = Executors
            .newSingleThreadScheduledExecutor(Thread.ofPlatform().name("switch-timer").daemon().factory());
    private final Datapath datapath;
    private final Ofproto ofproto;
    private final Upcalls upcalls;
    private final Revalidator revalidator;
    private final BridgeManager bridges;
    private final NetworkState state;
    private final PacketOuts packetOuts;
    private final PacketIns packetIns;
    private final long startedNs = System.nanoTime();
    private final CompletableFuture<String> exit = new CompletableFuture<>();
    private final @Nullable RunDirectory runDirectory;
    private final @Nullable NetworkFile networkFile;
    /** Written under the configuration lock, before {@link #bridges} follows it. */
    private volatile NetworkConfig config = NetworkConfig.EMPTY;
    /** Guarded by the configuration lock. */
    private boolean closed;
    private final SwitchServers servers;
    private @Nullable MetricsServer metrics;
    private String addresses = "";

    private TurnoutSwitch(SwitchSettings settings, @Nullable RunDirectory runDirectory) {
        this.settings = settings;
        this.runDirectory = runDirectory;
        networkFile = runDirectory == null ? null : new NetworkFile(runDirectory.path());
        datapath = new Datapath(DatapathConfig.defaults().withThreads(settings.forwardingThreads())
                .withBuffers(settings.smallBuffers(), settings.largeBuffers())
                .withEmcInsertInverseProbability(settings.emcInsertInvProb()).withSignatureCache(settings.smcEnable())
                .withSpinNs(settings.spinMicros() * 1000L)
                .withIo(settings.ioUring() ? ThreadIo.FACTORY : ThreadIo.WITHOUT_RING));
        ofproto = new Ofproto(System::nanoTime, datapath.meters(), DatapathSupport.BASIC);
        SlowPath slowPath = new OfprotoSlowPath(ofproto, System::nanoTime);
        upcalls = Upcalls.over(slowPath, datapath.threads(),
                UpcallConfig.defaults().withHandlers(settings.handlerThreads()).withFlowLimit(settings.flowLimit()));
        revalidator = new Revalidator(upcalls, slowPath,
                new RevalidatorConfig(settings.revalidatorThreads(), settings.maxIdleMs(), settings.maxRevalidatorMs(),
                        settings.minRevalidatePps()),
                System::nanoTime, ofproto::countersCreditedUpTo);
        bridges = new BridgeManager(datapath, ofproto, upcalls::evictPort, this::later);
        state = new LiveState(datapath, ofproto, bridges.ports());
        packetOuts = new PacketOuts(ofproto, datapath.threads(), timer);
        packetIns = new PacketIns(ofproto, this::runAfter, this::packetInLimit);
        servers = new SwitchServers(this);
    }

    /**
     * Starts a switch; when it returns, everything works that the settings ask for but ports whose device is missing.
     *
     * @throws ConfigException
     *             for a flow of the settings or a file of the run directory that is wrong
     * @throws IOException
     *             if the run directory is in use or an address cannot be bound; nothing is left running
     */
    public static TurnoutSwitch start(SwitchSettings settings) throws IOException, ConfigException {
        checkFlows(settings);
        RunDirectory runDirectory = settings.runDir() == null ? null : RunDirectory.open(settings.runDir());
        TurnoutSwitch started;
        try {
            started = new TurnoutSwitch(settings, runDirectory);
        } catch (RuntimeException | Error e) { // an Error, too: there may be no memory for the packet buffers
            if (runDirectory != null) {
                runDirectory.close();
            }
            throw e;
        }
        try {
            started.run();
            return started;
        } catch (IOException | ConfigException | RuntimeException | Error e) {
            started.close();
            throw e;
        }
    }

    private void run() throws IOException, ConfigException {
        NetworkConfig kept = networkFile == null ? NetworkConfig.EMPTY : networkFile.load();
        datapath.start(upcalls, upcalls);
        upcalls.start();
        revalidator.start();
        var _ = timer.scheduleWithFixedDelay(logged(() -> ofproto.expire(System.nanoTime())), EXPIRY_MS, EXPIRY_MS,
                TimeUnit.MILLISECONDS);
        NetworkConfig first = settings.network().over(kept);
        NetworkTransaction.check(first); // each is right by itself, but together they may have a name twice
        change(first);
        for (Map.Entry<String, List<FlowLine>> bridge : settings.flows().entrySet()) {
            addFlows(bridge.getKey(), bridge.getValue());
        }
        serve();
    }

    private void serve() throws IOException {
        StringBuilder served = new StringBuilder();
        if (runDirectory != null) {
            servers.openControlSocket(runDirectory.socket());
            served.append(" socket=").append(runDirectory.socket());
        }
        Listen grpc = settings.grpc();
        if (grpc != null) {
            served.append(" grpc=").append(grpc.text(servers.openGrpc(grpc)));
        }
        Listen metricsAt = settings.metrics();
        if (metricsAt != null) {
            MetricsServer opened = MetricsServer.open(metricsAt, new SwitchMetrics(this));
            metrics = opened;
            served.append(" metrics=").append(metricsAt.text(opened.port()));
        }
        addresses = served.toString().strip();
    }

    // --- bridges and ports -------------------------------------------------------------------------

    /**
     * Changes bridges and ports, all or nothing; when it returns the change is at work, and kept in the run directory.
     *
     * @return names of ports that are configured by now but not at work; {@link #state} says why
     * @throws SwitchException
     *             if an operation is refused; nothing was changed
     */
    public List<String> transact(Consumer<NetworkTransaction> operations) {
        configurationLock.lock();
        try {
            requireOpen();
            NetworkTransaction transaction = new NetworkTransaction(config, state);
            operations.accept(transaction);
            NetworkConfig next = transaction.result();
            List<String> problems = new ArrayList<>();
            if (next.equals(config)) {
                return problems;
            }
            NetworkConfig former = config;
            change(next);
            next.bridges().values().forEach(bridge -> bridge.ports().values().forEach(port -> {
                if (!port.equals(former.port(port.name())) && !state.port(port.name()).error().isEmpty()) {
                    problems.add(port.name());
                }
            }));
            return problems;
        } catch (IOException e) {
            throw new SwitchException(Kind.PRECONDITION, "cannot keep the configuration: " + e.getMessage(), e);
        } finally {
            configurationLock.unlock();
        }
    }

    private void change(NetworkConfig next) throws IOException {
        configurationLock.lock();
        try {
            if (networkFile != null) {
                networkFile.save(bridges.withoutGiven(next));
            }
            config = next;
            bridges.apply(next);
            packetIns.configurationChanged();
        } finally {
            configurationLock.unlock();
        }
    }

    /**
     * Adds an open port of the caller's own, for instance one that lives in memory. It is not kept over restarts. The switch
     * closes it when it is removed.
     *
     * @return its OpenFlow number
     * @throws IOException
     *             if the datapath cannot open it
     */
    public int addPort(String bridge, PortSettings port, Port device) throws IOException {
        configurationLock.lock();
        try {
            requireOpen();
            NetworkConfig next = new NetworkTransaction(config, state).withGiven(bridge, port);
            int number = bridges.addGiven(next, bridge, port, device);
            config = next;
            return number;
        } finally {
            configurationLock.unlock();
        }
    }

    /** Bridges and ports as they are configured. */
    public NetworkConfig config() {
        return config;
    }

    /** Bridges and ports as they are now. */
    public NetworkState state() {
        return state;
    }

    /** Hears of ports from now on. */
    public void addPortListener(PortListener listener) {
        bridges.addListener(listener);
    }

    public void removePortListener(PortListener listener) {
        bridges.removeListener(listener);
    }

    // --- flows -------------------------------------------------------------------------------------

    /** The OpenFlow side of a bridge; fails if there is no such bridge. */
    public Bridge bridge(String name) {
        Bridge bridge = ofproto.bridge(name);
        if (bridge == null) {
            throw SwitchException.notFound("no bridge named " + name);
        }
        return bridge;
    }

    /** Adds flows in the syntax of ovs-ofctl, all or nothing. */
    public void addFlows(String bridge, String... flows) {
        try {
            addFlows(bridge, List.of(flows).stream().map(flow -> new FlowLine(flow, "")).toList());
        } catch (ConfigException e) {
            throw new SwitchException(Kind.INVALID, e.getMessage(), e);
        }
    }

    private void addFlows(String name, List<FlowLine> lines) throws ConfigException {
        Bridge bridge = bridge(name);
        List<FlowMod> mods = new ArrayList<>();
        for (FlowLine line : lines) {
            mods.add(parse(line, bridge.portNames()));
        }
        List<FlowModResult> results = bridge.apply(mods, true);
        for (int i = 0; i < results.size(); i++) {
            if (results.get(i).status() == FlowModResult.Status.FAILED) {
                throw new ConfigException(lines.get(i).place(), results.get(i).error() + ": "
                        + results.get(i).message() + " in \"" + lines.get(i).text() + "\"");
            }
        }
    }

    private static FlowMod parse(FlowLine line, PortNames names) throws ConfigException {
        try {
            return FlowParser.parseFlowMod(line.text(), FlowCommand.ADD, names, Protocols.ANY);
        } catch (FlowSyntaxException e) {
            throw new ConfigException(line.place(), e.text() + " in \"" + line.text() + "\"");
        }
    }

    /** Refuses flows of the settings that cannot be right, before anything is started. */
    private static void checkFlows(SwitchSettings settings) throws ConfigException {
        for (Map.Entry<String, List<FlowLine>> flows : settings.flows().entrySet()) {
            for (FlowLine line : flows.getValue()) {
                FlowMod ignored = parse(line, new ConfiguredPorts(settings.network()));
            }
        }
    }

    /** Port names of a configuration, before ports have numbers. */
    private record ConfiguredPorts(NetworkConfig config) implements PortNames {
        @Override
        public int numberOf(String name) {
            return config.port(name) == null ? -1 : 1;
        }

        @Override
        public @Nullable String nameOf(int number) {
            return null;
        }
    }

    private PacketInLimit packetInLimit(String bridge) {
        BridgeSettings configured = config.bridges().get(bridge);
        int rate = configured == null
                ? PacketInLimit.DEFAULT_RATE
                : configured.number(PacketInLimit.RATE_KEY, PacketInLimit.DEFAULT_RATE);
        int burst = PacketInLimit.defaultBurst(rate);
        return new PacketInLimit(rate,
                configured == null ? burst : configured.number(PacketInLimit.BURST_KEY, burst));
    }

    /** Packets for the controllers, at the rate that each bridge allows. */
    public PacketIns packetIns() {
        return packetIns;
    }

    /** Sends a packet from a bridge: see {@code PacketOut} of the API. */
    public void packetOut(String bridge, String inPort, String actions, byte[] frame) {
        packetOuts.send(bridge(bridge), inPort, actions, frame);
    }

    /** Lets a packet go on that {@code controller(pause)} sent: see {@code ResumePacket} of the API. */
    public void resume(String bridge, byte[] continuation, byte[] frame) {
        packetOuts.resume(bridge(bridge), continuation, frame);
    }

    /** What the datapath would extract from a frame of 14 to 65535 bytes; from no port. */
    public FlowKey keyOf(byte[] frame) {
        return packetOuts.key(frame);
    }

    // --- parts -------------------------------------------------------------------------------------

    public SwitchSettings settings() {
        return settings;
    }

    public Datapath datapath() {
        return datapath;
    }

    public Ofproto ofproto() {
        return ofproto;
    }

    public Upcalls upcalls() {
        return upcalls;
    }

    public Revalidator revalidator() {
        return revalidator;
    }

    /** How long the switch has been running. */
    public long uptimeNs() {
        return System.nanoTime() - startedNs;
    }

    /** The number of a port that a client names or numbers. */
    public int portNumber(String bridge, String text) {
        return PacketOuts.portNumber(bridge(bridge), text);
    }

    /** How long a port has been open, 0 if it is not. */
    public long portAgeNs(String name) {
        LivePort live = bridges.ports().get(name);
        return live == null || live.openedNs() == 0 ? 0 : System.nanoTime() - live.openedNs();
    }

    /** Says that somebody wants the program to end ({@code appctl exit}); whoever runs it waits for {@link #exitRequested}. */
    public void requestExit() {
        var _ = exit.complete("exit");
    }

    /** Completes when somebody wants the program to end. */
    public CompletableFuture<String> exitRequested() {
        return exit;
    }

    /** The services of the API, for a server of the caller's own. */
    public SwitchServers servers() {
        return servers;
    }

    /** Where the switch serves: {@code socket=PATH grpc=HOST:PORT metrics=HOST:PORT}, those that there are. */
    public String addresses() {
        return addresses;
    }

    // --- life --------------------------------------------------------------------------------------

    private void later(Runnable task) {
        runAfter(() -> {
            configurationLock.lock();
            try {
                if (!closed) {
                    task.run();
                }
            } finally {
                configurationLock.unlock();
            }
        }, 0);
    }

    private void runAfter(Runnable task, int ms) {
        try {
            var _ = timer.schedule(logged(task), ms, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            return; // the switch is closing: nobody needs the task any more
        }
    }

    /** A task of the timer, which would swallow what it throws and never run a periodic one again. */
    private static Runnable logged(Runnable task) {
        return () -> {
            try {
                task.run();
            } catch (RuntimeException e) {
                LOG.error("a task of the timer failed", e);
            }
        };
    }

    private void requireOpen() {
        if (closed) {
            throw new SwitchException(Kind.PRECONDITION, "the switch is closed");
        }
    }

    /** Takes no new clients. */
    public void stopAccepting() throws IOException {
        servers.stopAccepting();
    }

    /**
     * Stops everything: first those who ask, then ports, then what works for them, so that what is under way is finished. A
     * second call does nothing.
     */
    @Override
    public void close() throws IOException {
        configurationLock.lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
        } finally {
            configurationLock.unlock();
        }
        servers.close();
        packetIns.close();
        if (metrics != null) {
            metrics.close();
        }
        revalidator.close();
        bridges.close();
        datapath.close();
        upcalls.close();
        timer.shutdown();
        try {
            if (!timer.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS)) {
                List<Runnable> ignored = timer.shutdownNow();
            }
        } catch (InterruptedException e) {
            List<Runnable> ignored = timer.shutdownNow();
            Thread.currentThread().interrupt();
        }
        packetOuts.close();
        if (runDirectory != null) {
            runDirectory.close();
        }
    }
}
