package dev.turnout.ofproto;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.Predicate;

import dev.turnout.flow.AddressText;
import dev.turnout.flow.Json;
import dev.turnout.openflow.FlowPrinter;
import dev.turnout.openflow.GroupPrinter;
import dev.turnout.openflow.MeterConfig;
import dev.turnout.openflow.PortNames;
import org.jspecify.annotations.Nullable;

/**
 * What a translation was made of and credits, for people and for programs: flows, tables that had none, groups, and what else it depends on. All of it
 * comes from the translation's {@link XlateCache}, so it is what the megaflow really counts for.
 *
 * <p>Thread rules: one owner; the cache is not closed meanwhile.
 */
final class XlateReport {
    /** In the order in which they are listed; the text is a heading, or precedes the line. */
    private enum Kind {
        RESUMED("goes on"), FLOW("flow"), MISS("no match"), GROUP("group"), PATCH("patch port"), LEARNS_ADDRESS(
                "learns"), LEARNED_ADDRESS("learned"), LEARNS_FLOW("learns flow"), FIN_TIMEOUT(
                        "fin_timeout"), METER(
                                "meter"), CONTROLLER("controller"), SAMPLE("sample"), RECIRCULATION("recirculation");

        final String text;

        Kind(String text) {
            this.text = text;
        }
    }

    /**
     * A thing that the translation used.
     *
     * @param credited
     *            whether the megaflow's packets are counted, or have an effect, there
     */
    private record Item(Kind kind, boolean credited, String text, Consumer<Json> members) {
    }

    private final XlateCache cache;
    private final Predicate<String> bridges;
    private final List<Item> items = new ArrayList<>();

    /** Of a translation. */
    XlateReport(XlateCache cache) {
        this(cache, null, bridge -> true);
    }

    /**
     * Of a megaflow.
     *
     * @param from
     *            where its packets go on, null if they come from a port
     * @param bridges
     *            the bridges to report about
     */
    XlateReport(XlateCache cache, @Nullable FrozenState from, Predicate<String> bridges) {
        this.cache = cache;
        this.bridges = bridges;
        if (from != null) {
            addResumed(from);
        }
        cache.lookups().forEach(this::addLookup);
        cache.groups().forEach(this::addGroup);
        cache.hops().forEach(this::addHop);
        addLearned();
        cache.finTimeouts().forEach(entry -> add(Kind.FIN_TIMEOUT, true, entry.bridge(), RuleText.whole(entry.rule()),
                json -> writeFlow(json, entry.rule())));
        cache.references().forEach(this::addHeld);
    }

    // --- what there is -------------------------------------------------------------------------------------------------------------------

    private void add(Kind kind, boolean credited, Bridge bridge, String text, Consumer<Json> members) {
        if (bridges.test(bridge.name())) {
            items.add(new Item(kind, credited, bridge.name() + ": " + text, json -> {
                json.field("bridge", bridge.name());
                members.accept(json);
            }));
        }
    }

    private void addResumed(FrozenState state) {
        if (state.table() != FrozenState.NO_TABLE) {
            add(Kind.RESUMED, false, state.bridge(), "in table " + state.table(),
                    json -> json.field("table", state.table()));
        }
        for (FrozenState.FrozenFrame frame : state.frames()) {
            Rule rule = frame.rule();
            String left = RuleText.actions(frame.actions());
            add(Kind.RESUMED, false, state.bridge(),
                    "with " + left + (rule == null ? " of a packet-out" : " of " + RuleText.whole(rule)), json -> {
                        if (rule != null) {
                            writeFlow(json, rule);
                        }
                        json.field("actions_left", left);
                    });
        }
        if (!state.actionSet().isEmpty()) {
            String set = RuleText.actions(state.actionSet());
            add(Kind.RESUMED, false, state.bridge(), "with the action set " + set,
                    json -> json.field("action_set", set));
        }
    }

    private void addLookup(XlateCache.Lookup lookup) {
        Rule rule = lookup.rule();
        if (rule == null) {
            add(Kind.MISS, true, lookup.bridge(), "table " + lookup.table().number,
                    json -> json.field("table", lookup.table().number));
        } else {
            add(Kind.FLOW, true, lookup.bridge(), RuleText.whole(rule), json -> writeFlow(json, rule));
        }
    }

    private static void writeFlow(Json out, Rule rule) {
        RuleText.write(out.field("table", rule.table()), rule);
    }

