package dev.turnout.flow;

import dev.turnout.packet.Packet;

/**
 * Copies a tracked packet's original-direction tuple from its metadata into a key. It appears only in packets of the tuple's IP version.
 *
 * <p>Thread rules: stateless.
 */
final class ConntrackTuple {
    private ConntrackTuple() {
    }

    static long ipv4(long packet, long[] words, int base) {
        if (Packet.ctTupleProtocol(packet) == 0 || Packet.ctTupleIsIpv6(packet)) {
            return 0;
        }
        long addresses = Packet.ctTupleWord(packet, 0);
        words[base + FlowLayout.CT_IPV4] = addresses;
        return HeaderParser.bit(FlowLayout.CT_IPV4, addresses) | protocolAndPorts(packet, words, base);
    }

    static long ipv6(long packet, long[] words, int base) {
        if (Packet.ctTupleProtocol(packet) == 0 || !Packet.ctTupleIsIpv6(packet)) {
            return 0;
        }
        long used = 0;
        for (int i = 0; i < 4; i++) {
            long word = Packet.ctTupleWord(packet, i);
            words[base + FlowLayout.CT_IPV6_SRC + i] = word;
            used |= HeaderParser.bit(FlowLayout.CT_IPV6_SRC + i, word);
        }
        return used | protocolAndPorts(packet, words, base);
    }

    private static long protocolAndPorts(long packet, long[] words, int base) {
        long ports = Packet.ctTuplePorts(packet) & 0xffff_ffffL;
        words[base + FlowLayout.ND_CT_TP] = ports;
        words[base + FlowLayout.THA] = Packet.ctTupleProtocol(packet);
        return 1L << FlowLayout.THA | HeaderParser.bit(FlowLayout.ND_CT_TP, ports);
    }
}
