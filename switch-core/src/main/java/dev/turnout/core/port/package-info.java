/**
 * Ports that attach the datapath to interfaces of the system: {@code system} (a packet socket on an existing interface), {@code tap} and
 * {@code internal} (a TAP device that the switch makes).
 *
 * <p>All of them carry the virtio-net header: the 64 KB segments and unfinished checksums that a local sender hands over cross the switch as they
 * are, and whoever needs them finished finishes them (the forwarding thread, before a way out that cannot). Without it a switch in user space
 * would forward frames with wrong checksums from every veth whose offloads are on.
 *
 * <p><b>Receiving</b> is a seam of its own, {@link dev.turnout.core.port.ReceiveMode}: the same interface can be read by {@code recvmmsg}, by
 * multishot requests in an io_uring, or from a ring that the kernel fills (TPACKET_V2, TPACKET_V3). The modes differ in what a packet costs and in
 * latency; {@code docs/ports.md} has the figures that the default was chosen by. A mode that the system refuses is replaced by one that works, and
 * {@link dev.turnout.core.Port#receiveMode} says which and why.
 *
 * <p><b>Sending</b> never blocks: a full queue drops and counts. Every forwarding thread has its own packet socket per port. A TAP has one queue,
 * whose descriptor the threads share: a write takes no lock that another write would wait for, and if each thread attached a queue of its own the
 * kernel would spread what is to be received over all of them.
 *
 * <p><b>Interfaces come and go.</b> {@link dev.turnout.core.io.LinkMonitor} tells a port when its interface vanishes, goes down, or is there again
 * under the same name; the port passes that on as a changed {@link dev.turnout.core.LinkState}, and the datapath opens its receiver and
 * transmitters again. Receivers and transmitters of a vanished interface find nothing and drop everything, they never fail.
 */
@NullMarked
package dev.turnout.core.port;

import org.jspecify.annotations.NullMarked;
