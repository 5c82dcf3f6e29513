package dev.turnout.core.io;

import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

import dev.turnout.packet.Memory;

/**
 * An rtnetlink socket that hears of interfaces, and the parsing of its messages.
 *
 * <p>Thread rules: one owner thread.
 */
final class Netlink implements AutoCloseable {
    private static final int NETLINK_ROUTE = 0;
    private static final int GROUP_LINK = 1;
    private static final int SOL_NETLINK_SOCKADDR_SIZE = 12;
    private static final int BUFFER_SIZE = 1 << 16;
    private static final int RECEIVE_QUEUE_BYTES = 1 << 20;
    private static final int HEADER_SIZE = 16;
    private static final int IFINFO_SIZE = 16;
    private static final int NLMSG_ERROR = 2;
    private static final int NLMSG_DONE = 3;
    private static final int RTM_NEWLINK = 16;
    private static final int RTM_DELLINK = 17;
    private static final int RTM_GETLINK = 18;
    private static final int NLM_F_REQUEST = 1;
    private static final int NLM_F_DUMP = 0x300;
    private static final int IFLA_ADDRESS = 1;
    private static final int IFLA_IFNAME = 3;
    private static final int IFLA_MTU = 4;
    private static final int AF_BRIDGE = 7;

    /** Told what the messages say. */
    interface Handler {
        void onLink(LinkInfo link);

        void onLinkGone(LinkInfo link);

        /** The answer to {@link Netlink#requestDump} is complete. */
        void onDumpEnd();

        /** The kernel refused {@link Netlink#requestDump}, as it does while another dump is under way. */
        void onDumpRefused();
    }

    private final Arena arena = Arena.ofShared();
    private final long buffer = arena.allocate(BUFFER_SIZE, 8).address();
    private final int fd;

    Netlink() throws SystemCallException {
        fd = (int) SystemCalls.check(
                SystemCalls.ofThread().socket(Linux.AF_NETLINK,
                        Linux.SOCK_RAW | Linux.SOCK_NONBLOCK | Linux.SOCK_CLOEXEC, NETLINK_ROUTE),
                "socket(AF_NETLINK)");
        SystemCalls.ofThread().setsockoptInt(fd, Linux.SOL_SOCKET, Linux.SO_RCVBUFFORCE, RECEIVE_QUEUE_BYTES);
        Memory.fill(buffer, SOL_NETLINK_SOCKADDR_SIZE, 0);
        Memory.putShortNative(buffer, Linux.AF_NETLINK);
        Memory.putIntNative(buffer + 8, GROUP_LINK);
        SystemCalls.check(SystemCalls.ofThread().bind(fd, buffer, SOL_NETLINK_SOCKADDR_SIZE), "bind(AF_NETLINK)");
    }

    int fd() {
        return fd;
    }

    /** Asks for all interfaces. */
    void requestDump() throws SystemCallException {
        int length = HEADER_SIZE + IFINFO_SIZE;
        Memory.fill(buffer, length, 0);
        Memory.putIntNative(buffer, length);
        Memory.putShortNative(buffer + 4, RTM_GETLINK);
        Memory.putShortNative(buffer + 6, NLM_F_REQUEST | NLM_F_DUMP);
        SystemCalls.check(SystemCalls.ofThread().send(fd, buffer, length, 0), "send(RTM_GETLINK)");
    }

    /**
     * Reads and parses what has arrived.
     *
     * @return whether everything was heard; false after an overrun, when only a new dump tells the truth
     */
    boolean read(Handler handler) {
        while (true) {
            long length = SystemCalls.ofThread().recv(fd, buffer, BUFFER_SIZE, 0);
            if (length == -Errno.ENOBUFS) {
                return false;
            }
            if (length <= 0) {
                return true;
            }
            parse(buffer, (int) length, handler);
        }
    }

    static void parse(long from, int length, Handler handler) {
        int offset = 0;
        while (offset + HEADER_SIZE <= length) {
            long message = from + offset;
            int size = Memory.getIntNative(message);
            if (size < HEADER_SIZE || size > length - offset) {
                return;
            }
            switch (Memory.getShortNative(message + 4)) {
                case RTM_NEWLINK -> link(message, size, handler::onLink);
                case RTM_DELLINK -> link(message, size, handler::onLinkGone);
                case NLMSG_DONE -> handler.onDumpEnd();
                case NLMSG_ERROR -> handler.onDumpRefused();
                default -> {
                }
            }
            offset += size + 3 & ~3;
        }
    }

    private static void link(long message, int size, Consumer<LinkInfo> to) {
        long info = message + HEADER_SIZE;
        if (size < HEADER_SIZE + IFINFO_SIZE || Memory.getByte(info) == AF_BRIDGE) {
            return; // a bridge's view of its member is no event of the interface itself
        }
        String name = "";
        int mtu = 0;
        long mac = 0;
        int offset = HEADER_SIZE + IFINFO_SIZE;
        while (offset + 4 <= size) {
            int length = Memory.getShortNative(message + offset);
            if (length < 4 || length > size - offset) {
                break;
            }
            long value = message + offset + 4;
            switch (Memory.getShortNative(message + offset + 2)) {
                case IFLA_IFNAME -> name = text(value, length - 4);
                case IFLA_MTU -> mtu = Memory.getIntNative(value);
                case IFLA_ADDRESS -> mac = length == 10 ? Memory.getMac(value) : 0;
                default -> {
                }
            }
            offset += length + 3 & ~3;
        }
        to.accept(new LinkInfo(Memory.getIntNative(info + 4), name, Memory.getIntNative(info + 8), mtu, mac));
    }

    private static String text(long address, int length) {
        byte[] bytes = new byte[Math.max(0, length - 1)];
        Memory.copyOut(address, bytes, 0, bytes.length);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        SystemCalls.ofThread().close(fd);
        arena.close();
    }
}
