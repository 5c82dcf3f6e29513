package dev.turnout.packet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import org.junit.jupiter.api.Test;

class PacketPoolTest {
    private static final long STOP = -1;

    @Test
    void givesEveryBufferOnce() {
        try (PacketPool pool = new PacketPool(10, 3)) {
            Set<Long> seen = new HashSet<>();
            for (int i = 0; i < 10; i++) {
                assertThat(seen.add(pool.allocate())).isTrue();
            }
            for (int i = 0; i < 3; i++) {
                assertThat(seen.add(pool.allocateLarge())).isTrue();
            }
            assertThat(seen).doesNotContain(0L).allSatisfy(packet -> assertThat(pool.contains(packet)).isTrue());
            assertThat(pool.allocate()).isZero();
            assertThat(pool.allocateLarge()).isZero();
            seen.forEach(pool::free);
            assertThat(pool.freeSmallBuffers()).isEqualTo(10);
            assertThat(pool.freeLargeBuffers()).isEqualTo(3);
        }
    }

    @Test
    void reusesTheLastOneFirst() {
        try (PacketPool pool = new PacketPool(10, 0)) {
            long packet = pool.allocate();
            pool.free(packet);
            assertThat(pool.allocate()).isEqualTo(packet);
        }
    }

    @Test
    void choosesTheSizeByTheFrame() {
        try (PacketPool pool = new PacketPool(1, 1)) {
            assertThat(Packet.capacity(pool.allocateFor(1514))).isLessThan(4000);
            assertThat(pool.allocateFor(1514)).as("no small one left").isZero();
            assertThat(Packet.capacity(pool.allocateFor(65535 + 14 + 8))).isGreaterThanOrEqualTo(65535 + 14 + 8);
            assertThat(pool.allocateFor(1 << 20)).isZero();
        }
    }

    @Test
    void resetsWhatAFormerPacketLeft() {
        try (PacketPool pool = new PacketPool(1, 0)) {
            long packet = pool.allocate();
            Packet.fromBytes(packet, new byte[]{1, 2, 3});
            Packet.setRecircId(packet, 1);
            Packet.setPktMark(packet, 2);
            Packet.setSkbPriority(packet, 3);
            Packet.setDpHash(packet, 4);
            Packet.setRecircDepth(packet, 5);
            Packet.setCt(packet, 6, 7, 8, 9, 10);
            Packet.setOffsets(packet, 1, 2, 3);
            Packet.setGso(packet, 1, 2, 3);
            Packet.setCsum(packet, 1, 2);
            Packet.setVnetFlags(packet, 1);
            Packet.pushFront(packet, 4);
            pool.free(packet);

            assertThat(pool.allocate()).isEqualTo(packet);

            assertThat(Packet.length(packet)).isZero();
            assertThat(Packet.dataOffset(packet)).isEqualTo(Packet.DATA_START);
            assertThat(Packet.recircId(packet) | Packet.pktMark(packet) | Packet.skbPriority(packet)
                    | Packet.dpHash(packet)
                    | Packet.recircDepth(packet) | Packet.ctState(packet) | Packet.ctTupleProtocol(packet)
                    | Packet.vnetFlags(packet)
                    | Packet.gsoType(packet) | Packet.gsoSize(packet) | Packet.csumStart(packet)).isZero();
            assertThat(Packet.isUnmarked(packet)).isTrue();
            assertThat(Packet.l25Offset(packet) & Packet.l3Offset(packet) & Packet.l4Offset(packet))
                    .isEqualTo(Packet.NO_OFFSET);
        }
    }

    @Test
    void opensAndClosesTheFront() {
        try (PacketPool pool = new PacketPool(1, 0)) {
            long packet = pool.allocate();
            Packet.fromBytes(packet, new byte[]{1, 2, 3});
            assertThat(Packet.pushFront(packet, 128)).isTrue();
            assertThat(Packet.pushFront(packet, 1)).as("headroom is used up").isFalse();
            assertThat(Packet.length(packet)).isEqualTo(131);
            Packet.pullFront(packet, 128);
            assertThat(Packet.toBytes(packet)).containsExactly(1, 2, 3);
        }
    }

    @Test
    void copiesFramesOfAnySize() {
        try (PacketPool pool = new PacketPool(4, 2)) {
            for (int length : new int[]{0, 1, 7, 8, 60, 191, 192, 193, 1514, 9000, 65549}) {
                byte[] frame = new Frames(length).bytes(length);
                long packet = pool.allocateFor(length);
                Packet.fromBytes(packet, frame);
                Packet.setInPort(packet, 77);
                Packet.setGso(packet, 1, 54, 1448);
                long copy = pool.copyOf(packet);
                assertThat(Packet.toBytes(copy)).isEqualTo(frame);
                assertThat(Packet.inPort(copy)).isEqualTo(77);
                assertThat(Packet.gsoSize(copy)).isEqualTo(1448);
                pool.free(packet);
                pool.free(copy);
            }
        }
    }

    @Test
    void returnsBuffersToTheirOwnPool() {
        try (PacketPool pool = new PacketPool(2, 0); PacketPool other = new PacketPool(2, 0)) {
            long own = pool.allocate();
            long foreign = other.allocate();
            pool.release(own);
            pool.release(foreign);
            assertThat(pool.freeSmallBuffers()).isEqualTo(2);
            assertThat(other.freeSmallBuffers()).isEqualTo(2);
        }
    }

    @Test
    void refusesAnEmptyPool() {
        assertThatThrownBy(() -> new PacketPool(0, 0)).isInstanceOf(IllegalArgumentException.class);
    }

    /**
     * An owner allocates and hands on; other threads check and give back. No buffer may be handed out while another thread has it, and none may be lost.
     */
    @Test
    void takesBackFromOtherThreads() throws InterruptedException, ExecutionException {
        int threads = 3;
        int rounds = 200_000;
        try (PacketPool pool = new PacketPool(64, 4);
                ExecutorService executor = Executors.newFixedThreadPool(threads)) {
            BlockingQueue<Long> queue = new ArrayBlockingQueue<>(32);
            List<Future<Long>> workers = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                workers.add(executor.submit(() -> giveBack(queue)));
            }
            int handed = 0;
            while (handed < rounds) {
                long packet = handed % 16 == 0 ? pool.allocateLarge() : pool.allocate();
                if (packet == 0) {
                    Thread.onSpinWait();
                    continue;
                }
                assertThat(Packet.pktMark(packet)).as("in use by nobody").isZero();
                Memory.putIntNative(packet + 256, handed);
                Packet.setPktMark(packet, handed + 1);
                queue.put(packet);
                handed++;
            }
            long given = 0;
            for (int i = 0; i < threads; i++) {
                queue.put(STOP);
            }
            for (Future<Long> worker : workers) {
                given += worker.get();
            }
            assertThat(given).isEqualTo(rounds);
            assertThat(pool.freeSmallBuffers()).isEqualTo(64);
            assertThat(pool.freeLargeBuffers()).isEqualTo(4);
        }
    }

    private static long giveBack(BlockingQueue<Long> queue) throws InterruptedException {
        long count = 0;
        while (true) {
            long packet = queue.take();
            if (packet == STOP) {
                return count;
            }
            assertThat(Packet.pktMark(packet)).isEqualTo(Memory.getIntNative(packet + 256) + 1);
            PacketPool.releaseFromAnyThread(packet);
            count++;
        }
    }
}
