package dev.turnout.core.port;

import java.lang.foreign.Arena;

import dev.turnout.core.io.Errno;
import dev.turnout.core.io.InterfaceRequest;
import dev.turnout.core.io.Linux;
import dev.turnout.core.io.SystemCallException;
import dev.turnout.core.io.SystemCalls;
import dev.turnout.packet.Memory;

/**
 * An open TAP interface: it exists while the descriptor is open. The port, its receiver and its transmitters share it; the last of them closes it, so
 * that no thread ever uses the number of a closed descriptor.
 *
 * <p>Thread rules: any thread.
 */
final class TapDevice {
    private static final String PATH = "/dev/net/tun";
    private static final int OFFLOADS = Linux.TUN_F_CSUM | Linux.TUN_F_TSO4 | Linux.TUN_F_TSO6 | Linux.TUN_F_TSO_ECN;
    private static final int UDP_OFFLOADS = Linux.TUN_F_USO4 | Linux.TUN_F_USO6;

    private final int fd;
    /** Guarded by this. */
    private int users = 1;

    private TapDevice(int fd) {
        this.fd = fd;
    }

    /** Makes the interface, or attaches to a persistent one of that name; the caller is its first user. */
    static TapDevice open(String name) throws SystemCallException {
        SystemCalls calls = SystemCalls.ofThread();
        int fd = calls.open(PATH, Linux.O_RDWR | Linux.O_NONBLOCK | Linux.O_CLOEXEC);
        if (fd < 0) {
            String hint = switch (-fd) {
                case Errno.ENOENT, Errno.ENODEV, Errno.ENXIO ->
                    "the device " + PATH + " is missing: load the module tun, or give the container the device";
                case Errno.EPERM, Errno.EACCES -> "no permission to use " + PATH;
                default -> "";
            };
            throw new SystemCallException("open(" + PATH + ") for " + name, -fd, hint);
        }
        try {
            attach(calls, fd, name);
            return new TapDevice(fd);
        } catch (SystemCallException e) {
            calls.close(fd);
            throw e;
        }
    }

    private static void attach(SystemCalls calls, int fd, String name) throws SystemCallException {
        try (Arena arena = Arena.ofConfined()) {
            long request = arena.allocate(Linux.IFREQ_SIZE, 8).address();
            InterfaceRequest.name(request, name);
            Memory.putShortNative(request + Linux.IFREQ_DATA, Linux.IFF_TAP | Linux.IFF_NO_PI | Linux.IFF_VNET_HDR);
            int result = calls.ioctl(fd, Linux.TUNSETIFF, request);
            String hint = switch (-result) {
                case Errno.EPERM -> "needs the capability CAP_NET_ADMIN";
                case Errno.EBUSY -> "another process uses that TAP interface";
                case Errno.EINVAL ->
                    "an interface of that name exists and is not a TAP of one queue, or the name is not allowed";
                default -> "";
            };
            if (result < 0) {
                throw new SystemCallException("ioctl(TUNSETIFF) for " + name, -result, hint);
            }
            Memory.putIntNative(request, Linux.VNET_HEADER_SIZE);
            SystemCalls.check(calls.ioctl(fd, Linux.TUNSETVNETHDRSZ, request), "ioctl(TUNSETVNETHDRSZ) for " + name);
            if (calls.ioctl(fd, Linux.TUNSETOFFLOAD, OFFLOADS | UDP_OFFLOADS) < 0) { // UDP segmentation: kernel 6.2
                SystemCalls.check(calls.ioctl(fd, Linux.TUNSETOFFLOAD, OFFLOADS), "ioctl(TUNSETOFFLOAD) for " + name);
            }
        }
    }

    int fd() {
        return fd;
    }

    synchronized void retain() {
        users++;
    }

    synchronized void release() {
        if (--users == 0) {
            SystemCalls.ofThread().close(fd);
        }
    }
}
