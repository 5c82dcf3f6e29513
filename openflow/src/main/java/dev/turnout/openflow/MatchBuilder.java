package dev.turnout.openflow;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import dev.turnout.flow.Field;
import dev.turnout.flow.Fields;
import dev.turnout.flow.FlowLayout;
import dev.turnout.flow.Match;
import org.jspecify.annotations.Nullable;

/**
 * A match in the making: values and masks in the words of a key, fields without storage apart. Knows what setting a field
 * means where that is more than writing its bits (VLAN fields bring the tag's presence with them), and what must go because
 * the match lacks what it needs ({@link #normalize}).
 *
 * <p>Thread rules: one owner.
 */
final class MatchBuilder {
    private static final int TCI_PRESENT = FlowLayout.VLAN_PRESENT;
    private static final int TCI_VID = 0xfff;
    private static final int TCI_PCP = 0xe000;
    private static final int NO_VLAN_OF10 = 0xffff;

    private static final Field[] NEED_NETWORK = {Fields.IP_PROTO};
    private static final Field[] NEED_IP = {Fields.NW_TOS, Fields.NW_TTL, Fields.IP_FRAG};
    private static final Field[] NEED_IPV4_ADDRESSES = {Fields.IPV4_SRC, Fields.IPV4_DST};
    private static final Field[] NEED_PORTS = {Fields.TCP_SRC, Fields.TCP_DST};
    private static final Field[] NEED_TCP = {Fields.TCP_FLAGS};
    private static final Field[] NEED_IPV6 = {Fields.IPV6_SRC, Fields.IPV6_DST, Fields.IPV6_LABEL};
    private static final Field[] NEED_SOURCE_MAC = {Fields.ARP_SHA};
    private static final Field[] NEED_TARGET_MAC = {Fields.ARP_THA};
    private static final Field[] NEED_ND = {Fields.ND_TARGET, Fields.ND_RESERVED, Fields.ND_OPTIONS_TYPE};
    private static final Field[] NEED_MPLS = {Fields.MPLS_LABEL, Fields.MPLS_TC, Fields.MPLS_BOS, Fields.MPLS_TTL};
    private static final Field[] NEED_NSH = {Fields.NSH_FLAGS, Fields.NSH_TTL, Fields.NSH_MDTYPE, Fields.NSH_NP,
        Fields.NSH_SPI,
        Fields.NSH_SI, Fields.NSH_C1, Fields.NSH_C2, Fields.NSH_C3, Fields.NSH_C4};
    private static final Field[] CT_TUPLE = {Fields.CT_NW_PROTO, Fields.CT_NW_SRC, Fields.CT_NW_DST, Fields.CT_IPV6_SRC,
        Fields.CT_IPV6_DST, Fields.CT_TP_SRC, Fields.CT_TP_DST};

    final long[] values = new long[FlowLayout.WORDS];
    final long[] masks = new long[FlowLayout.WORDS];
    private List<FieldMatch> tunnelMetadata = List.of();
    private @Nullable Match beforeNormalization;
    private final KnownMasks knownMasks = new KnownMasks();

    MatchBuilder() {
    }

    /** Begins another match. */
    void reset() {
        Arrays.fill(values, 0);
        Arrays.fill(masks, 0);
        tunnelMetadata = List.of();
        beforeNormalization = null;
    }

    MatchBuilder(Match match, List<FieldMatch> tunnelMetadata) {
        System.arraycopy(match.values(), 0, values, 0, values.length);
        for (int i = 0; i < match.mask().wordCount(); i++) {
            int word = match.mask().wordIndex(i);
            masks[word] = match.mask().word(word);
        }
        this.tunnelMetadata = tunnelMetadata;
    }

    /** Matches a whole field of up to 64 bits. */
    void set(Field field, long value) {
        field.set(values, value);
        field.setAll(masks);
    }

