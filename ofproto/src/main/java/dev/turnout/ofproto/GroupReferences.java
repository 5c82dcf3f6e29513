package dev.turnout.ofproto;

import java.util.List;
import java.util.function.IntConsumer;

import dev.turnout.openflow.FlowMod;
import dev.turnout.openflow.GroupBucket;
import dev.turnout.openflow.OfAction;

/** Which groups actions lead to, the same one perhaps more than once. */
final class GroupReferences {
    private GroupReferences() {
    }

    /** The groups that a flow's actions name, in the action set and in copies, too. */
    static void forEach(List<OfAction> actions, IntConsumer consumer) {
        NestedActions.forEach(actions, action -> {
            if (action instanceof OfAction.Group(int group)) {
                consumer.accept(group);
            }
        });
    }

    /** The groups that a group's buckets lead to or watch. */
    static void forEach(Group group, IntConsumer consumer) {
        for (GroupBucket bucket : group.content().buckets()) {
            forEach(bucket.actions(), consumer);
            if (bucket.watchGroup() != FlowMod.ANY_GROUP) {
                consumer.accept(bucket.watchGroup());
            }
        }
    }
}
