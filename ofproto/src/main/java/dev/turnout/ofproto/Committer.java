package dev.turnout.ofproto;

import java.util.Arrays;
import java.util.List;

import dev.turnout.flow.DpAction;
import dev.turnout.flow.Fields;
import dev.turnout.flow.FlowLayout;
import dev.turnout.ofproto.classifier.Wildcards;

/**
 * Brings the datapath's packet up to the pipeline's: right before an output it emits the setting actions for what differs, and nothing earlier, so
 * that changes that lead nowhere cost nothing.
 *
 * <p>It knows of every bit of the datapath's packet whether it is still the packet's own or was set to a constant. A bit that the pipeline wrote
 * is set whatever the packet has there, unless the packet's bit is known (looked at, or set before) and equal: so writing a field does not narrow the
 * megaflow. A bit that was set for an earlier output, and is the packet's own again (after a patch port), must be looked at to be set back.
 *
 * <p>Thread rules: one owner.
 */
final class Committer {
    private static final long HIGH = -1L << 32;
    private static final long LOW = 0xffff_ffffL;

    private final long[] base = new long[FlowLayout.WORDS];
    /** Bits of {@link #base} that earlier actions set. */
    private final long[] constant = new long[FlowLayout.WORDS];
    private final VlanStack baseVlans = new VlanStack();
    /** Labels that earlier actions left, so that all of {@link #base}'s are known; -1 if none pushed or popped any. */
    private int movedLabels = UNMOVED;

    void begin(FlowState flow) {
        System.arraycopy(flow.words, 0, base, 0, base.length);
        Arrays.fill(constant, 0);
        baseVlans.copyFrom(flow.vlans);
        movedLabels = UNMOVED;
    }

    /** What the datapath's packet is now, to go back to with {@link #restore} after actions on a copy of it. */
    Committer copy() {
        Committer copy = new Committer();
        copy.restore(this);
        return copy;
    }

    void restore(Committer saved) {
        System.arraycopy(saved.base, 0, base, 0, base.length);
        System.arraycopy(saved.constant, 0, constant, 0, constant.length);
        baseVlans.copyFrom(saved.baseVlans);
        movedLabels = saved.movedLabels;
    }

    /** Emits what is needed to make the datapath's packet what the pipeline's is. */
    void commit(FlowState flow, List<DpAction> out) {
        commitEthernet(flow, out);
        popVlans(flow, out);
        commitLabels(flow, out);
        if (!flow.isStale()) {
            commitNetwork(flow, out);
            commitLayer4(flow, out);
        }
        pushVlans(flow, out); // last, as in the field: behind many tags the datapath would not find the headers
        long mark = need(flow, FlowLayout.MARKS, LOW);
        if (mark != 0) {
            out.add(new DpAction.SetMark((int) flow.words[FlowLayout.MARKS], (int) mark));
        }
    }

    /**
     * The bits of a word to set, which from now on are as the pipeline has them. A field of which any bit must be set is set as far as the pipeline
     * wrote it: that reads better, and costs no more.
     */
    private long need(FlowState flow, int word, long... fields) {
        long all = 0;
        for (long field : fields) {
            all |= field;
        }
        Wildcards wildcards = flow.wildcards;
        long written = wildcards.written(word) & all;
        long set = constant[word] & all;
        if ((written | set) == 0) {
            return 0;
        }
        long back = set & ~written;
        wildcards.lookAt(word, back);
        long differs = flow.words[word] ^ base[word];
        long known = wildcards.looked(word) | set;
        long least = (written & (~known | differs)) | (back & differs);
        long need = 0;
        for (long field : fields) {
            need |= (least & field) != 0 ? (written | set) & field : 0;
        }
        base[word] = (base[word] & ~need) | (flow.words[word] & need);
        constant[word] |= need;
        return need;
    }

    private void commitEthernet(FlowState flow, List<DpAction> out) {
        long dst = need(flow, FlowLayout.ETH_DST_TYPE, Fields.ETH_DST.wordMask(0));
        long src = need(flow, FlowLayout.ETH_SRC_VLAN, Fields.ETH_SRC.wordMask(0));
        if ((dst | src) != 0) {
            long srcMask = src >>> 16;
            long dstMask = dst >>> 16;
            out.add(new DpAction.SetEthernet(Fields.ETH_SRC.get(flow.words) & srcMask, srcMask,
                    Fields.ETH_DST.get(flow.words) & dstMask, dstMask));
        }
    }

    private void popVlans(FlowState flow, List<DpAction> out) {
        int common = baseVlans.commonWith(flow.vlans);
        for (int n = baseVlans.depth(); n > common; n--) {
            out.add(new DpAction.PopVlan());
        }
    }

