package dev.turnout.ofproto;

import dev.turnout.flow.DatapathActions;
import dev.turnout.flow.FlowMask;

/**
 * What a translation gives. Whoever gets it owns {@link #cache} and closes it exactly once: when the megaflow is gone, or at once if none is
 * installed and the packet has been executed.
 *
 * @param actions
 *            what to do with the packet
 * @param wildcards
 *            the bits that were looked at, datapath part only; every packet that agrees in them gets the same actions
 * @param cache
 *            what to credit packets to
 * @param cacheable
 *            whether a megaflow may be installed
 * @param drop
 *            why the packet is dropped, or {@link XlateDrop#NONE} if it is not or a flow says so
 */
public record XlateOut(DatapathActions actions, FlowMask wildcards, XlateCache cache, boolean cacheable,
        XlateDrop drop) {
    /** Why no megaflow may be installed, "" if it may. */
    public String whyNot() {
        return cacheable ? "" : drop == XlateDrop.NONE ? "depends on what is learned from the packet" : drop.meaning();
    }
}
