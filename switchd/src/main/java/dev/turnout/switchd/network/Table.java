package dev.turnout.switchd.network;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Collectors;

import dev.turnout.switchd.SwitchException;
import org.jspecify.annotations.Nullable;

/**
 * A table of OVSDB as {@code vsctl set} and {@code get} see it: its name and its columns. Names may be shortened as long
 * as they are unique, and are not case-sensitive.
 *
 * @param <S>
 *            the settings of a record
 * @param <R>
 *            a record: settings and state
 * @param name
 *            OVSDB's name
 * @param columns
 *            the columns
 */
record Table<S, R>(String name, List<Column<S, R>> columns) {

    /** A bridge, configured and at work. */
    record BridgeRow(BridgeSettings settings, BridgeState state) {
    }

    /** A port, configured and at work. */
    record PortRow(PortSettings settings, PortState state) {
    }

    /**
     * A column.
     *
     * @param name
     *            OVSDB's name
     * @param setter
     *            changes it, or null where it cannot be set
     * @param getter
     *            reads it
     */
    record Column<S, R>(String name, @Nullable Setter<S> setter, Function<R, Datum> getter) {
    }

    /** Sets a column, or one key of a map column. */
    @FunctionalInterface
    interface Setter<S> {
        S set(S settings, @Nullable String key, String value);
    }

    static final Table<BridgeSettings, BridgeRow> BRIDGE = new Table<>("Bridge", List.of(
            new Column<>("name", null, row -> Datum.string(row.settings.name())),
            new Column<>("fail_mode",
                    Table.<BridgeSettings>whole(
                            (bridge, value) -> bridge.withFailMode(optionalWord("fail_mode", value))),
                    row -> Datum.optional(row.settings.failMode())),
            new Column<>("datapath_type",
                    Table.<BridgeSettings>whole((bridge, value) -> bridge.withDatapathType(Datum.parseString(value))),
                    row -> Datum.string(row.settings.datapathType())),
            new Column<>("datapath_id", null, row -> Datum.optional(row.state.datapathId())),
            new Column<>("other_config", keyed(BridgeSettings::otherConfig, BridgeSettings::withOtherConfig),
                    row -> Datum.map(row.settings.otherConfig())),
            new Column<>("flow_tables", Table::withFlowTables, row -> Datum.numbered(row.settings.flowTables())),
            new Column<>("ports", null, row -> Datum.set(row.settings.ports().keySet()))));

    static final Table<PortSettings, PortRow> PORT = new Table<>("Port", List.of(
            new Column<>("name", null, row -> Datum.string(row.settings.name())),
            new Column<>("tag", Table.<PortSettings>whole((port, value) -> port.withTag(optionalVlan(value))),
                    row -> {
                        Integer tag = row.settings.tag();
                        return Datum.set(tag == null ? List.of() : List.of(tag));
                    }),
            new Column<>("trunks", Table.<PortSettings>whole((port, value) -> port.withTrunks(vlans(value))),
                    row -> Datum.set(row.settings.trunks())),
            new Column<>("vlan_mode",
                    Table.<PortSettings>whole((port, value) -> port.withVlanMode(optionalWord("vlan_mode", value))),
                    row -> Datum.optional(row.settings.vlanMode())),
            new Column<>("other_config", keyed(PortSettings::otherConfig, PortSettings::withOtherConfig),
                    row -> Datum.map(row.settings.otherConfig())),
            new Column<>("interfaces", null, row -> Datum.set(List.of(row.settings.name())))));

    static final Table<PortSettings, PortRow> INTERFACE = new Table<>("Interface", List.of(
            new Column<>("name", null, row -> Datum.string(row.settings.name())),
            new Column<>("type",
                    Table.<PortSettings>whole((port, value) -> port.withType(Datum.parseString(value))),
                    row -> Datum.string(row.settings.type())),
            new Column<>("ofport_request",
                    Table.<PortSettings>whole((port, value) -> port.withOfportRequest(optionalPort(value))),
                    row -> Datum.set(row.settings.ofportRequest() == 0
                            ? List.of()
                            : List.of(row.settings.ofportRequest()))),
            new Column<>("options", keyed(PortSettings::options, PortSettings::withOptions),
                    row -> Datum.map(row.settings.options())),
            new Column<>("other_config", keyed(PortSettings::otherConfig, PortSettings::withOtherConfig),
                    row -> Datum.map(row.settings.otherConfig())),
            new Column<>("ofport", null, row -> Datum.integer(row.state.ofport())),
            new Column<>("mac_in_use", null, row -> Datum.optional(row.state.mac())),
            new Column<>("admin_state", null, row -> linkWord(row.state, row.state.adminUp())),
            new Column<>("link_state", null, row -> linkWord(row.state, row.state.linkUp())),
            new Column<>("link_speed", null,
                    row -> Datum.set(row.state.speedBps() == 0 ? List.of() : List.of(row.state.speedBps()))),
            new Column<>("mtu", null, row -> Datum.set(row.state.mtu() == 0 ? List.of() : List.of(row.state.mtu()))),
            new Column<>("error", null, row -> Datum.optional(row.state.error())),
            new Column<>("statistics", null, row -> Datum.map(row.state.statistics())),
            new Column<>("status", null, row -> Datum.map(status(row.state)))));

    private static final List<Table<?, ?>> ALL = List.of(BRIDGE, PORT, INTERFACE);

