package dev.turnout.switchd.network;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

import dev.turnout.core.port.InterfacePorts;
import dev.turnout.ofproto.TableConfig;
import dev.turnout.switchd.SwitchException;
import dev.turnout.switchd.SwitchException.Kind;
import dev.turnout.switchd.controller.PacketInLimit;

/**
 * What a configuration must obey as a whole: known types, known keys, values that make sense together. What passes can be
 * brought about, but for devices that cannot be opened.
 */
final class NetworkRules {
    /** Interface types and the options that each knows. */
    private static final Map<String, Set<String>> OPTIONS = Map.of(
            "system", Set.of("receive-mode"),
            "tap", Set.of("receive-mode"),
            "internal", Set.of("receive-mode"),
            "patch", Set.of("peer"),
            "memory", Set.of(),
            "pcap", Set.of("rxq_pcap", "rxq_pcap_inf", "tx_pcap"));
    private static final List<String> TYPES = List.of("system", "tap", "internal", "patch", "pcap");
    private static final Set<String> UNSUPPORTED_TYPES = Set.of("vxlan", "geneve", "gre", "ip6gre", "erspan",
            "ip6erspan", "stt", "lisp", "gtpu", "bareudp", "srv6", "dpdk", "dpdkvhostuser", "dpdkvhostuserclient",
            "afxdp", "afxdp-nonpmd", "null", "dummy", "dummy-internal", "dummy-pmd");
    private static final Set<String> DEVICE_TYPES = Set.of("system", "tap", "internal");
    private static final List<String> BOOLEANS = List.of("true", "false");
    private static final List<String> FAIL_MODES = List.of("standalone", "secure");
    private static final List<String> DATAPATH_TYPES = List.of("netdev", BridgeSettings.DUMMY);
    private static final List<String> VLAN_MODES = List.of("access", "trunk", "native-tagged", "native-untagged");
    static final List<String> BRIDGE_OTHER_CONFIG = List.of(PacketInLimit.BURST_KEY, PacketInLimit.RATE_KEY,
            "datapath-id", BridgeSettings.INVALID_TTL_KEY, BridgeSettings.MAC_AGEING_KEY,
            BridgeSettings.MAC_TABLE_SIZE_KEY);
    /** The range of {@code mac-aging-time} that Open vSwitch's documentation names. */
    private static final int MIN_AGEING_SECONDS = 15;
    private static final int MAX_AGEING_SECONDS = 3600;
    private static final int MAX_MAC_ENTRIES = 1_000_000;
    static final List<String> PORT_OTHER_CONFIG = List.of("receive-thread");
    private static final int MAX_NAME = 63;
    private static final int MAX_DEVICE_NAME = 15;

    private NetworkRules() {
    }

    /** Throws a {@link SwitchException} naming what is wrong. {@code isGiven} says which ports are handed in open. */
    static void check(NetworkConfig config, Predicate<String> isGiven) {
        Map<String, String> holders = new HashMap<>();
        config.bridges().values().forEach(bridge -> {
            check(bridge);
            bridge.ports().values().forEach(port -> {
                String other = holders.put(port.name(), bridge.name());
                if (other != null) {
                    throw SwitchException.invalid("port " + port.name() + ": is on bridge " + other
                            + " and on bridge " + bridge.name() + "; expected one");
                }
                check(bridge, port);
                require(!port.effectiveType().equals("memory") || isGiven.test(port.name()),
                        "port " + port.name() + ": type", "memory",
                        "another one: ports that live in memory are handed in by a program that embeds the switch");
            });
        });
    }

    private static void check(BridgeSettings bridge) {
        String name = bridge.name();
        checkName("bridge", name, bridge.isDummy() ? MAX_NAME : MAX_DEVICE_NAME);
        oneOf("bridge " + name + ": fail_mode", bridge.failMode(), FAIL_MODES);
        oneOf("bridge " + name + ": datapath_type", bridge.datapathType(), DATAPATH_TYPES);
        knownKeys("bridge " + name + ": other_config", bridge.otherConfig().keySet(), BRIDGE_OTHER_CONFIG);
        String id = bridge.otherConfig().get("datapath-id");
        require(id == null || (id.matches("[0-9a-fA-F]{16}") && !id.matches("0+")),
                "bridge " + name + ": other_config:datapath-id", String.valueOf(id), "16 hex digits, not all 0");
        otherConfigNumber(bridge, BridgeSettings.MAC_AGEING_KEY, MIN_AGEING_SECONDS, MAX_AGEING_SECONDS);
        otherConfigNumber(bridge, BridgeSettings.MAC_TABLE_SIZE_KEY, 1, MAX_MAC_ENTRIES);
        otherConfigNumber(bridge, PacketInLimit.RATE_KEY, 0, PacketInLimit.MAX);
        otherConfigNumber(bridge, PacketInLimit.BURST_KEY, 1, PacketInLimit.MAX);
        String invalidTtl = bridge.otherConfig().getOrDefault(BridgeSettings.INVALID_TTL_KEY, "false");
        require(BOOLEANS.contains(invalidTtl), "bridge " + name + ": other_config:" + BridgeSettings.INVALID_TTL_KEY,
                invalidTtl, "true or false");
        bridge.flowTables().forEach((table, settings) -> checkFlowTable(bridge, table, settings));
    }

