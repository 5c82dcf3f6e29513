package dev.turnout.ofproto.model;

import java.util.ArrayList;
import java.util.List;

import dev.turnout.flow.Field;
import dev.turnout.flow.Fields;
import dev.turnout.flow.FlowKey;
import dev.turnout.flow.FlowLayout;
import dev.turnout.ofproto.model.FrameEditor.Part;
import dev.turnout.openflow.FieldValue;
import dev.turnout.openflow.Subfield;
import dev.turnout.packet.PacketPool;
import org.jspecify.annotations.Nullable;

/** A packet in the naive pipeline: fields and bytes, changed side by side. */
final class NaivePacket {
    long[] fields;
    FrameEditor frame;
    /** What connection tracking said, also where a key does not show it. */
    private FlowKey tracked;
    /** Basis of the hash that the datapath made of the packet, in {@code dp_hash}; null if it made none. */
    @Nullable
    Integer hashBasis;
    /** The packet of which this is a copy in the same pass through the datapath: there it is one packet, changed back and forth. */
    private @Nullable NaivePacket samePass;
    /** A hash that the datapath made of such a copy: from the next pass on it is this packet's. */
    private @Nullable Integer laterHash;
    /** The tags that the key showed and those pushed since, outermost first: {TPID, TCI with the present bit}. */
    List<int[]> tags = new ArrayList<>();

    NaivePacket(ModelPacket packet, FlowKey key, int inPort) {
        fields = key.words().clone();
        frame = new FrameEditor(packet.frame());
        tracked = key.copy();
        Fields.IN_PORT.set(fields, inPort);
        Fields.ACTSET_OUTPUT.set(fields, 0xfff7);
        addTags();
    }

    private void addTags() {
        int outer = (int) Fields.VLAN_TCI.get(fields);
        if ((outer & 0x1000) != 0) {
            tags.add(new int[]{(int) fields[FlowLayout.TCP_CT] & 0xffff, outer});
        }
        int inner = (int) fields[FlowLayout.IPV6_VLAN1];
        if ((inner & 0x1000) != 0) {
            tags.add(new int[]{inner >>> 16, inner & 0xffff});
        }
    }

    private NaivePacket(NaivePacket other) {
        fields = other.fields.clone();
        frame = new FrameEditor(other.frame);
        tracked = other.tracked.copy();
        hashBasis = other.hashBasis;
        laterHash = other.laterHash;
        other.tags.forEach(tag -> tags.add(tag.clone()));
    }

    void sharesPassWith(NaivePacket original) {
        samePass = original;
    }

    /** The datapath hashes the packet. */
    void hashed(int hash) {
        Fields.DP_HASH.set(fields, hash & 0xffff_ffffL);
        laterHash = null;
        for (NaivePacket outer = samePass; outer != null; outer = outer.samePass) {
            outer.laterHash = hash;
        }
    }

    void loseHash() {
        Fields.DP_HASH.set(fields, 0);
        hashBasis = null;
        laterHash = null;
    }

    /** The packet goes through the datapath again. */
    void passBegins() {
        samePass = null;
        if (laterHash != null) {
            Fields.DP_HASH.set(fields, laterHash & 0xffff_ffffL);
            hashBasis = null;
            laterHash = null;
        }
    }

    /** What a datapath's new parse of the frame shows; the pipeline's own state stays. */
    void reparse(PacketPool pool) {
        FlowKey metadata = new FlowKey(fields);
        copyConntrack(tracked.words(), metadata.words());
        take(new ModelPacket(frame.bytes(), metadata).key(pool));
        frame = new FrameEditor(frame.bytes());
        tags.clear();
        addTags();
    }

    /** Takes over all that connection tracking says. */
    void setConntrack(FlowKey found) {
        tracked = found.copy();
        copyConntrack(found.words(), fields);
    }

    private static void copyConntrack(long[] from, long[] to) {
        for (Field field : Fields.all()) {
            if (field.name().startsWith("ct_")) {
                FieldValue.get(field, from).put(field, to);
            }
        }
    }

    private void take(FlowKey key) {
        long[] old = fields;
        fields = key.words().clone();
        System.arraycopy(old, FlowLayout.DATAPATH_WORDS, fields, FlowLayout.DATAPATH_WORDS,
                FlowLayout.WORDS - FlowLayout.DATAPATH_WORDS);
        System.arraycopy(old, FlowLayout.TUN_ID, fields, FlowLayout.TUN_ID, FlowLayout.NSH_BASE - FlowLayout.TUN_ID);
        Fields.RECIRC_ID.set(fields, 0);
        Fields.IN_PORT.set(fields, Fields.IN_PORT.get(old));
    }

    /** Label stack entries up to the bottom of the stack, at most three. */
    int labels() {
        if (ethType() != 0x8847 && ethType() != 0x8848) {
            return 0;
        }
        int[] shown = {(int) (fields[FlowLayout.MPLS01] >>> 32), (int) fields[FlowLayout.MPLS01],
            (int) (fields[FlowLayout.MPLS2_PTYPE] >>> 32)};
        for (int n = 0; n < 3; n++) {
            if ((shown[n] & 0x100) != 0) {
                return n + 1;
            }
        }
        return 3;
    }

