package dev.turnout.ofproto;

import java.util.ArrayList;
import java.util.List;

import dev.turnout.flow.Fields;
import dev.turnout.openflow.FieldValue;
import dev.turnout.openflow.OfAction;
import org.jspecify.annotations.Nullable;

/** What belongs to the pipeline of one bridge, or of a copy within it. Thread rules: belongs to its {@link XlateContext}. */
final class WalkScope {
    final Bridge bridge;
    /** Frames below are not its own. */
    final int floor;
    List<OfAction> actionSet = new ArrayList<>();
    /** The packet's stack, the top last. */
    List<FieldValue> stack = new ArrayList<>();
    /** The flow that began the pipeline; the action set counts as its. */
    @Nullable
    Rule first;
    /** Whether a packet-out's actions began the pipeline, and no flow. */
    boolean packetOut;
    /** Whether the action set is being executed. */
    boolean inActionSet;
    /** Whether a group's bucket is being executed. */
    boolean inGroup;
    /** Whether {@code exit} ended it. */
    boolean exit;
    /** Whether a recirculation ended it, or what is left goes on elsewhere. */
    boolean frozen;

    WalkScope(Bridge bridge, int floor) {
        this.bridge = bridge;
        this.floor = floor;
    }

    /** A scope within, for a copy of the packet. */
    WalkScope copy(int top) {
        WalkScope copy = new WalkScope(bridge, top);
        copy.first = first;
        copy.packetOut = packetOut;
        copy.inActionSet = inActionSet;
        copy.inGroup = inGroup;
        copy.stack.addAll(stack);
        copy.actionSet.addAll(actionSet);
        return copy;
    }

    /** Adds to the action set; false if it becomes too long. */
    boolean writeActions(List<OfAction> actions, FlowState flow) {
        actionSet.addAll(actions);
        for (OfAction action : actions) {
            if (action instanceof OfAction.Output(int to, int _)) {
                flow.write(Fields.ACTSET_OUTPUT, to);
            }
        }
        return actionSet.size() <= ActionSink.MAX_ACTIONS;
    }

    /** Empties the action set. */
    void clearActions(FlowState flow) {
        actionSet.clear();
        flow.write(Fields.ACTSET_OUTPUT, FlowState.ACTSET_UNSET);
    }
}
