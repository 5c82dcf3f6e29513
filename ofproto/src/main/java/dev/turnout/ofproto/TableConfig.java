package dev.turnout.ofproto;

import java.util.ArrayList;
import java.util.List;

import dev.turnout.openflow.FlowSyntaxException;
import dev.turnout.openflow.OfError;
import dev.turnout.openflow.Subfield;

/**
 * How a flow table is configured; the columns of OVSDB's Flow_Table.
 *
 * @param name
 *            its name, perhaps empty
 * @param flowLimit
 *            most flows in it
 * @param evicts
 *            {@code overflow_policy=evict}: a full table deletes a flow to take another one
 * @param groups
 *            fields whose values divide the flows into groups: those of the largest are deleted first
 */
public record TableConfig(String name, int flowLimit, boolean evicts, List<Subfield> groups) {
    /** Limit of a table that has none of its own. */
    public static final int NO_LIMIT = 1_000_000_000;
    /** A table that is not configured. */
    public static final TableConfig DEFAULT = new TableConfig("", NO_LIMIT, false, List.of());

    public TableConfig {
        groups = List.copyOf(groups);
    }

    /**
     * Reads {@code flow_limit=100,overflow_policy=evict,groups=NXM_OF_IN_PORT[];NXM_OF_ETH_SRC[],name=users}; all parts are optional and separated by
     * commas or white space.
     *
     * @throws IllegalArgumentException
     *             if it cannot be understood; the message names the part
     */
    public static TableConfig parse(String text) {
        TableConfig config = DEFAULT;
        for (String part : text.strip().split("[,\\s]+", -1)) {
            if (!part.isEmpty()) {
                int equals = part.indexOf('=');
                if (equals < 0) {
                    throw new IllegalArgumentException(
                            "\"" + part + "\": expected flow_limit=, overflow_policy=, groups= or name=");
                }
                config = config.with(part.substring(0, equals), part.substring(equals + 1));
            }
        }
        return config;
    }

    private TableConfig with(String key, String value) {
        return switch (key) {
            case "flow_limit" -> new TableConfig(name, limit(value), evicts, groups);
            case "overflow_policy" -> switch (value) {
                case "evict" -> new TableConfig(name, flowLimit, true, groups);
                case "refuse" -> new TableConfig(name, flowLimit, false, groups);
                default -> throw new IllegalArgumentException(
                        "overflow_policy=" + value + ": expected refuse or evict");
            };
            case "groups" -> new TableConfig(name, flowLimit, evicts, groups(value));
            case "name" -> new TableConfig(value, flowLimit, evicts, groups);
            default -> throw new IllegalArgumentException(
                    "\"" + key + "\": expected flow_limit=, overflow_policy=, groups= or name=");
        };
    }

    private static int limit(String value) {
        try {
            int limit = Integer.parseInt(value);
            if (limit >= 0) {
                return limit;
            }
        } catch (NumberFormatException e) {
            // falls through to the refusal
        }
        throw new IllegalArgumentException("flow_limit=" + value + ": expected a number of flows from 0 on");
    }

    private static List<Subfield> groups(String value) {
        List<Subfield> groups = new ArrayList<>();
        for (String field : value.split(";", -1)) {
            if (!field.isEmpty()) {
                try {
                    groups.add(Subfield.parse(field));
                } catch (FlowSyntaxException e) {
                    throw new IllegalArgumentException("groups=" + value + ": " + e.text(), e);
                }
            }
        }
        return groups;
    }

    /** The number of a table that flows may be put into. */
    static void checkNumber(int table) {
        if (table < 0 || table >= ReservedTable.NUMBER) {
            throw new FlowModException(OfError.OFPTMFC_BAD_TABLE, "table " + table + ": tables are 0 to 253");
        }
    }
}
