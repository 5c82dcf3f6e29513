package dev.turnout.ofproto;

/**
 * Whose request changed flows.
 *
 * @param electionId
 *            that of the controller's conversation, 0 for an operator and for the switch itself
 * @param requestId
 *            what the request calls itself, 0 for nothing
 */
public record ChangeOrigin(long electionId, long requestId) {
    /** No controller's request. */
    public static final ChangeOrigin NONE = new ChangeOrigin(0, 0);
}
