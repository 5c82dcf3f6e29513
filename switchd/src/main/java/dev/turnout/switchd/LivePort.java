package dev.turnout.switchd;

import dev.turnout.core.Port;
import dev.turnout.switchd.network.PortSettings;
import org.jspecify.annotations.Nullable;

/**
 * A configured port and what has become of it. Replaced as a whole when anything changes.
 *
 * @param bridge
 *            its bridge
 * @param settings
 *            what was asked for
 * @param port
 *            the open port, or null: a patch port, a local port without device, or a port that could not be opened
 * @param datapathPort
 *            its number there, 0 if {@code port} is null
 * @param ofport
 *            its OpenFlow number, -1 if it is not in its bridge
 * @param error
 *            why it is not at work, or empty
 * @param given
 *            whether the port was handed in open, by an embedding program, rather than made from the settings
 * @param openedNs
 *            when it was opened
 */
record LivePort(String bridge, PortSettings settings, @Nullable Port port, int datapathPort, int ofport, String error,
        boolean given, long openedNs) {

    /** A port that is not at work. */
    static LivePort failed(String bridge, PortSettings settings, String error) {
        return new LivePort(bridge, settings, null, 0, -1, error, false, 0);
    }

    LivePort with(PortSettings other, int number) {
        return new LivePort(bridge, other, port, datapathPort, number, error, given, openedNs);
    }

    /** Whether the device that these settings ask for is another one. */
    boolean needsReopening(PortSettings other, boolean dummyChanged) {
        return !given && (!settings.effectiveType().equals(other.effectiveType())
                || !settings.options().equals(other.options())
                || !settings.otherConfig().equals(other.otherConfig())
                || (dummyChanged && settings.name().equals(bridge)));
    }
}
