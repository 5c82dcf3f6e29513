package dev.turnout.upcall;

import dev.turnout.core.WaitingPackets;
import dev.turnout.flow.FlowKey;
import dev.turnout.flow.FlowMask;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of a waiting flow: the side of a command that the forwarding thread asks for packets.
 *
 * <p>With an install come also the packets of every other waiting flow that the new megaflow matches: they would be
 * overtaken by packets that hit it, and their own translation would say the same.
 */
final class Resolution implements WaitingPackets {
    private final FlowWait flow;
    private final Translation translation;
    private final @Nullable FlowKey maskedKey;
    private final FlowMask mask;

    private Resolution(FlowWait flow, Translation translation, @Nullable FlowKey maskedKey, FlowMask mask) {
        this.flow = flow;
        this.translation = translation;
        this.maskedKey = maskedKey;
        this.mask = mask;
    }

    /** No megaflow: the flow's packets alone. The translation is closed when they are credited. */
    static Resolution execution(FlowWait flow, Translation translation) {
        return new Resolution(flow, translation, null, FlowMask.EMPTY);
    }

    /** A megaflow is installed. The translation belongs to its ukey. */
    static Resolution installation(FlowWait flow, Translation translation, FlowKey maskedKey, FlowMask mask) {
        return new Resolution(flow, translation, maskedKey, mask);
    }

    FlowWait flow() {
        return flow;
    }

    Translation translation() {
        return translation;
    }

    /** The megaflow's masked key, or null if there is none. */
    @Nullable
    FlowKey maskedKey() {
        return maskedKey;
    }

    FlowMask mask() {
        return mask;
    }

    /** Whether the translation ends with the packets. */
    boolean closes() {
        return maskedKey == null;
    }

    @Override
    public long[] take() {
        return flow.owner.take(this);
    }

    /** The command will not be executed. */
    void abandon() {
        if (closes()) {
            translation.close();
        }
    }
}
