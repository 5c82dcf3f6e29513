package dev.turnout.flow;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToIntFunction;

import dev.turnout.flow.DatapathAttribute.Part;
import dev.turnout.flow.DatapathAttribute.Style;

/**
 * Reads a megaflow's key in the form that {@link DatapathFlowText} prints, the verbose one included: {@code in_port(1),eth_type(0x0800),ipv4(frag=no)}. What
 * is not named is wildcarded; a value may have a mask after a slash; names, numbers and addresses are read as printed.
 *
 * <p>Thread rules: a parser object reads one text.
 */
public final class DatapathFlowParser {
    private static final Map<String, DatapathAttribute> ATTRIBUTES = attributes();
    /** Two tags are all that a key has. */
    private static final int MAX_NESTING = 8;

    private final String text;
    private final ToIntFunction<String> portNumbers;
    private final long[] key = new long[FlowLayout.WORDS];
    private final long[] mask = new long[FlowLayout.WORDS];
    private int depth;
    private int nesting;
    private int at;

    private DatapathFlowParser(String text, ToIntFunction<String> portNumbers) {
        this.text = text;
        this.portNumbers = portNumbers;
    }

    private static Map<String, DatapathAttribute> attributes() {
        List<DatapathAttribute> all = new ArrayList<>(DatapathAttribute.METADATA);
        all.addAll(List.of(DatapathAttribute.CT_TUPLE4, DatapathAttribute.CT_TUPLE6, DatapathAttribute.ETH,
                DatapathAttribute.VLAN,
                DatapathAttribute.ETH_TYPE, DatapathAttribute.IPV4, DatapathAttribute.IPV6, DatapathAttribute.ARP,
                DatapathAttribute.NSH,
                DatapathAttribute.TCP, DatapathAttribute.TCP_FLAGS, DatapathAttribute.UDP, DatapathAttribute.SCTP,
                DatapathAttribute.ICMP,
                DatapathAttribute.ICMPV6, DatapathAttribute.ND, DatapathAttribute.ND_EXT));
        Map<String, DatapathAttribute> map = new HashMap<>();
        all.forEach(attribute -> map.put(attribute.name(), attribute));
        return map;
    }

    /**
     * Reads a key; ports are numbers.
     *
     * @throws IllegalArgumentException
     *             naming the wrong token
     */
    public static Match parse(String text) {
        return parse(text, name -> {
            throw new IllegalArgumentException("no port is called " + name);
        });
    }

    /** Reads a key; {@code portNumbers} gives the datapath port of a name that is no number, or throws an IllegalArgumentException. */
    public static Match parse(String text, ToIntFunction<String> portNumbers) {
        DatapathFlowParser parser = new DatapathFlowParser(text, portNumbers);
        parser.list();
        if (parser.at < text.length()) {
            throw parser.error("unexpected", text.substring(parser.at));
        }
        return new Match(parser.key, FlowMask.of(parser.mask));
    }

    private IllegalArgumentException error(String what, String token) {
        return new IllegalArgumentException(text + ": " + what + " \"" + token + '"');
    }

    /** Attributes up to the end or the parenthesis that closes an encapsulation. */
    private void list() {
        while (true) {
            while (at < text.length() && (text.charAt(at) == ',' || text.charAt(at) == ' ')) {
                at++;
            }
            if (at == text.length() || text.charAt(at) == ')') {
                return;
            }
            attribute();
        }
    }

    private void attribute() {
        int open = text.indexOf('(', at);
        if (open < 0) {
            throw error("no parenthesis after", text.substring(at));
        }
        String name = text.substring(at, open).trim();
        at = open + 1;
        if (name.equals("encap")) {
            encapsulation();
            return;
        }
        int close = close();
        String content = text.substring(at, close);
        at = close + 1;
        switch (name) {
            case "packet_type" -> packetType(content);
            case "mpls" -> mpls(content);
            case "eth_type" -> ethType(content);
            case "vlan" -> vlan(content);
            default -> parts(name, content);
        }
    }

