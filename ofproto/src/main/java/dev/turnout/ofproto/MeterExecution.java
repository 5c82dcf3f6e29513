package dev.turnout.ofproto;

import dev.turnout.flow.DpAction;
import dev.turnout.openflow.MeterConfig;
import org.jspecify.annotations.Nullable;

/**
 * Translates the use of meters. A meter that is used is held for the translation's life, so that its number in the datapath stays its own.
 *
 * <p>Thread rules: belongs to its {@link XlateContext}.
 */
final class MeterExecution {
    private final XlateContext ctx;

    MeterExecution(XlateContext ctx) {
        this.ctx = ctx;
    }

    /** Measures the packet as it is now with a meter of the bridge. */
    void measure(int id) {
        DpAction.Meter meter = held(id);
        if (meter != null) {
            ctx.sink.emit(meter);
        }
    }

    /**
     * What measures a packet that goes to the controllers.
     *
     * @param id
     *            the meter of the action, 0 if it names none: then the virtual meter for packet-ins counts, if there is one
     * @return null if nothing does
     */
    DpAction.@Nullable Meter ofPacketIn(int id) {
        return held(id == 0 ? MeterConfig.CONTROLLER : id);
    }

    /** A meter, held for this translation; null if there is none, or no more. */
    private DpAction.@Nullable Meter held(int id) {
        Meter meter = ctx.bridge().meters().get(id);
        if (meter == null || !meter.tryHold()) {
            return null;
        }
        ctx.cache().meter(ctx.bridge(), meter);
        return new DpAction.Meter(meter.dpNumber());
    }
}
