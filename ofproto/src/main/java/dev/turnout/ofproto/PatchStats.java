package dev.turnout.ofproto;

import java.util.concurrent.atomic.LongAdder;

/** Counters of a patch port, which the datapath does not know. Thread rules: any thread. */
public final class PatchStats {
    private final LongAdder rxPackets = new LongAdder();
    private final LongAdder rxBytes = new LongAdder();
    private final LongAdder txPackets = new LongAdder();
    private final LongAdder txBytes = new LongAdder();
    private final String bridge;
    private final String port;

    PatchStats(String bridge, String port) {
        this.bridge = bridge;
        this.port = port;
    }

    /** The name of the port's bridge. */
    String bridge() {
        return bridge;
    }

    /** The port's name. */
    String port() {
        return port;
    }

    void received(long packets, long bytes) {
        rxPackets.add(packets);
        rxBytes.add(bytes);
    }

    void sent(long packets, long bytes) {
        txPackets.add(packets);
        txBytes.add(bytes);
    }

    public long rxPackets() {
        return rxPackets.sum();
    }

    public long rxBytes() {
        return rxBytes.sum();
    }

    public long txPackets() {
        return txPackets.sum();
    }

    public long txBytes() {
        return txBytes.sum();
    }
}
