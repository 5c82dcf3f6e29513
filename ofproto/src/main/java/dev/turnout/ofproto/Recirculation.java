package dev.turnout.ofproto;

import java.util.List;

import dev.turnout.flow.DpAction;
import dev.turnout.flow.FlowMask;
import dev.turnout.ofproto.FrozenState.FrozenFrame;
import org.jspecify.annotations.Nullable;

/**
 * Ends walks that go on later: when the datapath has parsed the packet anew, hashed or tracked it, or when a controller says so. What is left of the
 * scope's lists of actions becomes a {@link FrozenState}; {@link XlateContext} goes on from it when the packet comes back with the state's id. The
 * translation's cache holds the id's reference.
 *
 * <p>Thread rules: belongs to its {@link XlateContext}.
 */
final class Recirculation {
    private final XlateContext ctx;
    private final FlowState flow;

    Recirculation(XlateContext ctx) {
        this.ctx = ctx;
        flow = ctx.flow;
    }

    /**
     * Ends the walk of this scope: the datapath sends the packet through its caches again, parsed anew, and what is left of the scope's actions is
     * executed then. Does nothing but end it where nothing is left to do.
     */
    void freeze() {
        WalkScope scope = ctx.scope();
        List<FrozenFrame> left = ctx.framesLeft();
        if (!left.isEmpty() || !scope.actionSet.isEmpty()) {
            recirculate(FrozenState.NO_TABLE, left, flow.written());
        }
        scope.frozen = true;
    }

    /** Lets the datapath hash the packet and recirculate it; then the action at hand is executed, again. */
    void hash(DpAction.Hash hash) {
        ctx.currentFrame().next--;
        ctx.sink.commit(flow);
        ctx.sink.emit(hash);
        freeze();
    }

    /**
     * Lets the datapath send the packet, as it is now, through its caches again, to be looked up in a table then. The walk goes on with what it has.
     *
     * @param table
     *            0 to 254
     * @param written
     *            bits of the datapath's words that the pipeline keeps; not those of which the packet brings back better ones
     */
    void lookUpLater(int table, FlowMask written) {
        recirculate(table, List.of(), written);
    }

    /** Ends the scope; what comes back is where it can go on. The hash that the packet carries is lost on the way to a controller. */
    FrozenState pause() {
        ctx.scope().frozen = true;
        return state(FrozenState.NO_TABLE, ctx.framesLeft(), flow.written(), null);
    }

    private void recirculate(int table, List<FrozenFrame> left, FlowMask written) {
        ctx.sink.commit(flow);
        ctx.sink.emit(new DpAction.Recirc(ctx.acquire(state(table, left, written, ctx.sink.hashBasis()))));
    }

    private FrozenState state(int table, List<FrozenFrame> left, FlowMask written, @Nullable Integer hashBasis) {
        WalkScope now = ctx.scope();
        return new FrozenState(now.bridge, table, left, now.actionSet, now.stack, now.first, now.packetOut,
                now.inActionSet, now.inGroup, hashBasis, flow.inPort(), flow.keep(written), written);
    }
}
