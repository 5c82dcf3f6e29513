package dev.turnout.packet;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

import dev.turnout.packet.Frames.Kind;
import dev.turnout.packet.Segmenter.Status;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.pcap4j.packet.EthernetPacket;
import org.pcap4j.packet.IllegalRawDataException;
import org.pcap4j.packet.IpV4Packet;
import org.pcap4j.packet.IpV6Packet;
import org.pcap4j.packet.TcpPacket;
import org.pcap4j.packet.UdpPacket;

class SegmenterTest {
    private final long seed = Seeds.seed();
    private final Random random = new Random(seed);
    private final Frames frames = new Frames(seed);
    private final PacketPool pool = new PacketPool(1200, 2);
    private final Segmenter segmenter = new Segmenter();

    @AfterEach
    void close() {
        pool.close();
    }

    private long gso(byte[] frame, int type, int size) {
        long packet = pool.allocateLarge();
        Packet.fromBytes(packet, frame);
        Packet.setGso(packet, type, 0, size);
        Packet.setVnetFlags(packet, Packet.VNET_NEEDS_CSUM);
        Packet.setInPort(packet, 9);
        return packet;
    }

    private List<byte[]> segments(long packet) {
        assertThat(segmenter.begin(packet)).as("seed %d", seed).isEqualTo(Status.READY);
        List<byte[]> result = new ArrayList<>();
        int expected = segmenter.remaining();
        while (segmenter.hasNext()) {
            long segment = segmenter.next(pool);
            assertThat(segment).isNotZero();
            assertThat(Packet.gsoType(segment)).isEqualTo(Packet.GSO_NONE);
            assertThat(Packet.needsChecksum(segment)).isFalse();
            assertThat(Packet.inPort(segment)).isEqualTo(9);
            result.add(Packet.toBytes(segment));
            pool.free(segment);
        }
        assertThat(result).hasSize(expected);
        assertThat(segmenter.next(pool)).isZero();
        return result;
    }

    @Test
    void cutsTcpIntoFramesThatPcap4jFindsRight() throws IllegalRawDataException {
        for (int i = 0; i < 200; i++) {
            boolean ipv6 = i % 2 == 0;
            byte[] payload = frames.bytes(random.nextInt(60_000));
            int size = 48 + random.nextInt(1400);
            byte[] frame = frames.frame(Kind.TCP, ipv6, payload);
            TcpPacket whole = EthernetPacket.newPacket(frame, 0, frame.length).get(TcpPacket.class);
            long packet = gso(frame, ipv6 ? Packet.GSO_TCPV6 : Packet.GSO_TCPV4, size);

            List<byte[]> segments = segments(packet);

            ByteArrayOutputStream joined = new ByteArrayOutputStream();
            for (int n = 0; n < segments.size(); n++) {
                byte[] bytes = segments.get(n);
                boolean last = n == segments.size() - 1;
                EthernetPacket segment = EthernetPacket.newPacket(bytes, 0, bytes.length);
                TcpPacket tcp = segment.get(TcpPacket.class);
                byte[] part = tcp.getPayload() == null ? new byte[0] : tcp.getPayload().getRawData();
                assertThat(part.length).as("seed %d", seed).isEqualTo(last ? payload.length - n * size : size);
                assertThat(tcp.getHeader().getSequenceNumber())
                        .isEqualTo(whole.getHeader().getSequenceNumber() + n * size);
                assertThat(tcp.getHeader().getAck()).isTrue();
                assertThat(tcp.getHeader().getPsh()).isEqualTo(last);
                assertThat(tcp.getHeader().getFin()).isEqualTo(last && whole.getHeader().getFin());
                checkIp(segment, frame, n);
                joined.writeBytes(part);
            }
            assertThat(joined.toByteArray()).isEqualTo(payload);
            assertThat(Packet.toBytes(packet)).as("the original is untouched").isEqualTo(frame);
            pool.free(packet);
        }
    }

