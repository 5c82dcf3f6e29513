package dev.turnout.ofctl.flows;

import dev.turnout.openflow.FlowCommand;
import dev.turnout.openflow.FlowFlags;
import dev.turnout.openflow.FlowMod;
import dev.turnout.openflow.FlowParser;
import dev.turnout.openflow.FlowStats;
import dev.turnout.openflow.PortNames;
import dev.turnout.openflow.Protocols;
import dev.turnout.v1.FlowEntry;

/** Turns flows as they travel into those that {@code openflow} prints. */
final class FlowEntries {
    private final FlowParser parser = new FlowParser(PortNames.NONE, Protocols.ANY);

    /** A listed flow. */
    FlowStats stats(dev.turnout.v1.FlowStats flow) {
        FlowEntry entry = flow.getEntry();
        FlowMod mod = parse(entry);
        return new FlowStats(entry.getTable(), priority(entry), mod.match(), mod.tunnelMetadata(), entry.getCookie(),
                flow.getDurationNs(), flow.getPackets(), flow.getBytes(), entry.getIdleTimeoutSeconds(),
                entry.getHardTimeoutSeconds(), entry.getImportance(), flags(entry),
                seconds(flow.getIdleAgeSeconds()), seconds(flow.getHardAgeSeconds()), mod.actions());
    }

    /** A flow as an addition that would make it. */
    FlowMod addition(FlowEntry entry) {
        return parse(entry).toBuilder().table(entry.getTable()).priority(priority(entry)).cookie(entry.getCookie())
                .idleTimeout(entry.getIdleTimeoutSeconds()).hardTimeout(entry.getHardTimeoutSeconds())
                .importance(entry.getImportance()).flags(flags(entry)).build();
    }

    private FlowMod parse(FlowEntry entry) {
        StringBuilder text = new StringBuilder().append("table=").append(entry.getTable());
        if (!entry.getMatch().isEmpty()) {
            text.append(',').append(entry.getMatch());
        }
        return parser.parseFlowMod(text.append(",actions=").append(entry.getActions()).toString(), FlowCommand.ADD);
    }

    private static int priority(FlowEntry entry) {
        return entry.hasPriority() ? entry.getPriority() : FlowMod.DEFAULT_PRIORITY;
    }

    private static int seconds(long seconds) {
        return (int) Math.min(seconds, Integer.MAX_VALUE);
    }

    private static int flags(FlowEntry entry) {
        int flags = 0;
        for (FlowEntry.Flag flag : entry.getFlagsList()) {
            flags |= switch (flag) {
                case SEND_FLOW_REM -> FlowFlags.SEND_FLOW_REM;
                case CHECK_OVERLAP -> FlowFlags.CHECK_OVERLAP;
                case RESET_COUNTS -> FlowFlags.RESET_COUNTS;
                case NO_PACKET_COUNTS -> FlowFlags.NO_PACKET_COUNTS;
                case NO_BYTE_COUNTS -> FlowFlags.NO_BYTE_COUNTS;
                case FLAG_NONE, UNRECOGNIZED -> 0;
            };
        }
        return flags;
    }
}