    /** Whether the key shows the bottom of the stack of labels. */
    boolean showsBottom() {
        return ((fields[FlowLayout.MPLS01] >>> 32 | fields[FlowLayout.MPLS01] | fields[FlowLayout.MPLS2_PTYPE] >>> 32)
                & 0x100) != 0;
    }

    void pushMpls(int type, PacketPool pool) {
        int lse;
        if (labels() > 0) {
            lse = (int) (fields[FlowLayout.MPLS01] >>> 32) & ~0x100;
        } else {
            int ttl = isIp() && get(Fields.NW_TTL) != 0 ? (int) get(Fields.NW_TTL) : 64;
            int tc = isIp() ? (int) get(Fields.IP_DSCP) & 7 : 0;
            lse = (ethType() == 0x86dd ? 2 : 0) << 12 | tc << 9 | 0x100 | ttl;
        }
        frame.pushMpls(type, lse);
        seeLabels(pool);
    }

    void popMpls(int type, PacketPool pool) {
        frame.popMpls(type);
        if (type == 0x8100 || type == 0x88a8) {
            reparse(pool); // there may be a tag
        } else {
            seeLabels(pool);
        }
    }

    /** Tags stay known, also those that a parse would stop at. */
    private void seeLabels(PacketPool pool) {
        long[] old = fields;
        take(new ModelPacket(frame.withoutTags(tags.size()), new FlowKey(fields)).key(pool));
        copyConntrack(old, fields);
        showTags();
    }

    NaivePacket copy() {
        return new NaivePacket(this);
    }

    long get(Field field) {
        return field.get(fields);
    }

    FieldValue get(Subfield from) {
        long[] readable = fields.clone();
        if (from.field().equals(Fields.NW_TOS)) {
            Fields.IP_ECN.set(readable, 0);
        }
        return from.get(readable);
    }

    int ethType() {
        return (int) get(Fields.ETH_TYPE);
    }

    boolean isIp() {
        return ethType() == 0x0800 || ethType() == 0x86dd;
    }

    boolean hasTag() {
        return !tags.isEmpty();
    }

    private boolean isLater() {
        return (get(Fields.IP_FRAG) & 2) != 0;
    }

    private boolean hasL4(int protocol) {
        return isIp() && !isLater() && get(Fields.IP_PROTO) == protocol;
    }

    boolean hasPorts() {
        return hasL4(6) || hasL4(17) || hasL4(132);
    }

    private boolean isNd(int type) {
        return ethType() == 0x86dd && hasL4(58) && get(Fields.ICMPV6_TYPE) == type && get(Fields.ICMPV6_CODE) == 0;
    }

    /** Whether the packet has the field. */
    boolean has(Field field) {
        return switch (field.prerequisite()) {
            case NONE, ETHERNET -> true;
            case VLAN_VID -> hasTag();
            case ARP -> ethType() == 0x0806 || ethType() == 0x8035;
            case IPV4 -> ethType() == 0x0800;
            case IPV6 -> ethType() == 0x86dd;
            case IP_ANY -> isIp();
            case MPLS -> ethType() == 0x8847 || ethType() == 0x8848;
            case TCP -> hasL4(6);
            case UDP -> hasL4(17);
            case SCTP -> hasL4(132);
            case ICMPV4 -> ethType() == 0x0800 && hasL4(1);
            case ICMPV6 -> ethType() == 0x86dd && hasL4(58);
            case ND -> isNd(135) || isNd(136);
            case ND_SOLICIT -> isNd(135);
            case ND_ADVERT -> isNd(136);
            case NSH -> ethType() == 0x894f;
            case CT -> get(Fields.CT_STATE) != 0;
        };
    }

    /** {@code set_field:value/mask->field}. */
    void set(Field field, FieldValue value, FieldValue mask) {
        if (!has(field)) {
            return;
        }
        if (field.equals(Fields.VLAN_TCI) || field.equals(Fields.VLAN_VID) || field.equals(Fields.DL_VLAN)
                || field.equals(Fields.VLAN_PCP)
                || field.equals(Fields.DL_VLAN_PCP)) {
            setTag(field, (int) value.low(), (int) mask.low());
            return;
        }
        FieldValue bits = field.equals(Fields.NW_TOS) ? mask.and(FieldValue.of(0xfc)) : mask;
        FieldValue.get(field, fields).andNot(bits).or(value.and(bits)).put(field, fields);
        writeFrame(field);
    }

    void set(Field field, long value) {
        set(field, FieldValue.of(value), FieldValue.ones(field.bits()));
    }

    private void setTag(Field field, int value, int mask) {
        int tci = hasTag() ? tags.get(0)[1] : 0;
        int old = tci >>> field.shift();
        int changed = (old & ~mask) | (value & mask);
        int fieldBits = (1 << field.bits()) - 1;
        tci = (tci & ~(fieldBits << field.shift())) | (changed & fieldBits) << field.shift();
        if (field.equals(Fields.VLAN_VID)) {
            tci = (tci & ~0x1000) | (hasTag() ? 0x1000 : 0);
        } else if (!field.equals(Fields.VLAN_TCI)) {
            tci |= 0x1000;
        }
        setTci(tci);
    }

