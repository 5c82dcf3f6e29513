package dev.turnout.ofproto;

import dev.turnout.flow.DpAction;
import dev.turnout.flow.Field;
import dev.turnout.flow.Fields;
import dev.turnout.flow.FlowLayout;
import dev.turnout.flow.Json;
import dev.turnout.openflow.CtStateText;
import org.jspecify.annotations.Nullable;

/**
 * What a packet looks like that comes back from connection tracking, in a trace. The trace knows no connections: its state is what was asked for, its
 * mark and label are those it had with the bits that the action sets, and addresses and ports that the action translates to a range are the
 * first of the range. The addresses and ports of the connection's first packet are not known.
 *
 * <p>Thread rules: immutable.
 *
 * @param tracking
 *            what tracked it
 * @param asked
 *            its {@code ct_state}, or null for the default: new and tracked
 */
record TrackedPacket(DpAction.Ct tracking, @Nullable Integer asked) {
    private int state() {
        return asked == null ? CtStateText.NEW | CtStateText.TRACKED : asked;
    }

    /** How the trace goes on. */
    String text() {
        return "after ct with " + (asked == null ? "default " : "") + "ct_state=" + CtStateText.format(state())
                + (asked == null ? " (see --ct-next)" : "");
    }

    /** Writes a member. */
    void write(Json out) {
        out.name("conntrack").object().field("ct_state", CtStateText.format(state())).field("default", asked == null)
                .field("zone", tracking.zone()).endObject();
    }

    /** Changes a packet's key. */
    void apply(long[] words) {
        Fields.CT_STATE.set(words, state());
        Fields.CT_ZONE.set(words, tracking.zone());
        Fields.CT_MARK.set(words, (Fields.CT_MARK.get(words) & Integer.toUnsignedLong(~tracking.markMask()))
                | Integer.toUnsignedLong(tracking.mark() & tracking.markMask()));
        int label = FlowLayout.CT_LABEL;
        words[label] = (words[label] & ~tracking.labelHighMask())
                | (tracking.labelHigh() & tracking.labelHighMask());
        words[label + 1] = (words[label + 1] & ~tracking.labelLowMask())
                | (tracking.labelLow() & tracking.labelLowMask());
        DpAction.Nat nat = tracking.nat();
        if (nat != null && nat.direction() != DpAction.NatDirection.NONE) {
            translate(nat, words);
        }
    }

    private static void translate(DpAction.Nat nat, long[] words) {
        boolean source = nat.direction() == DpAction.NatDirection.SRC;
        if (nat.range() && nat.ipv6()) {
            Field address = source ? Fields.IPV6_SRC : Fields.IPV6_DST;
            words[address.word()] = nat.firstHigh();
            words[address.word() + 1] = nat.firstLow();
        } else if (nat.range()) {
            (source ? Fields.IPV4_SRC : Fields.IPV4_DST).set(words, nat.firstLow());
        }
        if (nat.minPort() != 0 && hasPorts(words)) {
            (source ? Fields.TCP_SRC : Fields.TCP_DST).set(words, nat.minPort());
        }
    }

    private static boolean hasPorts(long[] words) {
        int protocol = (int) Fields.IP_PROTO.get(words);
        return !Prerequisites.isLaterFragment(words) && (protocol == 6 || protocol == 17 || protocol == 132);
    }
}
