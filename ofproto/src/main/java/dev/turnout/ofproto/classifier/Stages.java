package dev.turnout.ofproto.classifier;

import java.util.Arrays;

import dev.turnout.flow.Field;
import dev.turnout.flow.Fields;
import dev.turnout.flow.FlowLayout;

/** Which stage of a lookup each bit of a key belongs to: metadata, L2, L3, L4. */
final class Stages {
    static final int COUNT = 4;

    /** Per stage: the bits of it and of the stages before. */
    private static final long[][] UP_TO = build();

    private Stages() {
    }

    /** The bits of a word in stages 0 to {@code stage}. */
    static long upTo(int stage, int word) {
        return UP_TO[stage][word];
    }

    private static long[][] build() {
        long[][] masks = new long[COUNT][FlowLayout.WORDS];
        Arrays.fill(masks[0], -1L);
        int high = 32;
        move(masks, 1, FlowLayout.ETH_DST_TYPE, -1L);
        move(masks, 1, FlowLayout.ETH_SRC_VLAN, -1L);
        move(masks, 1, FlowLayout.TCP_CT, 0xffffL);
        move(masks, 1, FlowLayout.IPV6_VLAN1, 0xffff_ffffL);
        move(masks, 1, FlowLayout.MPLS01, -1L);
        move(masks, 1, FlowLayout.MPLS2_PTYPE, -1L << high);
        move(masks, 2, FlowLayout.IPV4, -1L);
        move(masks, 2, FlowLayout.L4, -1L << high);
        move(masks, 2, FlowLayout.IPV6_VLAN1, -1L << high);
        for (Field field : new Field[]{Fields.IPV6_SRC, Fields.IPV6_DST, Fields.ND_TARGET, Fields.ND_RESERVED,
            Fields.ARP_SHA, Fields.ARP_THA,
            Fields.ND_OPTIONS_TYPE}) {
            for (int i = 0; i < field.wordCount(); i++) {
                move(masks, 2, field.word() + i, field.wordMask(i));
            }
        }
        for (int word = FlowLayout.NSH_BASE; word <= FlowLayout.NSH_C34; word++) {
            move(masks, 2, word, -1L);
        }
        move(masks, 3, FlowLayout.L4, 0xffff_ffffL);
        move(masks, 3, FlowLayout.TCP_CT, 0xffffL << 48);
        for (int stage = 1; stage < COUNT; stage++) {
            for (int word = 0; word < FlowLayout.WORDS; word++) {
                masks[stage][word] |= masks[stage - 1][word];
            }
        }
        return masks;
    }

    private static void move(long[][] masks, int stage, int word, long bits) {
        for (long[] mask : masks) {
            mask[word] &= ~bits;
        }
        masks[stage][word] |= bits;
    }
}
