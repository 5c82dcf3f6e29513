package dev.turnout.ofctl.flows;

import java.util.List;

import dev.turnout.ofctl.CliException;
import dev.turnout.ofctl.Console;
import dev.turnout.v1.FlowUpdate;
import dev.turnout.v1.UpdateStatus;
import dev.turnout.v1.WriteRequest;
import dev.turnout.v1.WriteResponse;

/**
 * Sends flows to a bridge: as a bundle in one request, else in requests of bounded size. Each flow that the switch refuses
 * is reported with where it came from; outside a bundle the others take effect.
 */
final class FlowWriter {
    /** Keeps the answer to a request quick and its frame far below the control socket's limit. */
    private static final int MAX_REQUEST_BYTES = 1 << 20;
    private static final int MAX_REPORTED = 20;
    /** The status of flows whose bundle failed for another's fault. */
    private static final int ABORTED = 10;

    private final Console console;
    private final BridgeClient bridge;
    private final boolean bundle;

    FlowWriter(Console console, BridgeClient bridge, boolean bundle) {
        this.console = console;
        this.bridge = bridge;
        this.bundle = bundle;
    }

    /** Sends them all. */
    void write(List<FlowLine> flows) {
        Refusals refusals = new Refusals(console, MAX_REPORTED);
        int start = 0;
        while (start < flows.size()) {
            WriteRequest.Builder request = WriteRequest.newBuilder().setAtomic(bundle);
            int bytes = 0;
            int end = start;
            while (end < flows.size() && (bundle || bytes < MAX_REQUEST_BYTES)) {
                FlowUpdate update = flows.get(end++).update();
                bytes += update.getSerializedSize();
                request.addUpdates(update);
            }
            report(flows.subList(start, end), bridge.write(request), refusals);
            start = end;
        }
        refusals.end();
    }

    private static void report(List<FlowLine> flows, WriteResponse response, Refusals refusals) {
        if (response.getStatusesCount() != flows.size()) {
            throw new CliException(
                    "the switch answered " + response.getStatusesCount() + " of " + flows.size() + " flows");
        }
        for (int i = 0; i < flows.size(); i++) {
            UpdateStatus status = response.getStatuses(i);
            if (status.getCode() != 0 && status.getCode() != ABORTED) {
                refusals.add(flows.get(i).located(message(status)));
            }
        }
    }

    private static String message(UpdateStatus status) {
        String error = status.getOpenflowError();
        if (error.isEmpty() || status.getMessage().contains(error)) {
            return status.getMessage();
        }
        return status.getMessage().isEmpty() ? error : error + ": " + status.getMessage();
    }
}
