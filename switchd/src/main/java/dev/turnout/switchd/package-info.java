/**
 * The program: configuration, lifecycle, the gRPC services and the control socket, controllers' connections and
 * metrics.
 *
 * <p>It joins the datapath, the slow path and the revalidators into one process, prints one line starting with {@code
 * ready} when it serves, and on SIGTERM stops accepting, drains, prints its counters and exits. What {@code vsctl}
 * sets is kept in the run directory and restored at the next start; flows are not.
 */
@NullMarked
package dev.turnout.switchd;

import org.jspecify.annotations.NullMarked;
