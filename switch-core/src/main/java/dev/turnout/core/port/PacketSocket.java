package dev.turnout.core.port;

import java.lang.foreign.Arena;

import dev.turnout.core.io.Errno;
import dev.turnout.core.io.Linux;
import dev.turnout.core.io.SystemCallException;
import dev.turnout.core.io.SystemCalls;
import dev.turnout.packet.Memory;

/**
 * Opens packet sockets. A socket is made with protocol 0, so that nothing arrives before it is bound and configured: the virtio-net header and the
 * ring's version can only be set on a socket without a ring, and a packet that arrived before would lack them.
 */
final class PacketSocket {
    private static final String NEEDS_RAW = "needs the capability CAP_NET_RAW";
    /** Bytes that may wait to be received or sent; 64 KB segments fill little ones quickly. */
    private static final int BUFFER_BYTES = 8 << 20;

    private static final int HARDWARE_TYPE = 8;
    private static final int ARPHRD_ETHER = 1;
    private static final int ARPHRD_LOOPBACK = 772;

    private PacketSocket() {
    }

    /** A socket without an interface, with the virtio-net header on. */
    private static int open(SystemCalls calls, String name) throws SystemCallException {
        int fd = (int) SystemCalls.check(
                calls.socket(Linux.AF_PACKET, Linux.SOCK_RAW | Linux.SOCK_NONBLOCK | Linux.SOCK_CLOEXEC, 0),
                "socket(AF_PACKET) for " + name,
                NEEDS_RAW);
        try {
            option(calls, fd, name, Linux.PACKET_VNET_HDR, "PACKET_VNET_HDR", 1);
        } catch (SystemCallException e) {
            calls.close(fd);
            throw e;
        }
        return fd;
    }

    /** A socket that can receive, not bound yet: rings are set up between this and {@link #bind}. */
    static int openReceive(SystemCalls calls, String name) throws SystemCallException {
        int fd = open(calls, name);
        try {
            option(calls, fd, name, Linux.PACKET_IGNORE_OUTGOING, "PACKET_IGNORE_OUTGOING", 1);
            option(calls, fd, name, Linux.PACKET_AUXDATA, "PACKET_AUXDATA", 1);
            buffer(calls, fd, Linux.SO_RCVBUFFORCE, Linux.SO_RCVBUF);
            return fd;
        } catch (SystemCallException e) {
            calls.close(fd);
            throw e;
        }
    }

    /** Binds a socket of {@link #openReceive} and switches the interface to promiscuous mode while it is open. */
    static void bind(SystemCalls calls, int fd, String name) throws SystemCallException {
        int index = (int) SystemCalls.check(calls.ifNameToIndex(name), "interface " + name);
        bind(calls, fd, name, index, Linux.ETH_P_ALL);
        try (Arena arena = Arena.ofConfined()) {
            long request = arena.allocate(16, 8).address();
            Memory.putIntNative(request, index);
            Memory.putShortNative(request + 4, Linux.PACKET_MR_PROMISC);
            SystemCalls.check(calls.setsockopt(fd, Linux.SOL_PACKET, Linux.PACKET_ADD_MEMBERSHIP, request, 16),
                    "promiscuous mode of " + name, NEEDS_RAW);
        }
    }

    /** A socket that only sends. */
    static int openTransmit(SystemCalls calls, String name) throws SystemCallException {
        int fd = open(calls, name);
        try {
            option(calls, fd, name, Linux.PACKET_QDISC_BYPASS, "PACKET_QDISC_BYPASS", 1);
            buffer(calls, fd, Linux.SO_SNDBUFFORCE, Linux.SO_SNDBUF);
            bind(calls, fd, name, (int) SystemCalls.check(calls.ifNameToIndex(name), "interface " + name), 0);
            return fd;
        } catch (SystemCallException e) {
            calls.close(fd);
            throw e;
        }
    }

    private static void bind(SystemCalls calls, int fd, String name, int index, int protocol)
            throws SystemCallException {
        try (Arena arena = Arena.ofConfined()) {
            long address = arena.allocate(Linux.SOCKADDR_LL_SIZE, 8).address();
            Memory.putShortNative(address, Linux.AF_PACKET);
            Memory.putShort(address + 2, protocol);
            Memory.putIntNative(address + 4, index);
            SystemCalls.check(calls.bind(fd, address, Linux.SOCKADDR_LL_SIZE), "bind(" + name + ")");
            long length = arena.allocate(8, 8).address();
            Memory.putIntNative(length, Linux.SOCKADDR_LL_SIZE);
            SystemCalls.check(calls.getsockname(fd, address, length), "getsockname(" + name + ")");
            int hardware = Memory.getShortNative(address + HARDWARE_TYPE);
            if (hardware != ARPHRD_ETHER && hardware != ARPHRD_LOOPBACK) {
                throw new SystemCallException("bind(" + name + ")", Errno.EINVAL,
                        "its packets are not Ethernet frames: hardware type " + hardware);
            }
        }
    }

    private static void option(SystemCalls calls, int fd, String name, int option, String optionName, int value)
            throws SystemCallException {
        SystemCalls.check(calls.setsockoptInt(fd, Linux.SOL_PACKET, option, value),
                "setsockopt(" + optionName + ") for " + name, NEEDS_RAW);
    }

    /** Sets a buffer's size; without CAP_NET_ADMIN only up to the system's limit, which has to do then. */
    private static void buffer(SystemCalls calls, int fd, int force, int ordinary) {
        if (calls.setsockoptInt(fd, Linux.SOL_SOCKET, force, BUFFER_BYTES) == -Errno.EPERM) {
            calls.setsockoptInt(fd, Linux.SOL_SOCKET, ordinary, BUFFER_BYTES);
        }
    }
}
