package dev.turnout.upcall;

/**
 * Settings of the upcall path.
 *
 * @param handlers
 *            handler threads ({@code n-handler-threads})
 * @param packetsPerPort
 *            most packets of one ingress port that may wait
 * @param packetsPerFlow
 *            most packets of one flow that may wait
 * @param packetsPerThread
 *            most packet buffers of one forwarding thread that may wait
 * @param ackRing
 *            answers of one forwarding thread that may wait, a power of two
 * @param flowLimit
 *            cap of the number of megaflows ({@code flow-limit})
 */
public record UpcallConfig(int handlers, int packetsPerPort, int packetsPerFlow, int packetsPerThread, int ackRing,
        int flowLimit) {

    public UpcallConfig {
        check("handler threads", handlers, 1, 64);
        check("waiting packets per port", packetsPerPort, 1, 1 << 20);
        check("waiting packets per flow", packetsPerFlow, 1, 1 << 16);
        check("waiting packets per thread", packetsPerThread, 1, 1 << 24);
        check("answer ring", ackRing, 8, 1 << 24);
        FlowLimit.checkCap(flowLimit);
    }

    static void check(String what, int value, int least, int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(what + ": " + value + " is not between " + least + " and " + most);
        }
    }

    /** Handler threads: a quarter of the processors, plus one. */
    public static UpcallConfig defaults() {
        return new UpcallConfig(Runtime.getRuntime().availableProcessors() / 4 + 1, 512, 64, 2048, 1 << 14,
                FlowLimit.DEFAULT_CAP);
    }

    public UpcallConfig withHandlers(int count) {
        return new UpcallConfig(count, packetsPerPort, packetsPerFlow, packetsPerThread, ackRing, flowLimit);
    }

    public UpcallConfig withFlowLimit(int cap) {
        return new UpcallConfig(handlers, packetsPerPort, packetsPerFlow, packetsPerThread, ackRing, cap);
    }

    public UpcallConfig withWaiting(int perPort, int perFlow, int perThread) {
        return new UpcallConfig(handlers, perPort, perFlow, perThread, ackRing, flowLimit);
    }
}
