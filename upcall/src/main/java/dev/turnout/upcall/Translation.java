package dev.turnout.upcall;

import dev.turnout.flow.DatapathActions;
import dev.turnout.flow.FlowMask;
import dev.turnout.ofproto.XlateCache;
import org.jspecify.annotations.Nullable;

/**
 * What translating a flow key gave: actions, the bits that the decision looked at, and whom to credit with the packets that
 * follow it.
 *
 * <p>It is a scope: what it refers to (recirculation ids, packet-in states) stays valid until {@link #close}, which its owner calls exactly
 * once. Owners are one ukey, or one waiting flow that is not cached.
 *
 * <p>Thread rules: {@link #credit} and {@link #close} may be called on any thread, one at a time; the rest does not change.
 */
public interface Translation {
    /** What to do with the packets. */
    DatapathActions actions();

    /** The bits that mattered; no words of the slow path. */
    FlowMask wildcards();

    /** Whether a megaflow may be installed. */
    boolean isCacheable();

    /** Why it must be deleted, if it is translated again and {@link #isCacheable} says no. */
    DeleteReason refusal();

    /** Counts packets for the rules, and refreshes the MAC entries, that the translation used. */
    void credit(long packets, long bytes, long usedNs, int tcpFlags);

    /** What the tables noted when they made it, for {@code ofproto/detrace}; null if it is not theirs. Valid until {@link #close}. */
    default @Nullable XlateCache cache() {
        return null;
    }

    /** Gives the references back. */
    void close();
}
