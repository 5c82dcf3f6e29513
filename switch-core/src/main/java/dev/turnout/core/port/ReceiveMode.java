package dev.turnout.core.port;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/** How a port's packets are received; {@code options:receive-mode}. */
public enum ReceiveMode {
    /** {@code recvmmsg} on a packet socket, up to 32 packets a call. */
    RECVMMSG("recvmmsg", true, false),
    /** One {@code read} per packet of a TAP queue. */
    READ("read", false, true),
    /** A multishot request in the forwarding thread's io_uring, into provided buffers. */
    IO_URING("io_uring", true, true),
    /** A ring of frames shared with the kernel; segments that do not fit into its frames are fetched by {@code recvmsg}. */
    TPACKET_V2("tpacket_v2", true, false),
    /** A ring of blocks shared with the kernel, handed over when full or after a millisecond: for floods, not for latency. */
    TPACKET_V3("tpacket_v3", true, false);

    private final String text;
    private final boolean forSockets;
    private final boolean forTaps;

    ReceiveMode(String text, boolean forSockets, boolean forTaps) {
        this.text = text;
        this.forSockets = forSockets;
        this.forTaps = forTaps;
    }

    /** The name in options and in {@code vsctl show}. */
    public String text() {
        return text;
    }

    /** Whether {@code system} ports can use it. */
    public boolean forSockets() {
        return forSockets;
    }

    /** Whether {@code tap} and {@code internal} ports can use it. */
    public boolean forTaps() {
        return forTaps;
    }

    static Optional<ReceiveMode> of(String text) {
        return Arrays.stream(values()).filter(mode -> mode.text.equals(text)).findFirst();
    }

    static String names(boolean taps) {
        return Arrays.stream(values()).filter(mode -> taps ? mode.forTaps : mode.forSockets).map(ReceiveMode::text)
                .collect(Collectors.joining(", "));
    }
}
