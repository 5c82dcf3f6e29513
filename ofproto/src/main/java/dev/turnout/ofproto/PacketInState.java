package dev.turnout.ofproto;

import dev.turnout.flow.FlowKey;
import dev.turnout.openflow.Octets;
import dev.turnout.openflow.OfAction.PacketInReason;

/**
 * What to tell the controllers about the packets of a megaflow.
 *
 * @param pipeline
 *            the slow-path words of the packet's key, and the OpenFlow input port
 */
record PacketInState(Bridge bridge, int table, long cookie, PacketInReason reason, int controllerId, Octets userdata,
        int maxLength,
        FlowKey pipeline) {
}
