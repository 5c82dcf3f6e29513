package dev.turnout.switchd.rpc;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

import com.google.protobuf.ByteString;
import dev.turnout.openflow.ActionPrinter;
import dev.turnout.openflow.EvictionMod;
import dev.turnout.openflow.FlowCommand;
import dev.turnout.openflow.FlowFilter;
import dev.turnout.openflow.FlowFlags;
import dev.turnout.openflow.FlowMod;
import dev.turnout.openflow.FlowParser;
import dev.turnout.openflow.FlowPrinter;
import dev.turnout.openflow.FlowStats;
import dev.turnout.openflow.MatchPrinter;
import dev.turnout.openflow.PortNames;
import dev.turnout.openflow.Protocols;
import dev.turnout.openflow.TableMod;
import dev.turnout.v1.FlowEntry;
import dev.turnout.v1.FlowTextQuery;
import dev.turnout.v1.FlowUpdate;
import dev.turnout.v1.ReadResponse;

/** Flows between messages and the OpenFlow vocabulary. What is text in a message goes through the one parser and printer. */
final class FlowMessages {
    private static final int TEXT_BYTES = 1 << 16;

    private final PortNames names;
    private final FlowParser parser;

    FlowMessages(PortNames names) {
        this.names = names;
        parser = new FlowParser(names, Protocols.ANY);
    }

    /** Reads an update; throws FlowSyntaxException or IllegalArgumentException naming what is wrong. */
    TableMod mod(FlowUpdate update) {
        return switch (update.getFlowCase()) {
            case TEXT, ENTRY -> flowMod(update);
            case GROUP -> new GroupMessages(names).mod(update.getGroup());
            case METER -> MeterMessages.mod(update.getMeter());
            case TABLE -> new EvictionMod(update.getTable().getTable(), update.getTable().getEviction());
            case FLOW_NOT_SET -> throw new IllegalArgumentException(
                    "the update is empty; expected entry, text, group, meter or table");
        };
    }

    private FlowMod flowMod(FlowUpdate update) {
        FlowCommand command = command(update.getCommand(), update.getCommandValue());
        return parser.parseFlowMod(update.hasEntry() ? text(update, command) : update.getText(), command);
    }

    /** A command; {@code number} is for the message about one that is none. */
    static FlowCommand command(FlowUpdate.Command command, int number) {
        return switch (command) {
            case ADD -> FlowCommand.ADD;
            case MODIFY -> FlowCommand.MODIFY;
            case MODIFY_STRICT -> FlowCommand.MODIFY_STRICT;
            case DELETE -> FlowCommand.DELETE;
            case DELETE_STRICT -> FlowCommand.DELETE_STRICT;
            case UNRECOGNIZED -> throw new IllegalArgumentException(
                    "command " + number + " is unknown; expected 0 to 4");
        };
    }

    /** An entry in the syntax of ovs-ofctl: so there is one parser, one set of checks, one wording. */
    private static String text(FlowUpdate update, FlowCommand command) {
        FlowEntry entry = update.getEntry();
        boolean deletes = command == FlowCommand.DELETE || command == FlowCommand.DELETE_STRICT;
        StringBuilder text = new StringBuilder();
        append(text, entry);
        if (update.getCookieMask() != 0) {
            text.append("cookie=").append(hex(entry.getCookie())).append('/').append(hex(update.getCookieMask()))
                    .append(',');
        } else if (deletes) {
            requireNoCookie(entry);
        } else if (entry.getCookie() != 0) {
            text.append("cookie=").append(hex(entry.getCookie())).append(',');
        }
        if (!deletes) {
            appendOptions(text, entry);
        }
        if (!update.getOutPort().isEmpty()) {
            text.append("out_port=").append(word(update.getOutPort())).append(',');
        }
        if (update.hasOutGroup()) {
            text.append("out_group=").append(Integer.toUnsignedString(update.getOutGroup())).append(',');
        }
        return deletes ? text.toString() : text.append("actions=").append(entry.getActions()).toString();
    }

    private static void requireNoCookie(FlowEntry entry) {
        if (entry.getCookie() != 0) {
            throw new IllegalArgumentException("cookie " + hex(entry.getCookie())
                    + " without cookie_mask selects nothing; expected a cookie_mask, as -1 for all of its bits");
        }
    }

    private static void append(StringBuilder text, FlowEntry entry) {
        if (entry.hasTable()) {
            text.append("table=").append(Integer.toUnsignedString(entry.getTable())).append(',');
        }
        if (entry.hasPriority()) {
            text.append("priority=").append(Integer.toUnsignedString(entry.getPriority())).append(',');
        }
        if (entry.getMatch().contains("actions=")) {
            throw new IllegalArgumentException("match \"" + entry.getMatch() + "\" holds actions; they have a field");
        }
        if (!entry.getMatch().isEmpty()) {
            text.append(entry.getMatch()).append(',');
        }
    }

    private static void appendOptions(StringBuilder text, FlowEntry entry) {
        if (entry.getIdleTimeoutSeconds() != 0) {
            text.append("idle_timeout=").append(Integer.toUnsignedString(entry.getIdleTimeoutSeconds())).append(',');
        }
        if (entry.getHardTimeoutSeconds() != 0) {
            text.append("hard_timeout=").append(Integer.toUnsignedString(entry.getHardTimeoutSeconds())).append(',');
        }
        if (entry.getImportance() != 0) {
            text.append("importance=").append(Integer.toUnsignedString(entry.getImportance())).append(',');
        }
        for (FlowEntry.Flag flag : entry.getFlagsList()) {
            text.append(switch (flag) {
                case FLAG_NONE -> "";
                case SEND_FLOW_REM -> "send_flow_rem,";
                case CHECK_OVERLAP -> "check_overlap,";
                case RESET_COUNTS -> "reset_counts,";
                case NO_PACKET_COUNTS -> "no_packet_counts,";
                case NO_BYTE_COUNTS -> "no_byte_counts,";
                case UNRECOGNIZED -> throw new IllegalArgumentException("a flag is unknown; expected 0 to 5");
            });
        }
    }

