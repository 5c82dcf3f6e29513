package dev.turnout.ofproto;

import dev.turnout.flow.DpAction;

/**
 * Sends packets to a bridge's ports; a patch port leads into another bridge.
 *
 * <p>Thread rules: belongs to its {@link XlateContext}.
 */
final class PortOutput {
    private final XlateContext ctx;

    PortOutput(XlateContext ctx) {
        this.ctx = ctx;
    }

    /** Sends the packet as it is now to a port of the bridge, if there is one of that number. */
    void output(int ofPort) {
        PortInfo port = ctx.ports().byNumber(ofPort);
        if (port == null || ctx.isDropped()) {
            return;
        }
        if (port.isPatch()) {
            PortRef peer = ctx.topology().peerOf(port);
            if (peer != null && ctx.mayResubmit()) {
                crossPatch(port, peer);
            }
        } else if (port.dpPort() != PortInfo.NO_DP_PORT) {
            ctx.sink.commit(ctx.flow);
            ctx.sink.emit(new DpAction.Output(port.dpPort()));
        }
    }

    private void crossPatch(PortInfo port, PortRef peer) {
        ctx.cache().hop(ctx.bridge().patchStats(port.name()), peer.bridge().patchStats(peer.port().name()));
        ctx.countWalk(() -> ctx.copies.undone(() -> ctx.walkThrough(peer)));
    }

    /** Whether packets sent to a port have a chance: it is up, has carrier, and is in the datapath, or leads to another bridge. */
    boolean isLive(int number) {
        PortInfo port = ctx.ports().byNumber(number);
        if (port == null || !port.state().adminUp() || !port.state().linkUp()) {
            return false;
        }
        return port.isPatch() ? ctx.topology().peerOf(port) != null : port.dpPort() != PortInfo.NO_DP_PORT;
    }
}