    private void addGroup(XlateCache.GroupHit hit) {
        Group group = hit.group();
        boolean all = hit.bucket() == GroupExecution.EVERY_BUCKET;
        long bucket = all ? 0 : Integer.toUnsignedLong(group.buckets().get(hit.bucket()).given().id());
        String text = GroupPrinter.text(group.content(), PortNames.NONE);
        add(Kind.GROUP, true, hit.bridge(), text + " (" + (all ? "all buckets" : "bucket " + bucket) + ")", json -> {
            json.field("group_id", Integer.toUnsignedLong(group.number()))
                    .field("group_type", group.type().keyword()).field("text", text);
            if (!all) {
                json.field("bucket", bucket);
            }
        });
    }

    private void addHop(XlateCache.PatchHop hop) {
        PatchStats from = hop.from();
        PatchStats to = hop.to();
        if (bridges.test(from.bridge()) || bridges.test(to.bridge())) {
            items.add(new Item(Kind.PATCH, true,
                    from.bridge() + ": " + from.port() + " to " + to.port() + " of " + to.bridge(),
                    json -> json.field("bridge", from.bridge()).field("port", from.port())
                            .field("to_bridge", to.bridge()).field("to_port", to.port())));
        }
    }

    private void addLearned() {
        for (XlateCache.Learned entry : cache.learnedAddresses()) {
            addAddress(Kind.LEARNS_ADDRESS, true, entry.bridge(), entry.vlan(), entry.mac(), entry.port());
        }
        for (XlateCache.Destination entry : cache.destinations()) {
            addAddress(Kind.LEARNED_ADDRESS, false, entry.bridge(), entry.vlan(), entry.mac(), entry.port());
        }
        for (XlateCache.LearnedBy entry : cache.learnedFlows()) {
            String flow = FlowPrinter.text(entry.flow().mod(), PortNames.NONE);
            add(Kind.LEARNS_FLOW, true, entry.bridge(), flow, json -> json.field("flow", flow));
        }
    }

    private void addAddress(Kind kind, boolean credited, Bridge bridge, int vlan, long mac, int port) {
        String address = AddressText.mac(mac);
        add(kind, credited, bridge, address + " in VLAN " + vlan + " on port " + port,
                json -> json.field("mac", address).field("vlan", vlan).field("port", port));
    }

    private void addHeld(Held held) {
        switch (held) {
            case XlateCache.MeterHit(Bridge bridge, Meter meter) -> {
                String id = MeterConfig.idText(meter.config().id());
                add(Kind.METER, false, bridge, id, json -> json.field("meter", id));
            }
            case XlateCache.Reference(SharedStates<?> states, int id) -> {
                Object state = states.get(id);
                if (state instanceof FrozenState frozen) {
                    addRecirculation(id, frozen);
                } else if (state instanceof PacketInState packetIn) {
                    addController(packetIn);
                } else if (state instanceof SampleState sample) {
                    addSample(sample);
                }
            }
            default -> {
                // counters that are held are those of flows
            }
        }
    }

    private void addRecirculation(int id, FrozenState state) {
        add(Kind.RECIRCULATION, false, state.bridge(), "recirc(0x" + Integer.toHexString(id) + ")"
                + (state.table() == FrozenState.NO_TABLE ? "" : ", then table " + state.table()), json -> {
                    json.field("recirc_id", Integer.toUnsignedLong(id));
                    if (state.table() != FrozenState.NO_TABLE) {
                        json.field("table", state.table());
                    }
                });
    }

    private void addController(PacketInState state) {
        String reason = state.reason().name().toLowerCase(Locale.ROOT);
        add(Kind.CONTROLLER, false, state.bridge(), "id " + state.controllerId() + ", reason " + reason,
                json -> json.field("controller_id", state.controllerId()).field("reason", reason));
    }

    private void addSample(SampleState state) {
        long set = Integer.toUnsignedLong(state.collectorSetId());
        add(Kind.SAMPLE, false, state.bridge(), "of " + state.probability() + " in 65535 for collector set " + set,
                json -> json.field("collector_set_id", set).field("probability", state.probability()));
    }

    // --- output --------------------------------------------------------------------------------------------------------------------------

    /** Appends a line for each thing. */
    void append(StringBuilder out) {
        for (Item item : items) {
            out.append(item.kind.text).append(": ").append(item.text).append('\n');
        }
    }

    /** Writes an array with an object for each thing. */
    void write(Json out) {
        out.array();
        for (Item item : items) {
            out.object().field("type", item.kind.name().toLowerCase(Locale.ROOT)).field("credited", item.credited);
            item.members.accept(out);
            out.endObject();
        }
        out.endArray();
    }
}
