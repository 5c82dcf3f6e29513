package dev.turnout.flow;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;

import dev.turnout.packet.Packet;
import dev.turnout.packet.PacketPool;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.pcap4j.packet.ArpPacket;
import org.pcap4j.packet.Dot1qVlanTagPacket;
import org.pcap4j.packet.EthernetPacket;
import org.pcap4j.packet.IllegalRawDataException;
import org.pcap4j.packet.IpV4Packet;
import org.pcap4j.packet.IpV6Packet;
import org.pcap4j.packet.TcpPacket;
import org.pcap4j.packet.UdpPacket;
import org.pcap4j.util.MacAddress;

/** Keys of valid frames against what pcap4j reads in them: a parser that was not written here. */
class Pcap4jOracleTest {
    private static final int FRAMES = 20_000;

    private final long seed = RandomFrames.seed();
    private final Map<String, Integer> compared = new HashMap<>();

    @Test
    void readsWhatPcap4jReads() {
        RandomFrames frames = new RandomFrames(seed);
        try (PacketPool pool = new PacketPool(1, 0)) {
            for (int i = 0; i < FRAMES; i++) {
                byte[] frame = frames.valid();
                long packet = pool.allocate();
                Packet.fromBytes(packet, frame);
                FlowKey key = FlowExtractor.extractKey(packet);
                pool.free(packet);
                compare(parse(frame), key, "seed " + seed + ", frame " + HexFormat.of().formatHex(frame));
            }
        }
        assertThat(compared).as("kinds compared, seed %d", seed).containsKeys("ethernet", "vlan", "arp", "ipv4", "ipv6",
                "tcp", "udp");
        assertThat(compared.values()).allSatisfy(count -> assertThat(count).isGreaterThan(100));
    }

    /** The frame as pcap4j reads it, or null where it stumbles over the random content of options and payloads. */
    private static @Nullable EthernetPacket parse(byte[] frame) {
        try {
            return EthernetPacket.newPacket(frame, 0, frame.length);
        } catch (IllegalRawDataException | IndexOutOfBoundsException | IllegalArgumentException e) {
            return null;
        }
    }

    private void compare(@Nullable EthernetPacket ethernet, FlowKey key, String context) {
        if (ethernet == null) {
            return;
        }
        compared.merge("ethernet", 1, Integer::sum);
        assertThat(key.get(Fields.ETH_SRC)).as(context).isEqualTo(mac(ethernet.getHeader().getSrcAddr()));
        assertThat(key.get(Fields.ETH_DST)).as(context).isEqualTo(mac(ethernet.getHeader().getDstAddr()));
        Dot1qVlanTagPacket vlan = ethernet.get(Dot1qVlanTagPacket.class);
        if (vlan != null && vlan.equals(ethernet.getPayload())) {
            compared.merge("vlan", 1, Integer::sum);
            assertThat(key.get(Fields.DL_VLAN)).as(context).isEqualTo(vlan.getHeader().getVidAsInt());
            assertThat(key.get(Fields.DL_VLAN_PCP)).as(context).isEqualTo(vlan.getHeader().getPriority());
        }
        int type = (int) key.get(Fields.ETH_TYPE);
        ArpPacket arp = type == 0x0806 ? ethernet.get(ArpPacket.class) : null;
        if (arp != null) {
            compared.merge("arp", 1, Integer::sum);
            assertThat(key.get(Fields.ARP_SPA)).as(context).isEqualTo(ipv4(arp.getHeader().getSrcProtocolAddr()));
            assertThat(key.get(Fields.ARP_TPA)).as(context).isEqualTo(ipv4(arp.getHeader().getDstProtocolAddr()));
            assertThat(key.get(Fields.ARP_SHA)).as(context).isEqualTo(mac(arp.getHeader().getSrcHardwareAddr()));
            assertThat(key.get(Fields.ARP_THA)).as(context).isEqualTo(mac(arp.getHeader().getDstHardwareAddr()));
        }
        IpV4Packet ipv4 = type != 0x0800 ? null : ethernet.get(IpV4Packet.class);
        if (ipv4 != null) {
            ipv4(ipv4, key, context);
        }
        IpV6Packet ipv6 = type != 0x86dd ? null : ethernet.get(IpV6Packet.class);
        if (ipv6 != null) {
            compared.merge("ipv6", 1, Integer::sum);
            ByteBuffer addresses = ByteBuffer.wrap(ipv6.getHeader().getRawData(), 8, 32);
            for (int i = 0; i < 4; i++) {
                assertThat(key.words()[FlowLayout.IPV6_SRC + i]).as(context).isEqualTo(addresses.getLong());
            }
            assertThat(key.get(Fields.NW_TTL)).as(context).isEqualTo(ipv6.getHeader().getHopLimitAsInt());
            assertThat(key.get(Fields.IPV6_LABEL)).as(context).isEqualTo(ipv6.getHeader().getFlowLabel().value());
            assertThat(key.get(Fields.NW_TOS)).as(context).isEqualTo(ipv6.getHeader().getTrafficClass().value() & 0xff);
        }
        // pcap4j reads the options of extension headers, and stumbles over random ones.
        boolean ip = ipv4 != null
                || (ipv6 != null && (ipv6.getHeader().getNextHeader().value() & 0xff) == key.get(Fields.IP_PROTO));
        if (ip && (key.get(Fields.IP_FRAG) & FlowLayout.FRAG_LATER) == 0) {
            transport(ethernet, key, context);
        }
    }

