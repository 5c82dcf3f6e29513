package dev.turnout.ofproto;

import java.util.List;

import dev.turnout.flow.DpAction;
import dev.turnout.flow.Fields;
import dev.turnout.flow.FlowLayout;
import dev.turnout.openflow.FieldValue;
import dev.turnout.openflow.OfAction;
import dev.turnout.openflow.OfAction.Ct;
import dev.turnout.openflow.OfAction.Nat;
import dev.turnout.openflow.Subfield;
import org.jspecify.annotations.Nullable;

/**
 * Translates {@code ct} and {@code ct_clear}. With {@code table} the tracked packet is sent through the datapath's caches again, to be looked up there
 * with what tracking found ({@code ct_state} and its like become the packet's own fields); the walk itself goes on with a packet that counts as
 * untracked.
 *
 * <p>Thread rules: belongs to its {@link XlateContext}.
 */
final class ConntrackActions {
    private static final int FTP = 21;
    private static final int TFTP = 69;

    private final XlateContext ctx;
    private final FlowState flow;

    ConntrackActions(XlateContext ctx) {
        this.ctx = ctx;
        this.flow = ctx.flow;
    }

    void track(Ct ct) {
        if (!Prerequisites.isIp(flow.words)) {
            ctx.note("only IP packets can be tracked");
            return;
        }
        ctx.sink.commit(flow);
        Subfield source = ct.zone().source();
        int zone = source == null ? ct.zone().number() : (int) flow.read(source).low();
        // The connection's mark and label as far as they are set: bits of a key and of a mask.
        long[] values = new long[FlowLayout.WORDS];
        long[] mask = new long[FlowLayout.WORDS];
        DpAction.@Nullable Nat nat = null;
        for (OfAction action : ct.actions()) {
            switch (action) {
                case Nat translation -> nat = nat(translation);
                case OfAction.SetField set -> set(set, values, mask);
                case OfAction.Move(Subfield from, Subfield to) -> set(new OfAction.SetField(to.field(),
                        flow.read(from).shiftLeft(to.offset()), to.mask(), false), values, mask);
                default ->
                    throw new IllegalStateException("an action got past the checks: " + ActionChecker.name(action));
            }
        }
        String helper = switch (ct.algPort()) {
            case FTP -> "ftp";
            case TFTP -> "tftp";
            default -> "";
        };
        DpAction.Ct tracking = new DpAction.Ct(ct.commit(), ct.force(), zone, (int) Fields.CT_MARK.get(values),
                (int) Fields.CT_MARK.get(mask), values[FlowLayout.CT_LABEL], values[FlowLayout.CT_LABEL + 1],
                mask[FlowLayout.CT_LABEL], mask[FlowLayout.CT_LABEL + 1], helper, nat);
        ctx.tracked(tracking);
        ctx.sink.emit(tracking);
        if (ct.recircTable() != Ct.NO_RECIRC) {
            ctx.recirculation.lookUpLater(ct.recircTable(), flow.writtenButConntrack());
        }
        flow.clearConntrack();
    }

    private static void set(OfAction.SetField set, long[] values, long[] mask) {
        set.apply(values);
        FieldValue.get(set.field(), mask).or(set.mask()).put(set.field(), mask);
    }

    private static DpAction.Nat nat(Nat nat) {
        OfAction.Address min = nat.min();
        OfAction.Address max = nat.max();
        FieldValue first = min == null ? FieldValue.ZERO : min.value();
        FieldValue last = max == null ? first : max.value();
        DpAction.NatDirection direction = switch (nat.direction()) {
            case NONE -> DpAction.NatDirection.NONE;
            case SRC -> DpAction.NatDirection.SRC;
            case DST -> DpAction.NatDirection.DST;
        };
        return new DpAction.Nat(direction, min != null, min != null && min.ipv6(), first.high(), first.low(),
                last.high(), last.low(), nat.minPort(), nat.maxPort(), nat.persistent(), nat.hash(), nat.random());
    }

    void clear() {
        ctx.sink.emit(new DpAction.CtClear());
        flow.clearConntrack();
    }

    /** Whether a list of actions of {@code exec} or {@code nat} is one that {@link #track} knows. */
    static boolean isKnown(List<OfAction> actions) {
        return actions.stream().allMatch(action -> action instanceof Nat || action instanceof OfAction.SetField
                || action instanceof OfAction.Move);
    }
}
