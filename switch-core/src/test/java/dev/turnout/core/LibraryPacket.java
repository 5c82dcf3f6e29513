package dev.turnout.core;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

import org.pcap4j.packet.ArpPacket;
import org.pcap4j.packet.EthernetPacket;
import org.pcap4j.packet.IcmpV4CommonPacket;
import org.pcap4j.packet.IcmpV4EchoPacket;
import org.pcap4j.packet.IcmpV4EchoReplyPacket;
import org.pcap4j.packet.IcmpV6CommonPacket;
import org.pcap4j.packet.IcmpV6EchoReplyPacket;
import org.pcap4j.packet.IcmpV6EchoRequestPacket;
import org.pcap4j.packet.IcmpV6NeighborSolicitationPacket;
import org.pcap4j.packet.IpV4Packet;
import org.pcap4j.packet.IpV4Rfc791Tos;
import org.pcap4j.packet.IpV6NeighborDiscoverySourceLinkLayerAddressOption;
import org.pcap4j.packet.IpV6Packet;
import org.pcap4j.packet.IpV6SimpleFlowLabel;
import org.pcap4j.packet.IpV6SimpleTrafficClass;
import org.pcap4j.packet.Packet;
import org.pcap4j.packet.TcpPacket;
import org.pcap4j.packet.UdpPacket;
import org.pcap4j.packet.UnknownPacket;
import org.pcap4j.packet.namednumber.ArpHardwareType;
import org.pcap4j.packet.namednumber.ArpOperation;
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

/** A packet as an independent library makes it, lengths and checksums included. Fields are there to be changed. */
final class LibraryPacket {
    /** What is in the frame. */
    enum Kind {
        UDP4, TCP4, ICMP4, UDP6, TCP6, ICMP6, ND, ARP
    }

    final Kind kind;
    long ethSrc = 0x0200_0000_0001L;
    long ethDst = 0x0200_0000_0002L;
    int ipSrc = 0x0a000001;
    int ipDst = 0x0a000002;
    long ipv6SrcLow = 1;
    long ipv6DstLow = 2;
    int tos = 0x28;
    int ttl = 64;
    int flowLabel = 0x12345;
    int srcPort = 1000;
    int dstPort = 80;
    boolean echoReply;
    int arpOp = 1;
    long targetLow = 9;
    long linkAddress = 0x0200_0000_0009L;
    boolean udpChecksum = true;
    int payload = 37;
    /** TPID and TCI, outermost first. */
    List<int[]> tags = new ArrayList<>();
    /** Label stack entries, outermost first, and the type in front of them. */
    List<Integer> labels = new ArrayList<>();
    int mplsType = 0x8847;
    int innerType = -1;

    LibraryPacket(Kind kind) {
        this.kind = kind;
    }

    LibraryPacket copy() {
        LibraryPacket copy = new LibraryPacket(kind);
        copy.ethSrc = ethSrc;
        copy.ethDst = ethDst;
        copy.ipSrc = ipSrc;
        copy.ipDst = ipDst;
        copy.ipv6SrcLow = ipv6SrcLow;
        copy.ipv6DstLow = ipv6DstLow;
        copy.tos = tos;
        copy.ttl = ttl;
        copy.flowLabel = flowLabel;
        copy.srcPort = srcPort;
        copy.dstPort = dstPort;
        copy.echoReply = echoReply;
        copy.arpOp = arpOp;
        copy.targetLow = targetLow;
        copy.linkAddress = linkAddress;
        copy.udpChecksum = udpChecksum;
        copy.payload = payload;
        copy.tags.addAll(tags);
        copy.labels.addAll(labels);
        copy.mplsType = mplsType;
        copy.innerType = innerType;
        return copy;
    }

    private boolean isIpv6() {
        return switch (kind) {
            case UDP6, TCP6, ICMP6, ND -> true;
            default -> false;
        };
    }

    /** Where the transport header is in the frame. */
    int l4() {
        return 14 + 4 * tags.size() + 4 * labels.size() + (isIpv6() ? 40 : 20);
    }

