package dev.turnout.ofproto;

import java.util.Arrays;

import dev.turnout.flow.Fields;
import dev.turnout.flow.FlowLayout;

/**
 * A packet's VLAN tags, outermost first. A key shows two of them; this remembers what is below, so that a push and a pop give the packet back.
 * A tag is {@code tpid << 16 | tci}, with the {@code VLAN_PRESENT} bit set.
 *
 * <p>Thread rules: one owner.
 */
final class VlanStack {
    private int[] tags = new int[4];
    private int depth;

    /** Takes the tags that the key shows. */
    void load(long[] key) {
        depth = 0;
        int outer = (int) Fields.VLAN_TCI.get(key);
        if ((outer & FlowLayout.VLAN_PRESENT) != 0) {
            int inner = (int) key[FlowLayout.IPV6_VLAN1];
            if ((inner & FlowLayout.VLAN_PRESENT) != 0) {
                push(inner);
            }
            push((int) (key[FlowLayout.TCP_CT] & 0xffff) << 16 | outer);
        }
    }

    /** Shows the two outermost tags in the key. */
    void store(long[] key) {
        int outer = depth > 0 ? tags[depth - 1] : 0;
        int inner = depth > 1 ? tags[depth - 2] : 0;
        Fields.VLAN_TCI.set(key, outer & 0xffff);
        key[FlowLayout.TCP_CT] = (key[FlowLayout.TCP_CT] & ~0xffffL) | outer >>> 16;
        key[FlowLayout.IPV6_VLAN1] = (key[FlowLayout.IPV6_VLAN1] & ~0xffff_ffffL) | (inner & 0xffff_ffffL);
    }

    void push(int tag) {
        if (depth == tags.length) {
            tags = Arrays.copyOf(tags, 2 * depth);
        }
        tags[depth++] = tag;
    }

    /** Takes the outermost tag off; there must be one. */
    void pop() {
        depth--;
    }

    int depth() {
        return depth;
    }

    /** The outermost tag; there must be one. */
    int outermost() {
        return tags[depth - 1];
    }

    /** The n-th tag, the innermost first. */
    int fromInside(int n) {
        return tags[n];
    }

    /** How many of the innermost tags are the same. */
    int commonWith(VlanStack other) {
        int common = 0;
        while (common < depth && common < other.depth && tags[common] == other.tags[common]) {
            common++;
        }
        return common;
    }

    void copyFrom(VlanStack other) {
        if (tags.length < other.depth) {
            tags = new int[other.tags.length];
        }
        System.arraycopy(other.tags, 0, tags, 0, other.depth);
        depth = other.depth;
    }
}
