package dev.turnout.bench.lab;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.net.Inet4Address;
import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;

import dev.turnout.core.io.Errno;
import dev.turnout.core.io.Linux;
import dev.turnout.core.io.SystemCallException;
import dev.turnout.core.io.SystemCalls;
import dev.turnout.packet.Checksums;
import dev.turnout.packet.Memory;

/**
 * ICMP echo over a raw socket: round trips in nanoseconds. The far host's kernel answers.
 */
public final class Ping {
    private static final int IPPROTO_ICMP = 1;
    private static final int ECHO_REPLY = 0;
    private static final int ECHO_REQUEST = 8;
    private static final int HEADER = 8;
    private static final int PAYLOAD = 56;
    private static final int IPV4_MIN_HEADER = 20;

    /**
     * What came back.
     *
     * @param sent
     *            requests
     * @param roundTripsNs
     *            of the answered ones, ascending
     */
    @SuppressWarnings("ArrayRecordComponent") // results are read, never compared
    public record Result(int sent, long[] roundTripsNs) {
        public int received() {
            return roundTripsNs.length;
        }

        /** The round trip that a share (0 to 1) of the answers did not exceed; 0 without an answer. */
        public long quantileNs(double share) {
            int last = roundTripsNs.length - 1;
            return last < 0 ? 0 : roundTripsNs[(int) Math.min(last, Math.floor(share * roundTripsNs.length))];
        }
    }

    private Ping() {
    }

    /**
     * Sends requests one after the other, each when its predecessor was answered or given up and the interval is over.
     *
     * @param count
     *            1 to 65535
     * @param intervalNs
     *            least time between two requests
     * @param timeoutNs
     *            how long an answer is waited for
     */
    public static Result run(Host from, Host to, int count, long intervalNs, long timeoutNs) throws IOException {
        return from.call(() -> {
            try (Arena arena = Arena.ofConfined()) {
                return new Exchange(arena, (Inet4Address) to.address()).run(count, intervalNs, timeoutNs);
            }
        });
    }

    /** One socket and its buffers. */
    private static final class Exchange {
        private final SystemCalls calls = SystemCalls.ofThread();
        private final int identifier = (int) (System.nanoTime() ^ Thread.currentThread().threadId()) & 0xffff;
        private final long destination;
        private final long request;
        private final long answer;
        private final long poll;
        private final long timespec;

        Exchange(Arena arena, Inet4Address to) {
            destination = arena.allocate(16, 8).address();
            Memory.putShortNative(destination, Linux.AF_INET);
            Memory.copyIn(to.getAddress(), 0, destination + 4, 4);
            request = arena.allocate(HEADER + PAYLOAD + 8, 8).address();
            answer = arena.allocate(2048, 8).address();
            poll = arena.allocate(8, 8).address();
            timespec = arena.allocate(16, 8).address();
        }

        Result run(int count, long intervalNs, long timeoutNs) throws SystemCallException {
            int fd = (int) SystemCalls.check(
                    calls.socket(Linux.AF_INET, Linux.SOCK_RAW | Linux.SOCK_NONBLOCK | Linux.SOCK_CLOEXEC,
                            IPPROTO_ICMP),
                    "socket(AF_INET, SOCK_RAW)", "CAP_NET_RAW");
            try {
                SystemCalls.check(calls.connect(fd, destination, 16), "connect");
                long[] roundTrips = new long[count];
                int received = 0;
                long next = System.nanoTime();
                for (int sequence = 1; sequence <= count; sequence++) {
                    // Asleep between two requests, as any host that waits: spinning would keep a CPU from the switch.
                    for (long left = next - System.nanoTime(); left > 0; left = next - System.nanoTime()) {
                        LockSupport.parkNanos(left);
                    }
                    next += intervalNs;
                    long sentAt = System.nanoTime();
                    send(fd, sequence);
                    long took = awaitAnswer(fd, sequence, sentAt, timeoutNs);
                    if (took >= 0) {
                        roundTrips[received++] = took;
                    }
                    next = Math.max(next, System.nanoTime());
                }
                long[] sorted = Arrays.copyOf(roundTrips, received);
                Arrays.sort(sorted);
                return new Result(count, sorted);
            } finally {
                calls.close(fd);
            }
        }

        private void send(int fd, int sequence) throws SystemCallException {
            Memory.putByte(request, ECHO_REQUEST);
            Memory.putByte(request + 1, 0);
            Memory.putShort(request + 2, 0);
            Memory.putShort(request + 4, identifier);
            Memory.putShort(request + 6, sequence);
            Memory.putShort(request + 2, Checksums.complement(Checksums.sum(request, HEADER + PAYLOAD)));
            SystemCalls.check(calls.send(fd, request, HEADER + PAYLOAD, 0), "send");
        }

        /** The time until the answer, or -1. */
        private long awaitAnswer(int fd, int sequence, long sentAt, long timeoutNs) throws SystemCallException {
            while (true) {
                long left = sentAt + timeoutNs - System.nanoTime();
                if (left <= 0) {
                    return -1;
                }
                Memory.putIntNative(poll, fd);
                Memory.putIntNative(poll + 4, Linux.POLLIN);
                Memory.putLongNative(timespec, left / 1_000_000_000);
                Memory.putLongNative(timespec + 8, left % 1_000_000_000);
                calls.ppoll(poll, 1, timespec);
                long length = calls.recv(fd, answer, 2048, 0);
                if (length == -Errno.EAGAIN || length == -Errno.EINTR) {
                    continue;
                }
                SystemCalls.check(length, "recv");
                if (isAnswer(length, sequence)) {
                    return System.nanoTime() - sentAt;
                }
            }
        }

        private boolean isAnswer(long length, int sequence) {
            if (length < IPV4_MIN_HEADER + HEADER) {
                return false;
            }
            long icmp = answer + (Memory.getByte(answer) & 0xf) * 4L;
            return Memory.getByte(icmp) == ECHO_REPLY && Memory.getShort(icmp + 4) == identifier
                    && Memory.getShort(icmp + 6) == sequence;
        }
    }
}
