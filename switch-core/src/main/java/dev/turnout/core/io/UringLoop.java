package dev.turnout.core.io;

import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;

import dev.turnout.packet.Memory;
import io.netty.channel.IoEvent;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoRegistration;
import io.netty.channel.ManualIoEventLoop;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringIoEvent;
import io.netty.channel.uring.IoUringIoHandle;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringIoHandlerConfig;
import io.netty.channel.uring.IoUringIoOps;
import org.jspecify.annotations.Nullable;

/**
 * An io_uring owned by a forwarding thread, driven through Netty's {@link ManualIoEventLoop}: {@link #run} while the thread is busy,
 * {@link #sleep} when it is not.
 *
 * <p>Handles queue requests with {@link IoRegistration#submit}; one {@code io_uring_enter} per pass sends them all. Completions reach
 * {@link IoUringIoHandle#handle} during {@link #run} and {@link #sleep}.
 *
 * <p>Netty's buffer rings serve its own channels only, so {@link #registerBufferRing} makes the system call itself, on the ring's descriptor,
 * which only reflection reaches; where that fails receivers hand buffers over by PROVIDE_BUFFERS requests.
 *
 * <p>Thread rules: one owner thread, except {@link #interrupt}.
 */
public final class UringLoop {
    public static final byte OP_POLL_ADD = 6;
    public static final byte OP_SENDMSG = 9;
    public static final byte OP_RECVMSG = 10;
    public static final byte OP_ASYNC_CANCEL = 14;
    public static final byte OP_PROVIDE_BUFFERS = 31;
    public static final byte OP_REMOVE_BUFFERS = 32;
    public static final byte OP_READ_MULTISHOT = 49;
    public static final byte SQE_BUFFER_SELECT = 1 << 5;
    public static final short RECV_MULTISHOT = 2;
    public static final int CQE_BUFFER = 1;
    public static final int CQE_MORE = 2;
    public static final int CQE_BUFFER_SHIFT = 16;

    private static final int RING_SIZE = 1024;
    private static final int COMPLETION_RING_SIZE = 4096;
    private static final int CANCEL_ALL_OF_FD = 1 | 2;
    private static final int CANCEL_ROUNDS = 100;
    private static final long CANCEL_WAIT_NANOS = 1_000_000;
    private static final long SYS_IO_URING_REGISTER = 427;
    private static final long REGISTER_PBUF_RING = 22;
    private static final long UNREGISTER_PBUF_RING = 23;
    /** Data of completions that need no action. */
    private static final int IGNORED = 0;

    private final ManualIoEventLoop loop;
    /** For {@link #registerBufferRing}; -1 where that is out of reach or not allowed. */
    private final int ringFd;
    private final IoRegistration control;
    private int lastGroup;
    private @Nullable Watch[] watchOf = new Watch[16];

    /** Why no ring can be had on this system, or the empty string. */
    static String unavailable() {
        if (IoUring.isAvailable()) {
            return "";
        }
        Throwable cause = IoUring.unavailabilityCause();
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return "io_uring is not available (sysctl kernel.io_uring_disabled, seccomp?): " + cause.getMessage();
    }

    /**
     * Makes a ring for the calling thread.
     *
     * @param bufferRingsAllowed false refuses {@link #registerBufferRing}
     */
    UringLoop(boolean bufferRingsAllowed) {
        AtomicReference<IoHandler> made = new AtomicReference<>();
        IoHandlerFactory factory = IoUringIoHandler
                .newFactory(new IoUringIoHandlerConfig().setRingSize(RING_SIZE).setCqSize(COMPLETION_RING_SIZE));
        loop = new ManualIoEventLoop(Thread.currentThread(), executor -> {
            IoHandler handler = factory.newHandler(executor);
            made.set(handler);
            return handler;
        });
        loop.runNow();
        ringFd = bufferRingsAllowed ? ringDescriptor(made.get()) : -1;
        control = register(new Control());
    }

    private static int ringDescriptor(IoHandler handler) {
        try {
            Field field = IoUringIoHandler.class.getDeclaredField("ringBuffer");
            field.setAccessible(true);
            Object ring = field.get(handler);
            Method fd = ring.getClass().getDeclaredMethod("fd");
            fd.setAccessible(true);
            return (int) fd.invoke(ring);
        } catch (ReflectiveOperationException | RuntimeException e) {
            return -1;
        }
    }

    /** Adds a handle; its registration takes requests from then on. */
    public IoRegistration register(IoUringIoHandle handle) {
        return loop.register(handle).syncUninterruptibly().getNow();
    }

    /** Sends queued requests and handles the completions that are there. Returns their number. */
    public int run() {
        return loop.runNow();
    }

