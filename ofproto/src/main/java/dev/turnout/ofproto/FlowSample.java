package dev.turnout.ofproto;

import dev.turnout.flow.FlowKey;
import dev.turnout.openflow.OfAction.SampleDirection;

/**
 * A sampled packet: what the {@code sample} action is for.
 *
 * @param bridge
 *            where the action was executed
 * @param probability
 *            1 to 65535: so many of 65535 packets are sampled
 * @param collectorSetId
 *            for which collectors, 32 bits
 * @param obsDomainId
 *            observation domain, 32 bits (RFC 7011)
 * @param obsPointId
 *            observation point, 32 bits
 * @param samplingPort
 *            OpenFlow port that the action names, or {@code OfPorts.NONE}
 * @param direction
 *            whether the sample is taken as of a packet that comes in by that port or goes out
 * @param inPort
 *            OpenFlow port that the packet came in by
 * @param frame
 *            the frame as it was when the action was reached
 * @param key
 *            its key
 */
@SuppressWarnings("ArrayRecordComponent") // a frame's bytes are passed on, never compared
public record FlowSample(Bridge bridge, int probability, int collectorSetId, int obsDomainId, int obsPointId,
        int samplingPort, SampleDirection direction, int inPort, byte[] frame, FlowKey key) {
}