    private static void checkFlowTable(BridgeSettings bridge, int table, String settings) {
        try {
            TableConfig ignored = TableConfig.parse(settings);
        } catch (IllegalArgumentException e) {
            throw SwitchException.invalid("bridge " + bridge.name() + ": flow_tables:" + table + ": " + e.getMessage());
        }
    }

    private static void otherConfigNumber(BridgeSettings bridge, String key, int least, int most) {
        String value = bridge.otherConfig().get(key);
        if (value != null) {
            number("bridge " + bridge.name() + ": other_config:" + key, value, least, most);
        }
    }

    private static void check(BridgeSettings bridge, PortSettings port) {
        String type = port.effectiveType();
        String who = "port " + port.name();
        if (UNSUPPORTED_TYPES.contains(type)) {
            throw new SwitchException(Kind.UNSUPPORTED, who + ": type \"" + type
                    + "\" is not supported; expected one of: " + String.join(", ", TYPES));
        }
        Set<String> options = OPTIONS.get(type);
        if (options == null) {
            throw SwitchException.invalid(who + ": type \"" + type + "\" is unknown; expected one of: "
                    + String.join(", ", TYPES));
        }
        boolean local = port.name().equals(bridge.name());
        require(!local || type.equals("internal"), who + ": type", type,
                "internal, since it is the local port of its bridge");
        checkName("port", port.name(),
                DEVICE_TYPES.contains(type) && !bridge.isDummy() ? MAX_DEVICE_NAME : MAX_NAME);
        knownKeys(who + ": options of type " + type, port.options().keySet(), options.stream().sorted().toList());
        if (type.equals("patch")) {
            String peer = port.options().getOrDefault("peer", "");
            require(!peer.isEmpty() && !peer.equals(port.name()), who + ": options:peer", peer,
                    "the name of another patch port");
        }
        if (type.equals("pcap")) {
            require(!port.options().containsValue(""), who + ": options", "", "names of files");
            String endless = port.options().getOrDefault("rxq_pcap_inf", "false");
            oneOf(who + ": options:rxq_pcap_inf", endless, BOOLEANS);
        }
        if (InterfacePorts.TYPES.contains(type)) {
            checkInterface(port, type);
        }
        require(!local || port.ofportRequest() == 0, who + ": ofport_request",
                Integer.toString(port.ofportRequest()), "none, since the local port has number 65534");
        knownKeys(who + ": other_config", port.otherConfig().keySet(), PORT_OTHER_CONFIG);
        String thread = port.otherConfig().get("receive-thread");
        if (thread != null) {
            number(who + ": other_config:receive-thread", thread, 0, 63);
        }
        oneOf(who + ": vlan_mode", port.vlanMode(), VLAN_MODES);
        require(!port.vlanMode().equals("access") || port.trunks().isEmpty(), who + ": trunks",
                port.trunks().toString(), "none with vlan_mode=access");
        require(!port.vlanMode().equals("trunk") || port.tag() == null, who + ": tag", String.valueOf(port.tag()),
                "none with vlan_mode=trunk");
    }

    private static void checkInterface(PortSettings port, String type) {
        try {
            InterfacePorts.check(type, port.name(), port.options());
        } catch (IllegalArgumentException e) {
            throw SwitchException.invalid("port " + e.getMessage());
        }
    }

    private static void checkName(String kind, String name, int longest) {
        boolean valid = !name.isEmpty() && name.length() <= longest && !name.equals(".") && !name.equals("..")
                && name.chars().allMatch(c -> c > ' ' && c < 127 && c != '/' && c != '"' && c != ',');
        if (!valid) {
            throw SwitchException.invalid(kind + " name \"" + name + "\" is not valid; expected 1 to " + longest
                    + " printable characters without space, slash, comma and quote");
        }
    }

    private static void oneOf(String what, String value, Collection<String> expected) {
        require(value.isEmpty() || expected.contains(value), what, value, "one of: " + String.join(", ", expected));
    }

    private static void knownKeys(String what, Collection<String> keys, Collection<String> known) {
        for (String key : keys) {
            if (!known.contains(key)) {
                throw SwitchException.invalid(what + ": unknown key \"" + key + "\"; expected "
                        + (known.isEmpty() ? "none" : "one of: " + String.join(", ", known)));
            }
        }
    }

    private static void number(String what, String value, int least, int most) {
        boolean valid = value.matches("[0-9]{1,9}") && Integer.parseInt(value) >= least
                && Integer.parseInt(value) <= most;
        require(valid, what, value, "an integer from " + least + " to " + most);
    }

    private static void require(boolean valid, String what, String value, String expected) {
        if (!valid) {
            throw SwitchException.invalid(what + ": \"" + value + "\" is not valid; expected " + expected);
        }
    }
}
