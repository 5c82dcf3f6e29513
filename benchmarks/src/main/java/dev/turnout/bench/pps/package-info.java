/**
 * {@code bench pps}: the whole switch, fed from memory, in packets per CPU-second of the forwarding thread.
 *
 * <p>Port 1 replays the frames of a pcap image without end, port 2 drops what it is sent; rules come as flow text through the
 * OpenFlow tables, megaflows through upcalls and translation. The forwarding thread does everything that is measured: it copies
 * each frame into a packet buffer, classifies, executes actions, transmits.
 */
@NullMarked
package dev.turnout.bench.pps;

import org.jspecify.annotations.NullMarked;
