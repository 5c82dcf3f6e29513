/**
 * The datapath: ports, the threads that forward between them, datapath actions, recirculation and merged flows.
 *
 * <p>A forwarding thread owns everything it touches per packet: its ports' receive queues, packet pool, caches,
 * classifier, megaflow slots and counters. Others send it commands over a bounded queue. On the hit path there is no
 * allocation, lock, clock call, boxing, logging or exception. A miss leaves through an interface that {@code upcall}
 * implements.
 */
@NullMarked
package dev.turnout.core;

import org.jspecify.annotations.NullMarked;
