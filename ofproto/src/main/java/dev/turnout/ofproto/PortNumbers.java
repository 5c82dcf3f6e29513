package dev.turnout.ofproto;

import java.util.BitSet;

import dev.turnout.openflow.OfPorts;

/**
 * The OpenFlow numbers that a bridge gives to its ports. A number that a port had is not given to another one, unless it asks for it, until all numbers
 * have been given: a controller's flows that name a port that has gone do not lead to one that came later.
 *
 * <p>Thread rules: the switch's lock.
 */
final class PortNumbers {
    private final BitSet given = new BitSet();

    /**
     * The number that a port gets: the one it asks for, else the lowest that no port has had.
     *
     * @param ports
     *            the bridge's
     * @throws IllegalArgumentException
     *             if the number is taken or none, or there is none left
     */
    int give(Bridge bridge, PortList ports, PortInfo port) {
        int number = port.ofPort() == 0 ? free(bridge, ports, port) : wanted(ports, port);
        if (number != OfPorts.LOCAL) {
            given.set(number);
        }
        return number;
    }

    private int free(Bridge bridge, PortList ports, PortInfo port) {
        int number = given.nextClearBit(1);
        if (number >= OfPorts.MAX) {
            given.clear();
            ports.list().forEach(present -> given.set(present.ofPort()));
            number = given.nextClearBit(1);
        }
        if (number >= OfPorts.MAX) {
            throw new IllegalArgumentException(
                    "port " + port.name() + ": bridge " + bridge.name() + " has no port number left");
        }
        return number;
    }

    private static int wanted(PortList ports, PortInfo port) {
        int wanted = port.ofPort();
        if (wanted != OfPorts.LOCAL && (wanted < 0 || wanted >= OfPorts.MAX)) {
            throw new IllegalArgumentException(
                    "port " + port.name() + ": " + wanted + " is no port number, 1 to 65279 expected");
        }
        PortInfo taken = ports.byNumber(wanted);
        if (taken != null) {
            throw new IllegalArgumentException(
                    "port " + port.name() + ": number " + wanted + " is taken by port " + taken.name());
        }
        return wanted;
    }
}
