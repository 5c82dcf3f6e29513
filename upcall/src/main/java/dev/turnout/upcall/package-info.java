/**
 * What happens to a packet that no cache knows: the upcall queues, fair per port and bounded, the handlers that have
 * it translated, and the ukeys that record each installed megaflow with its state.
 *
 * <p>A handler never transmits: installing the megaflow and executing the packet travel to the forwarding thread as
 * one command. The flow limit's value lives here; {@code revalidator} steers it.
 */
@NullMarked
package dev.turnout.upcall;

import org.jspecify.annotations.NullMarked;
