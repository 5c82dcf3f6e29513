package dev.turnout.ofproto;

import dev.turnout.openflow.OfAction.SampleDirection;

/**
 * What to tell the collectors about the samples of a megaflow.
 *
 * @param probability
 *            1 to 65535, in 65535
 * @param samplingPort
 *            OpenFlow port that the sample is of, or {@code OfPorts.NONE}
 * @param inPort
 *            OpenFlow port that the packet came in by
 */
record SampleState(Bridge bridge, int probability, int collectorSetId, int obsDomainId, int obsPointId,
        int samplingPort, SampleDirection direction, int inPort) implements UserspaceState {
}