    /** Where in the transport header the checksum is. */
    int checksumOffset() {
        return switch (kind) {
            case UDP4, UDP6 -> 6;
            case TCP4, TCP6 -> 16;
            default -> 2;
        };
    }

    /** The frame with the transport checksum unfinished, as a virtual machine sends it: the pseudo header's sum, or 0 for ICMP over IPv4. */
    byte[] unfinished() {
        byte[] frame = bytes();
        int l4 = l4();
        long sum = 0;
        if (kind != Kind.ICMP4) {
            int addresses = isIpv6() ? 32 : 8;
            for (int i = l4 - addresses; i < l4; i += 2) {
                sum += Frames.get16(frame, i);
            }
            sum += frame.length - l4 + protocol();
        }
        sum = (sum & 0xffff) + (sum >>> 16);
        Frames.put16(frame, l4 + checksumOffset(), (int) ((sum & 0xffff) + (sum >>> 16)));
        return frame;
    }

    private int protocol() {
        return switch (kind) {
            case UDP4, UDP6 -> 17;
            case TCP4, TCP6 -> 6;
            case ICMP4 -> 1;
            default -> 58;
        };
    }

    /** The frame. */
    byte[] bytes() {
        byte[] network = network().build().getRawData();
        int type = innerType >= 0 ? innerType : kind == Kind.ARP ? 0x0806 : isIpv6() ? 0x86dd : 0x0800;
        ByteBuffer frame = ByteBuffer.allocate(4 * tags.size() + 4 * labels.size() + network.length + 2);
        int first = -1;
        for (int[] tag : tags) {
            first = putType(frame, first, tag[0]);
            frame.putShort((short) tag[1]);
        }
        first = putType(frame, first, labels.isEmpty() ? type : mplsType);
        labels.forEach(frame::putInt);
        frame.put(network);
        byte[] rest = new byte[frame.position()];
        frame.flip().get(rest);
        return new EthernetPacket.Builder().srcAddr(mac(ethSrc)).dstAddr(mac(ethDst))
                .type(EtherType.getInstance((short) first)).payloadBuilder(new UnknownPacket.Builder().rawData(rest))
                .pad(new byte[0]).build().getRawData();
    }

    /** The first type is the Ethernet header's own; returns it. */
    private static int putType(ByteBuffer frame, int first, int type) {
        if (first < 0) {
            return type;
        }
        frame.putShort((short) type);
        return first;
    }

    static MacAddress mac(long mac) {
        byte[] bytes = new byte[6];
        for (int i = 0; i < 6; i++) {
            bytes[i] = (byte) (mac >>> (40 - 8 * i));
        }
        return MacAddress.getByAddress(bytes);
    }

    private static Inet4Address ipv4(int address) {
        return (Inet4Address) address(ByteBuffer.allocate(4).putInt(address).array());
    }

    private static Inet6Address ipv6(long low) {
        return (Inet6Address) address(ByteBuffer.allocate(16).putLong(0xfd00_0000_0000_0000L).putLong(low).array());
    }