    private void checkIp(EthernetPacket segment, byte[] frame, int index) throws IllegalRawDataException {
        IpV6Packet ipv6 = segment.get(IpV6Packet.class);
        if (ipv6 != null) {
            assertThat(ipv6.getHeader().getPayloadLengthAsInt()).isEqualTo(ipv6.getPayload().length());
            TcpPacket tcp = segment.get(TcpPacket.class);
            UdpPacket udp = segment.get(UdpPacket.class);
            assertThat(tcp != null
                    ? tcp.hasValidChecksum(ipv6.getHeader().getSrcAddr(), ipv6.getHeader().getDstAddr(), false)
                    : udp.hasValidChecksum(ipv6.getHeader().getSrcAddr(), ipv6.getHeader().getDstAddr(), false))
                    .isTrue();
            return;
        }
        IpV4Packet ipv4 = segment.get(IpV4Packet.class);
        IpV4Packet whole = EthernetPacket.newPacket(frame, 0, frame.length).get(IpV4Packet.class);
        assertThat(ipv4.getHeader().hasValidChecksum(false)).isTrue();
        assertThat(ipv4.getHeader().getTotalLengthAsInt()).isEqualTo(ipv4.length());
        assertThat(ipv4.getHeader().getIdentification())
                .isEqualTo((short) (whole.getHeader().getIdentification() + index));
        TcpPacket tcp = segment.get(TcpPacket.class);
        UdpPacket udp = segment.get(UdpPacket.class);
        assertThat(tcp != null
                ? tcp.hasValidChecksum(ipv4.getHeader().getSrcAddr(), ipv4.getHeader().getDstAddr(), false)
                : udp.hasValidChecksum(ipv4.getHeader().getSrcAddr(), ipv4.getHeader().getDstAddr(), false)).isTrue();
    }

    @Test
    void cutsUdp() throws IllegalRawDataException {
        for (int i = 0; i < 100; i++) {
            byte[] payload = frames.bytes(1 + random.nextInt(30_000));
            int size = 240 + random.nextInt(1160);
            byte[] frame = frames.frame(Kind.UDP, i % 2 == 0, payload);
            long packet = gso(frame, Packet.GSO_UDP_L4, size);

            List<byte[]> segments = segments(packet);

            ByteArrayOutputStream joined = new ByteArrayOutputStream();
            for (int n = 0; n < segments.size(); n++) {
                EthernetPacket segment = EthernetPacket.newPacket(segments.get(n), 0, segments.get(n).length);
                UdpPacket udp = segment.get(UdpPacket.class);
                assertThat(udp.getHeader().getLengthAsInt()).isEqualTo(udp.length());
                checkIp(segment, frame, n);
                joined.writeBytes(udp.getPayload().getRawData());
            }
            assertThat(joined.toByteArray()).as("seed %d", seed).isEqualTo(payload);
            pool.free(packet);
        }
    }

    @Test
    void cutsBehindTagsAndPadding() {
        byte[] frame = frames.frame(Kind.TCP, false, frames.bytes(3000));
        byte[] tagged = new byte[frame.length + 8 + 5];
        System.arraycopy(frame, 0, tagged, 0, 12);
        System.arraycopy(new byte[]{(byte) 0x88, (byte) 0xa8, 0, 5, (byte) 0x81, 0, 0, 7}, 0, tagged, 12, 8);
        System.arraycopy(frame, 12, tagged, 20, frame.length - 12);

        List<byte[]> segments = segments(gso(tagged, Packet.GSO_TCPV4 | Packet.GSO_ECN, 1000));

        assertThat(segments).hasSize(3).allSatisfy(segment -> {
            assertThat(segment).startsWith(Arrays.copyOf(tagged, 20)).hasSize(20 + 2 + 20 + 20 + 1000);
        });
    }

    @Test
    void keepsCongestionWindowReducedWithTheFirst() {
        byte[] frame = frames.frame(Kind.TCP, false, frames.bytes(3000));
        frame[14 + 20 + 13] |= (byte) 0x80;

        List<byte[]> segments = segments(gso(frame, Packet.GSO_TCPV4, 1000));

        assertThat(segments).extracting(segment -> segment[47] & 0x80).containsExactly(0x80, 0, 0);
    }

