package dev.turnout.core;

/**
 * A port that a forwarding thread receives from.
 *
 * @param number
 *            its datapath port number
 * @param receiver
 *            its receive side
 * @param counters
 *            its counters of this thread
 */
record ReceivePort(int number, Receiver receiver, PortCounters counters) {
}
