package dev.turnout.openflow;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import dev.turnout.openflow.ActionTexts.ArgumentReader;
import dev.turnout.openflow.OfAction.Decap;
import dev.turnout.openflow.OfAction.Encap;
import dev.turnout.openflow.OfAction.EncapProperty;

/** Reads and writes {@code encap(nsh(md_type=1))} and {@code decap(packet_type(ns=1,type=0x800))}. */
final class EncapText {
    private static final int USE_NEXT_PROTOCOL = 0xfffe;
    private static final int ETHERTYPE_NAMESPACE = 1 << 16;
    private static final int MAX_TLV_BYTES = 125;

    private EncapText() {
    }

    static void addTo(Map<String, ArgumentReader> table) {
        table.put("encap", EncapText::encap);
        table.put("decap", (c, text, start, end) -> decap(text, start, end));
    }

    private static OfAction encap(ActionTexts context, String text, int start, int end) {
        context.restrict(Protocols.P_OF13_UP);
        KeyValues part = new KeyValues(text, start, end);
        if (!part.next()) {
            throw new FlowSyntaxException("Missing encap hdr");
        }
        int packetType = switch (part.key()) {
            case "ethernet" -> 0;
            case "nsh" -> ETHERTYPE_NAMESPACE | EthTypes.NSH;
            case "mpls" -> ETHERTYPE_NAMESPACE | EthTypes.MPLS;
            case "mpls_mc" -> ETHERTYPE_NAMESPACE | EthTypes.MPLS_MULTICAST;
            default -> throw new FlowSyntaxException("Encap hdr not supported: " + part.key());
        };
        List<EncapProperty> properties = new ArrayList<>();
        KeyValues property = new KeyValues(text, part.valueStart, part.valueEnd);
        while (property.next()) {
            if (!part.keyIs("nsh")) {
                throw new FlowSyntaxException("Invalid property: " + property.key());
            }
            properties.add(property(property));
        }
        return new Encap(packetType, properties);
    }

    private static EncapProperty property(KeyValues property) {
        String value = property.value();
        return switch (property.key()) {
            case "md_type" -> mdType(value);
            case "tlv" -> tlv(value);
            default -> throw new FlowSyntaxException("Invalid property: " + property.key());
        };
    }

    private static EncapProperty mdType(String value) {
        int type = Numbers.u8(value, 0, value.length(), "md_type");
        if (type < 1 || type > 2) {
            throw new FlowSyntaxException("invalid md_type " + value + ", expected 1 or 2");
        }
        return new EncapProperty.NshMdType(type);
    }

    private static EncapProperty tlv(String value) {
        List<String> words = ActionTexts.words(value, 0, value.length());
        if (words.size() != 3 || !words.get(2).startsWith("0x")) {
            throw new FlowSyntaxException("Invalid NSH TLV header: " + value);
        }
        Octets content = OutputActions.hex(words.get(2).substring(2), "NSH TLV");
        if (content.length() > MAX_TLV_BYTES) {
            throw new FlowSyntaxException("NSH TLV of more than " + MAX_TLV_BYTES + " bytes");
        }
        return new EncapProperty.NshTlv(Numbers.u16(words.get(0), 0, words.get(0).length(), "TLV class"),
                Numbers.u8(words.get(1), 0, words.get(1).length(), "TLV type"), content);
    }

    private static OfAction decap(String text, int start, int end) {
        KeyValues part = new KeyValues(text, start, end);
        if (!part.next()) {
            return new Decap(USE_NEXT_PROTOCOL);
        }
        if (!part.keyIs("packet_type")) {
            throw new FlowSyntaxException("Invalid decap argument: " + part.key());
        }
        KeyValues attribute = new KeyValues(text, part.valueStart, part.valueEnd);
        if (!attribute.next() || !attribute.keyIs("ns")) {
            throw new FlowSyntaxException("Missing packet_type attribute ns");
        }
        int namespace = Numbers.u16(text, attribute.valueStart, attribute.valueEnd, "ns");
        if (namespace > 4) {
            throw new FlowSyntaxException("Unsupported ns value: " + namespace);
        }
        if (!attribute.next() || !attribute.keyIs("type")) {
            throw new FlowSyntaxException("Missing packet_type attribute type");
        }
        return new Decap(namespace << 16 | Numbers.u16(text, attribute.valueStart, attribute.valueEnd, "type"));
    }

    static void append(StringBuilder out, Encap encap) {
        out.append("encap(").append(switch (encap.packetType() & 0xffff) {
            case EthTypes.NSH -> "nsh";
            case EthTypes.MPLS -> "mpls";
            case EthTypes.MPLS_MULTICAST -> "mpls_mc";
            default -> "ethernet";
        });
        if (!encap.properties().isEmpty()) {
            String delimiter = "(";
            for (EncapProperty property : encap.properties()) {
                out.append(delimiter);
                append(out, property);
                delimiter = ",";
            }
            out.append(')');
        }
        out.append(')');
    }

    private static void append(StringBuilder out, EncapProperty property) {
        switch (property) {
            case EncapProperty.NshMdType(int mdType) -> out.append("md_type=").append(mdType);
            case EncapProperty.NshTlv(int tlvClass, int type, Octets content) -> {
                Numbers.appendHexPadded(out.append("tlv("), tlvClass, 4);
                out.append(',').append(type).append(",0x").append(content.toHex("")).append(')');
            }
        }
    }

    static void append(StringBuilder out, Decap decap) {
        out.append("decap(");
        if (decap.packetType() != USE_NEXT_PROTOCOL) {
            out.append("packet_type(ns=").append(decap.packetType() >>> 16).append(",type=");
            Numbers.appendHex(out, decap.packetType() & 0xffff);
            out.append(')');
        }
        out.append(')');
    }
}