    /** The table of that name, in whole or shortened. */
    static Table<?, ?> find(String text) {
        return unique(ALL, Table::name, text,
                "unknown table \"" + text + "\"; expected one of: bridge, port, interface");
    }

    /** The column of that name, in whole or shortened. */
    Column<S, R> column(String text) {
        return unique(columns, Column::name, text.replace('-', '_'),
                name + " does not contain a column whose name matches \"" + text + "\"");
    }

    /** Sets a column of a record. */
    S set(S settings, String columnName, @Nullable String key, String value) {
        Column<S, R> column = column(columnName);
        Setter<S> setter = column.setter();
        if (setter == null) {
            throw SwitchException.invalid("cannot modify read-only column " + column.name() + " in table " + name
                    + "; columns that can be set: " + columns.stream().filter(c -> c.setter() != null).map(Column::name)
                            .collect(Collectors.joining(", ")));
        }
        return setter.set(settings, key, value);
    }

    /** A column of a record, or a key of it, as text; null if there is no such key and that is no failure. */
    @Nullable
    String get(R row, String recordName, String columnName, @Nullable String key, boolean ifExists) {
        Column<S, R> column = column(columnName);
        Datum datum = column.getter().apply(row);
        if (key == null) {
            return datum.text();
        }
        if (!(datum instanceof Datum.MapOf map)) {
            throw SwitchException.invalid("cannot specify key to get for non-map column " + column.name());
        }
        Object value = map.values().get(key);
        if (value == null && !ifExists) {
            throw SwitchException.notFound("no key \"" + key + "\" in " + name + " record \"" + recordName
                    + "\" column " + column.name());
        }
        return value == null ? null : Datum.atomText(value);
    }

    private static <T> T unique(List<T> candidates, Function<T, String> name, String text, String failure) {
        String wanted = text.toLowerCase(Locale.ROOT);
        List<T> matches = candidates.stream()
                .filter(c -> name.apply(c).toLowerCase(Locale.ROOT).startsWith(wanted)).toList();
        for (T candidate : matches) {
            if (name.apply(candidate).equalsIgnoreCase(text)) {
                return candidate;
            }
        }
        if (wanted.isEmpty() || matches.isEmpty()) {
            throw SwitchException.invalid(failure);
        }
        if (matches.size() > 1) {
            throw SwitchException.invalid("\"" + text + "\" is ambiguous: "
                    + matches.stream().map(name).collect(Collectors.joining(", ")));
        }
        return matches.getFirst();
    }

    private static <S> Setter<S> whole(BiFunction<S, String, S> setter) {
        return (settings, key, value) -> {
            if (key != null) {
                throw SwitchException.invalid("cannot specify key \"" + key + "\" to set for non-map column");
            }
            return setter.apply(settings, value);
        };
    }

    private static <S> Setter<S> keyed(Function<S, SortedMap<String, String>> getter,
            BiFunction<S, Map<String, String>, S> setter) {
        return (settings, key, value) -> {
            if (key == null) {
                return setter.apply(settings, Datum.parseMap(value));
            }
            SortedMap<String, String> map = new TreeMap<>(getter.apply(settings));
            map.put(key, Datum.parseString(value));
            return setter.apply(settings, map);
        };
    }

    private static BridgeSettings withFlowTables(BridgeSettings bridge, @Nullable String key, String value) {
        SortedMap<Integer, String> tables = new TreeMap<>();
        if (key == null) {
            Datum.parseMap(value).forEach((table, settings) -> tables.put(flowTable(table), settings));
        } else {
            tables.putAll(bridge.flowTables());
            tables.put(flowTable(key), Datum.parseString(value));
        }
        return bridge.withFlowTables(tables);
    }

    private static int flowTable(String key) {
        return integer("flow_tables", key, 0, BridgeSettings.MAX_FLOW_TABLE);
    }

    private static String optionalWord(String column, String value) {
        List<String> values = Datum.parseSet(value);
        if (values.size() > 1) {
            throw SwitchException.invalid(column + ": \"" + value + "\" is more than one value");
        }
        return values.isEmpty() ? "" : values.getFirst();
    }

    private static @Nullable Integer optionalVlan(String value) {
        String word = optionalWord("tag", value);
        return word.isEmpty() ? null : (Integer) integer("tag", word, 0, 4095);
    }

    private static SortedSet<Integer> vlans(String value) {
        SortedSet<Integer> vlans = new TreeSet<>();
        for (String word : Datum.parseSet(value)) {
            vlans.add(integer("trunks", word, 0, 4095));
        }
        return vlans;
    }

    private static int optionalPort(String value) {
        String word = optionalWord("ofport_request", value);
        return word.isEmpty() ? 0 : integer("ofport_request", word, 1, 65279);
    }

    private static int integer(String column, String word, int least, int most) {
        try {
            int number = Integer.parseInt(word);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // falls through to the refusal
        }
        throw SwitchException
                .invalid(column + ": \"" + word + "\" is not an integer from " + least + " to " + most);
    }

    private static Datum linkWord(PortState state, boolean up) {
        return Datum.optional(state.ofport() < 0 ? "" : up ? "up" : "down");
    }

    private static Map<String, String> status(PortState state) {
        SortedMap<String, String> status = new TreeMap<>();
        if (!state.receiveMode().isEmpty()) {
            status.put("receive_mode", state.receiveMode());
            status.put("receive_thread", Integer.toString(state.receiveThread()));
        }
        return status;
    }
}
