package dev.turnout.ofproto;

import dev.turnout.openflow.FlowStats;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link FlowMonitor} tells.
 *
 * @param kind
 *            what has happened
 * @param flow
 *            the flow as it is now, or was when it went; null where the event is of none
 * @param reason
 *            why it went, null unless {@link Kind#DELETED}
 * @param origin
 *            whose request it was
 */
public record FlowEvent(Kind kind, @Nullable FlowStats flow, FlowRemoved.@Nullable Reason reason, ChangeOrigin origin) {
    /** What may happen. */
    public enum Kind {
        /** The flow was there when the monitor began. */
        INITIAL,
        /** All that was there has been told; what follows has changed since. */
        SYNCED,
        /** The flow is new, or has been put in the place of one with the same table, priority and match. */
        ADDED,
        /** The flow's actions or cookie were changed. */
        MODIFIED,
        /** The flow is gone. */
        DELETED,
        /** The monitor's owner changed flows himself, by the request {@code origin}. */
        ABBREVIATED,
        /** Too much waits: from here on only the difference is told, when all before was taken. */
        PAUSED,
        /** The difference since the pause has been told. */
        RESUMED,
        /** The bridge is gone; nothing follows. */
        ENDED
    }
}