    /** What the text of a field says. */
    void set(Field field, FieldText text) {
        if (field.equals(Fields.DL_VLAN) || field.equals(Fields.DL_VLAN_PCP) || field.equals(Fields.VLAN_PCP)
                || field.equals(Fields.VLAN_VID)) {
            setVlan(field, text);
        } else if (field.equals(Fields.PACKET_TYPE) && text.value == 0) {
            field.clear(masks);
            field.clear(values);
        } else if (field.equals(Fields.NW_TOS)) {
            setMasked(Fields.IP_DSCP, text.value >>> 2, text.mask >>> 2);
        } else if (!field.isStored()) {
            setTunnelMetadata(new FieldMatch(field, text.wideValue, text.wideMask));
        } else if (field.isWide() || field.bits() == 64) {
            text.wideMask.put(field, masks);
            text.wideValue.put(field, values);
        } else {
            setMasked(field, text.value, text.mask);
        }
    }

    private void setMasked(Field field, long value, long mask) {
        field.set(values, value & mask);
        field.set(masks, mask);
    }

    private void setVlan(Field field, FieldText text) {
        int tci = (int) Fields.VLAN_TCI.get(values);
        int tciMask = (int) Fields.VLAN_TCI.get(masks);
        if (field.equals(Fields.VLAN_VID)) {
            tci = (tci & ~(TCI_VID | TCI_PRESENT)) | (int) text.value;
            tciMask = (tciMask & TCI_PCP) | (int) text.mask;
        } else if (field.equals(Fields.DL_VLAN)) {
            if (text.wild) {
                tciMask &= ~TCI_VID;
                tciMask = tciMask == TCI_PRESENT ? 0 : tciMask;
            } else if (text.value == NO_VLAN_OF10) {
                tci = 0;
                tciMask = 0xffff;
            } else {
                tci = (tci & ~TCI_VID) | TCI_PRESENT | ((int) text.value & TCI_VID);
                tciMask |= TCI_VID | TCI_PRESENT;
            }
        } else if (text.wild) {
            tciMask &= ~TCI_PCP;
            tciMask = tciMask == TCI_PRESENT ? 0 : tciMask;
        } else {
            tci = (tci & ~TCI_PCP) | TCI_PRESENT | ((int) text.value << 13);
            tciMask |= TCI_PCP | TCI_PRESENT;
        }
        setMasked(Fields.VLAN_TCI, tci, tciMask);
    }

    private void setTunnelMetadata(FieldMatch added) {
        List<FieldMatch> list = new ArrayList<>(tunnelMetadata);
        list.removeIf(existing -> existing.field().equals(added.field()));
        list.add(added);
        list.sort((a, b) -> Integer.compare(a.field().index(), b.field().index()));
        tunnelMetadata = list;
    }

    /** Adds bits of a field to what is matched already. */
    void addBits(Subfield subfield, FieldValue value) {
        Field field = subfield.field();
        if (!field.isStored()) {
            FieldValue all = subfield.mask();
            FieldMatch former = tunnelMetadata(field);
            FieldValue bits = value.shiftLeft(subfield.offset());
            setTunnelMetadata(former == null
                    ? new FieldMatch(field, bits, all)
                    : new FieldMatch(field, former.value().andNot(all).or(bits), former.mask().or(all)));
            return;
        }
        subfield.put(values, value);
        subfield.put(masks, FieldValue.ones(subfield.bits()));
    }

    private @Nullable FieldMatch tunnelMetadata(Field field) {
        for (FieldMatch match : tunnelMetadata) {
            if (match.field().equals(field)) {
                return match;
            }
        }
        return null;
    }

    List<FieldMatch> tunnelMetadata() {
        return tunnelMetadata;
    }

    /** The Ethernet type of what is matched, or 0. */
    int ethType() {
        return ethType(values, masks);
    }

    static int ethType(long[] values, long[] masks) {
        long packetTypeMask = Fields.PACKET_TYPE.get(masks);
        long packetType = Fields.PACKET_TYPE.get(values);
        if (packetTypeMask != 0 && packetType != 0) {
            return packetType >>> 16 == 1 ? (int) packetType & 0xffff : 0;
        }
        return (int) Fields.ETH_TYPE.get(values);
    }

