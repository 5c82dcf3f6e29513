package dev.turnout.openflow;

import java.util.List;

/**
 * One of a group's lists of actions.
 *
 * @param id
 *            0 to 0xffffff00, unique within the group, or {@link #UNNUMBERED} where a text named none
 * @param weight
 *            its share of a {@link GroupType#SELECT} group, 0 to 65535, 0: never chosen; 1 where a text named none
 * @param watchPort
 *            the bucket lives while this port is up, or {@link OfPorts#NONE}
 * @param watchGroup
 *            the bucket lives while this group has a live bucket, or {@link FlowMod#ANY_GROUP}
 * @param actions
 *            executed as an action set
 */
public record GroupBucket(int id, int weight, int watchPort, int watchGroup, List<OfAction> actions) {
    /** No id yet: the parser hands one out unless the bucket joins others. */
    public static final int UNNUMBERED = -1;
    /** Largest id. */
    public static final int MAX_ID = 0xffffff00;

    public GroupBucket {
        actions = List.copyOf(actions);
    }

    /** Whether liveness is watched at all; a bucket that watches nothing always lives. */
    public boolean watches() {
        return watchPort != OfPorts.NONE || watchGroup != FlowMod.ANY_GROUP;
    }

    /** The bucket under another id. */
    public GroupBucket withId(int number) {
        return new GroupBucket(number, weight, watchPort, watchGroup, actions);
    }

    GroupBucket withWeight(int share) {
        return new GroupBucket(id, share, watchPort, watchGroup, actions);
    }
}
