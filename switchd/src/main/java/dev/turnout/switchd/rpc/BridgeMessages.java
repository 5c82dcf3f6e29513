package dev.turnout.switchd.rpc;

import java.util.List;

import dev.turnout.core.DatapathPort;
import dev.turnout.core.PortCounters;
import dev.turnout.core.PortCounters.Counter;
import dev.turnout.flow.AddressText;
import dev.turnout.flow.Field;
import dev.turnout.ofproto.Bridge;
import dev.turnout.ofproto.PortInfo;
import dev.turnout.ofproto.TableFeatures;
import dev.turnout.ofproto.TableStats;
import dev.turnout.switchd.SwitchException;
import dev.turnout.switchd.TurnoutSwitch;
import dev.turnout.v1.FdbEntry;
import dev.turnout.v1.PortStats;
import dev.turnout.v1.ReadResponse;

/** A bridge's figures as messages: tables, ports, learned addresses. */
final class BridgeMessages {
    private final TurnoutSwitch turnout;
    private final Bridge bridge;

    BridgeMessages(TurnoutSwitch turnout, Bridge bridge) {
        this.turnout = turnout;
        this.bridge = bridge;
    }

    ReadResponse tables() {
        ReadResponse.Builder response = ReadResponse.newBuilder();
        for (TableStats table : bridge.tableStats()) {
            response.addTables(dev.turnout.v1.TableStats.newBuilder().setTable(table.table())
                    .setName(table.name()).setEviction(table.evicts()).setActive(table.activeFlows())
                    .setLookups(table.lookups()).setMatched(table.matches())
                    .setMaxEntries(table.maxFlows()));
        }
        return response.build();
    }

    ReadResponse tableFeatures() {
        TableFeatures features = bridge.tableFeatures();
        return ReadResponse.newBuilder().setTableFeatures(dev.turnout.v1.TableFeatures.newBuilder()
                .addAllInstructions(features.instructions()).addAllApplyActions(features.applyActions())
                .addAllWriteActions(features.writeActions()).addAllSetFields(names(features.setFields()))
                .addAllMaskedFields(names(features.maskedFields())).addAllExactFields(names(features.exactFields())))
                .build();
    }

    private static List<String> names(List<Field> fields) {
        return fields.stream().map(Field::setFieldName).toList();
    }

    /** One port by name or number, or all. */
    ReadResponse ports(String which) {
        ReadResponse.Builder response = ReadResponse.newBuilder();
        List<PortInfo> ports = bridge.ports();
        if (!which.isEmpty()) {
            int number = turnout.portNumber(bridge.name(), which);
            ports = ports.stream().filter(port -> port.ofPort() == number).toList();
            if (ports.isEmpty()) {
                throw SwitchException.notFound("bridge " + bridge.name() + " has no port " + which);
            }
        }
        ports.forEach(port -> response.addPorts(stats(port)));
        return response.build();
    }

    private PortStats stats(PortInfo port) {
        PortStats.Builder message = PortStats.newBuilder().setOfport(port.ofPort()).setName(port.name())
                .setDurationNs(turnout.portAgeNs(port.name()));
        DatapathPort place = port.dpPort() == PortInfo.NO_DP_PORT ? null : turnout.datapath().port(port.dpPort());
        if (place != null) {
            PortCounters counters = place.counters();
            message.setRxPackets(counters.get(Counter.RX_PACKETS)).setRxBytes(counters.get(Counter.RX_BYTES))
                    .setRxDropped(counters.get(Counter.RX_DROPPED)).setRxErrors(counters.get(Counter.RX_ERRORS))
                    .setTxPackets(counters.get(Counter.TX_PACKETS)).setTxBytes(counters.get(Counter.TX_BYTES))
                    .setTxDropped(counters.get(Counter.TX_DROPPED)).setTxErrors(counters.get(Counter.TX_ERRORS));
        }
        return message.build();
    }

    ReadResponse fdb() {
        ReadResponse.Builder response = ReadResponse.newBuilder();
        bridge.macTable().entries(System.nanoTime()).forEach(entry -> response.addFdb(FdbEntry.newBuilder()
                .setOfport(entry.ofPort()).setVlan(entry.vlan()).setMac(AddressText.mac(entry.mac()))
                .setAgeSeconds(entry.ageSeconds())));
        return response.build();
    }
}
