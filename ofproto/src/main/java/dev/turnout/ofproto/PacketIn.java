package dev.turnout.ofproto;

import dev.turnout.flow.FlowKey;
import dev.turnout.openflow.Octets;
import dev.turnout.openflow.OfAction.PacketInReason;

/**
 * A packet that goes to the controllers.
 *
 * @param bridge
 *            the bridge that sends it
 * @param table
 *            the table of the flow that said so
 * @param cookie
 *            that flow's cookie
 * @param reason
 *            why
 * @param controllerId
 *            to the controllers of this id
 * @param userdata
 *            what the flow's action adds, perhaps empty
 * @param frameLength
 *            whole length of the frame
 * @param frame
 *            its first bytes, as many as the action asked for
 * @param key
 *            the packet's key with the pipeline's state: {@code in_port} is the OpenFlow port, metadata and registers as they were
 * @param continuation
 *            of a paused packet: what {@link Translator#resume} takes; else empty
 */
@SuppressWarnings("ArrayRecordComponent") // a frame's bytes are passed on, never compared
public record PacketIn(Bridge bridge, int table, long cookie, PacketInReason reason, int controllerId, Octets userdata,
        int frameLength,
        byte[] frame, FlowKey key, Octets continuation) {
}