    private void encapsulation() {
        if (++nesting > MAX_NESTING) {
            throw error("over " + MAX_NESTING + " encapsulations within each other at", text.substring(at));
        }
        list();
        if (at == text.length()) {
            throw error("no parenthesis closes", "encap(");
        }
        at++;
        nesting--;
    }

    private int close() {
        int nesting = 0;
        for (int i = at; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '(') {
                nesting++;
            } else if (c == ')' && nesting-- == 0) {
                return i;
            }
        }
        throw error("no parenthesis closes", text.substring(at));
    }

    private void packetType(String content) {
        if (!content.isEmpty() && !content.equals("ns=0,id=0")) {
            throw error("only Ethernet packets are known, not packet_type", content);
        }
    }

    private void ethType(String content) {
        if (content.equals("0/0xffff")) {
            Fields.ETH_TYPE.set(key, FlowLayout.ETH_TYPE_NONE);
            Fields.ETH_TYPE.setAll(mask);
            return;
        }
        value(DatapathAttribute.ETH_TYPE.parts().getFirst(), content);
    }

    private void vlan(String content) {
        if (depth == 2) {
            throw error("more than two VLAN tags at", content);
        }
        // The type before a tag was the tag's own.
        long tpid = Fields.ETH_TYPE.get(key);
        long tpidMask = Fields.ETH_TYPE.get(mask);
        Fields.ETH_TYPE.clear(key);
        Fields.ETH_TYPE.clear(mask);
        if (depth == 0) {
            key[FlowLayout.TCP_CT] |= tpid;
            mask[FlowLayout.TCP_CT] |= tpidMask;
            present(FlowLayout.ETH_SRC_VLAN);
        } else {
            key[FlowLayout.IPV6_VLAN1] |= tpid << 16;
            mask[FlowLayout.IPV6_VLAN1] |= tpidMask << 16;
            present(FlowLayout.IPV6_VLAN1);
        }
        all(depth == 0 ? DatapathAttribute.VLAN : DatapathAttribute.INNER_VLAN, content);
        depth++;
    }

    private void present(int word) {
        key[word] |= FlowLayout.VLAN_PRESENT;
        mask[word] |= FlowLayout.VLAN_PRESENT;
    }

    private void parts(String name, String content) {
        DatapathAttribute attribute = ATTRIBUTES.get(name);
        if (attribute == null) {
            throw error("unknown attribute", name);
        }
        all(attribute, content);
    }

    private void all(DatapathAttribute attribute, String content) {
        if (attribute.parts().size() == 1 && attribute.parts().getFirst().name().isEmpty()) {
            value(attribute.parts().getFirst(), content);
            return;
        }
        for (String item : split(content)) {
            int equals = item.indexOf('=');
            int parenthesis = item.indexOf('(');
            int end = equals >= 0 ? equals : parenthesis;
            if (end < 0) {
                throw error("no value for", item);
            }
            String name = item.substring(0, end).trim();
            Part part = attribute.parts().stream().filter(p -> p.name().equals(name)).findFirst()
                    .orElseThrow(() -> error("unknown part of " + attribute.name(), name));
            if (equals < 0 && item.charAt(item.length() - 1) != ')') {
                throw error("no parenthesis closes", item);
            }
            value(part, item.substring(end + 1, equals >= 0 ? item.length() : item.length() - 1));
        }
    }

    private static List<String> split(String content) {
        List<String> items = new ArrayList<>();
        if (!content.isBlank()) {
            for (String item : content.split(",", -1)) {
                items.add(item.trim());
            }
        }
        return items;
    }

    private void mpls(String content) {
        long[] values = new long[3];
        long[] masks = new long[3];
        int label = -1;
        for (String item : split(content)) {
            String name = item.substring(0, Math.max(0, item.indexOf('=')));
            String[] value = item.substring(item.indexOf('=') + 1).split("/", 2);
            if (name.equals("label")) {
                label++;
            }
            if (label < 0 || label > 2) {
                throw error("one to three MPLS labels expected at", item);
            }
            int shift = switch (name) {
                case "label" -> 12;
                case "tc" -> 9;
                case "bos" -> 8;
                case "ttl" -> 0;
                default -> throw error("unknown part of mpls", name);
            };
            long all = switch (name) {
                case "label" -> 0xfffff;
                case "tc" -> 7;
                case "bos" -> 1;
                default -> 0xff;
            };
            values[label] |= (number(value[0]) & all) << shift;
            // Masks of the small parts are printed in bare hexadecimal; they are one digit, which reads alike in both bases.
            masks[label] |= (value.length == 1 ? all : number(value[1]) & all) << shift;
        }
        key[FlowLayout.MPLS01] |= values[0] << 32 | values[1];
        mask[FlowLayout.MPLS01] |= masks[0] << 32 | masks[1];
        key[FlowLayout.MPLS2_PTYPE] |= values[2] << 32;
        mask[FlowLayout.MPLS2_PTYPE] |= masks[2] << 32;
    }

    private void value(Part part, String item) {
        Field field = part.field();
        Style style = part.style();
        List<String> flags = DatapathValueText.flagNames(style);
        if (!flags.isEmpty() && !item.isEmpty() && !Character.isDigit(item.charAt(0))) {
            flagNames(field, flags, item);
            return;
        }
        int slash = item.indexOf('/');
        String value = slash < 0 ? item : item.substring(0, slash);
        if (field.isWide()) {
            put(field, wide(style, value), slash < 0 ? new long[]{-1, -1} : wide(style, item.substring(slash + 1)));
            return;
        }
        field.set(key, field.get(key) | single(style, value));
        field.set(mask, field.get(mask) | (slash < 0 ? -1L : single(style, item.substring(slash + 1))));
    }

    private void put(Field field, long[] value, long[] bits) {
        for (int i = 0; i < 2; i++) {
            key[field.word() + i] |= value[i];
            mask[field.word() + i] |= bits[i];
        }
    }

    private void flagNames(Field field, List<String> names, String item) {
        boolean signed = item.charAt(0) == '+' || item.charAt(0) == '-';
        if (!signed) {
            field.setAll(mask);
        }
        String rest = item;
        while (!rest.isEmpty()) {
            boolean on = rest.charAt(0) != '-';
            int start = signed ? 1 : 0;
            int end = start;
            while (end < rest.length() && "+-|".indexOf(rest.charAt(end)) < 0) {
                end++;
            }
            String name = rest.substring(start, end);
            int bit = names.indexOf(name);
            if (bit < 0) {
                throw error("unknown flag of " + field, name);
            }
            field.set(key, field.get(key) | (on ? 1L << bit : 0));
            field.set(mask, field.get(mask) | 1L << bit);
            rest = rest.substring(end < rest.length() && rest.charAt(end) == '|' ? end + 1 : end);
        }
    }

    private long single(Style style, String value) {
        return switch (style) {
            case MAC -> checked(AddressText.parseMac(value), value);
            case IPV4 -> checked(AddressText.parseIpv4(value), value);
            case FRAGMENT -> DatapathValueText.FRAGMENT.contains(value) && !value.isEmpty()
                    ? DatapathValueText.FRAGMENT.indexOf(value)
                    : number(value);
            case PORT ->
                value.isEmpty() || Character.isDigit(value.charAt(0)) ? number(value) : portNumbers.applyAsInt(value);
            default -> number(value);
        };
    }

    private long checked(long address, String value) {
        if (address < 0) {
            throw error("no address", value);
        }
        return address;
    }

    private long[] wide(Style style, String value) {
        if (style == Style.IPV6) {
            long[] address = AddressText.parseIpv6(value);
            if (address == null) {
                throw error("no IPv6 address", value);
            }
            return address;
        }
        String digits = value.startsWith("0x") ? value.substring(2) : value;
        int high = Math.max(0, digits.length() - 16);
        return new long[]{high == 0 ? 0 : number("0x" + digits.substring(0, high)),
            number("0x" + digits.substring(high))};
    }

    private long number(String value) {
        try {
            return value.startsWith("0x")
                    ? Long.parseUnsignedLong(value, 2, value.length(), 16)
                    : Long.parseUnsignedLong(value);
        } catch (NumberFormatException e) {
            throw error("no number", value);
        }
    }
}
