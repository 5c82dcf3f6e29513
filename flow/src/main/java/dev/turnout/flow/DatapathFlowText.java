package dev.turnout.flow;

import java.util.List;
import java.util.Locale;
import java.util.function.IntFunction;

import dev.turnout.flow.DatapathAttribute.Part;

/**
 * Megaflows as text, as {@code ovs-dpctl dump-flows} prints them: {@code recirc_id(0),in_port(1),packet_type(ns=0,id=0),eth_type(0x0800),ipv4(frag=no)},
 * {@code packets:1, bytes:64, used:0.001s}, {@code set(ipv4(ttl=63)),2}. {@link DatapathFlowParser} reads keys of this form.
 *
 * <p>Every packet is an Ethernet frame here, so {@code packet_type(ns=0,id=0)} is always printed. A VLAN tag appears only where the mask looks at it: a
 * megaflow that wildcards tags altogether and one that wants none look the same, as in Open vSwitch.
 *
 * <p>Thread rules: stateless.
 */
public final class DatapathFlowText {
    private static final IntFunction<String> NUMBERS = Integer::toUnsignedString;

    private DatapathFlowText() {
    }

    /** A megaflow's key: attributes that matter, ports as numbers. */
    public static String key(FlowKey key, FlowMask mask) {
        return key(key, mask, false, NUMBERS);
    }

    /**
     * A megaflow's key.
     *
     * @param verbose
     *            whether also what does not matter is printed, with a zero mask ({@code dump-flows -m})
     * @param portNames
     *            what to print for a datapath port
     */
    public static String key(FlowKey key, FlowMask mask, boolean verbose, IntFunction<String> portNames) {
        Printer printer = new Printer(key.words(), mask, verbose, portNames);
        for (DatapathAttribute attribute : DatapathAttribute.METADATA) {
            if (!attribute.equals(DatapathAttribute.TUNNEL) || hasTunnel(key.words())) {
                printer.attribute(attribute);
            }
        }
        if (Fields.CT_NW_PROTO.get(key.words()) != 0) {
            printer.attribute(Fields.ETH_TYPE.get(key.words()) == 0x86dd
                    ? DatapathAttribute.CT_TUPLE6
                    : DatapathAttribute.CT_TUPLE4);
        }
        printer.text("packet_type(ns=0,id=0)");
        printer.attribute(DatapathAttribute.ETH);
        printer.tagged();
        return printer.out.toString();
    }

    private static boolean hasTunnel(long[] key) {
        return (key[FlowLayout.TUN_IPV4] | key[FlowLayout.TUN_IPV6_SRC] | key[FlowLayout.TUN_IPV6_SRC + 1]
                | key[FlowLayout.TUN_IPV6_DST]
                | key[FlowLayout.TUN_IPV6_DST + 1]) != 0;
    }

    /** Counters: {@code packets:1, bytes:64, used:0.001s, flags:SP.}; a negative age is "never". */
    public static String stats(long packets, long bytes, long ageNs, int tcpFlags) {
        String text = "packets:" + packets + ", bytes:" + bytes + ", used:"
                + (ageNs < 0 ? "never" : String.format(Locale.ROOT, "%.3fs", ageNs / 1e9));
        return tcpFlags == 0 ? text : text + ", flags:" + tcpFlagLetters(tcpFlags);
    }

    /** TCP flags as {@code tcpdump} abbreviates them. */
    public static String tcpFlagLetters(int flags) {
        if (flags == 0) {
            return "none";
        }
        String letters = "FSRP.UECN";
        StringBuilder out = new StringBuilder();
        for (int bit : new int[]{1, 0, 3, 2, 5, 4, 6, 7, 8}) {
            if ((flags >>> bit & 1) != 0) {
                out.append(letters.charAt(bit));
            }
        }
        for (int bit = 9; bit < 12; bit++) {
            if ((flags >>> bit & 1) != 0) {
                out.append('[').append(Integer.toHexString(1 << bit)).append(']');
            }
        }
        return out.toString();
    }

    /** Actions, ports as numbers. */
    public static String actions(DatapathActions actions) {
        return actions(actions, NUMBERS);
    }

    /** Actions; {@code drop} where there are none. */
    public static String actions(DatapathActions actions, IntFunction<String> portNames) {
        return DatapathActionText.actions(actions.actions(), portNames);
    }

    /** Writes one key; also the inside of {@code set(…)} actions, which name a part of a key. */
    static final class Printer {
        final StringBuilder out = new StringBuilder();
        private final long[] key;
        private final long[] masks;
        private final boolean verbose;
        private final IntFunction<String> portNames;

