/**
 * The datapath: ports, the threads that forward between them, datapath actions, recirculation.
 *
 * <p>{@link dev.turnout.core.Datapath} has the ports and the {@link dev.turnout.core.ForwardingThread}s. A forwarding thread
 * owns everything it touches per packet: its ports' receive queues, packet pool, caches, classifier, megaflow slots and
 * counters. Others send it {@link dev.turnout.core.DatapathCommand}s over a bounded queue, and it answers by
 * {@link dev.turnout.core.Ack}s. On the hit path there is no allocation, lock, boxing, logging or exception; the clock is
 * read once per cycle. A packet that no megaflow matches leaves through {@link dev.turnout.core.UpcallSink}, which
 * {@code upcall} implements.
 *
 * <p>Within a thread: {@code ForwardingAgent} is its cycle, {@code FastPath} one batch's way through the caches,
 * {@link dev.turnout.core.MegaflowTable} the slots, {@code ActionExecutor} runs what {@code ActionCompiler} made of the
 * actions, {@code Outputs} gathers what is to be sent, {@code CommandExecutor} does what others ask.
 *
 * <p>{@link dev.turnout.core.Port} is the seam to everything that packets come from: kernel interfaces in {@code port}, memory
 * and files in {@code memory}.
 */
@NullMarked
package dev.turnout.core;

import org.jspecify.annotations.NullMarked;
