package dev.turnout.ofproto;

import java.util.List;

import dev.turnout.flow.FlowKey;
import dev.turnout.flow.FlowMask;
import dev.turnout.openflow.FieldValue;
import dev.turnout.openflow.OfAction;
import org.jspecify.annotations.Nullable;

/**
 * Where a packet's walk goes on after a recirculation: all that the pipeline knows and the packet does not carry. The datapath's action has its id, and
 * the packet comes back with the id in its key.
 *
 * <p>The megaflow rule across recirculation: whatever is in here is the same for every packet of the first megaflow, since it is made of constants and
 * of bits that were looked at; and the second megaflow matches the recirculation id exactly. So all of it is constant there, too.
 *
 * <p>Immutable, compared by value; flows ({@link Rule}) by identity.
 *
 * @param bridge
 *            the bridge whose pipeline goes on
 * @param table
 *            the table to look the packet up in, or {@link #NO_TABLE}: the rest of {@code frames} is executed
 * @param frames
 *            lists of actions of which something is left, the innermost last
 * @param actionSet
 *            the action set so far
 * @param stack
 *            the packet's stack, the top last
 * @param first
 *            the flow that began the pipeline: it counts as the one of the action set
 * @param packetOut
 *            whether a packet-out's actions began the pipeline, and no flow
 * @param inActionSet
 *            whether {@code frames} execute the action set
 * @param inGroup
 *            whether {@code frames} execute a group's bucket
 * @param hashBasis
 *            basis of the hash that the packet carries, or null if it carries none
 * @param inPort
 *            OpenFlow number of the input port
 * @param kept
 *            values of what the packet does not carry: registers, metadata, and the bits of {@code mask}
 * @param mask
 *            bits of the datapath's words that the pipeline wrote and the packet does not carry (tunnel, connection tracking after a patch port)
 */
record FrozenState(Bridge bridge, int table, List<FrozenFrame> frames, List<OfAction> actionSet,
        List<FieldValue> stack, @Nullable Rule first, boolean packetOut, boolean inActionSet, boolean inGroup,
        @Nullable Integer hashBasis, int inPort, FlowKey kept, FlowMask mask) {
    static final int NO_TABLE = -1;

    /**
     * What is left of a list of actions.
     *
     * @param actions
     *            what is left
     * @param rule
     *            the flow whose actions they are, if any
     * @param table
     *            its table
     */
    record FrozenFrame(List<OfAction> actions, @Nullable Rule rule, int table) {
        FrozenFrame {
            actions = List.copyOf(actions);
        }
    }

    FrozenState {
        frames = List.copyOf(frames);
        actionSet = List.copyOf(actionSet);
        stack = List.copyOf(stack);
    }
}
