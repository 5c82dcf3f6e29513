package dev.turnout.ofctl.flows;

import java.util.ArrayList;
import java.util.List;

import dev.turnout.flow.Json;
import dev.turnout.ofctl.CliException;
import dev.turnout.ofctl.Console;
import dev.turnout.openflow.Protocols;
import dev.turnout.v1.ReadRequest;
import dev.turnout.v1.TableFeatures;
import dev.turnout.v1.TableFeaturesQuery;
import dev.turnout.v1.TableQuery;
import dev.turnout.v1.TableStats;

/** {@code dump-table-features}, in the words of {@code ovs-ofctl}: of tables in a row that are alike, the first. It exists from OpenFlow 1.3 on. */
final class TableFeaturesText {
    private final Console console;
    private final BridgeClient bridge;
    private final Settings settings;
    private final List<TableStats> tables = new ArrayList<>();
    private TableFeatures features = TableFeatures.getDefaultInstance();

    TableFeaturesText(Console console, BridgeClient bridge, Settings settings) {
        this.console = console;
        this.bridge = bridge;
        this.settings = settings;
    }

    /** All tables, or one where {@code which} is not empty. */
    void print(String which) {
        if (settings.shown().intersect(Protocols.OPENFLOW13_UP).isEmpty()) {
            throw new CliException("dump-table-features needs OpenFlow 1.3 or later ('-O OpenFlow13')");
        }
        bridge.read(ReadRequest.newBuilder().setTables(TableQuery.getDefaultInstance()),
                response -> tables.addAll(response.getTablesList()));
        bridge.read(ReadRequest.newBuilder().setTableFeatures(TableFeaturesQuery.getDefaultInstance()),
                response -> features = response.getTableFeatures());
        int last = tables.get(tables.size() - 1).getTable();
        if (!which.isEmpty()) {
            int number = number(which, last);
            tables.removeIf(table -> table.getTable() != number);
        }
        if (settings.json()) {
            json();
            return;
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < tables.size();) {
            int end = i;
            while (i > 0 && end < tables.size() && isLike(tables.get(i - 1), tables.get(end), last)) {
                end++;
            }
            if (end > i) {
                int first = tables.get(i).getTable();
                int until = tables.get(end - 1).getTable();
                text.append(first == until ? "  table " + first : "  tables " + first + "..." + until)
                        .append(": ditto\n");
                i = end;
            } else {
                table(text, i, last);
                i++;
            }
            text.append('\n');
        }
        console.out().print(text);
    }

    private static int number(String which, int last) {
        try {
            int number = Integer.parseInt(which);
            if (number >= 0 && number <= last) {
                return number;
            }
        } catch (NumberFormatException e) {
            // falls through to the refusal
        }
        throw new CliException("unknown table \"" + which + "\"; expected 0 to " + last);
    }

    private static boolean isLike(TableStats a, TableStats b, int last) {
        return b.getName().isEmpty() && a.getMaxEntries() == b.getMaxEntries() && b.getTable() != last;
    }

    private void table(StringBuilder text, int index, int last) {
        TableStats table = tables.get(index);
        boolean first = index == 0;
        boolean isLast = table.getTable() == last;
        text.append("  table ").append(table.getTable());
        if (!table.getName().isEmpty()) {
            text.append(" (\"").append(table.getName()).append("\")");
        }
        text.append(":\n    metadata: match=0xffffffffffffffff write=0xffffffffffffffff\n");
        if (!settings.shown().intersect(Protocols.OPENFLOW14_UP).isEmpty()) {
            text.append("    eviction: supported\n    vacancy events: not supported\n");
        }
        text.append("    max_entries=").append(table.getMaxEntries()).append('\n');
        if (first || isLast) {
            text.append("    instructions (table miss and others):\n");
            if (!isLast) {
                text.append("      next tables: ").append(table.getTable() + 1).append('-').append(last).append('\n');
            }
            text.append("      instructions:");
            instructions(isLast).forEach(name -> text.append(' ').append(name));
            text.append('\n');
            if (first) {
                actions(text);
            } else {
                text.append("      (same actions)\n");
            }
        } else {
            text.append("    (same instructions)\n");
        }
        if (first) {
            text.append("    matching:\n      arbitrary mask: ")
                    .append(FieldNames.shortened(features.getMaskedFieldsList()))
                    .append("\n      exact match or wildcard: ")
                    .append(FieldNames.shortened(features.getExactFieldsList())).append('\n');
        } else {
            text.append("    (same matching)\n");
        }
    }

    /** OpenFlow 1.5 has meters as actions. */
    private List<String> instructions(boolean isLast) {
        boolean withMeter = !settings.versionLabel().contains("OF1.5");
        return features.getInstructionsList().stream()
                .filter(name -> (withMeter || !name.equals("meter")) && !(isLast && name.equals("goto_table")))
                .toList();
    }

    private void actions(StringBuilder text) {
        if (features.getApplyActionsList().equals(features.getWriteActionsList())) {
            actions(text, "Write-Actions and Apply-Actions", features.getWriteActionsList());
        } else {
            actions(text, "Write-Actions", features.getWriteActionsList());
            actions(text, "Apply-Actions", features.getApplyActionsList());
        }
    }

    private void actions(StringBuilder text, String title, List<String> actions) {
        text.append("      ").append(title).append(" features:\n        actions:");
        actions.forEach(action -> text.append(' ').append(action));
        text.append("\n        supported on Set-Field: ").append(FieldNames.shortened(features.getSetFieldsList()))
                .append('\n');
    }

    private void json() {
        Json json = new Json().object().name("tables").array();
        tables.forEach(table -> json.object().field("table", table.getTable()).field("name", table.getName())
                .field("max_entries", table.getMaxEntries()).endObject());
        json.endArray();
        names(json, "instructions", features.getInstructionsList());
        names(json, "apply_actions", features.getApplyActionsList());
        names(json, "write_actions", features.getWriteActionsList());
        names(json, "set_fields", features.getSetFieldsList());
        names(json, "masked_fields", features.getMaskedFieldsList());
        names(json, "exact_fields", features.getExactFieldsList());
        console.out().println(json.endObject());
    }

    private static void names(Json json, String key, List<String> names) {
        json.name(key).array();
        names.forEach(json::value);
        json.endArray();
    }
}
