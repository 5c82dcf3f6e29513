package dev.turnout.core.io;

import java.lang.foreign.Arena;

import dev.turnout.packet.Memory;

/**
 * Asks interfaces for what rtnetlink does not tell, and sets their flags, by {@code ioctl} on a socket of the network namespace it was made in.
 *
 * <p>Thread rules: one thread at a time.
 */
public final class EthernetTool implements AutoCloseable {
    private static final int SPEED = 12;
    private static final int SPEED_HIGH = 28;
    private static final int COMMAND_SIZE = 44;
    private static final long UNKNOWN_SPEED = 0xffff_ffffL;
    private static final String NEEDS_ADMIN = "needs the capability CAP_NET_ADMIN";

    private final Arena arena = Arena.ofShared();
    private final long request = arena.allocate(Linux.IFREQ_SIZE, 8).address();
    private final long command = arena.allocate(COMMAND_SIZE, 8).address();
    private final int fd;

    public EthernetTool() throws SystemCallException {
        fd = (int) SystemCalls.check(
                SystemCalls.ofThread().socket(Linux.AF_INET, Linux.SOCK_DGRAM | Linux.SOCK_CLOEXEC, 0),
                "socket(AF_INET)");
    }

    private void prepare(String name) {
        InterfaceRequest.name(request, name);
    }

    /** The link's speed, 0 where it has none. */
    public long speedMbps(String name) {
        prepare(name);
        Memory.fill(command, COMMAND_SIZE, 0);
        Memory.putIntNative(command, Linux.ETHTOOL_GSET);
        Memory.putLongNative(request + Linux.IFREQ_DATA, command);
        if (SystemCalls.ofThread().ioctl(fd, Linux.SIOCETHTOOL, request) < 0) {
            return 0;
        }
        // struct ethtool_cmd: the speed's low and high half stand apart
        long speed = Memory.getShortNative(command + SPEED) | (long) Memory.getShortNative(command + SPEED_HIGH) << 16;
        return speed == UNKNOWN_SPEED || speed == 0xffff ? 0 : speed;
    }

    /** Sets an interface up. */
    public void setUp(String name) throws SystemCallException {
        SystemCalls calls = SystemCalls.ofThread();
        prepare(name);
        SystemCalls.check(calls.ioctl(fd, Linux.SIOCGIFFLAGS, request), "ioctl(SIOCGIFFLAGS) on " + name);
        int flags = Memory.getShortNative(request + Linux.IFREQ_DATA) | Linux.IFF_UP;
        Memory.putShortNative(request + Linux.IFREQ_DATA, flags);
        SystemCalls.check(calls.ioctl(fd, Linux.SIOCSIFFLAGS, request), "ioctl(SIOCSIFFLAGS) on " + name, NEEDS_ADMIN);
    }

    /** Sets an interface's Ethernet address. */
    public void setMac(String name, long mac) throws SystemCallException {
        prepare(name);
        Memory.putShortNative(request + Linux.IFREQ_DATA, 1);
        Memory.putMac(request + Linux.IFREQ_DATA + 2, mac);
        SystemCalls.check(SystemCalls.ofThread().ioctl(fd, Linux.SIOCSIFHWADDR, request),
                "ioctl(SIOCSIFHWADDR) on " + name, NEEDS_ADMIN);
    }

    /** Sets an interface's MTU. */
    public void setMtu(String name, int mtu) throws SystemCallException {
        prepare(name);
        Memory.putIntNative(request + Linux.IFREQ_DATA, mtu);
        SystemCalls.check(SystemCalls.ofThread().ioctl(fd, Linux.SIOCSIFMTU, request),
                "ioctl(SIOCSIFMTU) of " + mtu + " on " + name, NEEDS_ADMIN);
    }

    @Override
    public void close() {
        SystemCalls.ofThread().close(fd);
        arena.close();
    }
}
