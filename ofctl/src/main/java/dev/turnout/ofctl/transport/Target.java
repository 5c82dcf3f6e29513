package dev.turnout.ofctl.transport;

import java.nio.file.Path;

import org.jspecify.annotations.Nullable;

/** Where a switch is. */
public sealed interface Target {
    /** File of the control socket in a run directory. */
    String SOCKET_NAME = "turnout.sock";
    /** The run directory, unless {@code TURNOUT_RUN_DIR} names another. */
    String DEFAULT_RUN_DIR = "/run/turnout";

    /** A control socket. */
    record ControlSocket(Path path) implements Target {
        @Override
        public String toString() {
            return "unix:" + path;
        }
    }

    /** A gRPC server. */
    record Grpc(String host, int port) implements Target {
        @Override
        public String toString() {
            return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
        }
    }

    /** Connects. Neither gRPC's classes nor Netty's are loaded on the way to a control socket. */
    default Transport connect() {
        return switch (this) {
            case ControlSocket socket -> ControlSocketTransport.connect(socket);
            case Grpc grpc -> GrpcTransport.connect(grpc);
        };
    }

    /** The control socket in this run directory, or in the default one. */
    static Target ofRunDirectory(@Nullable String runDirectory) {
        return new ControlSocket(Path.of(runDirectory == null ? DEFAULT_RUN_DIR : runDirectory, SOCKET_NAME));
    }

    /**
     * Reads {@code unix:PATH}, a path with a slash in front, or {@code HOST:PORT} ({@code [ADDRESS]:PORT} for IPv6).
     *
     * @throws IllegalArgumentException
     *             if it is none of these; the message is for the user
     */
    static Target parse(String text) {
        if (text.startsWith("unix:") && text.length() > 5) {
            return new ControlSocket(Path.of(text.substring(5)));
        }
        if (text.startsWith("/")) {
            return new ControlSocket(Path.of(text));
        }
        int colon = text.lastIndexOf(':');
        String host = colon < 0 ? "" : text.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        } else if (host.indexOf(':') >= 0) {
            host = "";
        }
        int port = port(text.substring(colon + 1));
        if (host.isEmpty() || host.equals("unix") || port < 0) {
            throw new IllegalArgumentException("target \"" + text + "\": expected unix:PATH or HOST:PORT");
        }
        return new Grpc(host, port);
    }

    private static int port(String text) {
        try {
            int port = Integer.parseInt(text);
            return port > 0 && port <= 65535 ? port : -1;
        } catch (NumberFormatException e) {
            return -1;
        }
    }
}
