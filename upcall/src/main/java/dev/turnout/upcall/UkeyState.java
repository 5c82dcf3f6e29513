package dev.turnout.upcall;

/**
 * The life of a ukey. The moves that {@link #mayBecome} allows are legal, and nothing else; {@link Ukey#transition} is the
 * one place that makes them.
 *
 * <pre>
 *  CREATED ──► VISIBLE ──► OPERATIONAL ──► INCONSISTENT
 *     │           │  │          │               │
 *     │           │  └──────────┴──► EVICTING ◄─┘
 *     │           └───────────► EVICTED ◄┘
 *     └────────────────────────────┴──► DELETED
 * </pre>
 */
public enum UkeyState {
    /** Allocated; private to the thread that made it. */
    CREATED("created"),
    /** In the ukey table; the install was sent or is about to be. */
    VISIBLE("visible"),
    /** The fast path confirmed the megaflow. */
    OPERATIONAL("operational"),
    /** A modify failed: what the fast path runs is not known. */
    INCONSISTENT("inconsistent"),
    /** A delete was decided or sent. */
    EVICTING("evicting"),
    /** The megaflow is gone from the fast path, its last counters are attributed. */
    EVICTED("evicted"),
    /** Out of the table; nothing may use it. */
    DELETED("deleted");

    private final String text;

    UkeyState(String text) {
        this.text = text;
    }

    /** The state's name in texts and metrics. */
    public String text() {
        return text;
    }

    /** Whether a ukey in this state may move to {@code next}. A state is no move to itself. */
    public boolean mayBecome(UkeyState next) {
        return switch (this) {
            case CREATED -> next == VISIBLE || next == DELETED;
            case VISIBLE -> next == OPERATIONAL || next == EVICTED || next == EVICTING;
            case OPERATIONAL -> next == INCONSISTENT || next == EVICTING;
            case INCONSISTENT -> next == EVICTING;
            case EVICTING -> next == EVICTED;
            case EVICTED -> next == DELETED;
            case DELETED -> false;
        };
    }

    /** Whether a megaflow may be in the fast path. */
    public boolean mayBeInstalled() {
        return this == VISIBLE || this == OPERATIONAL || this == INCONSISTENT || this == EVICTING;
    }
}