    /** Gives the packet an outermost tag, changes it, or takes it off where the present bit is 0. */
    void setTci(int tci) {
        int tpid = 0x8100;
        if (hasTag()) {
            tpid = tags.get(0)[0];
            popVlan();
        }
        if ((tci & 0x1000) != 0) {
            pushVlan(tpid, tci);
        }
    }

    void pushVlan(int tpid, int tci) {
        frame.pushVlan(tpid, tci);
        tags.add(0, new int[]{tpid, tci});
        showTags();
    }

    void popVlan() {
        if (hasTag()) {
            frame.popVlan();
            tags.remove(0);
            showTags();
        }
    }

    private void showTags() {
        int[] outer = tags.isEmpty() ? new int[2] : tags.get(0);
        int[] inner = tags.size() < 2 ? new int[2] : tags.get(1);
        Fields.VLAN_TCI.set(fields, outer[1]);
        fields[FlowLayout.TCP_CT] = (fields[FlowLayout.TCP_CT] & ~0xffffL) | outer[0];
        fields[FlowLayout.IPV6_VLAN1] = (fields[FlowLayout.IPV6_VLAN1] & ~0xffff_ffffL) | (long) inner[0] << 16
                | inner[1];
    }

    /** Writes a field from the fields to the bytes. */
    private void writeFrame(Field field) {
        if (field.prerequisite() == Field.Prerequisite.MPLS) {
            frame.setMpls((int) (fields[FlowLayout.MPLS01] >>> 32), -1);
        } else if (field.equals(Fields.ETH_SRC)) {
            frame.put(Part.ETH_SRC, get(field), -1);
        } else if (field.equals(Fields.ETH_DST)) {
            frame.put(Part.ETH_DST, get(field), -1);
        } else if (field.equals(Fields.IPV4_SRC)) {
            frame.put(Part.IPV4_SRC, get(field), -1);
        } else if (field.equals(Fields.IPV4_DST)) {
            frame.put(Part.IPV4_DST, get(field), -1);
        } else if (field.equals(Fields.ARP_SPA)) {
            frame.put(Part.ARP_SPA, get(field), -1);
        } else if (field.equals(Fields.ARP_TPA)) {
            frame.put(Part.ARP_TPA, get(field), -1);
        } else if (field.equals(Fields.ARP_SHA)) {
            frame.put(Part.ARP_SHA, get(field), -1);
        } else if (field.equals(Fields.ARP_THA)) {
            frame.put(Part.ARP_THA, get(field), -1);
        } else if (field.equals(Fields.ARP_OP)) {
            frame.put(Part.ARP_OP, get(field), -1);
        } else if (field.equals(Fields.NW_TOS) || field.equals(Fields.IP_DSCP) || field.equals(Fields.IP_ECN)) {
            frame.put(Part.TOS, get(Fields.NW_TOS), 0xff);
        } else if (field.equals(Fields.NW_TTL)) {
            frame.put(Part.TTL, get(field), -1);
        } else if (field.equals(Fields.IPV6_SRC)) {
            frame.put128(0, fields[FlowLayout.IPV6_SRC], fields[FlowLayout.IPV6_SRC + 1], -1, -1);
        } else if (field.equals(Fields.IPV6_DST)) {
            frame.put128(1, fields[FlowLayout.IPV6_DST], fields[FlowLayout.IPV6_DST + 1], -1, -1);
        } else if (field.equals(Fields.IPV6_LABEL)) {
            frame.put(Part.IPV6_LABEL, get(field), 0xfffff);
        } else if (field.equals(Fields.ND_TARGET)) {
            frame.put128(2, fields[FlowLayout.ND_TARGET], fields[FlowLayout.ND_TARGET + 1], -1, -1);
        } else if (field.equals(Fields.ND_SLL)) {
            frame.put(Part.ND_SLL, get(field), -1);
        } else if (field.equals(Fields.ND_TLL)) {
            frame.put(Part.ND_TLL, get(field), -1);
        } else if (field.equals(Fields.ICMP_TYPE) || field.equals(Fields.ICMPV6_TYPE)) {
            frame.put(Part.ICMP_TYPE, get(field), -1);
        } else if (field.equals(Fields.ICMP_CODE) || field.equals(Fields.ICMPV6_CODE)) {
            frame.put(Part.ICMP_CODE, get(field), -1);
        } else if (field.name().endsWith("tp_src") || field.name().endsWith("tcp_src")
                || field.name().endsWith("udp_src")) {
            frame.put(Part.L4_SRC, get(field), -1);
        } else if (field.name().endsWith("tp_dst") || field.name().endsWith("tcp_dst")
                || field.name().endsWith("udp_dst")) {
            frame.put(Part.L4_DST, get(field), -1);
        }
    }
}
