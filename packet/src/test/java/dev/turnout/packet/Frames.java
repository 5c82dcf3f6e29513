package dev.turnout.packet;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Random;

import org.pcap4j.packet.EthernetPacket;
import org.pcap4j.packet.IcmpV4CommonPacket;
import org.pcap4j.packet.IcmpV4EchoPacket;
import org.pcap4j.packet.IcmpV6CommonPacket;
import org.pcap4j.packet.IcmpV6EchoRequestPacket;
import org.pcap4j.packet.IpV4Packet;
import org.pcap4j.packet.IpV4Rfc1349Tos;
import org.pcap4j.packet.IpV6Packet;
import org.pcap4j.packet.IpV6SimpleFlowLabel;
import org.pcap4j.packet.IpV6SimpleTrafficClass;
import org.pcap4j.packet.TcpPacket;
import org.pcap4j.packet.UdpPacket;
import org.pcap4j.packet.UnknownPacket;
import org.pcap4j.packet.namednumber.EtherType;
import org.pcap4j.packet.namednumber.IcmpV4Code;
import org.pcap4j.packet.namednumber.IcmpV4Type;
import org.pcap4j.packet.namednumber.IcmpV6Code;
import org.pcap4j.packet.namednumber.IcmpV6Type;
import org.pcap4j.packet.namednumber.IpNumber;
import org.pcap4j.packet.namednumber.IpVersion;
import org.pcap4j.packet.namednumber.TcpPort;
import org.pcap4j.packet.namednumber.UdpPort;
import org.pcap4j.util.MacAddress;

/** Frames with right lengths and checksums, made by pcap4j: a judge that shares nothing with this project. */
final class Frames {
    enum Kind {
        TCP, UDP, ICMP
    }

    /** TCP, UDP, ICMP. */
    static Kind kind(int number) {
        return switch (number) {
            case 0 -> Kind.TCP;
            case 1 -> Kind.UDP;
            default -> Kind.ICMP;
        };
    }

    private final Random random;

    Frames(long seed) {
        random = new Random(seed);
    }

    byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    /** An untagged frame without IP options. */
    byte[] frame(Kind kind, boolean ipv6, byte[] payload) {
        InetAddress src = address(ipv6);
        InetAddress dst = address(ipv6);
        org.pcap4j.packet.Packet.Builder transport = switch (kind) {
            case TCP -> tcp(src, dst, payload);
            case UDP -> udp(src, dst, payload);
            case ICMP -> ipv6 ? icmpV6(src, dst, payload) : icmpV4(payload);
        };
        IpNumber protocol = switch (kind) {
            case TCP -> IpNumber.TCP;
            case UDP -> IpNumber.UDP;
            case ICMP -> ipv6 ? IpNumber.ICMPV6 : IpNumber.ICMPV4;
        };
        EthernetPacket.Builder ethernet = new EthernetPacket.Builder().dstAddr(mac()).srcAddr(mac())
                .pad(new byte[0]).paddingAtBuild(false)
                .type(ipv6 ? EtherType.IPV6 : EtherType.IPV4)
                .payloadBuilder(ipv6
                        ? ipV6((Inet6Address) src, (Inet6Address) dst, protocol, transport)
                        : ipV4((Inet4Address) src, (Inet4Address) dst, protocol, transport));
        return ethernet.build().getRawData();
    }

    private org.pcap4j.packet.Packet.Builder ipV4(Inet4Address src, Inet4Address dst, IpNumber protocol,
            org.pcap4j.packet.Packet.Builder payload) {
        return new IpV4Packet.Builder().version(IpVersion.IPV4).tos(IpV4Rfc1349Tos.newInstance((byte) 0))
                .identification((short) random.nextInt())
                .ttl((byte) 64).protocol(protocol).srcAddr(src).dstAddr(dst).payloadBuilder(payload)
                .correctChecksumAtBuild(true)
                .correctLengthAtBuild(true);
    }

    private org.pcap4j.packet.Packet.Builder ipV6(Inet6Address src, Inet6Address dst, IpNumber protocol,
            org.pcap4j.packet.Packet.Builder payload) {
        return new IpV6Packet.Builder().version(IpVersion.IPV6)
                .trafficClass(IpV6SimpleTrafficClass.newInstance((byte) 0))
                .flowLabel(IpV6SimpleFlowLabel.newInstance(random.nextInt(1 << 20))).nextHeader(protocol)
                .hopLimit((byte) 64).srcAddr(src)
                .dstAddr(dst).payloadBuilder(payload).correctLengthAtBuild(true);
    }

    private org.pcap4j.packet.Packet.Builder tcp(InetAddress src, InetAddress dst, byte[] payload) {
        return new TcpPacket.Builder().srcAddr(src).dstAddr(dst).srcPort(TcpPort.getInstance((short) random.nextInt()))
                .dstPort(TcpPort.getInstance((short) random.nextInt())).sequenceNumber(random.nextInt())
                .acknowledgmentNumber(random.nextInt())
                .ack(true).psh(true).fin(random.nextBoolean()).window((short) 1000).payloadBuilder(raw(payload))
                .correctChecksumAtBuild(true)
                .correctLengthAtBuild(true);
    }

    private org.pcap4j.packet.Packet.Builder udp(InetAddress src, InetAddress dst, byte[] payload) {
        return new UdpPacket.Builder().srcAddr(src).dstAddr(dst).srcPort(UdpPort.getInstance((short) random.nextInt()))
                .dstPort(UdpPort.getInstance((short) random.nextInt())).payloadBuilder(raw(payload))
                .correctChecksumAtBuild(true)
                .correctLengthAtBuild(true);
    }

    private org.pcap4j.packet.Packet.Builder icmpV4(byte[] payload) {
        return new IcmpV4CommonPacket.Builder().type(IcmpV4Type.ECHO).code(IcmpV4Code.NO_CODE)
                .payloadBuilder(new IcmpV4EchoPacket.Builder().identifier((short) 1).sequenceNumber((short) 2)
                        .payloadBuilder(raw(payload)))
                .correctChecksumAtBuild(true);
    }

    private org.pcap4j.packet.Packet.Builder icmpV6(InetAddress src, InetAddress dst, byte[] payload) {
        return new IcmpV6CommonPacket.Builder().srcAddr((Inet6Address) src).dstAddr((Inet6Address) dst)
                .type(IcmpV6Type.ECHO_REQUEST)
                .code(IcmpV6Code.NO_CODE)
                .payloadBuilder(new IcmpV6EchoRequestPacket.Builder().identifier((short) 1).sequenceNumber((short) 2)
                        .payloadBuilder(raw(payload)))
                .correctChecksumAtBuild(true);
    }

    private static org.pcap4j.packet.Packet.Builder raw(byte[] payload) {
        return new UnknownPacket.Builder().rawData(payload);
    }

    private MacAddress mac() {
        return MacAddress.getByAddress(bytes(6));
    }

    private InetAddress address(boolean ipv6) {
        byte[] address = bytes(ipv6 ? 16 : 4);
        address[0] = 0x20; // no address with a meaning of its own
        try {
            return InetAddress.getByAddress(address);
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }
}
