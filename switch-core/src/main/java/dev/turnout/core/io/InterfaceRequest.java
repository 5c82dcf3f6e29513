package dev.turnout.core.io;

import java.nio.charset.StandardCharsets;

import dev.turnout.packet.Memory;

/** {@code struct ifreq}: an interface's name and one argument. */
public final class InterfaceRequest {
    private InterfaceRequest() {
    }

    /** Clears the structure at an address and sets the name, which {@link #isName} accepts. */
    public static void name(long request, String name) {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        Memory.fill(request, Linux.IFREQ_SIZE, 0);
        Memory.copyIn(bytes, 0, request, Math.min(bytes.length, Linux.IFNAMSIZ - 1));
    }

    /** Whether a text can be an interface's name. */
    public static boolean isName(String name) {
        return !name.isEmpty() && name.getBytes(StandardCharsets.UTF_8).length < Linux.IFNAMSIZ && !name.equals(".")
                && !name.equals("..")
                && name.chars().noneMatch(c -> c == '/' || c == ':' || Character.isWhitespace(c));
    }
}
