/**
 * What happens to a packet that no cache knows: the upcall queues, fair per port and bounded, the handlers that have
 * it translated, and the ukeys that record each installed megaflow with its state.
 *
 * <p>A packet comes in through {@link dev.turnout.upcall.Upcalls}, waits with its flow, and leaves with a command to its
 * forwarding thread: a handler never transmits, and never touches a buffer. The forwarding threads' answers come back to
 * the agent {@code dp-acks}, which applies them to the {@link dev.turnout.upcall.Ukey}s. No megaflow is installed, changed,
 * counted or removed except through its ukey, whose {@link dev.turnout.upcall.UkeyState states} move in one method.
 *
 * <p>The bridges and the forwarding threads are reached through two small interfaces,
 * {@link dev.turnout.upcall.SlowPath} and {@link dev.turnout.upcall.FastPath}, so that tests may play either. The flow
 * limit's value lives here; {@code revalidator} steers it. Locks and their order: {@code docs/upcalls-and-revalidation.md}.
 */
@NullMarked
package dev.turnout.upcall;

import org.jspecify.annotations.NullMarked;
