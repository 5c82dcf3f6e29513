package dev.turnout.ofproto;

import dev.turnout.flow.FlowKey;
import dev.turnout.openflow.Octets;
import dev.turnout.openflow.OfAction.PacketInReason;
import org.jspecify.annotations.Nullable;

/**
 * What to tell the controllers about the packets of a megaflow.
 *
 * @param pipeline
 *            the slow-path words of the packet's key, and the OpenFlow input port
 * @param continuation
 *            where a paused packet goes on, or null for one that is not paused
 */
record PacketInState(Bridge bridge, int table, long cookie, PacketInReason reason, int controllerId, Octets userdata,
        int maxLength, FlowKey pipeline, @Nullable FrozenState continuation) implements UserspaceState {
}
