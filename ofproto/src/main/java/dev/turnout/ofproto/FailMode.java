package dev.turnout.ofproto;

/** What a bridge without a controller does with packets that no flow of table 0 matches. */
public enum FailMode {
    /** Drops them. */
    SECURE,
    /** Acts as a learning switch: a new or emptied bridge has the flow {@code priority=0 actions=NORMAL}, and an empty table 0 acts as NORMAL. */
    STANDALONE
}
