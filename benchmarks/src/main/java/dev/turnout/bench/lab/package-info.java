/**
 * A laboratory on one machine: network namespaces as hosts, and small traffic programs to run in them. The demo, the veth
 * benchmark and the integration tests use it, so that none of them needs a tool beside {@code ip} of iproute2.
 *
 * <p>A namespace belongs to a thread, not to a process: a {@link dev.turnout.bench.lab.Host} has threads that entered its
 * namespace for good, and every socket that is opened on them lives there. So hosts need no process of their own, and
 * both ends of a transfer share one clock.
 *
 * <p>Names begin with {@code to-} and the process id; {@link dev.turnout.bench.lab.Lab#close} removes all, as does the
 * shutdown hook where the process is interrupted.
 */
@NullMarked
package dev.turnout.bench.lab;

import org.jspecify.annotations.NullMarked;
