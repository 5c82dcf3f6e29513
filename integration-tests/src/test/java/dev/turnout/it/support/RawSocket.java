package dev.turnout.it.support;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HexFormat;
import java.util.Optional;
import java.util.function.Predicate;

import dev.turnout.bench.lab.Host;
import dev.turnout.core.io.Errno;
import dev.turnout.core.io.Linux;
import dev.turnout.core.io.SystemCalls;

/**
 * A packet socket of a test: sends and receives whole frames on an interface, with their virtio-net header, and reports the VLAN tag that the kernel took
 * out. Written without the classes that it helps to test.
 */
public final class RawSocket implements AutoCloseable {
    private static final int BUFFER = 1 << 17;
    private static final int CONTROL = 64;
    private static final int AUX_TCI = Linux.CMSGHDR_SIZE + 16;
    private static final int AUX_TPID = Linux.CMSGHDR_SIZE + 18;

    /**
     * A received frame.
     *
     * @param vnet its virtio-net header, 10 bytes
     * @param frame the frame, without the outer VLAN tag
     * @param tag the outer VLAN tag, protocol in the high half, or 0
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record Received(byte[] vnet, byte[] frame, int tag) {
        @Override
        public String toString() {
            return HexFormat.of().formatHex(vnet) + " " + Integer.toHexString(tag) + " "
                    + HexFormat.of().formatHex(frame);
        }
    }

    private final Arena arena = Arena.ofShared();
    private final MemorySegment buffer = arena.allocate(BUFFER, 8);
    private final MemorySegment vector = arena.allocate(Linux.IOVEC_SIZE, 8);
    private final MemorySegment control = arena.allocate(CONTROL, 8);
    private final MemorySegment message = arena.allocate(Linux.MSGHDR_SIZE, 8);
    private final MemorySegment poll = arena.allocate(8, 8);
    private final MemorySegment timeout = arena.allocate(16, 8);
    private final int fd;

    private RawSocket(int fd) {
        this.fd = fd;
    }

    /** Opens a socket on an interface of a namespace. */
    public static RawSocket open(Namespace namespace, String interfaceName) {
        return namespace.call(() -> open(interfaceName));
    }

    /** Opens a socket on a host's interface. */
    public static RawSocket open(Host host) throws IOException {
        return host.call(() -> open(host.interfaceName()));
    }

    /** Opens a socket in the calling thread's namespace. */
    private static RawSocket open(String interfaceName) throws IOException {
        SystemCalls calls = SystemCalls.ofThread();
        int fd = (int) SystemCalls.check(calls.socket(Linux.AF_PACKET, Linux.SOCK_RAW | Linux.SOCK_NONBLOCK, 0),
                "socket");
        for (int option : new int[]{Linux.PACKET_VNET_HDR, Linux.PACKET_AUXDATA, Linux.PACKET_IGNORE_OUTGOING}) {
            SystemCalls.check(calls.setsockoptInt(fd, Linux.SOL_PACKET, option, 1), "setsockopt");
        }
        try (Arena scratch = Arena.ofConfined()) {
            MemorySegment address = scratch.allocate(Linux.SOCKADDR_LL_SIZE, 8);
            address.set(ValueLayout.JAVA_SHORT, 0, (short) Linux.AF_PACKET);
            address.set(ValueLayout.JAVA_SHORT, 2, (short) (Linux.ETH_P_ALL << 8)); // network order
            address.set(ValueLayout.JAVA_INT, 4,
                    (int) SystemCalls.check(calls.ifNameToIndex(interfaceName), interfaceName));
            SystemCalls.check(calls.bind(fd, address.address(), Linux.SOCKADDR_LL_SIZE), "bind");
        }
        return new RawSocket(fd);
    }

    /** Sends a frame with an empty virtio-net header. */
    public void send(byte[] frame) throws IOException {
        send(new byte[Linux.VNET_HEADER_SIZE], frame);
    }

    public void send(byte[] vnet, byte[] frame) throws IOException {
        MemorySegment.copy(vnet, 0, buffer, ValueLayout.JAVA_BYTE, 0, vnet.length);
        MemorySegment.copy(frame, 0, buffer, ValueLayout.JAVA_BYTE, vnet.length, frame.length);
        SystemCalls.check(SystemCalls.ofThread().send(fd, buffer.address(), vnet.length + frame.length, 0), "send");
    }

    /** The first frame that fits within the time. */
    public Optional<Received> receive(Predicate<Received> wanted, long maxMillis) throws IOException {
        long end = System.nanoTime() + maxMillis * 1_000_000;
        while (true) {
            long left = end - System.nanoTime();
            if (left <= 0) {
                return Optional.empty();
            }
            poll.set(ValueLayout.JAVA_INT, 0, fd);
            poll.set(ValueLayout.JAVA_SHORT, 4, (short) Linux.POLLIN);
            timeout.set(ValueLayout.JAVA_LONG, 0, left / 1_000_000_000);
            timeout.set(ValueLayout.JAVA_LONG, 8, left % 1_000_000_000);
            SystemCalls.ofThread().ppoll(poll.address(), 1, timeout.address());
            Optional<Received> received = receive();
            if (received.isPresent() && wanted.test(received.get())) {
                return received;
            }
        }
    }

    private Optional<Received> receive() throws IOException {
        vector.set(ValueLayout.JAVA_LONG, 0, buffer.address());
        vector.set(ValueLayout.JAVA_LONG, Linux.IOVEC_LENGTH, BUFFER);
        message.fill((byte) 0);
        message.set(ValueLayout.JAVA_LONG, Linux.MSGHDR_IOV, vector.address());
        message.set(ValueLayout.JAVA_LONG, Linux.MSGHDR_IOV_COUNT, 1);
        message.set(ValueLayout.JAVA_LONG, Linux.MSGHDR_CONTROL, control.address());
        message.set(ValueLayout.JAVA_LONG, Linux.MSGHDR_CONTROL_LENGTH, CONTROL);
        long length = SystemCalls.ofThread().recvmsg(fd, message.address(), 0);
        if (length == -Errno.EAGAIN) {
            return Optional.empty();
        }
        SystemCalls.check(length, "recvmsg");
        byte[] bytes = buffer.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE);
        int status = control.get(ValueLayout.JAVA_INT, Linux.CMSGHDR_SIZE);
        int tag = (status & Linux.TP_STATUS_VLAN_VALID) == 0
                ? 0
                : (control.get(ValueLayout.JAVA_SHORT, AUX_TPID) & 0xffff) << 16
                        | (control.get(ValueLayout.JAVA_SHORT, AUX_TCI) & 0xffff);
        int vnet = Linux.VNET_HEADER_SIZE;
        return Optional.of(new Received(java.util.Arrays.copyOf(bytes, vnet),
                java.util.Arrays.copyOfRange(bytes, vnet, bytes.length), tag));
    }

    @Override
    public void close() {
        SystemCalls.ofThread().close(fd);
        arena.close();
    }
}
