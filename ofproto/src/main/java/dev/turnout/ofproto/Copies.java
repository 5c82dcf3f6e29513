package dev.turnout.ofproto;

import java.util.List;

import dev.turnout.flow.DpAction;
import dev.turnout.flow.FlowLayout;
import dev.turnout.ofproto.FrozenState.FrozenFrame;
import dev.turnout.openflow.FieldValue;
import dev.turnout.openflow.OfAction;
import dev.turnout.openflow.Subfield;

/**
 * Walks on copies of the packet: {@code clone}, a group's buckets, and the two ways of {@code check_pkt_larger}. A copy has all of the pipeline's state;
 * what becomes of it is forgotten afterwards.
 *
 * <p>Thread rules: belongs to its {@link XlateContext}.
 */
final class Copies {
    /** Tags that a key shows. */
    private static final int SHOWN_VLANS = 2;

    private final XlateContext ctx;
    private final FlowState flow;

    Copies(XlateContext ctx) {
        this.ctx = ctx;
        flow = ctx.flow;
    }

    /**
     * Executes actions on a copy of the packet and of all of the pipeline's state, the action set in the end. A recirculation ends the copy and nothing
     * else.
     *
     * @param actions
     *            as if they were the current flow's
     * @param what
     *            for observers: which copy
     * @return whether {@code exit} ended it
     */
    boolean onCopy(List<OfAction> actions, String what) {
        return onCopy(asFrames(actions), ctx.copyOfScope(), what);
    }

    /** Executes a group's bucket: on a copy, without the action set; {@code exit} ends it and nothing else. */
    void bucket(List<OfAction> actions) {
        WalkScope copy = ctx.copyOfScope();
        copy.actionSet.clear();
        copy.inGroup = true;
        List<FrozenFrame> all = asFrames(actions);
        ctx.countWalk(() -> undone(() -> onCopy(all, copy, "")));
    }

    /**
     * Executes what changes the datapath's packet and is undone afterwards, as what a patch port's other bridge does. Where a label pushed there could
     * not be undone, that is done on a copy: a frame may have its length in the place of its type, and nobody knows the length; or so many tags that the
     * datapath no longer finds the headers behind them. So is what a meter may drop: what comes after is to go on.
     */
    void undone(Runnable body) {
        int hashes = ctx.sink.hashes();
        if (Prerequisites.ethType(flow.words) == FlowLayout.ETH_TYPE_NONE || flow.vlans.depth() > SHOWN_VLANS) {
            ctx.sink.commit(flow);
            ctx.sink.emitOnCopy(nested(body));
        } else {
            ctx.sink.apart(body);
        }
        ctx.sink.loseHashSince(hashes);
    }

    private List<FrozenFrame> asFrames(List<OfAction> actions) {
        WalkFrame by = ctx.currentFrame();
        return List.of(new FrozenFrame(actions, by.rule, by.table));
    }

    private boolean onCopy(List<FrozenFrame> left, WalkScope copy, String what) {
        ctx.within(copy, left, what);
        return copy.exit;
    }

    /** Collects what {@code body} emits, see {@link ActionSink#nested}; where that would be nested too deep, the packet is dropped. */
    List<DpAction> nested(Runnable body) {
        if (ctx.sink.isDeepest()) {
            ctx.drop(XlateDrop.NESTED_TOO_DEEP);
            return List.of();
        }
        return ctx.sink.nested(body);
    }

    /**
     * Goes on both ways with what is left of this scope, one after the other, each on a copy that knows which way it is; ends the scope.
     *
     * @param destination
     *            one bit: 1 for a frame longer than {@code length} bytes
     */
    void checkLength(int length, Subfield destination) {
        if (!ctx.mayResubmit()) {
            return;
        }
        ctx.countWalk(); // for a walk more: each of these doubles them
        List<FrozenFrame> left = ctx.framesLeft();
        ctx.sink.commit(flow);
        List<DpAction> greater = nested(() -> goOnKnowing(left, destination, FieldValue.ONE, "longer than " + length));
        List<DpAction> lessEqual = nested(
                () -> goOnKnowing(left, destination, FieldValue.ZERO, "not longer than " + length));
        ctx.sink.emitByLength(length, greater, lessEqual);
        ctx.scope().frozen = true;
    }

    private void goOnKnowing(List<FrozenFrame> left, Subfield destination, FieldValue bit, String what) {
        FlowState.Saved saved = flow.save();
        flow.writeOrSkip(destination, bit);
        onCopy(left, ctx.copyOfScope(), what);
        flow.restore(saved);
    }
}
