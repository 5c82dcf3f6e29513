package dev.turnout.ofctl.flows;

import java.util.ArrayList;
import java.util.List;

import dev.turnout.flow.Json;
import dev.turnout.ofctl.CliException;
import dev.turnout.ofctl.Console;
import dev.turnout.openflow.OfPorts;
import dev.turnout.v1.Bridge;
import dev.turnout.v1.Port;
import dev.turnout.v1.PortQuery;
import dev.turnout.v1.PortStats;
import dev.turnout.v1.ReadRequest;
import dev.turnout.v1.TableQuery;
import dev.turnout.v1.TableStats;
import org.jspecify.annotations.Nullable;

/**
 * {@code show}, {@code dump-tables}, {@code dump-ports} and {@code dump-ports-desc}, in the words of {@code ovs-ofctl}.
 * What Turnout does not count is a question mark, as there.
 */
final class StatsText {
    private static final long MEGABIT = 1_000_000;
    private static final int NARROW = 10;
    private static final String NOTHING = "";

    private final Console console;
    private final BridgeClient bridge;
    private final Settings settings;

    StatsText(Console console, BridgeClient bridge, Settings settings) {
        this.console = console;
        this.bridge = bridge;
        this.settings = settings;
    }

    private void title(String reply, String xid) {
        console.out().print(settings.title(reply, xid));
    }

    void show() {
        Bridge properties = bridge.bridge();
        if (settings.json()) {
            Json json = new Json().object().field("name", properties.getName())
                    .field("datapath_id", properties.getDatapathId())
                    .field("tables", properties.getTables()).name("ports").array();
            bridge.ports().forEach(port -> json(json, port));
            console.out().println(json.endArray().endObject());
            return;
        }
        title("OFPT_FEATURES_REPLY", "0x2");
        console.out().println(" dpid:" + properties.getDatapathId());
        console.out().println("n_tables:" + properties.getTables() + ", n_buffers:0");
        if (settings.isOpenFlow10()) {
            console.out().println("capabilities: FLOW_STATS TABLE_STATS PORT_STATS ARP_MATCH_IP");
            console.out()
                    .println("actions: output set_vlan_vid set_vlan_pcp strip_vlan mod_dl_src mod_dl_dst mod_nw_src "
                            + "mod_nw_dst mod_nw_tos mod_tp_src mod_tp_dst");
        } else {
            console.out().println("capabilities: FLOW_STATS TABLE_STATS PORT_STATS GROUP_STATS");
            title("OFPST_PORT_DESC reply", "0x3");
            console.out().println();
        }
        bridge.ports().forEach(port -> console.out().print(description(port)));
        title("OFPT_GET_CONFIG_REPLY", settings.isOpenFlow10() ? "0x4" : "0x5");
        console.out().println(" frags=normal miss_send_len=0");
    }

    /** All ports, or one. */
    void portDescriptions(@Nullable String port) {
        int number = port == null ? -1 : number(port);
        List<Port> chosen = new ArrayList<>();
        for (Port candidate : bridge.ports()) {
            if (port == null || candidate.getOfport() == number) {
                chosen.add(candidate);
            }
        }
        if (settings.json()) {
            Json json = new Json().array();
            chosen.forEach(candidate -> json(json, candidate));
            console.out().println(json.endArray());
            return;
        }
        title("OFPST_PORT_DESC reply", "0x2");
        console.out().println();
        chosen.forEach(candidate -> console.out().print(description(candidate)));
    }

    /** An OpenFlow port's number, reserved or not; the text is its name or number. */
    int number(String port) {
        int reserved = OfPorts.reservedPort(port);
        if (reserved >= 0) {
            return reserved;
        }
        try {
            return Integer.parseInt(port);
        } catch (NumberFormatException e) {
            int number = bridge.numberOf(port);
            if (number < 0) {
                throw new CliException(bridge.name() + ": unknown port `" + port + "'");
            }
            return number;
        }
    }

    /** The lines of a port in {@code show} and in port status messages. */
    String description(Port port) {
        long megabits = port.getLinkSpeed() / MEGABIT;
        StringBuilder text = new StringBuilder();
        text.append(' ').append(name(port.getOfport())).append('(').append(port.getName()).append("): addr:")
                .append(port.getMac()).append('\n');
        text.append("     config:     ").append(port.getAdminUp() ? "0" : "PORT_DOWN").append('\n');
        String up = settings.isOpenFlow10() ? "0" : "LIVE";
        text.append("     state:      ").append(port.getLinkUp() ? up : "LINK_DOWN").append('\n');
        String speed = features(megabits);
        if (!speed.isEmpty()) {
            text.append("     current:    ").append(speed).append('\n');
        }
        return text.append("     speed: ").append(megabits).append(" Mbps now, 0 Mbps max\n").toString();
    }

    private static String features(long megabits) {
        if (megabits == 0) {
            return NOTHING;
        } else if (megabits >= 1_000_000) {
            return "1TB-FD";
        } else if (megabits >= 1000) {
            return switch ((int) (megabits / 1000)) {
                case 1, 10, 40, 100 -> megabits / 1000 + "GB-FD";
                default -> "OTHER";
            };
        }
        return megabits == 10 || megabits == 100 ? megabits + "MB-FD" : "OTHER";
    }

    /** A port number as it is printed, reserved ones by their name. */
    static String name(int port) {
        String reserved = OfPorts.reservedName(port);
        return reserved == null ? Integer.toUnsignedString(port) : reserved;
    }

    private static void json(Json json, Port port) {
        json.object().field("ofport", port.getOfport()).field("name", port.getName()).field("mac", port.getMac())
                .field("admin_up", port.getAdminUp()).field("link_up", port.getLinkUp())
                .field("link_speed", port.getLinkSpeed()).endObject();
    }

