package dev.turnout.core.io;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

import dev.turnout.packet.Memory;

/**
 * The system calls that the switch needs, through the FFM API. A failed call returns {@code -errno} as the kernel itself does, a successful one
 * its result; nothing is thrown and nothing is allocated, so the methods fit the hot loop. Pointers are passed as addresses.
 *
 * <p>The error number is captured by the downcall itself, since the virtual machine may make calls of its own before Java code could read
 * {@code errno}. The segment that it is captured into lives with the thread: {@link #ofThread} returns the calling thread's object.
 *
 * <p>Thread rules: an object belongs to the thread that {@link #ofThread} was called on.
 */
public final class SystemCalls {
    private static final Linker LINKER = Linker.nativeLinker();
    private static final Linker.Option CAPTURE = Linker.Option.captureCallState("errno");
    private static final VarHandle ERRNO = Linker.Option.captureStateLayout()
            .varHandle(MemoryLayout.PathElement.groupElement("errno"));
    private static final ThreadLocal<SystemCalls> OF_THREAD = ThreadLocal.withInitial(SystemCalls::new);

    private static final MethodHandle SOCKET = handle("socket", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);
    private static final MethodHandle BIND = handle("bind", JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT);
    private static final MethodHandle CONNECT = handle("connect", JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT);
    private static final MethodHandle GETSOCKNAME = handle("getsockname", JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle SETSOCKOPT = handle("setsockopt", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT,
            JAVA_LONG, JAVA_INT);
    private static final MethodHandle GETSOCKOPT = handle("getsockopt", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT,
            JAVA_LONG, JAVA_LONG);
    private static final MethodHandle OPEN = variadic("open", 2, JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_INT);
    private static final MethodHandle IOCTL = variadic("ioctl", 2, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle CLOSE = handle("close", JAVA_INT, JAVA_INT);
    private static final MethodHandle READ = handle("read", JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle WRITE = handle("write", JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle READV = handle("readv", JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT);
    private static final MethodHandle WRITEV = handle("writev", JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT);
    private static final MethodHandle RECV = handle("recv", JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT);
    private static final MethodHandle SEND = handle("send", JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT);
    private static final MethodHandle RECVMSG = handle("recvmsg", JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT);
    private static final MethodHandle RECVMMSG = handle("recvmmsg", JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_INT,
            JAVA_LONG);
    private static final MethodHandle SENDMMSG = handle("sendmmsg", JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_INT);
    private static final MethodHandle PPOLL = handle("ppoll", JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle EVENTFD = handle("eventfd", JAVA_INT, JAVA_INT, JAVA_INT);
    private static final MethodHandle MMAP = handle("mmap", JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT,
            JAVA_INT, JAVA_LONG);
    private static final MethodHandle MUNMAP = handle("munmap", JAVA_INT, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle IF_NAMETOINDEX = handle("if_nametoindex", JAVA_INT, JAVA_LONG);
    private static final MethodHandle GETTID = handle("gettid", JAVA_INT);
    private static final MethodHandle SCHED_SETAFFINITY = handle("sched_setaffinity", JAVA_INT, JAVA_INT, JAVA_LONG,
            JAVA_LONG);
    private static final MethodHandle SETNS = handle("setns", JAVA_INT, JAVA_INT, JAVA_INT);
    private static final MethodHandle SYSCALL = variadic("syscall", 1, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG,
            JAVA_LONG, JAVA_LONG);

    private final MemorySegment captured = Arena.ofAuto().allocate(Linker.Option.captureStateLayout());

    private SystemCalls() {
    }

    /** The calling thread's system calls. Keep it in a field of the thread's own objects: looking it up costs a little each time. */
    public static SystemCalls ofThread() {
        return OF_THREAD.get();
    }

    private static MethodHandle handle(String name, ValueLayout result, ValueLayout... arguments) {
        return link(name, FunctionDescriptor.of(result, arguments), CAPTURE);
    }

    private static MethodHandle variadic(String name, int fixed, ValueLayout result, ValueLayout... arguments) {
        return link(name, FunctionDescriptor.of(result, arguments), CAPTURE, Linker.Option.firstVariadicArg(fixed));
    }

    @SuppressWarnings("restricted") // system calls are what this class is for; the launcher enables native access
    private static MethodHandle link(String name, FunctionDescriptor descriptor, Linker.Option... options) {
        return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), descriptor, options);
    }

    /**
     * Turns a failed call into an exception.
     *
     * @param call the call and its object, as {@code bind(veth0)}
     * @return {@code result} where the call succeeded
     */
    public static long check(long result, String call) throws SystemCallException {
        return check(result, call, "");
    }

    /** As {@link #check(long, String)}; {@code permission} says what to grant where the call failed for lack of a permission. */
    public static long check(long result, String call, String permission) throws SystemCallException {
        if (result < 0) {
            int errno = (int) -result;
            throw new SystemCallException(call, errno, errno == Errno.EPERM || errno == Errno.EACCES ? permission : "");
        }
        return result;
    }

    private int result(int value) {
        return value < 0 ? -(int) ERRNO.get(captured, 0L) : value;
    }

    private long result(long value) {
        return value < 0 ? -(int) ERRNO.get(captured, 0L) : value;
    }

    private static AssertionError impossible(Throwable e) {
        return new AssertionError("a downcall threw", e);
    }

    public int socket(int domain, int type, int protocol) {
        try {
            return result((int) SOCKET.invokeExact(captured, domain, type, protocol));
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    public int bind(int fd, long address, int length) {
        try {
            return result((int) BIND.invokeExact(captured, fd, address, length));
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    public int connect(int fd, long address, int length) {
        try {
            return result((int) CONNECT.invokeExact(captured, fd, address, length));
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    public int getsockname(int fd, long address, long length) {
        try {
            return result((int) GETSOCKNAME.invokeExact(captured, fd, address, length));
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    public int setsockopt(int fd, int level, int option, long value, int length) {
        try {
            return result((int) SETSOCKOPT.invokeExact(captured, fd, level, option, value, length));
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    /** Sets an option whose value is an {@code int}. */
    public int setsockoptInt(int fd, int level, int option, int value) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment segment = arena.allocate(JAVA_INT);
            segment.set(JAVA_INT, 0, value);
            return setsockopt(fd, level, option, segment.address(), 4);
        }
    }

    public int getsockopt(int fd, int level, int option, long value, long length) {
        try {
            return result((int) GETSOCKOPT.invokeExact(captured, fd, level, option, value, length));
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    public int open(String path, int flags) {
        try (Arena arena = Arena.ofConfined()) {
            return result((int) OPEN.invokeExact(captured, arena.allocateFrom(path).address(), flags, 0));
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    public int ioctl(int fd, long request, long argument) {
        try {
            return result((int) IOCTL.invokeExact(captured, fd, request, argument));
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    public int close(int fd) {
        try {
            return result((int) CLOSE.invokeExact(captured, fd));
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    public long read(int fd, long buffer, long length) {
        try {
            return result((long) READ.invokeExact(captured, fd, buffer, length));
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    public long write(int fd, long buffer, long length) {
        try {
            return result((long) WRITE.invokeExact(captured, fd, buffer, length));
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    public long readv(int fd, long vectors, int count) {
        try {
            return result((long) READV.invokeExact(captured, fd, vectors, count));
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    public long writev(int fd, long vectors, int count) {
        try {
            return result((long) WRITEV.invokeExact(captured, fd, vectors, count));
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    public long recv(int fd, long buffer, long length, int flags) {
        try {
            return result((long) RECV.invokeExact(captured, fd, buffer, length, flags));
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    public long send(int fd, long buffer, long length, int flags) {
        try {
            return result((long) SEND.invokeExact(captured, fd, buffer, length, flags));
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    public long recvmsg(int fd, long message, int flags) {
        try {
            return result((long) RECVMSG.invokeExact(captured, fd, message, flags));
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    /** Without a timeout: pass {@code MSG_DONTWAIT} or use a non-blocking descriptor. */
    public int recvmmsg(int fd, long messages, int count, int flags) {
        try {
            return result((int) RECVMMSG.invokeExact(captured, fd, messages, count, flags, 0L));
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    public int sendmmsg(int fd, long messages, int count, int flags) {
        try {
            return result((int) SENDMMSG.invokeExact(captured, fd, messages, count, flags));
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    /** Waits until one of the descriptors is ready, for at most the {@code struct timespec} at {@code timeout}; 0 waits for ever. */
    public int ppoll(long descriptors, int count, long timeout) {
        try {
            return result((int) PPOLL.invokeExact(captured, descriptors, (long) count, timeout, 0L));
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    public int eventfd(int initial, int flags) {
        try {
            return result((int) EVENTFD.invokeExact(captured, initial, flags));
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    public long mmap(long length, int protection, int flags, int fd) {
        try {
            long address = (long) MMAP.invokeExact(captured, 0L, length, protection, flags, fd, 0L);
            return address == -1 ? result(-1L) : address;
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    public int munmap(long address, long length) {
        try {
            return result((int) MUNMAP.invokeExact(captured, address, length));
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    /** The interface's index, or {@code -ENODEV}. */
    public int ifNameToIndex(String name) {
        try (Arena arena = Arena.ofConfined()) {
            int index = (int) IF_NAMETOINDEX.invokeExact(captured, arena.allocateFrom(name).address());
            return index == 0 ? -(int) ERRNO.get(captured, 0L) : index;
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    /** The calling thread's kernel id. */
    public int gettid() {
        try {
            return (int) GETTID.invokeExact(captured);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    /** Binds the calling thread to one CPU. */
    public int pinToCpu(int cpu) {
        try (Arena arena = Arena.ofConfined()) {
            long bytes = Math.max(128, (cpu / 64 + 1) * 8L);
            long set = arena.allocate(bytes, 8).address();
            Memory.putLongNative(set + cpu / 64 * 8L, 1L << (cpu & 63));
            return result((int) SCHED_SETAFFINITY.invokeExact(captured, 0, bytes, set));
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    /** Moves the calling (platform) thread into the namespace of a descriptor. */
    public int setns(int fd, int type) {
        try {
            return result((int) SETNS.invokeExact(captured, fd, type));
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    /** A call that the C library has no function for. */
    public long syscall(long number, long a, long b, long c, long d) {
        try {
            return result((long) SYSCALL.invokeExact(captured, number, a, b, c, d));
        } catch (Throwable e) {
            throw impossible(e);
        }
    }
}