    /** Sleeps until a completion, a watched descriptor, {@link #interrupt}, or the end of the time. */
    void sleep(long maxNanos, List<Watch> watches) {
        for (int i = 0; i < watches.size(); i++) {
            Watch watch = watches.get(i);
            if (!watch.armed()) {
                arm(watch);
            }
        }
        loop.run(maxNanos);
    }

    private void arm(Watch watch) {
        IoUringIoOps request = watch.pollRequest();
        if (request == null) {
            int slot = freeSlot();
            watchOf[slot] = watch;
            request = new IoUringIoOps(OP_POLL_ADD, (byte) 0, (short) 0, watch.fd(), 0L, 0L, 0, Linux.POLLIN,
                    (long) slot, (short) 0, (short) 0,
                    0, 0L);
            watch.setPollRequest(request);
        }
        watch.setArmed(true);
        control.submit(request);
    }

    private int freeSlot() {
        for (int slot = IGNORED + 1; slot < watchOf.length; slot++) {
            if (watchOf[slot] == null) {
                return slot;
            }
        }
        int slot = watchOf.length;
        watchOf = Arrays.copyOf(watchOf, slot * 2);
        return slot;
    }

    /** Ends the poll request of a descriptor that is no longer watched. */
    void forget(Watch watch) {
        if (watch.armed()) {
            cancel(watch.fd());
        }
        for (int slot = 0; slot < watchOf.length; slot++) {
            if (watchOf[slot] == watch) {
                watchOf[slot] = null;
            }
        }
    }

    /** A buffer group's number that this ring has not used yet. */
    public int nextGroup() {
        return ++lastGroup;
    }

    /** Ends all requests on a descriptor and waits until their owner saw them end. */
    public void cancel(int fd, BooleanSupplier ended) {
        cancel(fd);
        for (int i = 0; i < CANCEL_ROUNDS && !ended.getAsBoolean(); i++) {
            loop.run(CANCEL_WAIT_NANOS);
        }
    }

    /** Takes back buffers that PROVIDE_BUFFERS requests gave to a group. */
    public void removeBuffers(int group, int count) {
        control.submit(new IoUringIoOps(OP_REMOVE_BUFFERS, (byte) 0, (short) 0, count, 0L, 0L, 0, 0, (long) IGNORED,
                (short) group, (short) 0, 0,
                0L));
        loop.runNow();
    }

    /** Ends all requests on a descriptor, so that closing it really releases it. */
    private void cancel(int fd) {
        control.submit(new IoUringIoOps(OP_ASYNC_CANCEL, (byte) 0, (short) 0, fd, 0L, 0L, 0, CANCEL_ALL_OF_FD,
                (long) IGNORED, (short) 0,
                (short) 0, 0, 0L));
        loop.runNow();
    }

    /**
     * Registers a ring of provided buffers at {@code address} (page-aligned, 16 bytes per entry, a power of two of them).
     *
     * @return 0, or {@code -errno}; then use PROVIDE_BUFFERS requests
     */
    public int registerBufferRing(long address, int entries, int group, long scratch) {
        if (ringFd < 0) {
            return -Errno.ENOSYS;
        }
        fillRegistration(scratch, address, entries, group);
        return (int) SystemCalls.ofThread().syscall(SYS_IO_URING_REGISTER, ringFd, REGISTER_PBUF_RING, scratch, 1);
    }

    public void unregisterBufferRing(int group, long scratch) {
        fillRegistration(scratch, 0, 0, group);
        SystemCalls.ofThread().syscall(SYS_IO_URING_REGISTER, ringFd, UNREGISTER_PBUF_RING, scratch, 1);
    }

    private static void fillRegistration(long scratch, long address, int entries, int group) {
        Memory.fill(scratch, 40, 0);
        Memory.putLongNative(scratch, address);
        Memory.putIntNative(scratch + 8, entries);
        Memory.putShortNative(scratch + 12, group);
    }

    /** Ends the owner's {@link #sleep}. Any thread. */
    void interrupt() {
        loop.wakeup();
    }

    void close() {
        control.cancel();
        var _ = loop.shutdownGracefully(0, 0, TimeUnit.NANOSECONDS); // awaited here
        while (!loop.isTerminated()) {
            loop.runNow();
        }
    }

    /** Requests that belong to no port: poll requests for watched descriptors, and cancellations. */
    private final class Control implements IoUringIoHandle {
        @Override
        public void handle(IoRegistration registration, IoEvent event) {
            IoUringIoEvent completion = (IoUringIoEvent) event;
            int slot = (int) completion.userData();
            if (slot != IGNORED) {
                Watch watch = watchOf[slot];
                if (watch != null) {
                    watch.setArmed(false);
                    watch.setEvents(Math.max(0, completion.res()));
                    watch.setReady(true);
                }
            }
        }

        @Override
        public void close() {
            // Nothing of its own to release.
        }
    }
}
