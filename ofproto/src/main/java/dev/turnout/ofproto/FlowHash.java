package dev.turnout.ofproto;

import dev.turnout.flow.Field;
import dev.turnout.flow.Fields;
import dev.turnout.flow.FlowLayout;
import dev.turnout.openflow.FieldValue;
import dev.turnout.openflow.GroupSelection;
import dev.turnout.openflow.GroupSelection.MaskedField;
import dev.turnout.openflow.OfAction.HashFields;

/**
 * Hashes over a packet's fields, by which the pipeline chooses: for {@code multipath}, {@code bundle} and {@code select} groups.
 *
 * <p>A hash depends on the fields and the basis only. It has no seed: a flow keeps its way when the switch starts again, and switches with the same
 * flows agree; who does not want that sets the basis. The symmetric ones give both directions of a conversation the same hash: they add up what
 * they make of each end (an address with its port), so that only an exchange of whole ends, and not just any that keeps a sum of addresses, leaves
 * the hash as it is. Fragments are hashed without ports, the first too, so that all of a packet go the same way. What is hashed is marked as looked
 * at, nothing else.
 *
 * <p>Thread rules: stateless; allocates nothing.
 */
final class FlowHash {
    private static final int TCP = 6;
    private static final int UDP = 17;
    private static final int SCTP = 132;
    private static final long VID = FlowLayout.VLAN_PRESENT | 0xfff;

    private FlowHash() {
    }

    /** The hash of the packet as it is now, 32 bits. */
    static int of(FlowState flow, HashFields fields, int basis) {
        long h = begin(basis);
        return switch (fields) {
            case ETH_SRC -> end(mix(h, flow.read(Fields.ETH_SRC)));
            case NW_SRC -> end(network(h, flow, true));
            case NW_DST -> end(network(h, flow, false));
            case SYMMETRIC_L3 -> end(mix(h, address(flow, true, 0) + address(flow, false, 0)));
            case SYMMETRIC_L3L4 -> end(layer4(h, flow, false));
            case SYMMETRIC_L3L4_UDP -> end(layer4(h, flow, true));
            case SYMMETRIC_L4 -> end(layer4(ethernet(h, flow), flow, false));
        };
    }

    /** The hash by which a {@code select} group chooses for the packet as it is now, 64 bits. */
    static long of(FlowState flow, GroupSelection selection) {
        long h = begin(selection.parameter());
        if (!selection.method().equals(GroupSelection.HASH)) {
            return finish(Prerequisites.isIp(flow.words) ? layer4(h, flow, true) : ethernet(h, flow));
        }
        if (selection.fields().isEmpty()) {
            return finish(layer4(ethernet(h, flow), flow, true));
        }
        for (MaskedField field : selection.fields()) {
            h = masked(h, flow, field);
        }
        return finish(h);
    }

    /** Begins a hash. */
    static long begin(long basis) {
        return basis * 0x9e3779b97f4a7c15L + 0x632be59bd9b4e019L;
    }

    /** Takes a word into a hash. */
    static long mix(long h, long word) {
        return Long.rotateLeft(h ^ word * 0xbf58476d1ce4e5b9L, 29) * 0x9e3779b97f4a7c15L;
    }

    /** The 32 bits that a hash comes to. */
    static int end(long h) {
        return (int) (finish(h) >>> 32);
    }

    /** The 64 bits that a hash comes to. */
    static long finish(long h) {
        long x = (h ^ (h >>> 32)) * 0x94d049bb133111ebL;
        x = (x ^ (x >>> 29)) * 0xbf58476d1ce4e5b9L;
        return x ^ (x >>> 32);
    }

    /** An address, not symmetric. */
    private static long network(long h, FlowState flow, boolean source) {
        return Prerequisites.isIp(flow.words) ? mix(h, address(flow, source, 0)) : h;
    }

    /** One end of a conversation: its address, with a port; of what is not IP, nothing. */
    private static long address(FlowState flow, boolean source, long port) {
        long[] words = flow.words;
        if (Prerequisites.isIpv4(words)) {
            return finish(mix(port, flow.read(source ? Fields.IPV4_SRC : Fields.IPV4_DST)));
        }
        if (!Prerequisites.isIpv6(words)) {
            return 0;
        }
        flow.wildcards.lookAt(source ? Fields.IPV6_SRC : Fields.IPV6_DST);
        int word = source ? FlowLayout.IPV6_SRC : FlowLayout.IPV6_DST;
        return finish(mix(mix(port, words[word]), words[word + 1]));
    }

    /** Addresses, protocol, and the ports of TCP, SCTP and perhaps UDP, which fragments don't have. */
    private static long layer4(long h, FlowState flow, boolean udp) {
        if (!Prerequisites.isIp(flow.words)) {
            return h;
        }
        int protocol = (int) flow.read(Fields.IP_PROTO);
        boolean ports = protocol == TCP || protocol == SCTP || (udp && protocol == UDP);
        long source = 0;
        long destination = 0;
        if (ports && (Fields.IP_FRAG.get(flow.words) & FlowLayout.FRAG_ANY) == 0) {
            source = flow.read(Fields.TCP_SRC);
            destination = flow.read(Fields.TCP_DST);
        }
        return mix(mix(h, protocol), address(flow, true, source) + address(flow, false, destination));
    }

    /** Ethernet type, VLAN ids and addresses. */
    private static long ethernet(long h, FlowState flow) {
        return mix(vlans(mix(h, Prerequisites.ethType(flow.words)), flow),
                finish(flow.read(Fields.ETH_SRC)) + finish(flow.read(Fields.ETH_DST)));
    }

    /** The VLAN ids of the tags that the key shows. */
    private static long vlans(long h, FlowState flow) {
        flow.wildcards.lookAt(FlowLayout.ETH_SRC_VLAN, FlowLayout.VLAN_PRESENT);
        if (!Prerequisites.hasVlan(flow.words)) {
            return h;
        }
        flow.wildcards.lookAt(FlowLayout.ETH_SRC_VLAN, VID);
        flow.wildcards.lookAt(FlowLayout.IPV6_VLAN1, VID);
        return mix(mix(h, flow.words[FlowLayout.ETH_SRC_VLAN] & VID), flow.words[FlowLayout.IPV6_VLAN1] & VID);
    }

    /** Some bits of a field, nothing where the packet does not have it. */
    private static long masked(long h, FlowState flow, MaskedField part) {
        Field field = part.field();
        if (!flow.hold(field)) {
            return h;
        }
        long sum = mix(h, field.index());
        FieldValue mask = part.mask();
        for (int i = 0; i < field.wordCount(); i++) {
            long bits = mask.word(field.wordCount() - 1 - i) << (field.isWide() ? 0 : field.shift())
                    & field.wordMask(i);
            flow.wildcards.lookAt(field.word() + i, bits);
            sum = mix(sum, flow.words[field.word() + i] & bits);
        }
        return sum;
    }
}
