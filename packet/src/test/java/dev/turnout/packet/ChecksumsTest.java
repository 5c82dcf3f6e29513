package dev.turnout.packet;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import java.util.zip.CRC32C;

import dev.turnout.packet.Frames.Kind;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ChecksumsTest {
    private final long seed = Seeds.seed();
    private final Random random = new Random(seed);
    private final Frames frames = new Frames(seed);
    private final PacketPool pool = new PacketPool(4, 2);

    @AfterEach
    void close() {
        pool.close();
    }

    /** The definition: 16-bit words, end-around carry. */
    private static int naive(byte[] bytes) {
        int sum = 0;
        for (int i = 0; i < bytes.length; i++) {
            sum += (bytes[i] & 0xff) << (i % 2 == 0 ? 8 : 0);
            sum = (sum & 0xffff) + (sum >>> 16);
        }
        return sum;
    }

    @Test
    void sumsAsTheDefinitionSays() {
        long packet = pool.allocateLarge();
        for (int i = 0; i < 3000; i++) {
            byte[] bytes = frames.bytes(i < 300 ? i : random.nextInt(60_000));
            if (i % 7 == 0) {
                Arrays.fill(bytes, (byte) 0xff);
            }
            long address = packet + Packet.DATA_START + random.nextInt(16);
            Memory.copyIn(bytes, 0, address, bytes.length);

            assertThat(Checksums.fold(Checksums.sum(address, bytes.length)) % 0xffff)
                    .as("seed %d, length %d", seed, bytes.length)
                    .isEqualTo(naive(bytes) % 0xffff);
        }
    }

    @Test
    void agreesWithPcap4jOnEveryKind() {
        for (int i = 0; i < 600; i++) {
            Kind kind = Frames.kind(i % 3);
            boolean ipv6 = i % 2 == 0;
            long packet = packet(frames.frame(kind, ipv6, frames.bytes(random.nextInt(1400))));
            long ip = Packet.data(packet) + 14;
            int header = ipv6 ? 40 : 20;
            long l4 = ip + header;
            int length = Packet.length(packet) - 14 - header;
            int protocol = Memory.getByte(ip + (ipv6 ? 6 : 9));
            long pseudo = protocol == 1
                    ? 0
                    : ipv6 ? Checksums.pseudoIpv6(ip, protocol, length) : Checksums.pseudoIpv4(ip, protocol, length);
            int field = Checksums.fieldOffset(protocol);

            assertThat(Checksums.transport(l4, length, field, pseudo, kind == Kind.UDP)).as("seed %d, %s", seed, kind)
                    .isEqualTo(Memory.getShort(l4 + field));
            assertThat(Checksums.isTransportRight(l4, length, pseudo)).isTrue();
            assertThat(Checksums.isTransportRight(l4, length, pseudo + 1)).isFalse();
            if (kind == Kind.UDP) {
                assertThat(Checksums.isUdpRight(l4, length, pseudo, false)).isTrue();
            }
            if (!ipv6) {
                assertThat(Checksums.ipv4Header(ip, 20)).isEqualTo(Memory.getShort(ip + 10));
                assertThat(Checksums.isIpv4HeaderRight(ip, 20)).isTrue();
                int right = Memory.getShort(ip + 10);
                Memory.putShort(ip + 10, right ^ 1);
                assertThat(Checksums.isIpv4HeaderRight(ip, 20)).isFalse();
                Checksums.writeIpv4Header(ip, 20);
                assertThat(Memory.getShort(ip + 10)).isEqualTo(right);
            }
            pool.free(packet);
        }
    }

    private long packet(byte[] frame) {
        long packet = pool.allocateFor(frame.length);
        Packet.fromBytes(packet, frame);
        return packet;
    }

    /** A change applied incrementally gives what computing anew gives. */
    @Test
    void followsChangesIncrementally() {
        long packet = pool.allocate();
        long header = packet + Packet.DATA_START;
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = frames.bytes(60);
            if (i % 5 == 0) {
                Arrays.fill(bytes, (byte) (i % 2 == 0 ? 0 : 0xff));
            }
            Memory.copyIn(bytes, 0, header, 60);
            int before = Checksums.transport(header, 60, Checksums.TCP_OFFSET, 0, false);
            int beforeUdp = Checksums.transport(header, 60, Checksums.UDP_OFFSET, 0, true);
            long old = Memory.getLong(header + 20);
            int oldPort = Memory.getShort(header);
            long now = i % 3 == 0 ? 0 : i % 3 == 1 ? -1 : random.nextLong();
            int nowPort = random.nextInt(65536);
            Memory.putLong(header + 20, now);
            Memory.putShort(header, nowPort);
            long delta = Checksums.delta64(old, now) + Checksums.delta16(oldPort, nowPort);

            assertThat(Checksums.apply(before, delta)).as("seed %d", seed)
                    .isEqualTo(Checksums.transport(header, 60, Checksums.TCP_OFFSET, 0, false));
            assertThat(Checksums.applyUdp(beforeUdp, delta)).as("seed %d", seed)
                    .isEqualTo(Checksums.transport(header, 60, Checksums.UDP_OFFSET, 0, true));
        }
    }

    @Test
    void handlesTheCaseOfRfc1624() {
        assertThat(Checksums.apply(0xdd2f, Checksums.delta16(0x5555, 0x3285))).isZero();
        assertThat(Checksums.applyUdp(0xdd2f, Checksums.delta16(0x5555, 0x3285))).isEqualTo(0xffff);
        assertThat(Checksums.applyUdp(0, Checksums.delta16(1, 2))).as("none stays none").isZero();
        assertThat(Checksums.complementUdp(0xffff)).isEqualTo(0xffff);
    }

    @Test
    void finishesUnfinishedChecksums() {
        for (int i = 0; i < 300; i++) {
            Kind kind = Frames.kind(i % 2);
            boolean ipv6 = i % 4 < 2;
            byte[] frame = frames.frame(kind, ipv6, frames.bytes(random.nextInt(1400)));
            long packet = packet(frame);
            int l4 = 14 + (ipv6 ? 40 : 20);
            long ip = Packet.data(packet) + 14;
            int protocol = kind == Kind.TCP ? 6 : 17;
            int field = Checksums.fieldOffset(protocol);
            int length = frame.length - l4;
            long pseudo = ipv6
                    ? Checksums.pseudoIpv6(ip, protocol, length)
                    : Checksums.pseudoIpv4(ip, protocol, length);
            Memory.putShort(Packet.data(packet) + l4 + field, Checksums.fold(pseudo));
            Packet.setVnetFlags(packet, Packet.VNET_NEEDS_CSUM);
            Packet.setCsum(packet, l4, field);

            assertThat(Checksums.finish(packet)).isTrue();

            assertThat(Packet.toBytes(packet)).as("seed %d", seed).isEqualTo(frame);
            assertThat(Packet.needsChecksum(packet)).isFalse();
            pool.free(packet);
        }
    }

    /** Rewriting an address while the checksum is unfinished. */
    @Test
    void keepsUnfinishedChecksumsRightWhenAddressesChange() {
        long packet = packet(frames.frame(Kind.TCP, false, frames.bytes(333)));
        long data = Packet.data(packet);
        long ip = data + 14;
        int length = Packet.length(packet) - 34;
        int partial = Checksums.fold(Checksums.pseudoIpv4(ip, 6, length));
        int old = Memory.getInt(ip + 12);
        Memory.putInt(ip + 12, 0x0a0b0c0d);
        Memory.putShort(data + 34 + 16, Checksums.applyPartial(partial, Checksums.delta32(old, 0x0a0b0c0d)));
        Packet.setVnetFlags(packet, Packet.VNET_NEEDS_CSUM);
        Packet.setCsum(packet, 34, 16);

        Checksums.finish(packet);

        assertThat(Checksums.isTransportRight(data + 34, length, Checksums.pseudoIpv4(ip, 6, length)))
                .as("seed %d", seed).isTrue();
    }

    @Test
    void refusesAVnetHeaderThatLies() {
        byte[] frame = frames.frame(Kind.UDP, false, frames.bytes(10));
        long packet = packet(frame);
        Packet.setVnetFlags(packet, Packet.VNET_NEEDS_CSUM);
        for (int[] lie : new int[][]{{frame.length, 6}, {frame.length - 7, 6}, {65535, 6}, {34, 65535},
            {34, frame.length - 34 - 1}}) {
            Packet.setCsum(packet, lie[0], lie[1]);
            assertThat(Checksums.finish(packet)).isFalse();
            assertThat(Packet.toBytes(packet)).isEqualTo(frame);
        }
    }

    @Test
    void computesTheCrcOfSctp() {
        for (int length = 12; length < 200; length++) {
            byte[] bytes = frames.bytes(length);
            Arrays.fill(bytes, 8, 12, (byte) 0);
            CRC32C crc = new CRC32C();
            crc.update(bytes);
            long packet = packet(bytes);
            long header = Packet.data(packet);

            int ours = Checksums.sctp(header, length);

            // The JDK's value is stored least significant byte first.
            assertThat(Integer.reverseBytes(ours)).as("seed %d", seed).isEqualTo((int) crc.getValue());
            Memory.putInt(header + 8, ours);
            assertThat(Checksums.isSctpRight(header, length)).isTrue();
            Memory.putInt(header + 8, 0);
            Packet.setVnetFlags(packet, Packet.VNET_NEEDS_CSUM);
            Packet.setCsum(packet, 0, Checksums.SCTP_OFFSET);
            assertThat(Checksums.finish(packet)).isTrue();
            assertThat(Checksums.isSctpRight(header, length)).isTrue();
            pool.free(packet);
        }
    }
}