    private static InetAddress address(byte[] bytes) {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private Packet.Builder network() {
        if (kind == Kind.ARP) {
            return new ArpPacket.Builder().hardwareType(ArpHardwareType.ETHERNET).protocolType(EtherType.IPV4)
                    .hardwareAddrLength((byte) 6).protocolAddrLength((byte) 4)
                    .operation(ArpOperation.getInstance((short) arpOp)).srcHardwareAddr(mac(linkAddress))
                    .srcProtocolAddr(ipv4(ipSrc)).dstHardwareAddr(mac(ethDst)).dstProtocolAddr(ipv4(ipDst));
        }
        IpNumber number = IpNumber.getInstance((byte) protocol());
        if (isIpv6()) {
            return new IpV6Packet.Builder().version(IpVersion.IPV6)
                    .trafficClass(IpV6SimpleTrafficClass.newInstance((byte) tos))
                    .flowLabel(IpV6SimpleFlowLabel.newInstance(flowLabel)).nextHeader(number).hopLimit((byte) ttl)
                    .srcAddr(ipv6(ipv6SrcLow)).dstAddr(ipv6(ipv6DstLow)).payloadBuilder(transport())
                    .correctLengthAtBuild(true);
        }
        return new IpV4Packet.Builder().version(IpVersion.IPV4).tos(IpV4Rfc791Tos.newInstance((byte) tos))
                .identification((short) 77).ttl((byte) ttl).protocol(number).srcAddr(ipv4(ipSrc)).dstAddr(ipv4(ipDst))
                .payloadBuilder(transport()).correctChecksumAtBuild(true).correctLengthAtBuild(true);
    }

    private Packet.Builder transport() {
        InetAddress src = isIpv6() ? ipv6(ipv6SrcLow) : ipv4(ipSrc);
        InetAddress dst = isIpv6() ? ipv6(ipv6DstLow) : ipv4(ipDst);
        byte[] data = new byte[payload];
        for (int i = 0; i < payload; i++) {
            data[i] = (byte) (i * 11 + 5);
        }
        UnknownPacket.Builder rest = new UnknownPacket.Builder().rawData(data);
        return switch (kind) {
            case UDP4, UDP6 -> new UdpPacket.Builder().srcPort(UdpPort.getInstance((short) srcPort))
                    .dstPort(UdpPort.getInstance((short) dstPort)).srcAddr(src).dstAddr(dst).payloadBuilder(rest)
                    .correctLengthAtBuild(true).correctChecksumAtBuild(udpChecksum);
            case TCP4, TCP6 -> new TcpPacket.Builder().srcPort(TcpPort.getInstance((short) srcPort))
                    .dstPort(TcpPort.getInstance((short) dstPort)).sequenceNumber(1).acknowledgmentNumber(2).ack(true)
                    .window((short) 500).srcAddr(src).dstAddr(dst).payloadBuilder(rest).correctLengthAtBuild(true)
                    .correctChecksumAtBuild(true);
            case ICMP4 -> new IcmpV4CommonPacket.Builder()
                    .type(echoReply ? IcmpV4Type.ECHO_REPLY : IcmpV4Type.ECHO).code(IcmpV4Code.NO_CODE)
                    .payloadBuilder(echoReply
                            ? new IcmpV4EchoReplyPacket.Builder().identifier((short) 5).sequenceNumber((short) 6)
                                    .payloadBuilder(rest)
                            : new IcmpV4EchoPacket.Builder().identifier((short) 5).sequenceNumber((short) 6)
                                    .payloadBuilder(rest))
                    .correctChecksumAtBuild(true);
            case ICMP6 -> new IcmpV6CommonPacket.Builder()
                    .type(echoReply ? IcmpV6Type.ECHO_REPLY : IcmpV6Type.ECHO_REQUEST).code(IcmpV6Code.NO_CODE)
                    .srcAddr((Inet6Address) src).dstAddr((Inet6Address) dst)
                    .payloadBuilder(echoReply
                            ? new IcmpV6EchoReplyPacket.Builder().identifier((short) 5).sequenceNumber((short) 6)
                                    .payloadBuilder(rest)
                            : new IcmpV6EchoRequestPacket.Builder().identifier((short) 5).sequenceNumber((short) 6)
                                    .payloadBuilder(rest))
                    .correctChecksumAtBuild(true);
            case ND -> new IcmpV6CommonPacket.Builder().type(IcmpV6Type.NEIGHBOR_SOLICITATION)
                    .code(IcmpV6Code.NO_CODE).srcAddr((Inet6Address) src).dstAddr((Inet6Address) dst)
                    .payloadBuilder(new IcmpV6NeighborSolicitationPacket.Builder().targetAddress(ipv6(targetLow))
                            .options(List.of(new IpV6NeighborDiscoverySourceLinkLayerAddressOption.Builder()
                                    .linkLayerAddress(mac(linkAddress).getAddress()).correctLengthAtBuild(true)
                                    .build())))
                    .correctChecksumAtBuild(true);
            case ARP -> throw new IllegalStateException("no transport");
        };
    }
}
