package dev.turnout.ofproto;

import java.util.List;

import dev.turnout.flow.FlowKey;
import dev.turnout.openflow.OfAction;

/**
 * Turns a packet's walk through the OpenFlow tables into datapath actions and the mask of the bits that it looked at.
 *
 * <p>Thread rules: any thread, no blocking.
 */
public final class Translator {
    /** Translates a packet from the datapath. */
    public XlateOut translate(XlateIn in) {
        throw new UnsupportedOperationException(in.toString());
    }

    /**
     * Translates a packet-out. The flow-mod checks hold for its actions, too.
     *
     * @param bridge
     *            where it is sent
     * @param inPort
     *            the OpenFlow port that it counts as received on, perhaps {@code OfPorts.CONTROLLER} or {@code NONE}
     * @param actions
     *            what to do; {@code output:TABLE} sends it through the flow tables
     * @param key
     *            the packet's key; its {@code in_port} is ignored
     * @param frameLength
     *            bytes of the frame
     * @throws FlowModException
     *             if the actions are refused
     */
    public XlateOut packetOut(Bridge bridge, int inPort, List<OfAction> actions, FlowKey key, int frameLength) {
        throw new UnsupportedOperationException(bridge + " " + inPort + actions + key + frameLength);
    }
}
