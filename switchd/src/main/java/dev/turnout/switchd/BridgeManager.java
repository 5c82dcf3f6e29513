package dev.turnout.switchd;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.IntConsumer;

import dev.turnout.core.Datapath;
import dev.turnout.core.LinkState;
import dev.turnout.core.Port;
import dev.turnout.core.PortEvent;
import dev.turnout.ofproto.Bridge;
import dev.turnout.ofproto.FailMode;
import dev.turnout.ofproto.MacTable;
import dev.turnout.ofproto.Ofproto;
import dev.turnout.ofproto.PortInfo;
import dev.turnout.ofproto.PortVlan;
import dev.turnout.ofproto.TableConfig;
import dev.turnout.openflow.OfPorts;
import dev.turnout.switchd.PortListener.Kind;
import dev.turnout.switchd.PortOpener.NoSuchDeviceException;
import dev.turnout.switchd.network.BridgeSettings;
import dev.turnout.switchd.network.NetworkConfig;
import dev.turnout.switchd.network.PortSettings;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings a configuration about: keeps the bridges and ports of the OpenFlow side and of the datapath equal to it.
 *
 * <p>It compares what is wanted with what is there, removes, changes, adds, in this order, so that a name may move from one
 * bridge to another in one step. It never fails as a whole: a port whose device cannot be opened stays with its error,
 * without an OpenFlow number, and is tried again when an interface of its name appears.
 *
 * <p>Thread rules: changes under the configuration lock of {@link TurnoutSwitch}; the state may be read by any thread.
 */
final class BridgeManager {
    private static final Logger LOG = LoggerFactory.getLogger(BridgeManager.class);

    private final Datapath datapath;
    private final Ofproto ofproto;
    /** Ends the megaflows of a datapath port that goes. */
    private final IntConsumer evictMegaflows;
    private final PortOpener opener = new PortOpener();
    /** Runs a task under the configuration lock, later. */
    private final Consumer<Runnable> later;
    private final List<PortListener> listeners = new CopyOnWriteArrayList<>();
    /** By name. Written under the configuration lock, read by any thread. */
    private final Map<String, LivePort> ports = new ConcurrentHashMap<>();
    private NetworkConfig applied = NetworkConfig.EMPTY;

    BridgeManager(Datapath datapath, Ofproto ofproto, IntConsumer evictMegaflows, Consumer<Runnable> later) {
        this.datapath = datapath;
        this.ofproto = ofproto;
        this.evictMegaflows = evictMegaflows;
        this.later = later;
        datapath.addPortListener(event -> {
            if (event.kind() == PortEvent.Kind.STATE) {
                later.accept(() -> stateChanged(event.portNumber()));
            }
        });
    }

    void addListener(PortListener listener) {
        listeners.add(listener);
    }

    void removeListener(PortListener listener) {
        listeners.remove(listener);
    }

    /** The ports by name; any thread may read it. */
    Map<String, LivePort> ports() {
        return Collections.unmodifiableMap(ports);
    }

    /** What is applied. */
    NetworkConfig applied() {
        return applied;
    }

    /** Makes everything as the configuration says. */
    void apply(NetworkConfig wanted) {
        NetworkConfig former = applied;
        for (BridgeSettings bridge : former.bridges().values()) {
            BridgeSettings next = wanted.bridges().get(bridge.name());
            for (PortSettings port : bridge.ports().values()) {
                PortSettings nextPort = next == null ? null : next.ports().get(port.name());
                if (next == null || nextPort == null) {
                    remove(port.name());
                } else if (live(port.name()).needsReopening(nextPort, bridge.isDummy() != next.isDummy())) {
                    int number = live(port.name()).ofport();
                    remove(port.name());
                    ports.put(port.name(), new LivePort(next.name(), nextPort, null, 0, number, "", false, 0));
                }
            }
            if (next == null) {
                ofproto.removeBridge(bridge.name());
            }
        }
        applied = wanted;
        for (BridgeSettings bridge : wanted.bridges().values()) {
            change(former.bridges().get(bridge.name()), bridge);
        }
    }

