package dev.turnout.flow;

import java.util.List;
import java.util.Locale;
import java.util.function.IntFunction;

/**
 * Datapath actions as text, as {@code ovs-dpctl} prints them. A setting action is printed as the part of a key that it writes, so that values and masks
 * look alike in both.
 *
 * <p>Thread rules: stateless.
 */
final class DatapathActionText {
    private DatapathActionText() {
    }

    static String actions(List<DpAction> actions, IntFunction<String> portNames) {
        if (actions.isEmpty()) {
            return "drop";
        }
        StringBuilder out = new StringBuilder();
        for (DpAction action : actions) {
            if (!out.isEmpty()) {
                out.append(',');
            }
            out.append(action(action, portNames));
        }
        return out.toString();
    }

    private static String action(DpAction action, IntFunction<String> portNames) {
        return switch (action) {
            case DpAction.Output a -> portNames.apply(a.port());
            case DpAction.Userspace a -> userspace(a);
            case DpAction.SetEthernet a -> set(DatapathAttribute.ETH).with(Fields.ETH_SRC, a.src(), a.srcMask())
                    .with(Fields.ETH_DST, a.dst(), a.dstMask()).text();
            case DpAction.SetIpv4 a -> set(DatapathAttribute.IPV4).with(Fields.IPV4_SRC, a.src(), a.srcMask())
                    .with(Fields.IPV4_DST, a.dst(), a.dstMask()).with(Fields.NW_TOS, a.tos(), a.tosMask())
                    .with(Fields.NW_TTL, a.ttl(), a.ttlMask())
                    .text();
            case DpAction.SetIpv6 a -> set(DatapathAttribute.IPV6)
                    .withWide(Fields.IPV6_SRC, a.srcHigh(), a.srcLow(), a.srcHighMask(), a.srcLowMask())
                    .withWide(Fields.IPV6_DST, a.dstHigh(), a.dstLow(), a.dstHighMask(), a.dstLowMask())
                    .with(Fields.IPV6_LABEL, a.label(), a.labelMask())
                    .with(Fields.NW_TOS, a.trafficClass(), a.trafficClassMask())
                    .with(Fields.NW_TTL, a.hopLimit(), a.hopLimitMask()).text();
            case DpAction.SetPorts a -> set(transport(a.protocol())).with(Fields.TCP_SRC, a.src(), a.srcMask())
                    .with(Fields.TCP_DST, a.dst(), a.dstMask()).text();
            case DpAction.SetIcmp a -> set(a.protocol() == 58 ? DatapathAttribute.ICMPV6 : DatapathAttribute.ICMP)
                    .with(Fields.ICMP_TYPE, a.type(), a.typeMask()).with(Fields.ICMP_CODE, a.code(), a.codeMask())
                    .text();
            case DpAction.SetArp a -> set(DatapathAttribute.ARP).with(Fields.ARP_SPA, a.spa(), a.spaMask())
                    .with(Fields.ARP_TPA, a.tpa(), a.tpaMask())
                    .with(Fields.ARP_OP, a.op(), a.opMask()).with(Fields.ARP_SHA, a.sha(), a.shaMask())
                    .with(Fields.ARP_THA, a.tha(), a.thaMask())
                    .text();
            case DpAction.SetNd a -> set(DatapathAttribute.ND)
                    .withWide(Fields.ND_TARGET, a.targetHigh(), a.targetLow(), a.targetHighMask(), a.targetLowMask())
                    .with(Fields.ND_SLL, a.sll(), a.sllMask()).with(Fields.ND_TLL, a.tll(), a.tllMask()).text();
            case DpAction.SetMark a -> set(DatapathAttribute.SKB_MARK).with(Fields.PKT_MARK, a.mark(), a.mask()).text();
            case DpAction.SetPriority a ->
                set(DatapathAttribute.SKB_PRIORITY).with(Fields.SKB_PRIORITY, a.priority(), a.mask()).text();
            case DpAction.SetMpls a ->
                "set(mpls(" + (a.mask() == -1 ? mplsEntry(a.lse()) : mplsEntryMasked(a.lse(), a.mask())) + "))";
            case DpAction.PushVlan a ->
                "push_vlan(" + (a.tpid() == 0x8100 ? "" : String.format(Locale.ROOT, "tpid=0x%04x,", a.tpid())) + "vid="
                        + (a.tci() & 0xfff) + ",pcp=" + (a.tci() >>> 13 & 7) + ")";
            case DpAction.PopVlan a -> "pop_vlan";
            case DpAction.PushMpls a ->
                "push_mpls(" + mplsEntry(a.lse()) + ",eth_type=0x" + Integer.toHexString(a.ethType()) + ")";
            case DpAction.PopMpls a -> "pop_mpls(eth_type=0x" + Integer.toHexString(a.ethType()) + ")";
            case DpAction.Hash a -> "hash(l4(" + Integer.toUnsignedString(a.basis()) + "))";
            case DpAction.Recirc a -> "recirc(" + DatapathValueText.hex(a.id() & 0xffff_ffffL) + ")";
            case DpAction.Trunc a -> "trunc(" + Integer.toUnsignedString(a.maxLength()) + ")";
            case DpAction.Clone a -> "clone(" + actions(a.actions(), portNames) + ")";
            case DpAction.Sample a -> "sample(sample=" + percent(a.probability()) + "%,actions("
                    + actions(a.actions(), portNames) + "))";
            case DpAction.CheckPktLen a -> "check_pkt_len(size=" + a.length() + ",gt(" + actions(a.greater(), portNames)
                    + "),le(" + actions(a.lessEqual(), portNames) + "))";
            case DpAction.Ct a -> DatapathConntrackText.ct(a);
            case DpAction.CtClear a -> "ct_clear";
            case DpAction.Meter a -> "meter(" + Integer.toUnsignedString(a.id()) + ")";
        };
    }