    /** After {@link #popVlans}. */
    private void pushVlans(FlowState flow, List<DpAction> out) {
        int common = baseVlans.commonWith(flow.vlans);
        if (common == baseVlans.depth() && common == flow.vlans.depth()) {
            return;
        }
        for (int n = common; n < flow.vlans.depth(); n++) {
            int tag = flow.vlans.fromInside(n);
            out.add(new DpAction.PushVlan(tag >>> 16, tag & 0xffff));
        }
        baseVlans.copyFrom(flow.vlans);
    }

    private void commitLabels(FlowState flow, List<DpAction> out) {
        if (flow.haveLabelsMoved() || movedLabels != UNMOVED) {
            moveLabels(flow, out);
        } else if (Prerequisites.isMpls(flow.words)) {
            long lse = need(flow, FlowLayout.MPLS01, Fields.MPLS_LABEL.wordMask(0), Fields.MPLS_TC.wordMask(0),
                    Fields.MPLS_BOS.wordMask(0), Fields.MPLS_TTL.wordMask(0));
            if (lse != 0) {
                int mask = (int) (lse >>> 32);
                out.add(new DpAction.SetMpls(FlowState.label(flow.words, 0) & mask, mask));
            }
        }
    }

    /** Makes one stack of labels of another; both are known as a whole. */
    private void moveLabels(FlowState flow, List<DpAction> out) {
        flow.lookAtLabels();
        int from = movedLabels == UNMOVED ? FlowState.labels(base) : movedLabels;
        int to = flow.labels();
        int type = Prerequisites.ethType(flow.words);
        int common = 0;
        while (common < from && common < to
                && FlowState.label(base, from - 1 - common) == FlowState.label(flow.words, to - 1 - common)) {
            common++;
        }
        int count = from;
        int known = Prerequisites.ethType(base);
        boolean onlyType = from == to && common == to;
        if (from > 0 && !Prerequisites.isMplsType(known) && !(onlyType && known == type)) {
            // A pop left labels behind another type; the datapath sees them behind MPLS's only.
            known = onlyType ? type : MPLS;
            out.add(new DpAction.PushMpls(MPLS, LONE_LABEL));
            out.add(new DpAction.PopMpls(known));
        }
        for (; count > Math.min(common + (to > common ? 1 : 0), from); count--) {
            boolean isLastStep = count - 1 == to && to == common; // else the next one needs to see a label
            known = count == 1 || isLastStep ? type : known;
            out.add(new DpAction.PopMpls(known));
        }
        if (count > common) {
            out.add(new DpAction.SetMpls(FlowState.label(flow.words, to - count), -1));
        }
        for (; count < to; count++) {
            known = type;
            out.add(new DpAction.PushMpls(type, FlowState.label(flow.words, to - 1 - count)));
        }
        if (known != type) { // only the type differs
            int again = to > 0 ? FlowState.label(flow.words, 0) : LONE_LABEL;
            if (to > 0) {
                out.add(new DpAction.PopMpls(type));
                out.add(new DpAction.PushMpls(type, again));
            } else {
                out.add(new DpAction.PushMpls(MPLS, again));
                out.add(new DpAction.PopMpls(type));
            }
        }
        for (int word = FlowLayout.MPLS01; word <= FlowLayout.MPLS2_PTYPE; word++) {
            long bits = word == FlowLayout.MPLS01 ? -1L : HIGH;
            base[word] = (base[word] & ~bits) | (flow.words[word] & bits);
            constant[word] |= bits;
        }
        Fields.ETH_TYPE.set(base, type);
        movedLabels = to;
    }

    private static final int UNMOVED = -1;
    private static final int MPLS = 0x8847;
    /** A label that is taken off again at once. */
    private static final int LONE_LABEL = 0x140;

    private void commitNetwork(FlowState flow, List<DpAction> out) {
        long[] w = flow.words;
        if (Prerequisites.isIpv4(w)) {
            long addresses = need(flow, FlowLayout.IPV4, HIGH, LOW);
            long fields = need(flow, FlowLayout.L4, Fields.NW_TTL.wordMask(0), Fields.NW_TOS.wordMask(0));
            if ((addresses | fields) != 0) {
                int srcMask = (int) (addresses >>> 32);
                int dstMask = (int) addresses;
                int tosMask = (int) (fields >>> 48) & 0xff;
                int ttlMask = (int) (fields >>> 40) & 0xff;
                out.add(new DpAction.SetIpv4((int) (w[FlowLayout.IPV4] >>> 32) & srcMask, srcMask,
                        (int) w[FlowLayout.IPV4] & dstMask, dstMask,
                        tos(w) & tosMask, tosMask, ttl(w) & ttlMask, ttlMask));
            }
        } else if (Prerequisites.isIpv6(w)) {
            commitIpv6(flow, out);
        } else if (Prerequisites.isArp(w)) {
            commitArp(flow, out);
        }
    }

