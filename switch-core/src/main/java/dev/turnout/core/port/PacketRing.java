package dev.turnout.core.port;

import java.lang.foreign.Arena;
import java.lang.invoke.VarHandle;

import dev.turnout.core.io.Errno;
import dev.turnout.core.io.Linux;
import dev.turnout.core.io.SystemCallException;
import dev.turnout.core.io.SystemCalls;
import dev.turnout.packet.Memory;

/**
 * A receive ring (PACKET_RX_RING) of a packet socket, mapped into the process. Kernel and receiver hand frames or blocks to each other by a status
 * word: whoever finds it set to its own side owns what follows.
 *
 * <p>Thread rules: belongs to the receiver's thread.
 */
final class PacketRing implements AutoCloseable {
    private final SystemCalls calls = SystemCalls.ofThread();
    private final int fd;
    private final long base;
    private final long length;

    /**
     * Opens a packet socket with a ring on an interface and binds it.
     *
     * @param version TPACKET_V2 or TPACKET_V3
     * @param retireMillis TPACKET_V3: after how long a block that is not full is handed over
     */
    PacketRing(String name, int version, int blockSize, int blocks, int frameSize, int retireMillis)
            throws SystemCallException {
        length = (long) blockSize * blocks;
        fd = PacketSocket.openReceive(calls, name);
        long mapped = 0;
        try (Arena arena = Arena.ofConfined()) {
            check(calls.setsockoptInt(fd, Linux.SOL_PACKET, Linux.PACKET_VERSION, version), "PACKET_VERSION", name);
            if (version == Linux.TPACKET_V2) {
                check(calls.setsockoptInt(fd, Linux.SOL_PACKET, Linux.PACKET_COPY_THRESH, 1), "PACKET_COPY_THRESH",
                        name);
            }
            long request = arena.allocate(28, 8).address();
            Memory.putIntNative(request, blockSize);
            Memory.putIntNative(request + 4, blocks);
            Memory.putIntNative(request + 8, frameSize);
            Memory.putIntNative(request + 12, blockSize / frameSize * blocks);
            Memory.putIntNative(request + 16, retireMillis);
            check(calls.setsockopt(fd, Linux.SOL_PACKET, Linux.PACKET_RX_RING, request,
                    version == Linux.TPACKET_V3 ? 28 : 16), "PACKET_RX_RING",
                    name);
            mapped = SystemCalls.check(calls.mmap(length, Linux.PROT_READ | Linux.PROT_WRITE, Linux.MAP_SHARED, fd),
                    "mmap(ring of " + name + ")");
            PacketSocket.bind(calls, fd, name);
        } catch (SystemCallException e) {
            if (mapped != 0) {
                calls.munmap(mapped, length);
            }
            calls.close(fd);
            throw e;
        }
        base = mapped;
    }

    private static void check(int result, String option, String name) throws SystemCallException {
        String missing = result == -Errno.ENOMEM ? "too little memory for the ring" : "";
        if (!missing.isEmpty()) {
            throw new SystemCallException("setsockopt(" + option + ") for " + name, Errno.ENOMEM, missing);
        }
        SystemCalls.check(result, "setsockopt(" + option + ") for " + name, "needs the capability CAP_NET_RAW");
    }

    int fd() {
        return fd;
    }

    /** Takes a waiting error (the interface went down) off the socket. */
    void clearError() {
        try (Arena arena = Arena.ofConfined()) {
            long value = arena.allocate(16, 8).address();
            Memory.putIntNative(value + 8, 4);
            calls.getsockopt(fd, Linux.SOL_SOCKET, Linux.SO_ERROR, value, value + 8);
        }
    }

    long address(long offset) {
        return base + offset;
    }

    /** Reads a status word; what the kernel wrote before it can be read afterwards. */
    static int status(long address) {
        int value = Memory.getIntNative(address);
        VarHandle.acquireFence();
        return value;
    }

    /** Writes a status word after everything that was read before. */
    static void setStatus(long address, int value) {
        VarHandle.releaseFence();
        Memory.putIntNative(address, value);
    }

    @Override
    public void close() {
        calls.munmap(base, length);
        calls.close(fd);
    }
}