    void ports(@Nullable String port) {
        PortQuery.Builder query = PortQuery.newBuilder();
        if (port != null) {
            query.setPort(Integer.toString(number(port)));
        }
        List<PortStats> ports = new ArrayList<>();
        bridge.read(ReadRequest.newBuilder().setPorts(query), response -> ports.addAll(response.getPortsList()));
        if (settings.json()) {
            Json json = new Json().array();
            ports.forEach(stats -> json(json, stats));
            console.out().println(json.endArray());
            return;
        }
        title("OFPST_PORT reply", "0x2");
        console.out().println(" " + ports.size() + " ports");
        for (PortStats stats : ports) {
            console.out().print(counters(stats));
        }
    }

    private String counters(PortStats stats) {
        String number = name(stats.getOfport());
        boolean named = settings.names() && OfPorts.reservedName(stats.getOfport()) == null;
        StringBuilder text = new StringBuilder("  port ");
        if (stats.getOfport() < NARROW) {
            text.append(' ');
        }
        text.append(named ? stats.getName() : number).append(": rx pkts=").append(unsigned(stats.getRxPackets()))
                .append(", bytes=").append(unsigned(stats.getRxBytes())).append(", drop=")
                .append(unsigned(stats.getRxDropped()))
                .append(", errs=").append(unsigned(stats.getRxErrors())).append(", frame=?, over=?, crc=?\n");
        text.append("           tx pkts=").append(unsigned(stats.getTxPackets())).append(", bytes=")
                .append(unsigned(stats.getTxBytes())).append(", drop=").append(unsigned(stats.getTxDropped()))
                .append(", errs=")
                .append(unsigned(stats.getTxErrors())).append(", coll=?\n");
        if (!settings.isOpenFlow10()) {
            text.append("           duration=").append(seconds(stats.getDurationNs())).append("s\n");
        }
        return text.toString();
    }

    private static String unsigned(long value) {
        return Long.toUnsignedString(value);
    }

    /** Nanoseconds as seconds with three digits behind the point. */
    static String seconds(long ns) {
        return ns / 1_000_000_000 + "." + Long.toString(1_000_000_000 + ns % 1_000_000_000).substring(1, 4);
    }

    private static void json(Json json, PortStats stats) {
        json.object().field("ofport", stats.getOfport()).field("name", stats.getName())
                .field("rx_packets", stats.getRxPackets()).field("rx_bytes", stats.getRxBytes())
                .field("rx_dropped", stats.getRxDropped()).field("rx_errors", stats.getRxErrors())
                .field("tx_packets", stats.getTxPackets()).field("tx_bytes", stats.getTxBytes())
                .field("tx_dropped", stats.getTxDropped()).field("tx_errors", stats.getTxErrors()).name("duration")
                .seconds(stats.getDurationNs()).endObject();
    }

    void tables() {
        List<TableStats> tables = new ArrayList<>();
        bridge.read(ReadRequest.newBuilder().setTables(TableQuery.getDefaultInstance()),
                response -> tables.addAll(response.getTablesList()));
        if (settings.json()) {
            Json json = new Json().array();
            for (TableStats table : tables) {
                json.object().field("table", table.getTable()).field("name", table.getName())
                        .field("active", table.getActive())
                        .field("lookups", table.getLookups()).field("matched", table.getMatched())
                        .field("max_entries", table.getMaxEntries()).endObject();
            }
            console.out().println(json.endArray());
            return;
        }
        title("OFPST_TABLE reply", "0x2");
        StringBuilder text = new StringBuilder("\n");
        for (int i = 0; i < tables.size();) {
            TableStats table = tables.get(i);
            boolean first = i == 0;
            if (!first) {
                text.append('\n');
            }
            int same = first ? i : lastLike(tables, i);
            if (same > i || (!first && isLike(tables.get(i - 1), table))) {
                text.append(ditto(table.getTable(), tables.get(same).getTable()));
                i = same + 1;
            } else {
                table(text, table, first);
                i++;
            }
        }
        console.out().print(text);
    }

    /** The last of the tables from {@code from} on that are like the one before {@code from}; {@code from} if it is not. */
    private static int lastLike(List<TableStats> tables, int from) {
        int last = from;
        if (isLike(tables.get(from - 1), tables.get(from))) {
            while (last + 1 < tables.size() && isLike(tables.get(from - 1), tables.get(last + 1))) {
                last++;
            }
        }
        return last;
    }

    private static boolean isLike(TableStats a, TableStats b) {
        return b.getName().isEmpty() && a.getActive() == b.getActive() && a.getLookups() == b.getLookups()
                && a.getMatched() == b.getMatched() && a.getMaxEntries() == b.getMaxEntries();
    }

    private static String ditto(int first, int last) {
        return first == last ? "  table " + first + ": ditto\n" : "  tables " + first + "..." + last + ": ditto\n";
    }

    private void table(StringBuilder text, TableStats table, boolean first) {
        text.append("  table ").append(table.getTable());
        if (!table.getName().isEmpty()) {
            text.append(" (\"").append(table.getName()).append("\")");
        }
        text.append(":\n    active=").append(table.getActive()).append(", lookup=").append(table.getLookups())
                .append(", matched=").append(table.getMatched()).append('\n');
        if (settings.isOpenFlow10()) {
            text.append(first
                    ? "    max_entries=" + table.getMaxEntries() + "\n    matching:\n      exact match or wildcard: "
                            + "in_port eth_{src,dst,type} vlan_{vid,pcp} ip_{src,dst} nw_{proto,tos} tcp_{src,dst}\n"
                    : "    (same features)\n");
        }
    }
}
