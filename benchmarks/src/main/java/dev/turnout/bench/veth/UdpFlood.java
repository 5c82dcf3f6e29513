package dev.turnout.bench.veth;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.concurrent.Future;

import dev.turnout.bench.lab.Host;
import dev.turnout.core.io.Linux;
import dev.turnout.core.io.SystemCalls;
import dev.turnout.packet.Checksums;
import dev.turnout.packet.Memory;

/**
 * The same 64-byte UDP frame (60 without its check sequence) as fast as one CPU can send it, through a packet socket that bypasses queueing.
 *
 * <p>Thread rules: runs on a thread of its host; {@link #close} may be called by any.
 */
final class UdpFlood implements AutoCloseable {
    private static final int BATCH = 64;
    private static final int FRAME = 60;
    private static final int IP_LENGTH = FRAME - 14;
    private static final int UDP_LENGTH = IP_LENGTH - 20;
    private static final int DISCARD_PORT = 9;

    private final Future<Boolean> sending;
    private volatile boolean stop;

    UdpFlood(Host from, Host to) {
        sending = from.submit(() -> send(from, to));
    }

    private boolean send(Host from, Host to) throws IOException {
        SystemCalls calls = SystemCalls.ofThread();
        int unpinned = calls.pinToCpu(0); // the first CPU, where this process may use it
        String name = from.interfaceName();
        int fd = (int) SystemCalls.check(calls.socket(Linux.AF_PACKET, Linux.SOCK_RAW | Linux.SOCK_CLOEXEC, 0),
                "socket(AF_PACKET)",
                "needs the capability CAP_NET_RAW");
        try (Arena arena = Arena.ofConfined()) {
            calls.setsockoptInt(fd, Linux.SOL_PACKET, Linux.PACKET_QDISC_BYPASS, 1);
            calls.setsockoptInt(fd, Linux.SOL_SOCKET, Linux.SO_SNDBUFFORCE, 8 << 20);
            long address = arena.allocate(Linux.SOCKADDR_LL_SIZE, 8).address();
            Memory.putShortNative(address, Linux.AF_PACKET);
            Memory.putIntNative(address + 4, (int) SystemCalls.check(calls.ifNameToIndex(name), name));
            SystemCalls.check(calls.bind(fd, address, Linux.SOCKADDR_LL_SIZE), "bind(" + name + ")");
            long messages = messages(arena, frame(arena, from, to));
            while (!stop) {
                calls.sendmmsg(fd, messages, BATCH, 0); // a full queue is no error for a flood
            }
        } finally {
            calls.close(fd);
        }
        return unpinned == 0;
    }

    private static long messages(Arena arena, long frame) {
        long vector = arena.allocate(Linux.IOVEC_SIZE, 8).address();
        Memory.putLongNative(vector, frame);
        Memory.putLongNative(vector + Linux.IOVEC_LENGTH, FRAME);
        long messages = arena.allocate((long) BATCH * Linux.MMSGHDR_SIZE, 8).address();
        for (int i = 0; i < BATCH; i++) {
            long message = messages + (long) i * Linux.MMSGHDR_SIZE;
            Memory.putLongNative(message + Linux.MSGHDR_IOV, vector);
            Memory.putLongNative(message + Linux.MSGHDR_IOV_COUNT, 1);
        }
        return messages;
    }

    private static long frame(Arena arena, Host from, Host to) throws IOException {
        long frame = arena.allocate(FRAME, 8).address();
        Memory.putMac(frame, Counters.mac(to));
        Memory.putMac(frame + 6, Counters.mac(from));
        Memory.putShort(frame + 12, 0x0800);
        long ip = frame + 14;
        Memory.putShort(ip, 0x4500);
        Memory.putShort(ip + 2, IP_LENGTH);
        Memory.putShort(ip + 8, 64 << 8 | 17);
        Memory.copyIn(from.address().getAddress(), 0, ip + 12, 4);
        Memory.copyIn(to.address().getAddress(), 0, ip + 16, 4);
        Memory.putShort(ip + 10, Checksums.complement(Checksums.sum(ip, 20)));
        Memory.putShort(ip + 20, 1234);
        Memory.putShort(ip + 22, DISCARD_PORT);
        Memory.putShort(ip + 24, UDP_LENGTH); // its checksum stays 0: none
        return frame;
    }

    @Override
    public void close() throws IOException {
        stop = true;
        Host.await(sending);
    }
}
