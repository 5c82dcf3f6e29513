package dev.turnout.ofctl.flows;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import dev.turnout.flow.Match;
import dev.turnout.ofctl.CliException;
import dev.turnout.openflow.ActionPrinter;
import dev.turnout.openflow.FieldMatch;
import dev.turnout.openflow.FlowCommand;
import dev.turnout.openflow.FlowMod;
import dev.turnout.openflow.MatchPrinter;
import dev.turnout.openflow.PortNames;
import dev.turnout.openflow.ProtocolForm;
import dev.turnout.openflow.Protocols;
import dev.turnout.v1.FlowFilter;
import dev.turnout.v1.ReadRequest;
import org.jspecify.annotations.Nullable;

/**
 * The flows of a file and those of a bridge, or of two of either, side by side: what {@code diff-flows} prints. Flows are the same place in the tables if table, priority and match agree; they differ there if
 * cookie, timeouts, importance or actions do.
 *
 * <p>Thread rules: one owner.
 */
final class FlowSet {
    /** A place in the tables. */
    private record Place(int table, int priority, Match match, List<FieldMatch> tunnelMetadata) {
    }

    /** What is there on either side; null for nothing. */
    private static final class Pair {
        private final @Nullable FlowLine[] sides = new FlowLine[2];

        boolean differs() {
            FlowLine a = sides[0];
            FlowLine b = sides[1];
            return a == null || b == null || !isSame(a.mod(), b.mod());
        }

        private static boolean isSame(FlowMod a, FlowMod b) {
            return a.cookie() == b.cookie() && a.idleTimeout() == b.idleTimeout() && a.hardTimeout() == b.hardTimeout()
                    && a.importance() == b.importance() && ActionPrinter.format(a.actions(), PortNames.NONE)
                            .equals(ActionPrinter.format(b.actions(), PortNames.NONE));
        }
    }

    private static final Comparator<Place> BY_TABLE_AND_PRIORITY = Comparator.comparingInt(Place::table)
            .thenComparing(Comparator.comparingInt(Place::priority).reversed());

    private final Map<Place, Pair> pairs = new LinkedHashMap<>();
    private final Protocols form;

    /**
     * An empty set.
     *
     * @param form
     *            the protocol in whose form flows are compared and printed
     */
    FlowSet(Protocols form) {
        this.form = form;
    }

    /** Adds flows of a file; a later one takes the place of an earlier one. */
    void addFile(int side, List<FlowLine> flows) {
        for (FlowLine flow : flows) {
            FlowMod mod = flow.mod();
            if (mod.command() != FlowCommand.ADD) {
                throw new CliException(flow.located("only flows to add can be compared, not \""
                        + mod.command().keyword() + "\""));
            }
            add(side, new FlowLine(flow.origin(),
                    ProtocolForm.of(mod.toBuilder().table(mod.tableOfAddition()).build(), form)));
        }
    }

    /** Adds the flows of a bridge. */
    void addBridge(int side, BridgeClient bridge) {
        FlowEntries entries = new FlowEntries();
        bridge.read(ReadRequest.newBuilder().setFlows(FlowFilter.getDefaultInstance()),
                response -> response.getFlowsList().forEach(flow -> add(side,
                        new FlowLine(bridge.name(), ProtocolForm.of(entries.addition(flow.getEntry()), form)))));
    }

    private void add(int side, FlowLine flow) {
        FlowMod mod = flow.mod();
        Place place = new Place(mod.table(), mod.priority(), mod.match(), mod.tunnelMetadata());
        pairs.computeIfAbsent(place, key -> new Pair()).sides[side] = flow;
    }

    private List<Place> places() {
        List<Place> places = new ArrayList<>(pairs.keySet());
        places.sort(BY_TABLE_AND_PRIORITY);
        return places;
    }

    /** The lines of {@code diff-flows}; empty if both sides are the same. */
    List<String> differences(PortNames names) {
        List<String> lines = new ArrayList<>();
        for (Place place : places()) {
            Pair pair = pair(place);
            if (pair.differs()) {
                for (int side = 0; side < 2; side++) {
                    FlowLine flow = pair.sides[side];
                    if (flow != null) {
                        lines.add((side == 0 ? "-" : "+") + line(flow.mod(), names));
                    }
                }
            }
        }
        return lines;
    }

    private Pair pair(Place place) {
        Pair pair = pairs.get(place);
        if (pair == null) {
            throw new IllegalStateException("no flow at " + place);
        }
        return pair;
    }

    private static String line(FlowMod mod, PortNames names) {
        StringBuilder line = new StringBuilder();
        if (mod.table() != 0) {
            line.append("table=").append(mod.table()).append(' ');
        }
        MatchPrinter.append(line, mod.match(), mod.tunnelMetadata(), names, mod.priority());
        if (mod.cookie() != 0) {
            line.append(" cookie=0x").append(Long.toHexString(mod.cookie()));
        }
        number(line, " idle_timeout=", mod.idleTimeout());
        number(line, " hard_timeout=", mod.hardTimeout());
        number(line, " importance=", mod.importance());
        return line.append(" actions=").append(ActionPrinter.format(mod.actions(), PortNames.NONE)).toString();
    }

    private static void number(StringBuilder line, String name, int value) {
        if (value != 0) {
            line.append(name).append(value);
        }
    }
}
