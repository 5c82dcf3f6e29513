package dev.turnout.openflow;

import java.util.Locale;

import org.jspecify.annotations.Nullable;

/**
 * OpenFlow port numbers. Inside Turnout a port number is OpenFlow 1.0's 16 bits, with the reserved ports from 0xfff8;
 * OpenFlow 1.1 and later write the same ports in 32 bits, the reserved ones from 0xfffffff8. Matches on {@code in_port}
 * and actions hold the 16-bit form.
 */
public final class OfPorts {
    /** Numbers of ordinary ports are below. */
    public static final int MAX = 0xff00;
    /** Back out of the port that the packet came in by. */
    public static final int IN_PORT = 0xfff8;
    /** To the actions of the flow tables; in packet-outs only. */
    public static final int TABLE = 0xfff9;
    /** As an ordinary learning switch would. */
    public static final int NORMAL = 0xfffa;
    /** All ports without {@code no-flood} but the packet's own. */
    public static final int FLOOD = 0xfffb;
    /** All ports but the packet's own. */
    public static final int ALL = 0xfffc;
    /** To the controllers. */
    public static final int CONTROLLER = 0xfffd;
    /** The bridge's own interface. */
    public static final int LOCAL = 0xfffe;
    /** No port; in filters: any port. */
    public static final int NONE = 0xffff;

    private static final String[] RESERVED = {"IN_PORT", "TABLE", "NORMAL", "FLOOD", "ALL", "CONTROLLER", "LOCAL",
        "ANY"};

    private OfPorts() {
    }

    public static boolean isReserved(int port) {
        return port >= IN_PORT;
    }

    /** The name of a reserved port in capitals ({@code ANY} for {@link #NONE}), or null for another number. */
    public static @Nullable String reservedName(int port) {
        return port >= IN_PORT && port <= NONE ? RESERVED[port - IN_PORT] : null;
    }

    /** The reserved port of a name, whatever its case, or -1. {@code NONE} and {@code ANY} are one. */
    public static int reservedPort(String name) {
        return switch (name.toUpperCase(Locale.ROOT)) {
            case "IN_PORT" -> IN_PORT;
            case "TABLE" -> TABLE;
            case "NORMAL" -> NORMAL;
            case "FLOOD" -> FLOOD;
            case "ALL" -> ALL;
            case "CONTROLLER" -> CONTROLLER;
            case "LOCAL" -> LOCAL;
            case "NONE", "ANY" -> NONE;
            default -> -1;
        };
    }

    /** The 16-bit form of OpenFlow 1.1's 32-bit number, or -1 where there is none. */
    public static int fromWide(int port) {
        if (Integer.compareUnsigned(port, MAX) < 0) {
            return port;
        }
        return Integer.compareUnsigned(port, 0xffffff00) >= 0 ? port & 0xffff : -1;
    }
}