    private void commitIpv6(FlowState flow, List<DpAction> out) {
        long[] w = flow.words;
        long srcHigh = need(flow, FlowLayout.IPV6_SRC, -1L);
        long srcLow = need(flow, FlowLayout.IPV6_SRC + 1, -1L);
        long dstHigh = need(flow, FlowLayout.IPV6_DST, -1L);
        long dstLow = need(flow, FlowLayout.IPV6_DST + 1, -1L);
        int label = (int) (need(flow, FlowLayout.IPV6_VLAN1, Fields.IPV6_LABEL.wordMask(0)) >>> 32);
        long fields = need(flow, FlowLayout.L4, Fields.NW_TTL.wordMask(0), Fields.NW_TOS.wordMask(0));
        if ((srcHigh | srcLow | dstHigh | dstLow | label | fields) != 0) {
            int tosMask = (int) (fields >>> 48) & 0xff;
            int ttlMask = (int) (fields >>> 40) & 0xff;
            out.add(new DpAction.SetIpv6(w[FlowLayout.IPV6_SRC] & srcHigh, w[FlowLayout.IPV6_SRC + 1] & srcLow, srcHigh,
                    srcLow,
                    w[FlowLayout.IPV6_DST] & dstHigh, w[FlowLayout.IPV6_DST + 1] & dstLow, dstHigh, dstLow,
                    (int) Fields.IPV6_LABEL.get(w) & label, label, tos(w) & tosMask, tosMask, ttl(w) & ttlMask,
                    ttlMask));
        }
    }

    private void commitArp(FlowState flow, List<DpAction> out) {
        long[] w = flow.words;
        int op = (int) (need(flow, FlowLayout.L4, Fields.ARP_OP.wordMask(0)) >>> 56) & 0xff;
        long addresses = need(flow, FlowLayout.IPV4, HIGH, LOW);
        long sha = need(flow, FlowLayout.SHA, Fields.ARP_SHA.wordMask(0)) >>> 16;
        long tha = need(flow, FlowLayout.THA, Fields.ARP_THA.wordMask(0)) >>> 16;
        if ((op | addresses | sha | tha) != 0) {
            int spaMask = (int) (addresses >>> 32);
            int tpaMask = (int) addresses;
            int opMask = op == 0xff ? 0xffff : op;
            out.add(new DpAction.SetArp((int) Fields.ARP_OP.get(w) & op, opMask,
                    (int) (w[FlowLayout.IPV4] >>> 32) & spaMask, spaMask,
                    (int) w[FlowLayout.IPV4] & tpaMask, tpaMask, Fields.ARP_SHA.get(w) & sha, sha,
                    Fields.ARP_THA.get(w) & tha, tha));
        }
    }

    private void commitLayer4(FlowState flow, List<DpAction> out) {
        long[] w = flow.words;
        if (!Prerequisites.isIp(w) || Prerequisites.isLaterFragment(w)) {
            return;
        }
        int protocol = (int) Fields.IP_PROTO.get(w);
        if (protocol == 58) {
            commitNd(flow, out);
        }
        long ports = need(flow, FlowLayout.L4, 0xffff_0000L, 0xffffL);
        if (ports == 0) {
            return;
        }
        int srcMask = (int) (ports >>> 16) & 0xffff;
        int dstMask = (int) ports & 0xffff;
        int src = (int) Fields.TCP_SRC.get(w) & srcMask;
        int dst = (int) Fields.TCP_DST.get(w) & dstMask;
        if (protocol == 1 || protocol == 58) {
            out.add(new DpAction.SetIcmp(protocol, src, srcMask, dst, dstMask));
        } else {
            out.add(new DpAction.SetPorts(protocol, src, srcMask, dst, dstMask));
        }
    }

    private void commitNd(FlowState flow, List<DpAction> out) {
        long[] w = flow.words;
        long high = need(flow, FlowLayout.ND_TARGET, -1L);
        long low = need(flow, FlowLayout.ND_TARGET + 1, -1L);
        long sll = need(flow, FlowLayout.SHA, Fields.ND_SLL.wordMask(0)) >>> 16;
        long tll = need(flow, FlowLayout.THA, Fields.ND_TLL.wordMask(0)) >>> 16;
        if ((high | low | sll | tll) != 0) {
            out.add(new DpAction.SetNd(w[FlowLayout.ND_TARGET] & high, w[FlowLayout.ND_TARGET + 1] & low, high, low,
                    Fields.ND_SLL.get(w) & sll,
                    sll, Fields.ND_TLL.get(w) & tll, tll));
        }
    }

    private static int tos(long[] words) {
        return (int) (words[FlowLayout.L4] >>> 48) & 0xff;
    }

    private static int ttl(long[] words) {
        return (int) (words[FlowLayout.L4] >>> 40) & 0xff;
    }
}
