/**
 * The command line: the families {@code ofctl}, {@code vsctl}, {@code appctl} and {@code dpctl}, with the verbs, flow
 * syntax, output format and exit codes of their {@code ovs-} namesakes.
 *
 * <p>A local daemon is reached over its control socket, and neither gRPC nor Netty is loaded on that way, so that a
 * command starts quickly; a {@code HOST:PORT} target uses gRPC.
 */
@NullMarked
package dev.turnout.ofctl;

import org.jspecify.annotations.NullMarked;
