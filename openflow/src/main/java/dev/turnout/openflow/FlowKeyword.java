package dev.turnout.openflow;

import java.util.HashMap;
import java.util.Map;

import dev.turnout.flow.Field;
import dev.turnout.flow.Fields;

/** The words that a flow text may begin a part with: protocols, flags, fields, and the flow's own properties. */
sealed interface FlowKeyword {
    /** {@code tcp}: an Ethernet type and, unless 0, an IP protocol. */
    record ProtocolName(int ethType, int ipProtocol) implements FlowKeyword {
    }

    /** A field to match. */
    record MatchField(FieldTable.Row row) implements FlowKeyword {
    }

    /** A flag of the flow, and the protocols that have it. */
    record Flag(int flag, int usable) implements FlowKeyword {
    }

    /** A property with a value, or a word that means nothing. */
    enum Property implements FlowKeyword {
        TABLE, PRIORITY, COOKIE, IDLE_TIMEOUT, HARD_TIMEOUT, IMPORTANCE, OUT_PORT, OUT_GROUP, ETH,
        /** A counter, as listings print it: read over, so that a listing can be read again. */
        COUNTER,
        /** {@code allow_hidden_fields}, {@code no_readonly_table}: of no effect. */
        IGNORED
    }

    NameTable<FlowKeyword> TABLE = table();

    private static NameTable<FlowKeyword> table() {
        Map<String, FlowKeyword> words = new HashMap<>();
        for (Field field : Fields.all()) {
            words.put(field.name(), new MatchField(FieldTable.of(field)));
            if (!field.alias().isEmpty()) {
                words.put(field.alias(), new MatchField(FieldTable.of(field)));
            }
        }
        words.put("tp_src", new MatchField(FieldTable.of(Fields.TCP_SRC)));
        words.put("tp_dst", new MatchField(FieldTable.of(Fields.TCP_DST)));
        putProtocols(words);
        words.put("send_flow_rem", new Flag(FlowFlags.SEND_FLOW_REM, Protocols.P_OF10_UP));
        words.put("check_overlap", new Flag(FlowFlags.CHECK_OVERLAP, Protocols.P_OF10_UP));
        words.put("reset_counts", new Flag(FlowFlags.RESET_COUNTS, Protocols.P_OF12_UP));
        words.put("no_packet_counts", new Flag(FlowFlags.NO_PACKET_COUNTS, Protocols.P_OF13_UP));
        words.put("no_byte_counts", new Flag(FlowFlags.NO_BYTE_COUNTS, Protocols.P_OF13_UP));
        words.put("table", Property.TABLE);
        words.put("priority", Property.PRIORITY);
        words.put("cookie", Property.COOKIE);
        words.put("idle_timeout", Property.IDLE_TIMEOUT);
        words.put("hard_timeout", Property.HARD_TIMEOUT);
        words.put("importance", Property.IMPORTANCE);
        words.put("out_port", Property.OUT_PORT);
        words.put("out_group", Property.OUT_GROUP);
        words.put("eth", Property.ETH);
        words.put("allow_hidden_fields", Property.IGNORED);
        words.put("no_readonly_table", Property.IGNORED);
        for (String counter : new String[]{"duration", "n_packets", "n_bytes", "idle_age", "hard_age"}) {
            words.put(counter, Property.COUNTER);
        }
        return new NameTable<>(words, false);
    }

    private static void putProtocols(Map<String, FlowKeyword> words) {
        words.put("ip", new ProtocolName(EthTypes.IPV4, 0));
        words.put("ipv4", new ProtocolName(EthTypes.IPV4, 0));
        words.put("ip4", new ProtocolName(EthTypes.IPV4, 0));
        words.put("arp", new ProtocolName(EthTypes.ARP, 0));
        words.put("icmp", new ProtocolName(EthTypes.IPV4, IpProtocols.ICMP));
        words.put("tcp", new ProtocolName(EthTypes.IPV4, IpProtocols.TCP));
        words.put("udp", new ProtocolName(EthTypes.IPV4, IpProtocols.UDP));
        words.put("sctp", new ProtocolName(EthTypes.IPV4, IpProtocols.SCTP));
        words.put("ipv6", new ProtocolName(EthTypes.IPV6, 0));
        words.put("ip6", new ProtocolName(EthTypes.IPV6, 0));
        words.put("icmp6", new ProtocolName(EthTypes.IPV6, IpProtocols.ICMPV6));
        words.put("tcp6", new ProtocolName(EthTypes.IPV6, IpProtocols.TCP));
        words.put("udp6", new ProtocolName(EthTypes.IPV6, IpProtocols.UDP));
        words.put("sctp6", new ProtocolName(EthTypes.IPV6, IpProtocols.SCTP));
        words.put("rarp", new ProtocolName(EthTypes.RARP, 0));
        words.put("mpls", new ProtocolName(EthTypes.MPLS, 0));
        words.put("mplsm", new ProtocolName(EthTypes.MPLS_MULTICAST, 0));
    }
}
