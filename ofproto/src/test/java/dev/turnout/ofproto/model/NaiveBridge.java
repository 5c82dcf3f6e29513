package dev.turnout.ofproto.model;

import java.util.ArrayList;
import java.util.List;

import dev.turnout.ofproto.Bridge;
import dev.turnout.ofproto.FdbEntry;
import dev.turnout.ofproto.PortInfo;
import dev.turnout.openflow.FlowMod;
import org.jspecify.annotations.Nullable;

/** A bridge as the naive switch sees it: lists. */
final class NaiveBridge {
    final String name;
    final boolean standalone;
    final List<PortInfo> ports;
    final List<FlowMod> flows;
    private final List<FdbEntry> learned;

    NaiveBridge(Bridge bridge, boolean standalone, List<FlowMod> flows, long nowNs) {
        name = bridge.name();
        this.standalone = standalone;
        ports = bridge.ports();
        this.flows = new ArrayList<>(flows);
        learned = bridge.macTable().entries(nowNs);
    }

    @Nullable
    PortInfo port(int number) {
        for (PortInfo port : ports) {
            if (port.ofPort() == number) {
                return port;
            }
        }
        return null;
    }

    int learnedPort(int vlan, long mac) {
        for (FdbEntry entry : learned) {
            if (entry.vlan() == vlan && entry.mac() == mac) {
                return entry.ofPort();
            }
        }
        return -1;
    }

    /** Linear search for the matching flow of highest priority. */
    @Nullable
    FlowMod lookUp(int table, long[] packet) {
        FlowMod best = null;
        for (FlowMod flow : flows) {
            if (flow.table() != table || (best != null && flow.priority() <= best.priority())) {
                continue;
            }
            boolean matches = true;
            for (int word = 0; word < packet.length; word++) {
                matches &= ((packet[word] ^ flow.match().values()[word]) & flow.match().mask().word(word)) == 0;
            }
            if (matches) {
                best = flow;
            }
        }
        return best;
    }

    boolean isEmpty(int table) {
        return flows.stream().noneMatch(flow -> flow.table() == table);
    }
}