    private void change(@Nullable BridgeSettings former, BridgeSettings wanted) {
        FailMode failMode = wanted.failMode().equals("secure") ? FailMode.SECURE : FailMode.STANDALONE;
        Bridge bridge;
        if (former == null) {
            bridge = ofproto.addBridge(wanted.name(), failMode, wanted.datapathId());
        } else {
            bridge = ofBridge(wanted.name());
            if (bridge.failMode() != failMode) {
                bridge.setFailMode(failMode);
            }
            if (bridge.datapathId() != wanted.datapathId()) {
                bridge.setDatapathId(wanted.datapathId());
            }
        }
        setFlowTables(bridge, former == null ? new TreeMap<>() : former.flowTables(), wanted.flowTables());
        bridge.macTable().setAgeingSeconds(
                wanted.number(BridgeSettings.MAC_AGEING_KEY, MacTable.DEFAULT_AGEING_SECONDS));
        bridge.macTable().setMaxEntries(wanted.number(BridgeSettings.MAC_TABLE_SIZE_KEY, MacTable.DEFAULT_MAX_ENTRIES));
        bridge.setInvalidTtlToController(
                Boolean.parseBoolean(wanted.otherConfig().get(BridgeSettings.INVALID_TTL_KEY)));
        List<PortSettings> settings = new ArrayList<>(wanted.ports().values());
        settings.sort(Comparator.comparing((PortSettings port) -> port.ofportRequest() == 0)
                .thenComparing(PortSettings::name, NaturalOrder::compare));
        for (PortSettings port : settings) {
            LivePort live = ports.get(port.name());
            if (live == null || (live.port() == null && !isAtWork(live))) {
                add(wanted, port, live == null ? 0 : Math.max(0, live.ofport()));
            } else if (!live.settings().equals(port)) {
                update(bridge, live, port);
            }
        }
    }

    private static void setFlowTables(Bridge bridge, SortedMap<Integer, String> former,
            SortedMap<Integer, String> wanted) {
        SortedSet<Integer> numbers = new TreeSet<>(former.keySet());
        numbers.addAll(wanted.keySet());
        for (int number : numbers) {
            String settings = wanted.getOrDefault(number, "");
            if (!settings.equals(former.getOrDefault(number, ""))) {
                bridge.setTable(number, TableConfig.parse(settings));
            }
        }
    }

    /** Whether a port that has no device is in its bridge nevertheless: a patch port, a local port without device. */
    private boolean isAtWork(LivePort live) {
        Bridge bridge = ofproto.bridge(live.bridge());
        return bridge != null && bridge.port(live.settings().name()) != null;
    }

    private void add(BridgeSettings bridge, PortSettings settings, int formerNumber) {
        if (settings.effectiveType().equals("patch")
                || (bridge.isDummy() && settings.name().equals(bridge.name()))) {
            attach(bridge.name(), settings, null, 0, formerNumber, false);
            return;
        }
        try {
            open(bridge.name(), settings, opener.open(settings), formerNumber, false);
        } catch (IOException | RuntimeException e) {
            String error = String.valueOf(e.getMessage());
            LivePort former = ports.put(settings.name(), LivePort.failed(bridge.name(), settings, error));
            if (former == null || !former.error().equals(error)) {
                LOG.warn("bridge {}: port {}: {}", bridge.name(), settings.name(), error);
            }
            if (settings.effectiveType().equals("system")) {
                opener.awaitInterface(settings.name(), e instanceof NoSuchDeviceException,
                        () -> later.accept(() -> retry(settings.name())));
            }
        }
    }

    private void open(String bridge, PortSettings settings, Port port, int formerNumber, boolean given)
            throws IOException {
        String thread = settings.otherConfig().get("receive-thread");
        if (thread != null && Integer.parseInt(thread) >= datapath.threads().size()) {
            port.close();
            throw new IOException("other_config:receive-thread=" + thread + ": there are only "
                    + datapath.threads().size() + " forwarding threads, numbered from 0");
        }
        int number = datapath.addPort(port, thread == null ? -1 : Integer.parseInt(thread));
        try {
            attach(bridge, settings, port, number, formerNumber, given);
        } catch (RuntimeException e) {
            datapath.removePort(number);
            throw e;
        }
    }

    /** Puts a port into its bridge. */
    private void attach(String bridgeName, PortSettings settings, @Nullable Port port,
            int number, int formerNumber, boolean given) {
        Bridge bridge = ofBridge(bridgeName);
        int wanted = settings.name().equals(bridgeName)
                ? OfPorts.LOCAL
                : settings.ofportRequest() != 0 ? settings.ofportRequest() : formerNumber;
        if (wanted != 0 && bridge.port(wanted) != null) {
            wanted = 0; // taken: any other, as the field does
        }
        PortInfo info = bridge.addPort(new PortInfo(settings.name(), settings.effectiveType(),
                port == null ? PortInfo.NO_DP_PORT : number, wanted, settings.options().getOrDefault("peer", ""),
                vlan(settings), port == null ? dev.turnout.ofproto.PortState.UP : state(port.linkState())));
        ports.put(settings.name(),
                new LivePort(bridgeName, settings, port, port == null ? 0 : number, info.ofPort(), "",
                        given, System.nanoTime()));
        tell(Kind.ADDED, bridgeName, settings.name(), info.ofPort());
    }

