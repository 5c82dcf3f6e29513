package dev.turnout.ofproto;

import java.util.List;

import dev.turnout.flow.DpAction;
import dev.turnout.flow.Fields;
import dev.turnout.flow.FlowKey;
import dev.turnout.flow.FlowMask;
import dev.turnout.openflow.Octets;
import dev.turnout.openflow.OfAction;
import dev.turnout.openflow.OfAction.PacketInReason;
import dev.turnout.openflow.OfPorts;
import dev.turnout.openflow.Subfield;
import org.jspecify.annotations.Nullable;

/**
 * Translates what hands packets to the slow path for themselves: to the controllers, paused or not, and samples.
 *
 * <p>Thread rules: belongs to its {@link XlateContext}.
 */
final class UserspaceActions {
    private final XlateContext ctx;
    private final FlowState flow;
    private final MeterExecution meters;

    UserspaceActions(XlateContext ctx, MeterExecution meters) {
        this.ctx = ctx;
        this.flow = ctx.flow;
        this.meters = meters;
    }

    void controller(OfAction.Controller controller) {
        // A paused packet goes on, if at all, when a controller says so: the walk ends here.
        FrozenState continuation = controller.pause() ? ctx.recirculation.pause() : null;
        if (controller.pause()) {
            ctx.note("the packet waits for a controller to resume it");
        }
        toController(controller.reason(), controller.maxLength(), controller.controllerId(), controller.userdata(),
                controller.meter(), continuation);
    }

    /** Sends the packet as it is now to the controllers. */
    void toController(PacketInReason reason, int maxLength, int controllerId, Octets userdata) {
        toController(reason, maxLength, controllerId, userdata, 0, null);
    }

    private void toController(PacketInReason reason, int maxLength, int controllerId, Octets userdata, int meterId,
            @Nullable FrozenState continuation) {
        WalkFrame frame = ctx.currentFrame();
        Rule rule = frame.rule;
        ctx.sink.commit(flow);
        FlowKey pipeline = flow.keep(FlowMask.EMPTY);
        pipeline.set(Fields.IN_PORT, flow.inPort());
        long cookie = rule == null ? -1 : rule.cookie();
        int id = ctx.acquire(new PacketInState(ctx.bridge(), frame.table, cookie, reason, controllerId, userdata,
                maxLength, pipeline, continuation));
        DpAction userspace = DpAction.Userspace.controller(id);
        DpAction.Meter meter = meters.ofPacketIn(meterId);
        ctx.sink.emit(meter == null ? userspace : new DpAction.Clone(List.of(meter, userspace)));
    }

    /** Why {@code output:CONTROLLER} sends a packet. */
    PacketInReason outputReason() {
        Rule rule = ctx.currentFrame().rule;
        if (rule == null && ctx.scope().packetOut) {
            return PacketInReason.PACKET_OUT;
        }
        if (ctx.scope().inGroup) {
            return PacketInReason.GROUP;
        }
        if (ctx.scope().inActionSet) {
            return PacketInReason.ACTION_SET;
        }
        return rule != null && rule.isTableMiss() ? PacketInReason.NO_MATCH : PacketInReason.ACTION;
    }

    void sample(OfAction.Sample sample) {
        int port = sample.samplingPort();
        if (port != OfPorts.NONE && port != flow.inPort() && ctx.ports().byNumber(port) == null) {
            ctx.note("no sample: there is no port " + port);
            return;
        }
        ctx.sink.commit(flow);
        int id = ctx.acquire(new SampleState(ctx.bridge(), sample.probability(), sample.collectorSetId(),
                number(sample.obsDomainId()), number(sample.obsPointId()), port, sample.direction(), flow.inPort()));
        DpAction sampled = new DpAction.Userspace(DpAction.Userspace.Kind.FLOW_SAMPLE, id);
        int probability = sample.probability() << 16 | sample.probability();
        ctx.sink.emit(probability == -1 ? sampled : new DpAction.Sample(probability, List.of(sampled)));
    }

    private int number(OfAction.NumberOrField number) {
        Subfield source = number.source();
        return source == null ? number.number() : (int) flow.read(source).low();
    }
}
