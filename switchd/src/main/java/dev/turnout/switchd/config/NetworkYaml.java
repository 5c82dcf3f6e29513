package dev.turnout.switchd.config;

import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

import dev.turnout.flow.AddressText;
import dev.turnout.switchd.SwitchException;
import dev.turnout.switchd.network.BridgeSettings;
import dev.turnout.switchd.network.NetworkConfig;
import dev.turnout.switchd.network.NetworkTransaction;
import dev.turnout.switchd.network.PortSettings;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.common.FlowStyle;

/**
 * Bridges and ports as YAML: the section {@code bridges} of a configuration, and the whole of the file that keeps what
 * {@code vsctl} sets.
 */
final class NetworkYaml {
    private NetworkYaml() {
    }

    /** What a bridge's mapping may say beside its settings. */
    interface BridgeExtras {
        void read(String bridge, YamlMap map) throws ConfigException;
    }

    static NetworkConfig read(YamlMap bridges, BridgeExtras extras) throws ConfigException {
        NetworkConfig config = NetworkConfig.EMPTY;
        for (String name : bridges.keys()) {
            YamlMap map = bridges.map(name);
            config = config.withBridge(bridge(name, map, extras));
            check(config, map);
        }
        return config;
    }

    private static BridgeSettings bridge(String name, YamlMap map, BridgeExtras extras) throws ConfigException {
        BridgeSettings bridge = BridgeSettings.of(name).withMac(0)
                .withFailMode(map.word("fail-mode", "", List.of("standalone", "secure")))
                .withDatapathType(map.word("datapath-type", "", List.of("netdev", BridgeSettings.DUMMY)))
                .withOtherConfig(map.strings("other-config"));
        String mac = map.string("mac", "");
        if (!mac.isEmpty()) {
            if (!mac.matches("([0-9a-fA-F]{2}:){5}[0-9a-fA-F]{2}")) {
                throw map.error("mac", "expected an Ethernet address, got \"" + mac + "\"");
            }
            bridge = bridge.withMac(Long.parseLong(mac.replace(":", ""), 16));
        }
        bridge = bridge.withFlowTables(flowTables(map.map("flow-tables")));
        extras.read(name, map);
        YamlMap ports = map.map("ports");
        map.close();
        for (String port : ports.keys()) {
            YamlMap settings = ports.map(port);
            bridge = bridge.withPort(port(name, port, settings));
            check(NetworkConfig.EMPTY.withBridge(bridge), settings);
        }
        return bridge;
    }

    private static SortedMap<Integer, String> flowTables(YamlMap map) throws ConfigException {
        SortedMap<Integer, String> tables = new TreeMap<>();
        for (String key : map.keys()) {
            String settings = map.string(key, "");
            if (!key.matches("[0-9]{1,3}") || Integer.parseInt(key) > BridgeSettings.MAX_FLOW_TABLE) {
                throw map.error(key, "expected the number of a table, 0 to " + BridgeSettings.MAX_FLOW_TABLE);
            }
            tables.put(Integer.parseInt(key), settings);
        }
        map.close();
        return tables;
    }

    private static PortSettings port(String bridge, String name, YamlMap map) throws ConfigException {
        PortSettings port = PortSettings.of(name, map.string("type", name.equals(bridge) ? "internal" : ""))
                .withOfportRequest((int) map.integer("ofport", 0, 1, 65279))
                .withOptions(map.strings("options"))
                .withOtherConfig(map.strings("other-config"))
                .withTag(map.has("tag") ? (Integer) (int) map.integer("tag", 0, 0, 4095) : null)
                .withTrunks(new TreeSet<>(map.integerList("trunks", 0, 4095)))
                .withVlanMode(map.word("vlan-mode", "",
                        List.of("access", "trunk", "native-tagged", "native-untagged")));
        map.close();
        return port;
    }

    private static void check(NetworkConfig config, YamlMap place) throws ConfigException {
        try {
            NetworkTransaction.check(config);
        } catch (SwitchException e) {
            throw place.error(e.getMessage());
        }
    }

    /** The text that {@link #read} takes, under the key {@code bridges}. */
    static String write(NetworkConfig config) {
        Map<String, Object> bridges = new TreeMap<>();
        config.bridges().values().forEach(bridge -> bridges.put(bridge.name(), values(bridge)));
        DumpSettings settings = DumpSettings.builder().setDefaultFlowStyle(FlowStyle.BLOCK).build();
        return new Dump(settings).dumpToString(Map.of("bridges", bridges));
    }

    private static Map<String, Object> values(BridgeSettings bridge) {
        Map<String, Object> values = new TreeMap<>();
        values.put("mac", AddressText.mac(bridge.mac()));
        put(values, "fail-mode", bridge.failMode());
        put(values, "datapath-type", bridge.datapathType());
        put(values, "other-config", bridge.otherConfig());
        if (!bridge.flowTables().isEmpty()) {
            values.put("flow-tables", new TreeMap<>(bridge.flowTables()));
        }
        Map<String, Object> ports = new TreeMap<>();
        bridge.ports().values().forEach(port -> ports.put(port.name(), values(port)));
        put(values, "ports", ports);
        return values;
    }

    private static Map<String, Object> values(PortSettings port) {
        Map<String, Object> values = new TreeMap<>();
        put(values, "type", port.type());
        if (port.ofportRequest() != 0) {
            values.put("ofport", port.ofportRequest());
        }
        put(values, "options", port.options());
        put(values, "other-config", port.otherConfig());
        Integer tag = port.tag();
        if (tag != null) {
            values.put("tag", tag);
        }
        if (!port.trunks().isEmpty()) {
            values.put("trunks", List.copyOf(port.trunks()));
        }
        put(values, "vlan-mode", port.vlanMode());
        return values;
    }

    private static void put(Map<String, Object> values, String key, String value) {
        if (!value.isEmpty()) {
            values.put(key, value);
        }
    }

    private static void put(Map<String, Object> values, String key, Map<String, ?> value) {
        if (!value.isEmpty()) {
            values.put(key, new TreeMap<>(value));
        }
    }
}
