package dev.turnout.ofctl.flows;

import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

import dev.turnout.ofctl.CliException;
import dev.turnout.openflow.ActionPrinter;
import dev.turnout.openflow.FlowMod;
import dev.turnout.openflow.FlowParser;
import dev.turnout.openflow.FlowPrinter;
import dev.turnout.openflow.FlowStats;
import dev.turnout.openflow.FlowSyntaxException;
import dev.turnout.openflow.MatchPrinter;
import dev.turnout.openflow.PortNames;
import dev.turnout.openflow.ProtocolForm;
import dev.turnout.openflow.Protocols;
import dev.turnout.v1.FlowEntry;
import dev.turnout.v1.FlowEvent;
import dev.turnout.v1.FlowFilter;
import dev.turnout.v1.FlowMonitor;
import dev.turnout.v1.FlowRemoved;
import dev.turnout.v1.FlowUpdates;

/**
 * What {@code monitor BRIDGE watch:SPEC} asks for, and how it prints the answers: as {@code ovs-ofctl} does, a reply per message and a line per flow.
 *
 * <p>Thread rules: one owner.
 */
final class FlowWatch {
    private static final String PREFIX = "watch:";

    private final BridgeClient bridge;
    private final Settings settings;
    private final FlowEntries entries = new FlowEntries();
    /** Monitors whose initial flows have been told. */
    private final Set<Integer> synced = new HashSet<>();

    FlowWatch(BridgeClient bridge, Settings settings) {
        this.bridge = bridge;
        this.settings = settings;
    }

    static boolean isOne(String argument) {
        return argument.startsWith(PREFIX);
    }

    /** The request that {@code watch:SPEC} stands for. SPEC is parts separated by commas: {@code !initial} and the like, and what {@code dump-flows} takes. */
    static FlowMonitor.Builder request(String argument, int id, BridgeClient bridge, Settings settings) {
        FlowMonitor.Builder request = FlowMonitor.newBuilder().setId(id);
        StringBuilder filter = new StringBuilder();
        for (String part : argument.substring(PREFIX.length()).split("[,\\s]+", -1)) {
            switch (part) {
                case "!initial" -> request.setNoInitial(true);
                case "!add" -> request.setNoAdded(true);
                case "!modify" -> request.setNoModified(true);
                case "!delete" -> request.setNoDeleted(true);
                case "!own" -> request.setAbbreviateOwn(true);
                case "!actions" -> request.setNoActions(true);
                default -> {
                    if (part.startsWith("!")) {
                        throw new CliException("monitor \"" + argument + "\": unknown keyword " + part
                                + "; expected !initial, !add, !modify, !delete, !own or !actions");
                    }
                    filter.append(filter.isEmpty() || part.isEmpty() ? "" : ",").append(part);
                }
            }
        }
        try {
            var ignored = new FlowParser(bridge, settings.allowed()).parseFilter(filter.toString());
        } catch (FlowSyntaxException e) {
            throw new CliException("monitor \"" + argument + "\": " + e.text());
        }
        return request.setFilter(FlowFilter.newBuilder().setText(filter.toString()));
    }

    /** The lines of a message. */
    String text(FlowUpdates updates) {
        StringBuilder text = new StringBuilder();
        StringBuilder lines = new StringBuilder();
        for (FlowEvent event : updates.getEventsList()) {
            switch (event.getKind()) {
                case SYNCED -> {
                    reply(text, lines, "0x6");
                    synced.add(updates.getMonitorId());
                }
                case PAUSED, RESUMED -> {
                    if (isOpenFlow14()) {
                        lines.append(" event=").append(event.getKind()).append('\n');
                    } else {
                        flush(text, lines, "0x0");
                        text.append(isOpenFlow13() ? "ONFT" : "NXT").append("_FLOW_MONITOR_").append(event.getKind())
                                .append(settings.versionLabel()).append(" (xid=0x0):\n");
                    }
                }
                default -> line(lines, event);
            }
        }
        flush(text, lines, synced.contains(updates.getMonitorId()) ? "0x0" : "0x6");
        return text.toString();
    }

    private boolean isOpenFlow14() {
        return !settings.shown().intersect(Protocols.OPENFLOW14_UP).isEmpty();
    }

    private boolean isOpenFlow13() {
        return settings.versionLabel().contains("OF1.3");
    }

    private void flush(StringBuilder text, StringBuilder lines, String xid) {
        if (!lines.isEmpty()) {
            reply(text, lines, xid);
        }
    }

    private void reply(StringBuilder text, StringBuilder lines, String xid) {
        String prefix = isOpenFlow14() ? "OFPST" : isOpenFlow13() ? "ONFST" : "NXST";
        text.append(settings.title(prefix + "_FLOW_MONITOR reply", xid)).append('\n').append(lines);
        int end = text.length() - 1;
        if (text.charAt(end - 1) == ' ') {
            text.deleteCharAt(end - 1); // only where a reply ends
        }
        lines.setLength(0);
    }

    private void line(StringBuilder text, FlowEvent event) {
        text.append(" event=").append(kind(event));
        if (event.getKind() == FlowEvent.Kind.ABBREVIATED) {
            text.append(" xid=0x").append(Long.toHexString(event.getRequestId())).append('\n');
            return;
        }
        if (event.getKind() == FlowEvent.Kind.DELETED) {
            text.append(" reason=").append(reason(event.getReason()));
        }
        FlowEntry entry = event.getFlow();
        FlowEntry whole = entry.getActions().isEmpty() ? entry.toBuilder().setActions("drop").build() : entry;
        FlowStats flow = ProtocolForm.of(FlowPrinter.shown(
                entries.stats(dev.turnout.v1.FlowStats.newBuilder().setEntry(whole).build()), false),
                settings.shown());
        PortNames names = settings.shownNames(bridge);
        text.append(" table=").append(flow.table());
        if (flow.idleTimeout() != 0) {
            text.append(" idle_timeout=").append(flow.idleTimeout());
        }
        if (flow.hardTimeout() != 0) {
            text.append(" hard_timeout=").append(flow.hardTimeout());
        }
        text.append(" cookie=").append(flow.cookie() == 0 ? "0" : "0x" + Long.toHexString(flow.cookie())).append(' ');
        int before = text.length();
        MatchPrinter.append(text, flow.match(), flow.tunnelMetadata(), names, FlowMod.DEFAULT_PRIORITY);
        if (!flow.actions().isEmpty()) {
            text.append(text.length() > before ? " " : "").append("actions=")
                    .append(ActionPrinter.format(flow.actions(), names));
        }
        text.append('\n');
    }

    /** OpenFlow before 1.4 did not tell what was there from what is new. */
    private String kind(FlowEvent event) {
        return switch (event.getKind()) {
            case INITIAL -> isOpenFlow14() ? "INITIAL" : "ADDED";
            case ABBREVIATED -> "ABBREV";
            default -> event.getKind().toString();
        };
    }

    /** Why a flow has gone, in a word. */
    static String reason(FlowRemoved.Reason reason) {
        return switch (reason) {
            case IDLE_TIMEOUT -> "idle";
            case HARD_TIMEOUT -> "hard";
            case EVICTION -> "eviction";
            case UNRECOGNIZED -> "unknown";
            case DELETE, GROUP_DELETE, METER_DELETE -> reason.name().toLowerCase(Locale.ROOT);
        };
    }
}
