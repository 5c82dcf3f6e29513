/**
 * Keeps the installed megaflows equal to what the tables say: dump, sweep, settle.
 *
 * <p>Revalidators translate again what may have changed, attribute counters exactly once, expire what is idle, and
 * steer the flow limit by how long a round takes. While a dump runs, no ukey is removed. A
 * {@link dev.turnout.revalidator.Round} knows what is done; {@link dev.turnout.revalidator.Revalidator} has the threads and
 * knows when.
 */
@NullMarked
package dev.turnout.revalidator;

import org.jspecify.annotations.NullMarked;