    private void ipv4(IpV4Packet ipv4, FlowKey key, String context) {
        compared.merge("ipv4", 1, Integer::sum);
        IpV4Packet.IpV4Header header = ipv4.getHeader();
        assertThat(key.get(Fields.IPV4_SRC)).as(context).isEqualTo(ipv4(header.getSrcAddr()));
        assertThat(key.get(Fields.IPV4_DST)).as(context).isEqualTo(ipv4(header.getDstAddr()));
        assertThat(key.get(Fields.IP_PROTO)).as(context).isEqualTo(header.getProtocol().value() & 0xff);
        assertThat(key.get(Fields.NW_TTL)).as(context).isEqualTo(header.getTtlAsInt());
        assertThat(key.get(Fields.NW_TOS)).as(context).isEqualTo(header.getTos().value() & 0xff);
        int frag = header.getFragmentOffset() != 0 ? 3 : header.getMoreFragmentFlag() ? 1 : 0;
        assertThat(key.get(Fields.IP_FRAG)).as(context).isEqualTo(frag);
    }

    private void transport(EthernetPacket ethernet, FlowKey key, String context) {
        TcpPacket tcp = ethernet.get(TcpPacket.class);
        if (tcp != null && key.get(Fields.IP_PROTO) == 6) {
            compared.merge("tcp", 1, Integer::sum);
            assertThat(key.get(Fields.TCP_SRC)).as(context).isEqualTo(tcp.getHeader().getSrcPort().valueAsInt());
            assertThat(key.get(Fields.TCP_DST)).as(context).isEqualTo(tcp.getHeader().getDstPort().valueAsInt());
            assertThat((key.get(Fields.TCP_FLAGS) & 2) != 0).as(context).isEqualTo(tcp.getHeader().getSyn());
            assertThat((key.get(Fields.TCP_FLAGS) & 16) != 0).as(context).isEqualTo(tcp.getHeader().getAck());
        }
        UdpPacket udp = ethernet.get(UdpPacket.class);
        if (udp != null && key.get(Fields.IP_PROTO) == 17) {
            compared.merge("udp", 1, Integer::sum);
            assertThat(key.get(Fields.UDP_SRC)).as(context).isEqualTo(udp.getHeader().getSrcPort().valueAsInt());
            assertThat(key.get(Fields.UDP_DST)).as(context).isEqualTo(udp.getHeader().getDstPort().valueAsInt());
        }
    }

    private static long mac(MacAddress address) {
        return AddressText.parseMac(address.toString().replace('-', ':'));
    }

    private static long ipv4(InetAddress address) {
        assertThat(address).isInstanceOf(Inet4Address.class);
        return ByteBuffer.wrap(address.getAddress()).getInt() & 0xffff_ffffL;
    }
}
