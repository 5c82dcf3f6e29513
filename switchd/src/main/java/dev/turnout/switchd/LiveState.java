package dev.turnout.switchd;

import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

import dev.turnout.core.Datapath;
import dev.turnout.core.DatapathPort;
import dev.turnout.core.LinkState;
import dev.turnout.core.Port;
import dev.turnout.core.PortCounters;
import dev.turnout.core.PortCounters.Counter;
import dev.turnout.flow.AddressText;
import dev.turnout.ofproto.Bridge;
import dev.turnout.ofproto.Ofproto;
import dev.turnout.ofproto.PortInfo;
import dev.turnout.switchd.network.BridgeState;
import dev.turnout.switchd.network.NetworkState;
import dev.turnout.switchd.network.PortState;
import org.jspecify.annotations.Nullable;

/**
 * The state of bridges and ports as those see it who ask: {@code vsctl get} and {@code show}, gRPC, metrics.
 *
 * <p>Thread rules: any thread; takes no lock.
 */
final class LiveState implements NetworkState {
    private final Datapath datapath;
    private final Ofproto ofproto;
    private final Map<String, LivePort> ports;

    LiveState(Datapath datapath, Ofproto ofproto, Map<String, LivePort> ports) {
        this.datapath = datapath;
        this.ofproto = ofproto;
        this.ports = ports;
    }

    @Override
    public BridgeState bridge(String name) {
        Bridge bridge = ofproto.bridge(name);
        return bridge == null
                ? BridgeState.NONE
                : new BridgeState(String.format("%016x", bridge.datapathId()), Bridge.TABLES - 1,
                        bridge.flowCount());
    }

    @Override
    public PortState port(String name) {
        LivePort live = ports.get(name);
        if (live == null) {
            return PortState.closed("");
        }
        Port port = live.port();
        if (port == null) {
            return withoutDevice(live);
        }
        LinkState link = port.linkState();
        DatapathPort place = datapath.port(live.datapathPort());
        String error = link.present() ? "" : "network device " + name + " has gone (No such device)";
        return new PortState(live.ofport(), live.datapathPort(), AddressText.mac(link.mac()), link.adminUp(),
                link.present() && link.linkUp(), link.mtu(), link.speedMbps() * 1_000_000, port.receiveMode(),
                place == null ? -1 : place.receivingThread(), error, statistics(place));
    }

    private PortState withoutDevice(LivePort live) {
        String error = live.error();
        if (live.settings().effectiveType().equals("patch") && error.isEmpty() && !hasPeer(live)) {
            error = "no usable peer \"" + live.settings().options().get("peer") + "\"";
        }
        boolean up = live.ofport() >= 0 && error.isEmpty();
        return new PortState(live.ofport(), 0, "", up, up, 0, 0, "", -1, error, new TreeMap<>());
    }

    /** Whether a patch port's peer is one whose peer it is. */
    private boolean hasPeer(LivePort live) {
        LivePort peer = ports.get(live.settings().options().getOrDefault("peer", ""));
        if (peer == null || !peer.settings().effectiveType().equals("patch")) {
            return false;
        }
        Bridge bridge = ofproto.bridge(peer.bridge());
        PortInfo info = bridge == null ? null : bridge.port(peer.settings().name());
        return info != null && info.peer().equals(live.settings().name());
    }

    /** A port's counters by OVSDB's names. */
    private static SortedMap<String, Long> statistics(@Nullable DatapathPort port) {
        SortedMap<String, Long> statistics = new TreeMap<>();
        if (port != null) {
            PortCounters counters = port.counters();
            for (Counter counter : Counter.values()) {
                statistics.put(counter.name().toLowerCase(Locale.ROOT), counters.get(counter));
            }
        }
        return statistics;
    }
}
