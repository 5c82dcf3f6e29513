package dev.turnout.flow;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Set;

import dev.turnout.packet.Memory;
import dev.turnout.packet.Packet;
import dev.turnout.packet.PacketPool;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FlowExtractorTest {
    private static final String ETHERNET = "0a0000000001" + "0a0000000002";
    private static final String TCP_SYN = "0800" + "4500002800010000400600000a0000010a000002"
            + "0050c3500000000100000000500220000000" + "0000";

    private final PacketPool pool = new PacketPool(8, 0);
    private final FlowKeys keys = new FlowKeys();

    @AfterEach
    void close() {
        pool.close();
    }

    private long packet(String hex) {
        long packet = pool.allocate();
        Packet.fromBytes(packet, HexFormat.of().parseHex(hex));
        return packet;
    }

    private FlowKey extract(long packet) {
        assertThat(FlowExtractor.extract(packet, keys, 0)).isZero();
        return keys.toKey(0);
    }

    private static String text(FlowKey key) {
        return DatapathFlowText.key(key, FlowMask.of(exact()));
    }

    private static long[] exact() {
        long[] words = new long[FlowLayout.WORDS];
        Arrays.fill(words, 0, FlowLayout.DATAPATH_WORDS, -1L);
        return words;
    }

    @Test
    void readsAnOrdinaryTcpPacket() {
        long packet = packet(ETHERNET + TCP_SYN);
        Packet.setInPort(packet, 3);

        FlowKey key = extract(packet);

        assertThat(text(key)).endsWith("eth(src=0a:00:00:00:00:02,dst=0a:00:00:00:00:01),eth_type(0x0800),"
                + "ipv4(src=10.0.0.1,dst=10.0.0.2,proto=6,tos=0,ttl=64,frag=no),tcp(src=80,dst=50000),tcp_flags(syn)");
        assertThat(key.get(Fields.IN_PORT)).isEqualTo(3);
        assertThat(keys.used[0]).isEqualTo(0x3f);
        assertThat(Packet.l3Offset(packet)).isEqualTo(14);
        assertThat(Packet.l4Offset(packet)).isEqualTo(34);
        assertThat(Packet.l25Offset(packet)).isEqualTo(Packet.NO_OFFSET);
    }

    @Test
    void clearsWhatTheRowsFormerKeyLeft() {
        long ipv6 = packet(ETHERNET + "86dd" + "6000000000003bff" + "20010db8000000000000000000000001"
                + "20010db8000000000000000000000002");
        long tcp = packet(ETHERNET + TCP_SYN);
        FlowKey fresh = extract(tcp);
        long hash = keys.hashes[0];

        extract(ipv6);
        assertThat(keys.used[0]).isNotEqualTo(0x3f);
        FlowKey again = extract(tcp);

        assertThat(again).isEqualTo(fresh);
        assertThat(keys.hashes[0]).isEqualTo(hash);
    }

    @Test
    void takesMetadataIntoTheKey() {
        long packet = packet(ETHERNET + TCP_SYN);
        Packet.setInPort(packet, 7);
        Packet.setRecircId(packet, 5);
        Packet.setPktMark(packet, 0x11);
        Packet.setSkbPriority(packet, 0x22);
        Packet.setDpHash(packet, 0x33);
        Packet.setCt(packet, 0x21, 9, 0x44, 0x55, 0x66);
        Packet.setCtTupleIpv4(packet, 6, 0x0a000001, 0x0a000009, 1234, 80);

        FlowKey key = extract(packet);

        assertThat(text(key)).isEqualTo(
                "recirc_id(0x5),dp_hash(0x33),skb_priority(0x22),in_port(7),skb_mark(0x11),ct_state(new|trk),ct_zone(0x9),"
                        + "ct_mark(0x44),ct_label(0x550000000000000066),ct_tuple4(src=10.0.0.1,dst=10.0.0.9,proto=6,tp_src=1234,tp_dst=80),"
                        + "packet_type(ns=0,id=0),eth(src=0a:00:00:00:00:02,dst=0a:00:00:00:00:01),eth_type(0x0800),"
                        + "ipv4(src=10.0.0.1,dst=10.0.0.2,proto=6,tos=0,ttl=64,frag=no),tcp(src=80,dst=50000),tcp_flags(syn)");
        assertThat(keys.hashes[0]).isEqualTo(FlowHash.hash(key.words(), 0, FlowExtractor.usedOf(key.words(), 0)));
    }

    @Test
    void ignoresWhatAnUntrackedPacketsBufferHeld() {
        long packet = packet(ETHERNET + TCP_SYN);
        FlowKey untracked = extract(packet);
        Packet.setCt(packet, 0x21, 9, 0x44, 0x55, 0x66);
        Packet.setCtTupleIpv6(packet, 6, 1, 2, 3, 4, 5, 6);
        assertThat(extract(packet).get(Fields.CT_NW_PROTO)).as("the tuple is of the other IP version").isZero();

        Packet.setCt(packet, 0, 0, 0x44, 0x55, 0x66);

        assertThat(extract(packet)).isEqualTo(untracked);
    }

    @Test
    void takesAnIpv6Tuple() {
        long packet = packet(ETHERNET + "86dd" + "6000000000003bff" + "20010db8000000000000000000000001"
                + "20010db8000000000000000000000002");
        Packet.setCt(packet, 0x22, 0, 0, 0, 0);
        Packet.setCtTupleIpv6(packet, 17, 1, 2, 3, 4, 5, 6);

        FlowKey key = extract(packet);

        assertThat(text(key)).contains("ct_tuple6(src=::1:0:0:0:2,dst=::3:0:0:0:4,proto=17,src_port=5,dst_port=6)");
    }

    @Test
    void copiesKeepTheKey() {
        long packet = packet(ETHERNET + TCP_SYN);
        Packet.setPktMark(packet, 5);
        Packet.setCt(packet, 0x21, 9, 0x44, 0, 0x66);
        Packet.setCtTupleIpv4(packet, 6, 1, 2, 3, 4);
        FlowKey key = extract(packet);

        assertThat(extract(pool.copyOf(packet))).isEqualTo(key);
        long other = pool.allocate();
        Packet.fromBytes(other, Packet.toBytes(packet));
        Packet.copyMetadata(packet, other);
        assertThat(extract(other)).isEqualTo(key);
    }

    @Test
    void leavesIpFieldsOutWhereTheTotalLengthLies() {
        long packet = packet(ETHERNET + TCP_SYN.replace("45000028", "45000029"));

        int reason = FlowExtractor.extract(packet, keys, 0);

        assertThat(Malformed.of(reason)).isEqualTo(Malformed.IPV4_TOTAL_LENGTH);
        FlowKey key = keys.toKey(0);
        assertThat(key.get(Fields.ETH_TYPE)).isEqualTo(0x0800);
        assertThat(key.get(Fields.IP_PROTO)).isZero();
        assertThat(Packet.l4Offset(packet)).isEqualTo(Packet.NO_OFFSET);
    }

    @Test
    void spreadsHashes() {
        Set<Long> low = new HashSet<>();
        long packet = packet(ETHERNET + TCP_SYN);
        for (int i = 0; i < 4096; i++) {
            Memory.putInt(Packet.data(packet) + 26, 0x0a000000 + i);
            extract(packet);
            low.add(keys.hashes[0] & 0xffff);
        }
        // 4096 balls in 65536 bins: 3970 bins are hit on average.
        assertThat(low).hasSizeGreaterThan(3850);
    }
}
