package dev.turnout.ofproto.model;

import java.util.HexFormat;

import dev.turnout.flow.Fields;
import dev.turnout.ofproto.PacketIn;
import dev.turnout.openflow.OfAction.PacketInReason;

/** What leaves a switch, as texts that can be compared. */
public final class Sent {
    private Sent() {
    }

    /** A frame to a datapath port. */
    public static String toPort(int dpPort, int mark, byte[] frame) {
        return "port " + dpPort + " mark " + mark + " " + HexFormat.of().formatHex(frame);
    }

    /** A sample for collectors. */
    public static String sample(String bridge, int collectorSetId, int obsDomainId, int obsPointId, int inPort,
            byte[] frame) {
        return "sample " + bridge + " set " + collectorSetId + " domain " + obsDomainId + " point " + obsPointId
                + " in_port " + inPort + " " + HexFormat.of().formatHex(frame);
    }

    /** What the switch sends to the controllers. */
    static String toController(PacketIn in) {
        return toController(in.bridge().name(), in.table(), in.cookie(), in.reason(),
                (int) in.key().get(Fields.IN_PORT), in.frame(), NaiveSwitch.describe(in.key().words()));
    }

    /** A frame to the controllers; {@code pipeline}: metadata and registers. */
    public static String toController(String bridge, int table, long cookie, PacketInReason reason, int inPort,
            byte[] frame, String pipeline) {
        return "controller " + bridge + " table " + table + " cookie " + cookie + " " + reason + " in_port " + inPort
                + " " + pipeline + " "
                + HexFormat.of().formatHex(frame);
    }
}
