package dev.turnout.switchd.rpc;

import java.util.HashMap;
import java.util.Map;

import dev.turnout.ofproto.Bridge;
import dev.turnout.openflow.FlowFilter;
import dev.turnout.v1.FlowMonitor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import org.jspecify.annotations.Nullable;

/**
 * The flow monitors of one client, by id.
 *
 * <p>Thread rules: that of the client's requests. The client's feeds, of which these are, may be closed meanwhile by any.
 */
final class ClientMonitors {
    static final int MAX_MONITORS = 16;

    private final StreamClient client;
    private final Map<Integer, MonitorFeed> monitors = new HashMap<>();
    private @Nullable Bridge bridge;

    ClientMonitors(StreamClient client) {
        this.client = client;
    }

    /** The client talks to this bridge from now on: monitors of another one end. */
    @SuppressWarnings("ReferenceEquality") // this very bridge
    void join(Bridge joined) {
        if (bridge != joined) {
            monitors.values().forEach(client::remove);
            monitors.clear();
            bridge = joined;
        }
    }

    /** Begins a monitor, replaces or stops one; where that cannot be, the client is told why. */
    void handle(FlowMonitor request) {
        int id = request.getId();
        MonitorFeed former = monitors.remove(id);
        if (former != null) {
            client.remove(former);
        }
        if (request.getStop()) {
            return;
        }
        try {
            MonitorFeed feed = feed(request);
            monitors.put(id, feed);
            client.add(feed);
        } catch (RuntimeException e) {
            StatusRuntimeException refusal = Refusal.ofText(e);
            client.offer(MonitorFeed.refusal(id, refusal.getStatus()));
        }
    }

    private MonitorFeed feed(FlowMonitor request) {
        Bridge watched = bridge;
        if (watched == null) {
            throw Status.FAILED_PRECONDITION
                    .withDescription("the first message must be an arbitration that names the bridge")
                    .asRuntimeException();
        }
        if (monitors.size() >= MAX_MONITORS) {
            throw Status.RESOURCE_EXHAUSTED
                    .withDescription("the client has " + MAX_MONITORS + " flow monitors already, the most there may be")
                    .asRuntimeException();
        }
        FlowFilter filter = new FlowMessages(watched.portNames()).filter(request.getFilter());
        return new MonitorFeed(watched, request, filter, client);
    }
}
