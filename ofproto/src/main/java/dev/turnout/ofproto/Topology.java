package dev.turnout.ofproto;

import java.util.HashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/** All ports of all bridges at one moment: immutable, replaced as a whole. */
final class Topology {
    static final Topology EMPTY = new Topology(Map.of());

    private final Map<String, PortRef> byName;
    private final Map<Integer, PortRef> byDpPort;

    Topology(Map<String, PortRef> byName) {
        this.byName = Map.copyOf(byName);
        byDpPort = new HashMap<>();
        for (PortRef ref : byName.values()) {
            if (ref.port().dpPort() != PortInfo.NO_DP_PORT) {
                byDpPort.put(ref.port().dpPort(), ref);
            }
        }
    }

    @Nullable
    PortRef byDpPort(int dpPort) {
        return byDpPort.get(dpPort);
    }

    @Nullable
    PortRef byName(String name) {
        return byName.get(name);
    }

    Map<String, PortRef> all() {
        return byName;
    }

    /** The other end of a patch port, if it is there and names this one as its peer. */
    @Nullable
    PortRef peerOf(PortInfo patch) {
        PortRef peer = byName.get(patch.peer());
        return peer != null && peer.port().isPatch() && peer.port().peer().equals(patch.name()) ? peer : null;
    }
}
