package dev.turnout.ofctl.flows;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import dev.turnout.flow.Json;
import dev.turnout.ofctl.Console;
import dev.turnout.openflow.FlowPrinter;
import dev.turnout.openflow.FlowStats;
import dev.turnout.openflow.PortNames;
import dev.turnout.v1.AggregateStats;
import dev.turnout.v1.FlowEntry;
import dev.turnout.v1.FlowFilter;
import dev.turnout.v1.FlowTextQuery;
import dev.turnout.v1.ReadRequest;
import dev.turnout.v1.ReadResponse;

/** {@code dump-flows} and {@code dump-aggregate}. */
final class FlowListing {
    private final Console console;
    private final BridgeClient bridge;
    private final Settings settings;
    private final FlowEntries entries = new FlowEntries();

    FlowListing(Console console, BridgeClient bridge, Settings settings) {
        this.console = console;
        this.bridge = bridge;
        this.settings = settings;
    }

    /** Prints the flows of a filter. */
    void flows(String filter) {
        FlowFilter.Builder selected = FlowFilter.newBuilder().setText(checked(filter));
        if (settings.json()) {
            json(ReadRequest.newBuilder().setFlows(selected));
            return;
        }
        // As with ovs-ofctl, only the plain listing is a printed reply, with a title and, for OpenFlow 1.0, with ages.
        boolean plain = settings.stats() && !settings.names() && settings.order().isEmpty();
        boolean ages = plain && settings.isOpenFlow10();
        if (settings.order().isEmpty()) {
            print(selected, plain, ages);
            return;
        }
        PortNames names = settings.shownNames(bridge);
        if (settings.names()) {
            bridge.ports();
        }
        List<FlowStats> sorted = new ArrayList<>();
        bridge.read(ReadRequest.newBuilder().setFlows(selected),
                response -> response.getFlowsList().forEach(flow -> sorted.add(entries.stats(flow))));
        sorted.sort(settings.order());
        sorted.forEach(flow -> console.out().println(
                FlowPrinter.listed(flow, settings.shown(), false, names, settings.stats())));
    }

    /** Prints the lines that the switch makes, so that flows are put into words once. */
    private void print(FlowFilter.Builder filter, boolean titled, boolean ages) {
        boolean[] begun = {!titled};
        FlowTextQuery.Builder query = FlowTextQuery.newBuilder().setFilter(filter.setNames(settings.names()))
                .setNoStats(!settings.stats()).setVersion(settings.versions()).setAges(ages);
        bridge.read(ReadRequest.newBuilder().setFlowText(query), response -> {
            if (!begun[0]) {
                title();
                begun[0] = true;
            }
            byte[] lines = response.getText().toByteArray();
            console.out().write(lines, 0, lines.length);
        });
        if (!begun[0]) {
            title();
        }
    }

    private void title() {
        console.out().println(settings.isOpenFlow10()
                ? "NXST_FLOW reply (xid=0x4):"
                : settings.title("OFPST_FLOW reply", "0x2"));
    }

    /** The filter, if it is right. */
    private String checked(String filter) {
        new FlowReader(console, bridge, settings.allowed()).parser().parseFilter(filter);
        return filter;
    }

    private void json(ReadRequest.Builder request) {
        Json json = new Json().array();
        bridge.read(request, response -> response.getFlowsList().forEach(flow -> json(json, flow)));
        console.out().println(json.endArray());
    }

    private static void json(Json json, dev.turnout.v1.FlowStats flow) {
        FlowEntry entry = flow.getEntry();
        json.object().field("table", entry.getTable()).field("priority", entry.getPriority())
                .field("cookie", "0x" + Long.toHexString(entry.getCookie())).field("match", entry.getMatch())
                .field("actions", entry.getActions()).field("packets", flow.getPackets())
                .field("bytes", flow.getBytes())
                .name("duration").seconds(flow.getDurationNs()).field("idle_timeout", entry.getIdleTimeoutSeconds())
                .field("hard_timeout", entry.getHardTimeoutSeconds()).field("importance", entry.getImportance())
                .field("idle_age", flow.getIdleAgeSeconds()).field("hard_age", flow.getHardAgeSeconds()).name("flags")
                .array();
        for (FlowEntry.Flag flag : entry.getFlagsList()) {
            json.value(flag.name().toLowerCase(Locale.ROOT));
        }
        json.endArray().endObject();
    }

    /** Prints the sums over the flows of a filter. */
    void aggregate(String filter) {
        AggregateStats[] sums = {AggregateStats.getDefaultInstance()};
        bridge.read(ReadRequest.newBuilder().setAggregate(FlowFilter.newBuilder().setText(checked(filter))),
                (ReadResponse response) -> {
                    if (response.hasAggregate()) {
                        sums[0] = response.getAggregate();
                    }
                });
        AggregateStats sum = sums[0];
        if (settings.json()) {
            console.out().println(new Json().object().field("packets", sum.getPackets()).field("bytes", sum.getBytes())
                    .field("flows", sum.getFlows()).endObject());
            return;
        }
        String title = settings.isOpenFlow10()
                ? "NXST_AGGREGATE reply (xid=0x4)"
                : "OFPST_AGGREGATE reply" + settings.versionLabel() + " (xid=0x2)";
        console.out()
                .println(title + ": packet_count=" + sum.getPackets() + " byte_count=" + sum.getBytes() + " flow_count="
                        + sum.getFlows());
    }
}