    /** Adds an open port that an embedding program hands in; {@code next} is the configuration with it. */
    int addGiven(NetworkConfig next, String bridge, PortSettings settings, Port port) throws IOException {
        open(bridge, settings, port, 0, true);
        applied = next;
        return live(settings.name()).ofport();
    }

    /** A configuration without the ports that were handed in open. */
    NetworkConfig withoutGiven(NetworkConfig config) {
        NetworkConfig kept = config;
        for (LivePort live : ports.values()) {
            BridgeSettings bridge = live.given() ? kept.bridges().get(live.bridge()) : null;
            if (bridge != null) {
                kept = kept.withBridge(bridge.withoutPort(live.settings().name()));
            }
        }
        return kept;
    }

    private void update(Bridge bridge, LivePort live, PortSettings settings) {
        int number = settings.ofportRequest();
        if (number == 0 || (number != live.ofport() && bridge.port(number) != null)) {
            number = live.ofport(); // no other one is asked for, or it is taken: stays
        }
        PortInfo present = bridge.port(settings.name());
        if (present == null) {
            ports.put(settings.name(), live.with(settings, live.ofport()));
            return;
        }
        PortInfo info = bridge.updatePort(present.withOfPort(number).withVlan(vlan(settings)));
        ports.put(settings.name(), live.with(settings, info.ofPort()));
        tell(Kind.CHANGED, live.bridge(), settings.name(), info.ofPort());
    }

    /** Takes a port out of its bridge and of the datapath. */
    private void remove(String name) {
        LivePort live = ports.remove(name);
        if (live == null) {
            return;
        }
        Bridge bridge = ofproto.bridge(live.bridge());
        boolean wasThere = bridge != null && bridge.removePort(name);
        if (live.datapathPort() != 0) {
            evictMegaflows.accept(live.datapathPort());
            datapath.removePort(live.datapathPort());
        }
        if (wasThere) {
            tell(Kind.REMOVED, live.bridge(), name, live.ofport());
        }
    }

    private void retry(String name) {
        LivePort live = ports.get(name);
        BridgeSettings bridge = live == null ? null : applied.bridges().get(live.bridge());
        if (live != null && bridge != null && live.port() == null && live.ofport() < 0) {
            add(bridge, live.settings(), 0);
        }
    }

    private void stateChanged(int number) {
        for (LivePort live : ports.values()) {
            Port port = live.port();
            if (live.datapathPort() == number && port != null) {
                Bridge bridge = ofproto.bridge(live.bridge());
                PortInfo info = bridge == null ? null : bridge.port(live.settings().name());
                if (bridge != null && info != null) {
                    PortInfo ignored = bridge.updatePort(info.withState(state(port.linkState())));
                    tell(Kind.CHANGED, live.bridge(), live.settings().name(), live.ofport());
                }
            }
        }
    }

    private void tell(Kind kind, String bridge, String port, int ofport) {
        listeners.forEach(listener -> listener.onPort(kind, bridge, port, ofport));
    }

    /** Removes everything. */
    void close() {
        List.copyOf(ports.keySet()).forEach(this::remove);
        opener.close();
    }

    private Bridge ofBridge(String name) {
        Bridge bridge = ofproto.bridge(name);
        if (bridge == null) {
            throw new IllegalStateException("bridge " + name + " is configured but not there");
        }
        return bridge;
    }

    private LivePort live(String name) {
        LivePort live = ports.get(name);
        if (live == null) {
            throw new IllegalStateException("port " + name + " is configured but not there");
        }
        return live;
    }

    private static dev.turnout.ofproto.PortState state(LinkState link) {
        return new dev.turnout.ofproto.PortState(link.adminUp(), link.present() && link.linkUp(), link.mac(),
                link.mtu(), link.speedMbps());
    }

    private static PortVlan vlan(PortSettings settings) {
        Integer tag = settings.tag();
        PortVlan.Mode mode = switch (settings.vlanMode()) {
            case "access" -> PortVlan.Mode.ACCESS;
            case "trunk" -> PortVlan.Mode.TRUNK;
            case "native-tagged" -> PortVlan.Mode.NATIVE_TAGGED;
            case "native-untagged" -> PortVlan.Mode.NATIVE_UNTAGGED;
            default -> tag != null && settings.trunks().isEmpty() ? PortVlan.Mode.ACCESS : PortVlan.Mode.TRUNK;
        };
        return new PortVlan(mode, mode == PortVlan.Mode.TRUNK || tag == null ? 0 : tag, settings.trunks());
    }
}
