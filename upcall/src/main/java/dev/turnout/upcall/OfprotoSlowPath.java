package dev.turnout.upcall;

import java.util.function.LongSupplier;

import dev.turnout.flow.DatapathActions;
import dev.turnout.flow.FlowKey;
import dev.turnout.flow.FlowLayout;
import dev.turnout.flow.FlowMask;
import dev.turnout.ofproto.Ofproto;
import dev.turnout.ofproto.XlateCache;
import dev.turnout.ofproto.XlateDrop;
import dev.turnout.ofproto.XlateIn;
import dev.turnout.ofproto.XlateOut;

/** The bridges and their tables. */
public final class OfprotoSlowPath implements SlowPath {
    private final Ofproto ofproto;
    private final LongSupplier clock;

    /** The same clock as that of {@code ofproto}. */
    public OfprotoSlowPath(Ofproto ofproto, LongSupplier clock) {
        this.ofproto = ofproto;
        this.clock = clock;
    }

    /** One translation. */
    private record Translated(XlateOut out) implements Translation {
        @Override
        public DatapathActions actions() {
            return out.actions();
        }

        @Override
        public FlowMask wildcards() {
            return out.wildcards();
        }

        @Override
        public boolean isCacheable() {
            return out.cacheable();
        }

        @Override
        public DeleteReason refusal() {
            if (out.drop() == XlateDrop.NO_BRIDGE) {
                return DeleteReason.NO_BRIDGE;
            }
            return out.drop() == XlateDrop.NONE ? DeleteReason.AVOID_CACHING : DeleteReason.TRANSLATION_ERROR;
        }

        @Override
        public void credit(long packets, long bytes, long usedNs, int tcpFlags) {
            out.cache().credit(packets, bytes, usedNs, tcpFlags);
        }

        @Override
        public XlateCache cache() {
            return out.cache();
        }

        @Override
        public void close() {
            out.cache().close();
        }
    }

    @Override
    public long changeSequence() {
        return ofproto.changeSequence();
    }

    @Override
    public Translation translate(FlowKey key, boolean sideEffects, int frameLength) {
        int tcpFlags = (int) (key.words()[FlowLayout.TCP_CT] >>> 48);
        return new Translated(ofproto.translator()
                .translate(new XlateIn(key, frameLength, tcpFlags, sideEffects, clock.getAsLong())));
    }

    @Override
    public boolean packetIn(int stateId, byte[] frame, FlowKey key) {
        return ofproto.packetIn(stateId, frame, key);
    }
}
