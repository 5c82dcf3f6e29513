package dev.turnout.switchd.config;

import java.net.InetSocketAddress;
import java.net.UnknownHostException;

import org.jspecify.annotations.Nullable;

/**
 * Where a server listens: {@code HOST:PORT}, {@code [IPV6]:PORT}. Port 0 takes any that is free.
 *
 * @param host
 *            name or address
 * @param port
 *            0 to 65535
 */
public record Listen(String host, int port) {
    /** What is written where a server is not wanted. */
    public static final String NONE = "none";

    /**
     * Reads {@code HOST:PORT} or {@code none}.
     *
     * @return null for none
     * @throws IllegalArgumentException
     *             naming what is wrong
     */
    public static @Nullable Listen parse(String text) {
        if (text.equals(NONE)) {
            return null;
        }
        int colon = text.lastIndexOf(':');
        String host = colon < 0 ? "" : text.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        } else if (host.indexOf(':') >= 0) {
            host = "";
        }
        String port = text.substring(colon + 1);
        if (host.isEmpty() || !port.matches("[0-9]{1,5}") || Integer.parseInt(port) > 65535) {
            throw new IllegalArgumentException("expected HOST:PORT or none, got \"" + text + "\"");
        }
        return new Listen(host, Integer.parseInt(port));
    }

    /**
     * The address, resolved.
     *
     * @throws UnknownHostException
     *             if there is no such host
     */
    public InetSocketAddress address() throws UnknownHostException {
        InetSocketAddress address = new InetSocketAddress(host, port);
        if (address.isUnresolved()) {
            throw new UnknownHostException("unknown host \"" + host + "\"");
        }
        return address;
    }

    /** {@code HOST:PORT} with that port. */
    public String text(int boundPort) {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + boundPort;
    }
}
