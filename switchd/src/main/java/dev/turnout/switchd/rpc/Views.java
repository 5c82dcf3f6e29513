package dev.turnout.switchd.rpc;

import dev.turnout.flow.AddressText;
import dev.turnout.switchd.TurnoutSwitch;
import dev.turnout.switchd.Version;
import dev.turnout.switchd.network.BridgeSettings;
import dev.turnout.switchd.network.BridgeState;
import dev.turnout.switchd.network.NetworkConfig;
import dev.turnout.switchd.network.PortSettings;
import dev.turnout.switchd.network.PortState;
import dev.turnout.v1.Bridge;
import dev.turnout.v1.Config;
import dev.turnout.v1.Port;

/** Bridges and ports as messages. */
final class Views {
    private final TurnoutSwitch turnout;

    Views(TurnoutSwitch turnout) {
        this.turnout = turnout;
    }

    Config config(NetworkConfig config) {
        Config.Builder message = Config.newBuilder().setVersion(Version.NUMBER);
        config.bridges().values().forEach(bridge -> message.addBridges(bridge(bridge, true)));
        return message.build();
    }

    Bridge bridge(BridgeSettings bridge, boolean withPorts) {
        BridgeState state = turnout.state().bridge(bridge.name());
        Bridge.Builder message = Bridge.newBuilder().setName(bridge.name())
                .setDatapathId(String.format("%016x", bridge.datapathId())).setMac(AddressText.mac(bridge.mac()))
                .setFailMode(bridge.failMode()).setDatapathType(bridge.datapathType())
                .putAllOtherConfig(bridge.otherConfig()).setTables(state.tables()).setFlows(state.flows());
        PortSettings local = bridge.ports().get(bridge.name());
        if (withPorts && local != null) {
            message.addPorts(port(bridge.name(), local));
            bridge.ports().values().stream().filter(port -> !port.equals(local))
                    .forEach(port -> message.addPorts(port(bridge.name(), port)));
        }
        return message.build();
    }

    Port port(String bridge, PortSettings port) {
        PortState state = turnout.state().port(port.name());
        Port.Builder message = Port.newBuilder().setName(port.name()).setBridge(bridge)
                .setType(port.effectiveType()).setOfport(state.ofport()).setOfportRequest(port.ofportRequest())
                .setDatapathPort(state.datapathPort()).setMac(state.mac()).setAdminUp(state.adminUp())
                .setLinkUp(state.linkUp()).setMtu(state.mtu()).setLinkSpeed(state.speedBps())
                .putAllOptions(port.options()).putAllOtherConfig(port.otherConfig()).addAllTrunks(port.trunks())
                .setVlanMode(port.vlanMode()).setReceiveMode(state.receiveMode())
                .setReceiveThread(state.receiveThread()).setError(state.error());
        Integer tag = port.tag();
        if (tag != null) {
            message.setTag(tag);
        }
        return message.build();
    }
}
