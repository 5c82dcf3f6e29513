package dev.turnout.switchd.rpc;

import dev.turnout.ofproto.Bridge;
import dev.turnout.ofproto.FlowEvent;
import dev.turnout.ofproto.FlowMonitor.Wish;
import dev.turnout.ofproto.FlowRemoved.Reason;
import dev.turnout.openflow.ActionPrinter;
import dev.turnout.openflow.FlowFilter;
import dev.turnout.openflow.PortNames;
import dev.turnout.v1.FlowEntry;
import dev.turnout.v1.FlowMonitor;
import dev.turnout.v1.FlowRemoved;
import dev.turnout.v1.FlowUpdates;
import dev.turnout.v1.StreamResponse;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/**
 * A flow monitor of a client. Flows are put into words when the client has room for them, on its own thread and not on that of who changes them.
 *
 * <p>Thread rules: as {@link StreamClient.Feed}.
 */
final class MonitorFeed implements StreamClient.Feed {
    /** So much text, or one event more than that, is one message. */
    private static final int MESSAGE_BYTES = 1 << 14;

    private final int id;
    private final String bridge;
    private final PortNames names;
    private final boolean withActions;
    private final dev.turnout.ofproto.FlowMonitor monitor;

    /** Begins to tell the client, which is to be woken. */
    MonitorFeed(Bridge bridge, FlowMonitor request, FlowFilter filter, StreamClient client) {
        this.id = request.getId();
        this.bridge = bridge.name();
        names = request.getFilter().getNames() ? bridge.portNames() : PortNames.NONE;
        withActions = !request.getNoActions();
        Wish wish = new Wish(filter, !request.getNoInitial(), !request.getNoAdded(), !request.getNoModified(),
                !request.getNoDeleted(), request.getAbbreviateOwn());
        monitor = bridge.monitor(wish, client::electionId, client::wake);
    }

    @Override
    public @Nullable StreamResponse poll() {
        FlowUpdates.Builder updates = FlowUpdates.newBuilder();
        for (int bytes = 0; bytes < MESSAGE_BYTES;) {
            FlowEvent event = monitor.next();
            if (event == null) {
                break;
            }
            if (event.kind() == FlowEvent.Kind.ENDED) {
                return refusal(updates, Status.NOT_FOUND, "bridge " + bridge + " is gone");
            }
            dev.turnout.v1.FlowEvent message = message(event);
            updates.addEvents(message);
            bytes += message.getSerializedSize();
        }
        return updates.getEventsCount() == 0 ? null : response(updates.setMonitorId(id));
    }

    private StreamResponse refusal(FlowUpdates.Builder updates, Status status, String message) {
        return response(updates.setMonitorId(id).setCode(status.getCode().value()).setMessage(message));
    }

    /** A monitor has not begun. */
    static StreamResponse refusal(int id, Status status) {
        return response(FlowUpdates.newBuilder().setMonitorId(id).setCode(status.getCode().value())
                .setMessage(String.valueOf(status.getDescription())));
    }

    private static StreamResponse response(FlowUpdates.Builder updates) {
        return StreamResponse.newBuilder().setFlowUpdates(updates).build();
    }

    private dev.turnout.v1.FlowEvent message(FlowEvent event) {
        dev.turnout.v1.FlowEvent.Builder message = dev.turnout.v1.FlowEvent.newBuilder().setKind(kind(event.kind()))
                .setElectionId(event.origin().electionId()).setRequestId(event.origin().requestId());
        dev.turnout.openflow.FlowStats flow = event.flow();
        if (flow != null) {
            FlowEntry.Builder entry = FlowMessages.entry(flow, names);
            message.setFlow(withActions ? entry.setActions(ActionPrinter.format(flow.actions(), names)) : entry);
        }
        Reason reason = event.reason();
        return reason == null ? message.build() : message.setReason(reason(reason)).build();
    }

    private static dev.turnout.v1.FlowEvent.Kind kind(FlowEvent.Kind kind) {
        return switch (kind) {
            case INITIAL -> dev.turnout.v1.FlowEvent.Kind.INITIAL;
            case SYNCED -> dev.turnout.v1.FlowEvent.Kind.SYNCED;
            case ADDED -> dev.turnout.v1.FlowEvent.Kind.ADDED;
            case MODIFIED -> dev.turnout.v1.FlowEvent.Kind.MODIFIED;
            case DELETED -> dev.turnout.v1.FlowEvent.Kind.DELETED;
            case ABBREVIATED -> dev.turnout.v1.FlowEvent.Kind.ABBREVIATED;
            case PAUSED -> dev.turnout.v1.FlowEvent.Kind.PAUSED;
            case RESUMED -> dev.turnout.v1.FlowEvent.Kind.RESUMED;
            case ENDED -> throw new IllegalArgumentException(kind.toString());
        };
    }

    /** Why a flow has gone. */
    static FlowRemoved.Reason reason(Reason reason) {
        return switch (reason) {
            case IDLE_TIMEOUT -> FlowRemoved.Reason.IDLE_TIMEOUT;
            case HARD_TIMEOUT -> FlowRemoved.Reason.HARD_TIMEOUT;
            case DELETE -> FlowRemoved.Reason.DELETE;
            case GROUP_DELETE -> FlowRemoved.Reason.GROUP_DELETE;
            case METER_DELETE -> FlowRemoved.Reason.METER_DELETE;
            case EVICTION -> FlowRemoved.Reason.EVICTION;
        };
    }

    @Override
    public void close() {
        monitor.close();
    }
}
