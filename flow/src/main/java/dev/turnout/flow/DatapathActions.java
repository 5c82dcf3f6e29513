package dev.turnout.flow;

import java.util.List;

/**
 * The actions of a megaflow: an immutable program. An empty one drops. Two are equal if their actions are; forwarding threads compile them into
 * their own form when a megaflow is installed.
 *
 * @param actions
 *            in order
 */
public record DatapathActions(List<DpAction> actions) {
    /** Drops every packet. */
    public static final DatapathActions DROP = new DatapathActions(List.of());

    public DatapathActions {
        actions = List.copyOf(actions);
    }

    public static DatapathActions of(DpAction... actions) {
        return new DatapathActions(List.of(actions));
    }

    public boolean isDrop() { return actions.isEmpty(); }
}