    private static String word(String text) {
        if (text.indexOf(',') >= 0 || text.indexOf('=') >= 0 || text.indexOf(' ') >= 0) {
            throw new IllegalArgumentException("\"" + text + "\" is not a port's name or number");
        }
        return text;
    }

    private static String hex(long value) {
        return "0x" + Long.toHexString(value);
    }

    /** Reads a filter. */
    FlowFilter filter(dev.turnout.v1.FlowFilter filter) {
        if (filter.getFilterCase() != dev.turnout.v1.FlowFilter.FilterCase.ENTRY) {
            return parser.parseFilter(filter.getText());
        }
        FlowEntry entry = filter.getEntry().toBuilder().clearPriority().build();
        StringBuilder text = new StringBuilder();
        append(text, entry);
        if (filter.getCookieMask() != 0) {
            text.append("cookie=").append(hex(entry.getCookie())).append('/').append(hex(filter.getCookieMask()))
                    .append(',');
        } else {
            requireNoCookie(entry);
        }
        if (!filter.getOutPort().isEmpty()) {
            text.append("out_port=").append(word(filter.getOutPort())).append(',');
        }
        if (filter.hasOutGroup()) {
            text.append("out_group=").append(Integer.toUnsignedString(filter.getOutGroup())).append(',');
        }
        return parser.parseFilter(text.toString());
    }

    /** Flows as responses, made as they are asked for. */
    Iterator<ReadResponse> pages(Iterator<FlowStats> flows, boolean withNames) {
        PortNames printed = withNames ? names : PortNames.NONE;
        return ReadPages.of(flows, (response, flow) -> response.addFlows(message(flow, printed)));
    }

    /** Flows as lines of text, made as they are asked for. */
    Iterator<ReadResponse> text(Iterator<FlowStats> flows, FlowTextQuery query) {
        PortNames printed = query.getFilter().getNames() ? names : PortNames.NONE;
        Protocols form = query.getVersion().isEmpty() ? Protocols.OPENFLOW10 : Protocols.parse(query.getVersion());
        Protocols newest = form.newest();
        return new ReadPages<>(flows, rest -> {
            StringBuilder lines = new StringBuilder(TEXT_BYTES + (TEXT_BYTES >> 2));
            while (lines.length() < TEXT_BYTES && rest.hasNext()) {
                lines.append(FlowPrinter.listed(rest.next(), newest, query.getAges(), printed, !query.getNoStats()))
                        .append('\n');
            }
            return ReadResponse.newBuilder().setText(ByteString.copyFromUtf8(lines.toString())).build();
        });
    }

    /** A flow with its counters. */
    static dev.turnout.v1.FlowStats message(FlowStats flow, PortNames names) {
        return dev.turnout.v1.FlowStats.newBuilder()
                .setEntry(entry(flow, names).setActions(ActionPrinter.format(flow.actions(), names)))
                .setPackets(Math.max(0, flow.packets()))
                .setBytes(Math.max(0, flow.bytes())).setDurationNs(flow.durationNs())
                .setIdleAgeSeconds(Math.max(0, flow.idleAgeSeconds()))
                .setHardAgeSeconds(
                        flow.hardAgeSeconds() < 0 ? flow.durationNs() / 1_000_000_000 : flow.hardAgeSeconds())
                .build();
    }

    /** A flow without its counters and actions. */
    static FlowEntry.Builder entry(FlowStats flow, PortNames names) {
        StringBuilder match = new StringBuilder();
        MatchPrinter.append(match, flow.match(), flow.tunnelMetadata(), names, FlowMod.DEFAULT_PRIORITY);
        return FlowEntry.newBuilder().setTable(flow.table()).setPriority(flow.priority()).setMatch(match.toString())
                .setCookie(flow.cookie()).setIdleTimeoutSeconds(flow.idleTimeout())
                .setHardTimeoutSeconds(flow.hardTimeout()).setImportance(flow.importance())
                .addAllFlags(flags(flow.flags()));
    }

    private static List<FlowEntry.Flag> flags(int bits) {
        List<FlowEntry.Flag> flags = new ArrayList<>();
        add(flags, bits, FlowFlags.SEND_FLOW_REM, FlowEntry.Flag.SEND_FLOW_REM);
        add(flags, bits, FlowFlags.CHECK_OVERLAP, FlowEntry.Flag.CHECK_OVERLAP);
        add(flags, bits, FlowFlags.RESET_COUNTS, FlowEntry.Flag.RESET_COUNTS);
        add(flags, bits, FlowFlags.NO_PACKET_COUNTS, FlowEntry.Flag.NO_PACKET_COUNTS);
        add(flags, bits, FlowFlags.NO_BYTE_COUNTS, FlowEntry.Flag.NO_BYTE_COUNTS);
        return flags;
    }

    private static void add(List<FlowEntry.Flag> flags, int bits, int bit, FlowEntry.Flag flag) {
        if ((bits & bit) != 0) {
            flags.add(flag);
        }
    }
}
