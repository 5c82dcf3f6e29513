package dev.turnout.switchd.network;

import java.security.SecureRandom;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A bridge as it is configured.
 *
 * @param name
 *            its name and its local port's
 * @param mac
 *            its Ethernet address, low 48 bits; chosen once, its datapath id is made of it; 0 in what is only being read
 * @param failMode
 *            {@code secure}, {@code standalone}, or empty for the default, standalone
 * @param datapathType
 *            empty or {@code netdev}: the local port is a device; {@code dummy}: it is not
 * @param otherConfig
 *            further settings
 * @param flowTables
 *            settings of OpenFlow tables by number, in the syntax of {@link dev.turnout.ofproto.TableConfig#parse}
 * @param ports
 *            its ports by name, the local port among them
 */
public record BridgeSettings(String name, long mac, String failMode, String datapathType,
        SortedMap<String, String> otherConfig, SortedMap<Integer, String> flowTables,
        SortedMap<String, PortSettings> ports) {

    private static final SecureRandom RANDOM = new SecureRandom();

    /** Key of {@code other_config}: seconds that a learned MAC address lives after its last packet. */
    public static final String MAC_AGEING_KEY = "mac-aging-time";
    /** Key of {@code other_config}: how many MAC addresses are remembered. */
    public static final String MAC_TABLE_SIZE_KEY = "mac-table-size";
    /** Key of {@code other_config}: whether packets whose TTL ends at {@code dec_ttl} go to the controllers. */
    public static final String INVALID_TTL_KEY = "invalid-ttl-to-controller";

    /** The last table that flows may be put into. */
    public static final int MAX_FLOW_TABLE = 253;

    /** The datapath type without devices. */
    public static final String DUMMY = "dummy";

    public BridgeSettings {
        otherConfig = Collections.unmodifiableSortedMap(new TreeMap<>(otherConfig));
        flowTables = Collections.unmodifiableSortedMap(new TreeMap<>(flowTables));
        ports = Collections.unmodifiableSortedMap(new TreeMap<>(ports));
    }

    /** A bridge with its local port, all else as by default. */
    public static BridgeSettings of(String name) {
        return new BridgeSettings(name, randomMac(), "", "", new TreeMap<>(), new TreeMap<>(),
                new TreeMap<>(Map.of(name, PortSettings.of(name, "internal"))));
    }

    /** The datapath id: the one asked for, else the Ethernet address. */
    public long datapathId() {
        String wanted = otherConfig.get("datapath-id");
        return wanted == null ? mac : Long.parseUnsignedLong(wanted, 16);
    }

    /** A number of {@code other_config}, already checked, or what holds where it is not set. */
    public int number(String key, int otherwise) {
        String value = otherConfig.get(key);
        return value == null ? otherwise : Integer.parseInt(value);
    }

    public boolean isDummy() { return datapathType.equals(DUMMY); }

    public BridgeSettings withFailMode(String value) {
        return new BridgeSettings(name, mac, value, datapathType, otherConfig, flowTables, ports);
    }

    public BridgeSettings withDatapathType(String value) {
        return new BridgeSettings(name, mac, failMode, value, otherConfig, flowTables, ports);
    }

    public BridgeSettings withOtherConfig(Map<String, String> value) {
        return new BridgeSettings(name, mac, failMode, datapathType, new TreeMap<>(value), flowTables,
                ports);
    }

    public BridgeSettings withFlowTables(Map<Integer, String> value) {
        return new BridgeSettings(name, mac, failMode, datapathType, otherConfig, new TreeMap<>(value), ports);
    }

    /** The same with another Ethernet address. */
    public BridgeSettings withMac(long value) {
        return new BridgeSettings(name, value, failMode, datapathType, otherConfig, flowTables, ports);
    }

    /** With that port added or replaced. */
    public BridgeSettings withPort(PortSettings port) {
        SortedMap<String, PortSettings> more = new TreeMap<>(ports);
        more.put(port.name(), port);
        return new BridgeSettings(name, mac, failMode, datapathType, otherConfig, flowTables, more);
    }

    /** Without that port. */
    public BridgeSettings withoutPort(String portName) {
        SortedMap<String, PortSettings> fewer = new TreeMap<>(ports);
        fewer.remove(portName);
        return new BridgeSettings(name, mac, failMode, datapathType, otherConfig, flowTables, fewer);
    }

    /** A random address of one station, locally administered. */
    static long randomMac() {
        return RANDOM.nextLong(1L << 40) | 0x02L << 40;
    }
}
