/**
 * The two ways to a switch behind one interface: the control socket of a local daemon, on which neither gRPC nor Netty is
 * loaded, and gRPC.
 */
@NullMarked
package dev.turnout.ofctl.transport;

import org.jspecify.annotations.NullMarked;
