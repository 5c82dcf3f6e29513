package dev.turnout.core;

/**
 * Something that happened to a port of the datapath.
 *
 * @param kind
 *            what happened
 * @param portNumber
 *            the port's number
 * @param port
 *            the port
 * @param state
 *            its state now
 */
public record PortEvent(Kind kind, int portNumber, Port port, LinkState state) {
    /** What happened. */
    public enum Kind {
        ADDED, REMOVED,
        /** {@link LinkState} changed. */
        STATE
    }

    /** Told about events; called on the control thread that caused one, or the port's monitor thread. */
    @FunctionalInterface
    public interface Listener {
        void onPortEvent(PortEvent event);
    }
}
