package dev.turnout.upcall;

import dev.turnout.flow.DatapathActions;
import dev.turnout.flow.FlowKey;
import dev.turnout.flow.FlowMask;

/**
 * A megaflow as {@code dpctl dump-flows} shows it.
 *
 * @param id
 *            its id
 * @param thread
 *            its forwarding thread
 * @param key
 *            masked key
 * @param mask
 *            the bits that it matches
 * @param actions
 *            what it does
 * @param packets
 *            packets that hit it
 * @param bytes
 *            their bytes
 * @param ageNs
 *            since the last hit; negative for never
 * @param tcpFlags
 *            union of their TCP flags
 * @param state
 *            of its ukey
 * @param lastMove
 *            thread and place of the ukey's last move
 */
public record DatapathFlow(UkeyId id, int thread, FlowKey key, FlowMask mask, DatapathActions actions, long packets,
        long bytes, long ageNs, int tcpFlags, UkeyState state, String lastMove) {
}
