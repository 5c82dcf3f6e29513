package dev.turnout.core;

import java.util.List;

/**
 * A port of the datapath, as control threads see it.
 *
 * @param number
 *            its datapath port number
 * @param port
 *            the port
 * @param receivingThread
 *            the forwarding thread that receives from it
 * @param threadCounters
 *            its counters, one part per forwarding thread
 */
public record DatapathPort(int number, Port port, int receivingThread, List<PortCounters> threadCounters) {
    public DatapathPort {
        threadCounters = List.copyOf(threadCounters);
    }

    /** The counters of all threads, summed. */
    public PortCounters counters() {
        return PortCounters.sum(threadCounters);
    }
}
