package dev.turnout.core.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;

import dev.turnout.packet.Memory;
import dev.turnout.packet.Packet;
import dev.turnout.packet.PacketPool;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Over a pair of UDP sockets: to the slots a datagram is a virtio-net header and a frame. */
final class ReceiveSlotsTest {
    private static final int LONG_FRAME = 3000;

    private final SystemCalls calls = SystemCalls.ofThread();
    private final Arena arena = Arena.ofConfined();
    private final PacketPool pool = new PacketPool(64, 1);
    private final ReceiveSlots slots = new ReceiveSlots(pool);
    private int receiving;
    private int sending;

    @BeforeEach
    void connect() {
        long address = arena.allocate(16, 8).address();
        long length = arena.allocate(8, 8).address();
        Memory.fill(address, 16, 0);
        Memory.putShortNative(address, Linux.AF_INET);
        Memory.putInt(address + 4, 0x7f000001);
        Memory.putIntNative(length, 16);
        receiving = calls.socket(Linux.AF_INET, Linux.SOCK_DGRAM | Linux.SOCK_CLOEXEC, 0);
        sending = calls.socket(Linux.AF_INET, Linux.SOCK_DGRAM | Linux.SOCK_CLOEXEC, 0);
        assertThat(calls.bind(receiving, address, 16)).isZero();
        assertThat(calls.getsockname(receiving, address, length)).isZero();
        assertThat(calls.connect(sending, address, 16)).isZero();
    }

    @AfterEach
    void close() {
        calls.close(receiving);
        calls.close(sending);
        slots.close();
        assertThat(pool.freeSmallBuffers()).isEqualTo(pool.smallBuffers());
        assertThat(pool.freeLargeBuffers()).isEqualTo(pool.largeBuffers());
        pool.close();
        arena.close();
    }

    private long receive(int frameLength) {
        int length = Linux.VNET_HEADER_SIZE + frameLength;
        long datagram = arena.allocate(length, 8).address();
        Memory.fill(datagram, length, 0);
        Memory.fill(datagram + Linux.VNET_HEADER_SIZE, frameLength, 0x5a);
        assertThat(calls.send(sending, datagram, length, 0)).isEqualTo(length);
        assertThat(slots.receiveOne(receiving)).isEqualTo(1);
        return slots.take(0);
    }

    private void assertFrame(long packet, int length) {
        assertThat(Packet.toBytes(packet)).hasSize(length).containsOnly(0x5a);
        pool.free(packet);
    }

    @Test
    void shouldReceiveShortAndLongFrames() {
        assertFrame(receive(60), 60);
        assertFrame(receive(ReceiveSlots.SPLIT), ReceiveSlots.SPLIT);
        assertFrame(receive(LONG_FRAME), LONG_FRAME);
        assertFrame(receive(60), 60);
    }

    /** Long frames alone never consume the slot's small buffer: the slot must get a large one without that. */
    @Test
    void shouldReceiveLongFramesAgainOnceThereAreLargeBuffers() {
        long taken = pool.allocateLarge();
        assertThat(receive(LONG_FRAME)).isEqualTo(ReceiveSlots.TRUNCATED);
        pool.free(taken);
        assertFrame(receive(LONG_FRAME), LONG_FRAME);
    }
}
