package dev.turnout.ofctl.flows;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;

import dev.turnout.ofctl.CliException;
import dev.turnout.ofctl.transport.Calls;
import dev.turnout.ofctl.transport.Target;
import dev.turnout.ofctl.transport.Transport;
import dev.turnout.openflow.PortNames;
import dev.turnout.v1.Bridge;
import dev.turnout.v1.ListBridgesRequest;
import dev.turnout.v1.ListPortsRequest;
import dev.turnout.v1.Port;
import dev.turnout.v1.ReadRequest;
import dev.turnout.v1.ReadResponse;
import dev.turnout.v1.WriteRequest;
import dev.turnout.v1.WriteResponse;
import org.jspecify.annotations.Nullable;

/**
 * A bridge of the switch. The connection is made, and the names of its ports are asked for, when they are first needed: a
 * command whose flows name ports by number costs one call.
 *
 * <p>Thread rules: one owner.
 */
final class BridgeClient implements AutoCloseable, PortNames {
    private final Target target;
    private final String name;
    private @Nullable Transport transport;
    private @Nullable List<Port> ports;

    BridgeClient(Target target, String name) {
        this.target = target;
        this.name = name;
    }

    String name() {
        return name;
    }

    Transport transport() {
        Transport connected = transport;
        if (connected == null) {
            connected = target.connect();
            transport = connected;
        }
        return connected;
    }

    /** The bridge's properties, without its ports. */
    Bridge bridge() {
        for (Bridge bridge : transport().call(Calls.listBridges(), ListBridgesRequest.getDefaultInstance())
                .getBridgesList()) {
            if (bridge.getName().equals(name)) {
                return bridge;
            }
        }
        throw new CliException(name + " is not a bridge");
    }

    /** The ports that have an OpenFlow number, by it: the bridge's own comes last. */
    List<Port> ports() {
        List<Port> known = ports;
        if (known == null) {
            known = new ArrayList<>();
            for (Port port : transport().call(Calls.listPorts(), ListPortsRequest.newBuilder().setBridge(name).build())
                    .getPortsList()) {
                if (port.getOfport() > 0) {
                    known.add(port);
                }
            }
            known.sort(Comparator.comparingInt(Port::getOfport));
            ports = known;
        }
        return known;
    }

    /** Takes note of what a port has become, so that its name is known; does nothing while no names are wanted. */
    void learn(Port port, boolean deleted) {
        List<Port> known = ports;
        if (known != null) {
            known.removeIf(other -> other.getOfport() == port.getOfport());
            if (!deleted) {
                known.add(port);
            }
        }
    }

    @Override
    public int numberOf(String portName) {
        for (Port port : ports()) {
            if (port.getName().equals(portName)) {
                return port.getOfport();
            }
        }
        return -1;
    }

    @Override
    public @Nullable String nameOf(int number) {
        for (Port port : ports()) {
            if (port.getOfport() == number) {
                return port.getName();
            }
        }
        return null;
    }

    WriteResponse write(WriteRequest.Builder request) {
        return transport().call(Calls.write(), request.setBridge(name).build());
    }

    void read(ReadRequest.Builder request, Consumer<ReadResponse> consumer) {
        transport().stream(Calls.read(), request.setBridge(name).build(), consumer);
    }

    @Override
    public void close() {
        if (transport != null) {
            transport.close();
        }
    }
}
