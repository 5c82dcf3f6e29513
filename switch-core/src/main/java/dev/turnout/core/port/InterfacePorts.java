package dev.turnout.core.port;

import java.io.IOException;
import java.util.Map;
import java.util.Set;

import dev.turnout.core.Port;
import dev.turnout.core.io.InterfaceRequest;
import dev.turnout.core.io.LinkMonitor;

/**
 * Makes ports from what {@code vsctl} says: an interface type, a name and options. Every option is understood or refused by name.
 *
 * <p>Thread rules: none; stateless.
 */
public final class InterfacePorts {
    /** The interface types that this package serves. */
    public static final Set<String> TYPES = Set.of("system", "tap", "internal");
    /** {@code options:receive-mode}. */
    public static final String RECEIVE_MODE = "receive-mode";

    private InterfacePorts() {
    }

    /**
     * Makes a port; a TAP interface is there when it returns.
     *
     * @param type one of {@link #TYPES}
     * @param options the values of {@code options:KEY}
     * @throws IllegalArgumentException for a name or an option that is not understood; the message names it
     * @throws IOException where the system refuses
     */
    public static Port open(String type, String name, Map<String, String> options, LinkMonitor monitor)
            throws IOException {
        check(type, name, options);
        boolean tap = !type.equals("system");
        ReceiveMode mode = mode(tap, options);
        return tap ? new TapPort(name, type, mode, monitor) : new SystemPort(name, mode, monitor);
    }

    /** Throws what {@link #open} would for a wrong type, name or option, and does nothing else. */
    public static void check(String type, String name, Map<String, String> options) {
        if (!TYPES.contains(type)) {
            throw new IllegalArgumentException(
                    name + ": interface type '" + type + "' is not one of system, tap, internal");
        }
        if (!InterfaceRequest.isName(name)) {
            throw new IllegalArgumentException(
                    "'" + name + "' is not an interface's name (1 to 15 bytes without '/', ':' and spaces)");
        }
        for (String key : options.keySet()) {
            if (!key.equals(RECEIVE_MODE)) {
                throw new IllegalArgumentException(name + ": option '" + key + "' is not known for type " + type
                        + " (known: " + RECEIVE_MODE + ")");
            }
        }
        mode(!type.equals("system"), options);
    }

    private static ReceiveMode mode(boolean tap, Map<String, String> options) {
        String text = options.get(RECEIVE_MODE);
        if (text == null) {
            return tap ? TapPort.DEFAULT_MODE : SystemPort.DEFAULT_MODE;
        }
        return ReceiveMode.of(text).filter(mode -> tap ? mode.forTaps() : mode.forSockets()).orElseThrow(
                () -> new IllegalArgumentException(
                        RECEIVE_MODE + " '" + text + "' is not one of " + ReceiveMode.names(tap)));
    }
}
