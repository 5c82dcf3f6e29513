package dev.turnout.ofctl.flows;

import java.util.ArrayList;
import java.util.List;

import dev.turnout.flow.Json;
import dev.turnout.ofctl.CliException;
import dev.turnout.ofctl.Console;
import dev.turnout.openflow.FlowMod;
import dev.turnout.openflow.Protocols;
import dev.turnout.v1.FlowUpdate;
import dev.turnout.v1.ReadRequest;
import dev.turnout.v1.TableQuery;
import dev.turnout.v1.TableStats;
import dev.turnout.v1.TableUpdate;

/** {@code mod-table} and {@code dump-table-desc}, in the words of {@code ovs-ofctl}. Both exist from OpenFlow 1.4 on. */
final class TableCommands {
    private final Console console;
    private final BridgeClient bridge;
    private final Settings settings;

    TableCommands(Console console, BridgeClient bridge, Settings settings) {
        this.console = console;
        this.bridge = bridge;
        this.settings = settings;
    }

    /** Changes a table, or all. */
    void modify(String table, String setting) {
        int number = table.equals("all") ? FlowMod.ALL_TABLES : number(table);
        boolean evicts = switch (setting) {
            case "evict" -> true;
            case "noevict" -> false;
            default -> throw new CliException(
                    "table_mod setting \"" + setting + "\" is not supported; expected evict or noevict");
        };
        if (settings.allowed().intersect(Protocols.OPENFLOW14_UP).isEmpty()) {
            throw new CliException("table_mod '" + setting
                    + "' requires one of the OpenFlow versions OpenFlow14, OpenFlow15");
        }
        new FlowWriter(console, bridge, settings).update(FlowUpdate.newBuilder()
                .setTable(TableUpdate.newBuilder().setTable(number).setEviction(evicts)));
    }

    private static int number(String table) {
        try {
            int number = Integer.parseInt(table);
            if (number >= 0 && number <= FlowMod.ALL_TABLES) {
                return number;
            }
        } catch (NumberFormatException e) {
            // falls through to the refusal
        }
        throw new CliException("unknown table \"" + table + "\"; expected 0 to 253 or all");
    }

    /** {@code dump-table-desc}. */
    void descriptions() {
        if (settings.allowed().intersect(Protocols.OPENFLOW14_UP).isEmpty()) {
            throw new CliException("dump-table-desc needs OpenFlow 1.4 or later ('-O OpenFlow14')");
        }
        List<TableStats> tables = new ArrayList<>();
        bridge.read(ReadRequest.newBuilder().setTables(TableQuery.getDefaultInstance()),
                response -> tables.addAll(response.getTablesList()));
        if (settings.json()) {
            Json json = new Json().array();
            tables.forEach(table -> json.object().field("table", table.getTable()).field("name", table.getName())
                    .field("eviction", table.getEviction()).endObject());
            console.out().println(json.endArray());
            return;
        }
        console.out().println("OFPST_TABLE_DESC reply"
                + Settings.versionLabel(settings.oneOf(Protocols.OPENFLOW14_UP)) + " (xid=0x2):");
        for (int i = 0; i < tables.size(); i++) {
            TableStats table = tables.get(i);
            console.out().print((i == 0 ? "" : "\n") + "  table " + table.getTable()
                    + ":\n   eviction=" + (table.getEviction() ? "on" : "off")
                    + " eviction_flags=OTHER|IMPORTANCE|LIFETIME\n   vacancy=off\n");
        }
    }
}
