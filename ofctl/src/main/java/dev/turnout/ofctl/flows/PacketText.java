package dev.turnout.ofctl.flows;

import dev.turnout.flow.Field;
import dev.turnout.flow.Fields;
import dev.turnout.flow.FlowExtractor;
import dev.turnout.flow.FlowKey;
import dev.turnout.flow.FlowLayout;
import dev.turnout.flow.FlowMaskBuilder;
import dev.turnout.flow.Match;
import dev.turnout.openflow.MatchPrinter;
import dev.turnout.openflow.PortNames;
import dev.turnout.packet.Checksums;
import dev.turnout.packet.Memory;
import dev.turnout.packet.Packet;
import dev.turnout.packet.PacketPool;

/**
 * A packet in one line, as {@code ovs-ofctl monitor} prints it: its fields as an exact match, then the checksum that it
 * carries.
 *
 * <p>Thread rules: one owner.
 */
final class PacketText implements AutoCloseable {
    private static final int ETH_IPV4 = 0x0800;
    private static final int ETH_ARP = 0x0806;
    private static final int ETH_RARP = 0x8035;
    private static final int ETH_IPV6 = 0x86dd;
    private static final int ETH_MPLS = 0x8847;
    private static final int ETH_MPLS_MULTICAST = 0x8848;
    private static final int ICMP = 1;
    private static final int TCP = 6;
    private static final int UDP = 17;
    private static final int ICMPV6 = 58;
    private static final int SCTP = 132;
    private static final int SOLICITATION = 135;
    private static final int ADVERTISEMENT = 136;
    private static final int HEX_COLUMNS = 16;

    private final PacketPool pool = new PacketPool(1, 1);
    private final long packet = pool.allocateLarge();

    /** The line, without an end. */
    String line(byte[] frame) {
        int length = Math.min(frame.length, Packet.capacity(packet));
        Packet.reset(packet);
        Packet.setFrame(packet, Packet.DATA_START, length);
        Memory.copyIn(frame, 0, Packet.data(packet), length);
        FlowKey key = FlowExtractor.extractKey(packet);
        String match = MatchPrinter.format(new Match(key.words(), mask(key).build()), PortNames.NONE);
        return match + checksum(key, length);
    }

    private static FlowMaskBuilder mask(FlowKey key) {
        FlowMaskBuilder mask = all(new FlowMaskBuilder(), Fields.VLAN_TCI, Fields.ETH_SRC, Fields.ETH_DST,
                Fields.ETH_TYPE);
        if (key.get(Fields.VLAN_TCI) != 0) {
            mask.looksAtWord(FlowLayout.IPV6_VLAN1, 0xffff);
        }
        switch ((int) key.get(Fields.ETH_TYPE)) {
            case ETH_IPV4 -> {
                all(mask, Fields.IPV4_SRC, Fields.IPV4_DST);
                ip(mask, (int) key.get(Fields.IP_PROTO), key);
            }
            case ETH_IPV6 -> {
                all(mask, Fields.IPV6_SRC, Fields.IPV6_DST, Fields.IPV6_LABEL);
                ip(mask, (int) key.get(Fields.IP_PROTO), key);
            }
            case ETH_ARP, ETH_RARP ->
                all(mask, Fields.ARP_OP, Fields.ARP_SPA, Fields.ARP_TPA, Fields.ARP_SHA, Fields.ARP_THA);
            case ETH_MPLS, ETH_MPLS_MULTICAST ->
                all(mask, Fields.MPLS_LABEL, Fields.MPLS_TC, Fields.MPLS_BOS, Fields.MPLS_TTL);
            default -> {
            }
        }
        return mask;
    }

    private static void ip(FlowMaskBuilder mask, int protocol, FlowKey key) {
        all(mask, Fields.IP_PROTO, Fields.NW_TOS, Fields.NW_TTL, Fields.IP_FRAG);
        boolean ipv6 = (int) key.get(Fields.ETH_TYPE) == ETH_IPV6;
        switch (protocol) {
            case TCP -> all(mask, Fields.TCP_SRC, Fields.TCP_DST, Fields.TCP_FLAGS);
            case UDP -> all(mask, Fields.UDP_SRC, Fields.UDP_DST);
            case SCTP -> all(mask, Fields.SCTP_SRC, Fields.SCTP_DST);
            default -> {
                if ((protocol == ICMP && !ipv6) || (protocol == ICMPV6 && ipv6)) {
                    all(mask, Fields.ICMP_TYPE, Fields.ICMP_CODE);
                }
                int type = (int) key.get(Fields.ICMP_TYPE);
                if (protocol == ICMPV6 && ipv6 && (type == SOLICITATION || type == ADVERTISEMENT)) {
                    all(mask, Fields.ND_TARGET, Fields.ND_SLL, Fields.ND_TLL);
                }
            }
        }
    }

    private static FlowMaskBuilder all(FlowMaskBuilder mask, Field... fields) {
        for (Field field : fields) {
            mask.looksAt(field);
        }
        return mask;
    }

    private String checksum(FlowKey key, int length) {
        int protocol = (int) key.get(Fields.IP_PROTO);
        int type = (int) key.get(Fields.ETH_TYPE);
        int layer4 = Packet.l4Offset(packet);
        String name = switch (protocol) {
            case TCP -> "tcp";
            case UDP -> "udp";
            case SCTP -> "sctp";
            case ICMP -> "icmp";
            case ICMPV6 -> "icmp6";
            default -> "";
        };
        boolean ip = type == ETH_IPV4 || type == ETH_IPV6;
        int offset = layer4 + Checksums.fieldOffset(protocol);
        if (!ip || name.isEmpty() || layer4 == Packet.NO_OFFSET || Checksums.fieldOffset(protocol) < 0
                || offset + (protocol == SCTP ? 4 : 2) > length) {
            return "";
        }
        long address = Packet.data(packet) + offset;
        long value = protocol == SCTP ? Memory.getInt(address) & 0xffffffffL : Memory.getShort(address);
        return " " + name + "_csum:" + Long.toHexString(value);
    }

    /** The bytes of a packet, 16 to a line. */
    static String hex(byte[] frame) {
        StringBuilder text = new StringBuilder();
        for (int start = 0; start < frame.length; start += HEX_COLUMNS) {
            text.append(String.format("%08x ", start));
            for (int i = start; i < Math.min(frame.length, start + HEX_COLUMNS); i++) {
                text.append(i == start + HEX_COLUMNS / 2 ? '-' : ' ').append(String.format("%02x", frame[i]));
            }
            text.append('\n');
        }
        return text.toString();
    }

    @Override
    public void close() {
        pool.release(packet);
        pool.close();
    }
}
