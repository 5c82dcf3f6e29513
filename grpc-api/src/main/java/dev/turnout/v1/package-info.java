/**
 * The switch's interface to the world: the {@code turnout.v1} messages and services, generated from the protos.
 *
 * <p>The shape is P4Runtime's: batched writes with an error per update, streaming reads, and a bidirectional channel with
 * election ids for packet-in, packet-out, flow-removed and port-status. The control socket of the command line carries
 * the same messages without gRPC.
 *
 * <p>The package is not null-marked: generated code is not annotated.
 */
package dev.turnout.v1;
