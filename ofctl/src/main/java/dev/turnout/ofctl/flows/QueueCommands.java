package dev.turnout.ofctl.flows;

import java.util.ArrayList;
import java.util.List;

import dev.turnout.ofctl.CliException;
import dev.turnout.ofctl.Console;
import dev.turnout.openflow.OfError;
import dev.turnout.openflow.OfPorts;
import dev.turnout.openflow.Protocols;
import dev.turnout.v1.Port;

/**
 * {@code queue-stats} and {@code queue-get-config}, in the words of {@code ovs-ofctl}. Ports of a Turnout bridge have no queues, as those of Open vSwitch's
 * userspace datapath without QoS: so what is right is an empty answer, and an error where one queue is asked for.
 */
final class QueueCommands {
    private final Console console;
    private final BridgeClient bridge;
    private final Settings settings;

    QueueCommands(Console console, BridgeClient bridge, Settings settings) {
        this.console = console;
        this.bridge = bridge;
        this.settings = settings;
    }

    /** {@code queue-stats}: port and queue, either of which may be missing or {@code ALL}. */
    void stats(List<String> arguments) {
        List<Port> ports = ports(arguments, "ALL");
        requireNoQueue(arguments, "ALL", ports);
        console.out().println(settings.json() ? "[]" : settings.title("OFPST_QUEUE reply", "0x2") + " 0 queues");
    }

    /** {@code queue-get-config}: port and queue, either of which may be missing or {@code ANY}. */
    void config(List<String> arguments) {
        boolean old = settings.shown().intersect(Protocols.OPENFLOW14_UP).isEmpty();
        List<Port> ports = ports(arguments, "ANY");
        boolean one = !arguments.isEmpty() && !arguments.get(0).equalsIgnoreCase("ANY");
        if (old && one && ports.get(0).getOfport() == OfPorts.LOCAL) {
            throw refused(OfError.OFPQOFC_BAD_PORT, "port LOCAL: asked for from OpenFlow 1.4 on only");
        }
        if (!old) {
            requireNoQueue(arguments, "ANY", ports);
        }
        if (settings.json()) {
            console.out().println("[]");
        } else if (!old) {
            console.out().println(settings.title("OFPST_QUEUE_DESC reply", "0x2"));
        } else if (one || !settings.isOpenFlow10()) {
            console.out().println(settings.title("OFPT_QUEUE_GET_CONFIG_REPLY", "0x2"));
        } else {
            // OpenFlow 1.0 asks for one port after the other, and for the bridge's own never.
            int xid = 4;
            for (Port port : ports) {
                if (port.getOfport() != OfPorts.LOCAL) {
                    console.out().println(
                            settings.title("OFPT_QUEUE_GET_CONFIG_REPLY", "0x" + Integer.toHexString(xid++)));
                }
            }
        }
    }

    /** The ports that the first argument means. */
    private List<Port> ports(List<String> arguments, String all) {
        List<Port> known = bridge.ports();
        String text = arguments.isEmpty() ? all : arguments.get(0);
        if (text.equalsIgnoreCase(all)) {
            return known;
        }
        int number = new StatsText(console, bridge, settings).number(text);
        List<Port> found = new ArrayList<>();
        for (Port port : known) {
            if (port.getOfport() == number) {
                found.add(port);
            }
        }
        if (found.isEmpty()) {
            throw refused(OfError.OFPQOFC_BAD_PORT, "port " + text + ": not a port of " + bridge.name());
        }
        return found;
    }

    private static void requireNoQueue(List<String> arguments, String all, List<Port> ports) {
        if (arguments.size() > 1 && !arguments.get(1).equalsIgnoreCase(all)) {
            String where = ports.size() == 1 ? "port " + ports.get(0).getName() + " has" : "ports have";
            throw refused(OfError.OFPQOFC_BAD_QUEUE, "queue " + arguments.get(1) + ": " + where + " no queues");
        }
    }

    private static CliException refused(OfError error, String message) {
        return new CliException(error + ": " + message);
    }
}
