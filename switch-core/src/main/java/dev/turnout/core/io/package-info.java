/**
 * The switch's hold on the operating system: system calls through the FFM API, the I/O back ends of forwarding threads, and rtnetlink.
 *
 * <p><b>System calls.</b> {@link dev.turnout.core.io.SystemCalls} is one object per thread. Its methods take primitive arguments only (addresses
 * are {@code long}s into memory that the caller owns), return what the kernel would return ({@code -errno} where the call failed) and neither
 * allocate nor throw, so that the same methods serve the hot loop and the control side; the control side passes results through
 * {@link dev.turnout.core.io.SystemCalls#check}, whose exception names the call, the errno and, where a permission is missing, the capability
 * to grant.
 *
 * <p><b>Back ends.</b> Each forwarding thread that serves interfaces of the system owns a {@link dev.turnout.core.io.ThreadIo}. It knows how to
 * sleep until a descriptor has something to read or another thread calls {@code wakeup}: in {@code ppoll} over the ports' descriptors and an
 * eventfd, or, once a port asked for io_uring, in a ring that Netty's {@code ManualIoEventLoop} drives and that belongs to the forwarding thread
 * ({@link dev.turnout.core.io.UringLoop}). {@link dev.turnout.core.io.ReceiveSlots} are the packet buffers that its receivers share.
 *
 * <p><b>rtnetlink.</b> {@link dev.turnout.core.io.LinkMonitor} runs a thread of its own that listens to the kernel's link messages and tells
 * ports that their interface went away, came back, or changed.
 */
@NullMarked
package dev.turnout.core.io;

import org.jspecify.annotations.NullMarked;
