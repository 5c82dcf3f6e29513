package dev.turnout.switchd;

/** Hears what happens to ports. Called with the switch's configuration lock held: it must be quick and must not throw. */
@FunctionalInterface
public interface PortListener {
    /** What happened. */
    enum Kind {
        ADDED, REMOVED, CHANGED
    }

    /**
     * Something happened to a port; when it was removed, {@code ofport} is the number that it had.
     *
     * @param kind
     *            what happened
     * @param bridge
     *            its bridge
     * @param port
     *            its name
     * @param ofport
     *            its OpenFlow number
     */
    void onPort(Kind kind, String bridge, String port, int ofport);
}
