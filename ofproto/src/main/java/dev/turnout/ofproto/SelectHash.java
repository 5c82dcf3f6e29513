package dev.turnout.ofproto;

import dev.turnout.flow.Field;
import dev.turnout.flow.Fields;
import dev.turnout.flow.FlowLayout;
import dev.turnout.openflow.FieldValue;
import dev.turnout.openflow.GroupSelection;
import dev.turnout.openflow.GroupSelection.MaskedField;

/**
 * The hash by which a select group chooses in the slow path; looks at the bits that it hashes, and at those that say whether they are there. It depends
 * on the packet and the group's basis alone, so a flow keeps its bucket over restarts, and switches with equal groups agree.
 *
 * <p>Thread rules: belongs to its {@link XlateContext}.
 */
final class SelectHash {
    private static final long GOLDEN = 0x9e37_79b9_7f4a_7c15L;
    private static final int TCP = 6;
    private static final int UDP = 17;
    private static final int SCTP = 132;

    private final FlowState flow;

    SelectHash(FlowState flow) {
        this.flow = flow;
    }

    /** The hash of the packet as it is now. */
    long of(GroupSelection selection) {
        long hash = mix(selection.parameter());
        boolean named = selection.method().equals(GroupSelection.HASH);
        if (named && !selection.fields().isEmpty()) {
            for (MaskedField field : selection.fields()) {
                hash = add(hash, field);
            }
            return hash;
        }
        return named ? connection(ethernet(hash)) : Prerequisites.isIp(flow.words) ? connection(hash) : ethernet(hash);
    }

    /** A field that the packet does not have is left out. */
    private long add(long hash, MaskedField part) {
        Field field = part.field();
        if (!flow.hold(field)) {
            return hash;
        }
        long sum = mix(hash + field.index());
        FieldValue mask = part.mask();
        if (field.wordCount() == 1) {
            flow.wildcards.lookAt(field.word(), mask.low() << field.shift() & field.wordMask(0));
            return mix(sum ^ (field.get(flow.words) & mask.low()));
        }
        for (int i = 0; i < field.wordCount(); i++) {
            long bits = mask.word(field.wordCount() - 1 - i) & field.wordMask(i);
            flow.wildcards.lookAt(field.word() + i, bits);
            sum = mix(sum ^ (flow.words[field.word() + i] & bits));
        }
        return sum;
    }

    /** Addresses, type and tag of the frame, both directions alike. */
    private long ethernet(long hash) {
        long source = flow.read(Fields.ETH_SRC);
        long destination = flow.read(Fields.ETH_DST);
        flow.lookAtVlans();
        long tag = Prerequisites.hasVlan(flow.words) ? Fields.VLAN_TCI.get(flow.words) & 0x1fff : 0;
        return mix(hash ^ symmetric(source, destination) ^ mix(tag << 16 | Prerequisites.ethType(flow.words)));
    }

    /** Addresses, protocol and ports of an IP packet, both directions alike. */
    private long connection(long hash) {
        if (!Prerequisites.isIp(flow.words)) {
            return hash;
        }
        int protocol = (int) flow.read(Fields.IP_PROTO);
        long sum = mix(hash + protocol);
        if (Prerequisites.isIpv4(flow.words)) {
            sum ^= symmetric(flow.read(Fields.IPV4_SRC), flow.read(Fields.IPV4_DST));
        } else {
            flow.wildcards.lookAt(Fields.IPV6_SRC);
            flow.wildcards.lookAt(Fields.IPV6_DST);
            sum ^= symmetric(wide(Fields.IPV6_SRC), wide(Fields.IPV6_DST));
        }
        boolean hasPorts = protocol == TCP || protocol == UDP || protocol == SCTP;
        if (hasPorts && (Fields.IP_FRAG.get(flow.words) & FlowLayout.FRAG_ANY) == 0) {
            sum = mix(sum) ^ symmetric(flow.read(Fields.TCP_SRC), flow.read(Fields.TCP_DST));
        }
        return mix(sum);
    }

    private long wide(Field field) {
        return mix(mix(flow.words[field.word()]) ^ flow.words[field.word() + 1]);
    }

    private static long symmetric(long a, long b) {
        return mix(a) + mix(b);
    }

    /** A bijection that spreads every bit over all (the finisher of SplitMix64). */
    private static long mix(long value) {
        long mixed = value + GOLDEN;
        mixed = (mixed ^ mixed >>> 30) * 0xbf58_476d_1ce4_e5b9L;
        mixed = (mixed ^ mixed >>> 27) * 0x94d0_49bb_1331_11ebL;
        return mixed ^ mixed >>> 31;
    }

    /** A draw from the exponential distribution with mean 1: divided by weights, the least of such draws falls to each in proportion to its weight. */
    static double draw(long hash, int bucketId) {
        double uniform = ((mix(hash ^ mix(bucketId)) >>> 11) + 1) * 0x1.0p-53;
        return -Math.log(uniform);
    }
}