    @Test
    void refusesWhatItCannotCut() {
        byte[] tcp = frames.frame(Kind.TCP, false, frames.bytes(3000));
        byte[] udp = frames.frame(Kind.UDP, false, frames.bytes(3000));
        assertThat(segmenter.begin(gso(udp, Packet.GSO_UDP, 1000))).isEqualTo(Status.UNSUPPORTED);
        long packet = gso(tcp, Packet.GSO_TCPV6, 1000);
        assertThat(segmenter.begin(packet)).isEqualTo(Status.MALFORMED);
        assertThat(segmenter.next(pool)).isZero();
        for (byte[] cut : new byte[][]{Arrays.copyOf(tcp, 40), Arrays.copyOf(tcp, 53), new byte[0], udp}) {
            Packet.fromBytes(packet, cut);
            Packet.setGso(packet, Packet.GSO_TCPV4, 0, 1000);
            assertThat(segmenter.begin(packet)).isEqualTo(Status.MALFORMED);
        }
        Packet.fromBytes(packet, tcp);
        Packet.setGso(packet, Packet.GSO_TCPV4, 0, 0);
        assertThat(segmenter.begin(packet)).isEqualTo(Status.MALFORMED);
    }

    @Test
    void refusesSegmentsThatAreTooSmallOrTooMany() {
        long packet = gso(frames.frame(Kind.TCP, false, frames.bytes(60_000)), Packet.GSO_TCPV4, 47);
        assertThat(segmenter.begin(packet)).isEqualTo(Status.MALFORMED);
        Packet.setGso(packet, Packet.GSO_TCPV4, 0, 48);
        assertThat(segmenter.begin(packet)).isEqualTo(Status.READY);
        assertThat(segmenter.remaining()).isEqualTo(1250);
        Packet.fromBytes(packet, frames.frame(Kind.TCP, false, frames.bytes(30)));
        Packet.setGso(packet, Packet.GSO_TCPV4, 0, 30);
        assertThat(segments(packet)).hasSize(1);
        Packet.fromBytes(packet, frames.frame(Kind.UDP, true, frames.bytes(129)));
        Packet.setGso(packet, Packet.GSO_UDP_L4, 0, 1);
        assertThat(segmenter.begin(packet)).isEqualTo(Status.MALFORMED);
        Packet.setGso(packet, Packet.GSO_UDP_L4, 0, 2);
        assertThat(segments(packet)).hasSize(65);
    }

    /** Whatever the bytes, nothing is thrown and no segment is larger than the frame. */
    @Test
    void survivesRandomBytes() {
        long packet = pool.allocateLarge();
        for (int i = 0; i < 20_000; i++) {
            byte[] frame = frames.frame(Frames.kind(i % 2), i % 4 < 2, frames.bytes(200 + random.nextInt(100)));
            for (int n = 0; n < 4; n++) {
                frame[random.nextInt(Math.min(frame.length, 80))] = (byte) random.nextInt();
            }
            Packet.reset(packet);
            Packet.fromBytes(packet, Arrays.copyOf(frame, random.nextInt(frame.length + 1)));
            Packet.setGso(packet, random.nextInt(8), 0, random.nextInt(300));
            if (segmenter.begin(packet) == Status.READY) {
                while (segmenter.hasNext()) {
                    long segment = segmenter.next(pool);
                    assertThat(Packet.length(segment)).as("seed %d", seed).isLessThanOrEqualTo(Packet.length(packet));
                    pool.free(segment);
                }
            }
        }
    }

    @Test
    void stopsWhereThePoolIsEmptyAndGoesOnLater() {
        try (PacketPool small = new PacketPool(2, 0)) {
            assertThat(segmenter.begin(gso(frames.frame(Kind.TCP, false, frames.bytes(3000)), Packet.GSO_TCPV4, 1000)))
                    .isEqualTo(Status.READY);
            long first = segmenter.next(small);
            segmenter.next(small);
            assertThat(segmenter.next(small)).isZero();
            assertThat(segmenter.hasNext()).isTrue();
            small.free(first);
            assertThat(segmenter.next(small)).isEqualTo(first);
            assertThat(segmenter.hasNext()).isFalse();
        }
    }
}