        Printer(long[] key, FlowMask mask, boolean verbose, IntFunction<String> portNames) {
            this.key = key;
            masks = mask.toWords();
            this.verbose = verbose;
            this.portNames = portNames;
        }

        private void separate() {
            if (!out.isEmpty() && out.charAt(out.length() - 1) != '(') {
                out.append(',');
            }
        }

        void text(String text) {
            separate();
            out.append(text);
        }

        /** VLAN tags, then the rest inside {@code encap(…)} of each. */
        private void tagged() {
            boolean outer = (key[FlowLayout.ETH_SRC_VLAN] & FlowLayout.VLAN_PRESENT) != 0;
            boolean inner = outer && (key[FlowLayout.IPV6_VLAN1] & FlowLayout.VLAN_PRESENT) != 0;
            if (outer) {
                openTag(key[FlowLayout.TCP_CT], DatapathAttribute.VLAN);
            }
            if (inner) {
                openTag(key[FlowLayout.IPV6_VLAN1] >>> 16, DatapathAttribute.INNER_VLAN);
            }
            typed();
            out.append(inner ? "))" : outer ? ")" : "");
        }

        private void openTag(long tpid, DatapathAttribute vlan) {
            int type = (int) tpid & 0xffff;
            text(String.format(Locale.ROOT, "eth_type(0x%04x)", type == 0 ? 0x8100 : type));
            attribute(vlan);
            text("encap(");
        }

        private void typed() {
            long type = Fields.ETH_TYPE.get(key);
            if (type == FlowLayout.ETH_TYPE_NONE && Fields.ETH_TYPE.isAllSet(masks)) {
                text("eth_type(0/0xffff)");
                return;
            }
            attribute(DatapathAttribute.ETH_TYPE);
            if (type == 0x8847 || type == 0x8848) {
                mpls();
                return;
            }
            DatapathAttribute network = DatapathAttribute.network(key);
            if (network != null) {
                attribute(network);
                transport();
            }
        }

        private void transport() {
            List<DatapathAttribute> attributes = DatapathAttribute.transport(key);
            for (DatapathAttribute attribute : attributes) {
                boolean secondary = attribute.equals(DatapathAttribute.TCP_FLAGS)
                        || attribute.equals(DatapathAttribute.ND_EXT);
                if (!secondary || isMasked(attribute)) {
                    attribute(attribute);
                }
            }
        }

        private boolean isMasked(DatapathAttribute attribute) {
            return attribute.parts().stream().anyMatch(part -> part.field().isAnySet(masks));
        }

        private void mpls() {
            long[] entries = entries(key);
            long[] bits = entries(masks);
            int shown = bits[2] != 0 ? 3 : bits[1] != 0 ? 2 : bits[0] != 0 || verbose ? 1 : 0;
            if (shown == 0) {
                return;
            }
            text("mpls(");
            boolean exact = true;
            for (int i = 0; i < shown; i++) {
                exact &= bits[i] == 0xffff_ffffL;
            }
            for (int i = 0; i < shown; i++) {
                separate();
                out.append(exact
                        ? DatapathActionText.mplsEntry((int) entries[i])
                        : DatapathActionText.mplsEntryMasked((int) entries[i], (int) bits[i]));
            }
            out.append(')');
        }

        private static long[] entries(long[] words) {
            return new long[]{words[FlowLayout.MPLS01] >>> 32, words[FlowLayout.MPLS01] & 0xffff_ffffL,
                words[FlowLayout.MPLS2_PTYPE] >>> 32};
        }

        /** One attribute, unless nothing of it matters. */
        void attribute(DatapathAttribute attribute) {
            if (!verbose && !isMasked(attribute)) {
                return;
            }
            text(attribute.name());
            out.append('(');
            for (Part part : attribute.parts()) {
                part(part);
            }
            out.append(')');
        }

        private void part(Part part) {
            Field field = part.field();
            boolean any = field.isAnySet(masks);
            if (!any && (!verbose || part.style() == DatapathAttribute.Style.FRAGMENT)) {
                return;
            }
            separate();
            boolean flags = part.style() == DatapathAttribute.Style.TUNNEL_FLAGS;
            out.append(part.name()).append(flags ? "(" : part.name().isEmpty() ? "" : "=");
            DatapathValueText.append(out, part, key, masks, verbose, portNames);
            out.append(flags ? ")" : "");
        }
    }
}