    /** Whether the match is of packets only whose connection is known: a bit that only they have is set, or tracked is and invalid is not. */
    static boolean isCtValid(long[] values, long[] masks) {
        long set = Fields.CT_STATE.get(values) & Fields.CT_STATE.get(masks);
        boolean notInvalid = (Fields.CT_STATE.get(masks) & CT_INVALID) != 0 && (set & CT_INVALID) == 0;
        return (set & CT_KNOWN) != 0 || ((set & CT_TRACKED) != 0 && notInvalid);
    }

    private static final int CT_TRACKED = 0x20;
    private static final int CT_INVALID = 0x10;
    /** New, established, related, reply, source and destination translated. */
    private static final int CT_KNOWN = 0xcf;

    /**
     * The first field of a connection's tuple that is matched without what it needs, or null: a known connection ({@code ct_state=+trk-inv}, {@code +est}…), and
     * the IP version for addresses. A switch refuses these, it does not give them up.
     */
    @Nullable
    Field ctFieldWithoutPrerequisite() {
        boolean valid = isCtValid(values, masks);
        for (Field field : CT_TUPLE) {
            if (!field.isAnySet(masks)) {
                continue;
            }
            int version = switch (field.format()) {
                case IPV4 -> EthTypes.IPV4;
                case IPV6 -> EthTypes.IPV6;
                default -> ethType() == EthTypes.IPV6 ? EthTypes.IPV6 : EthTypes.IPV4;
            };
            if (!valid || ethType() != version) {
                return field;
            }
        }
        return null;
    }

    int ipProto() {
        return (int) Fields.IP_PROTO.get(values);
    }

    /**
     * Gives up what the match has no prerequisites for; returns the match before that if there was anything. Also brings
     * ICMP types and codes that were written as ports to their own width.
     */
    @Nullable
    Match normalize() {
        int ethType = ethType();
        boolean ipv4 = ethType == EthTypes.IPV4;
        boolean ipv6 = ethType == EthTypes.IPV6;
        boolean arp = ethType == EthTypes.ARP || ethType == EthTypes.RARP;
        int proto = ipProto();
        boolean icmp = (ipv4 && proto == IpProtocols.ICMP) || (ipv6 && proto == IpProtocols.ICMPV6);
        boolean ports = ((ipv4 || ipv6) && IpProtocols.hasPorts(proto)) || icmp;
        if (icmp) {
            narrowIcmp(Fields.TCP_SRC, Fields.ICMP_TYPE);
            narrowIcmp(Fields.TCP_DST, Fields.ICMP_CODE);
        }
        boolean nd = ipv6 && icmp && Fields.TCP_DST.get(values) == 0;
        boolean solicit = nd && Fields.TCP_SRC.get(values) == 135;
        boolean advert = nd && Fields.TCP_SRC.get(values) == 136;
        beforeNormalization = null;
        keepIf(ipv4 || ipv6 || arp, NEED_NETWORK);
        keepIf(ipv4 || ipv6, NEED_IP);
        keepIf(ipv4 || arp, NEED_IPV4_ADDRESSES);
        keepIf(ports, NEED_PORTS);
        keepIf((ipv4 || ipv6) && proto == IpProtocols.TCP, NEED_TCP);
        keepIf(ipv6, NEED_IPV6);
        keepIf(arp || solicit, NEED_SOURCE_MAC);
        keepIf(arp || advert, NEED_TARGET_MAC);
        keepIf(solicit || advert, NEED_ND);
        keepIf(EthTypes.isMpls(ethType), NEED_MPLS);
        keepIf(ethType == EthTypes.NSH, NEED_NSH);
        return beforeNormalization;
    }

    private void narrowIcmp(Field port, Field icmp) {
        if (port.isAllSet(masks) && port.get(values) <= 0xff) {
            port.clear(masks);
            icmp.setAll(masks);
        }
    }

    private void keepIf(boolean may, Field[] fields) {
        if (may) {
            return;
        }
        for (Field field : fields) {
            if (field.isAnySet(masks)) {
                if (beforeNormalization == null) {
                    beforeNormalization = build();
                }
                field.clear(masks);
                field.clear(values);
            }
        }
    }

    Match build() {
        return new Match(values, knownMasks.of(masks));
    }
}