    private static String userspace(DpAction.Userspace action) {
        return switch (action.kind()) {
            case CONTROLLER ->
                "userspace(pid=0,controller(recirc_id=" + Integer.toUnsignedString(action.stateId()) + "))";
            case FLOW_SAMPLE ->
                "userspace(pid=0,flow_sample(state_id=" + Integer.toUnsignedString(action.stateId()) + "))";
        };
    }

    /** With one decimal, as Open vSwitch prints it. */
    private static String percent(int probability) {
        return String.format(Locale.ROOT, "%.1f", 100.0 * Integer.toUnsignedLong(probability) / 0xffff_ffffL);
    }

    private static DatapathAttribute transport(int protocol) {
        return switch (protocol) {
            case 6 -> DatapathAttribute.TCP;
            case 132 -> DatapathAttribute.SCTP;
            default -> DatapathAttribute.UDP;
        };
    }

    static String mplsEntry(int lse) {
        return "label=" + (lse >>> 12) + ",tc=" + (lse >>> 9 & 7) + ",ttl=" + (lse & 0xff) + ",bos=" + (lse >>> 8 & 1);
    }

    static String mplsEntryMasked(int lse, int mask) {
        return "label=" + (lse >>> 12) + "/0x" + Integer.toHexString(mask >>> 12) + ",tc=" + (lse >>> 9 & 7) + "/"
                + Integer.toHexString(mask >>> 9 & 7) + ",ttl=" + (lse & 0xff) + "/0x"
                + Integer.toHexString(mask & 0xff) + ",bos=" + (lse >>> 8 & 1)
                + "/" + Integer.toHexString(mask >>> 8 & 1);
    }

    private static Setting set(DatapathAttribute attribute) {
        return new Setting(attribute);
    }

    /** Values and masks of one setting action. */
    private static final class Setting {
        private final DatapathAttribute attribute;
        private final long[] values = new long[FlowLayout.WORDS];
        private final long[] masks = new long[FlowLayout.WORDS];

        Setting(DatapathAttribute attribute) {
            this.attribute = attribute;
        }

        Setting with(Field field, long value, long mask) {
            field.set(values, value);
            field.set(masks, mask);
            return this;
        }

        Setting withWide(Field field, long high, long low, long highMask, long lowMask) {
            values[field.word()] = high;
            values[field.word() + 1] = low;
            masks[field.word()] = highMask;
            masks[field.word() + 1] = lowMask;
            return this;
        }

        String text() {
            DatapathFlowText.Printer printer = new DatapathFlowText.Printer(values, FlowMask.of(masks), false,
                    Integer::toUnsignedString);
            printer.attribute(attribute);
            return "set(" + printer.out + ")";
        }
    }
}
