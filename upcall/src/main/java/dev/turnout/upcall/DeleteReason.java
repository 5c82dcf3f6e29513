package dev.turnout.upcall;

/** Why a megaflow was deleted. */
public enum DeleteReason {
    /** Translated again, it must not be cached. */
    AVOID_CACHING("avoid-caching"),
    /** Not hit for the idle time. */
    FLOW_IDLE("flow-idle"),
    /** There were more than twice as many megaflows as the limit allows. */
    FLOW_LIMIT("flow-limit"),
    /** Translated again, the decision needs a bit that the installed mask lacks. */
    FLOW_WILDCARDED("flow-wildcarded"),
    /** The ingress port belongs to no bridge any more. */
    NO_BRIDGE("no-bridge"),
    /** All megaflows are deleted on request. */
    PURGE("purge"),
    /** Translating it again costs more than handling its few packets. */
    TOO_EXPENSIVE("too-expensive"),
    /** Its actions could not be changed. */
    UPDATE_FAIL("update-fail"),
    /** It could not be translated again. */
    TRANSLATION_ERROR("translation-error"),
    /** Four dumps did not find it. */
    MISSING_IN_FAST_PATH("missing-in-fast-path"),
    /** Deleted by hand. */
    MANUAL("manual"),
    /** Its ingress port was removed. */
    PORT_REMOVED("port-removed"),
    /** Its forwarding thread ended. */
    THREAD_REMOVED("thread-removed"),
    /** Its ukey tried an illegal move. */
    QUARANTINED("quarantined");

    private final String text;

    DeleteReason(String text) {
        this.text = text;
    }

    /** The reason's name in texts and metrics. */
    public String text() {
        return text;
    }
}
