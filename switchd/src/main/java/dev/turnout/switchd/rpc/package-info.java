/**
 * The switch's interface to the world: one handler object per service, served over gRPC and over the control socket alike.
 *
 * <p>Handlers are those that gRPC generates. The control socket brings its own small implementation of a gRPC call, so that
 * a handler cannot tell who asks. No handler waits for a client: what is long is sent piece by piece as the client reads,
 * and what happens by itself goes through a bounded queue per client.
 */
@NullMarked
package dev.turnout.switchd.rpc;

import org.jspecify.annotations.NullMarked;
