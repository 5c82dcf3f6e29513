package dev.turnout.switchd.network;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;

/**
 * All bridges and ports as they are configured. A port's name is unique over all bridges.
 *
 * @param bridges
 *            the bridges by name
 */
public record NetworkConfig(SortedMap<String, BridgeSettings> bridges) {
    /** No bridges. */
    public static final NetworkConfig EMPTY = new NetworkConfig(new TreeMap<>());

    public NetworkConfig {
        bridges = Collections.unmodifiableSortedMap(new TreeMap<>(bridges));
    }

    /** The bridge that has a port of that name, or null. */
    public @Nullable BridgeSettings bridgeOfPort(String port) {
        for (BridgeSettings bridge : bridges.values()) {
            if (bridge.ports().containsKey(port)) {
                return bridge;
            }
        }
        return null;
    }

    /** The port of that name, or null. */
    public @Nullable PortSettings port(String name) {
        BridgeSettings bridge = bridgeOfPort(name);
        return bridge == null ? null : bridge.ports().get(name);
    }

    /** With that bridge added or replaced. */
    public NetworkConfig withBridge(BridgeSettings bridge) {
        SortedMap<String, BridgeSettings> more = new TreeMap<>(bridges);
        more.put(bridge.name(), bridge);
        return new NetworkConfig(more);
    }

    /** Without that bridge. */
    public NetworkConfig withoutBridge(String name) {
        SortedMap<String, BridgeSettings> fewer = new TreeMap<>(bridges);
        fewer.remove(name);
        return new NetworkConfig(fewer);
    }

    /**
     * This laid over another one: its bridges are added, or take the place of those of the same name but keep their ports
     * that it does not name and, unless it has one, their Ethernet address.
     */
    public NetworkConfig over(NetworkConfig base) {
        NetworkConfig merged = base;
        for (BridgeSettings bridge : bridges.values()) {
            BridgeSettings result = bridge;
            BridgeSettings former = base.bridges.get(bridge.name());
            if (former != null) {
                result = bridge.mac() == 0 ? bridge.withMac(former.mac()) : bridge;
                for (PortSettings port : former.ports().values()) {
                    result = bridge.ports().containsKey(port.name()) ? result : result.withPort(port);
                }
            }
            for (String port : bridge.ports().keySet()) {
                BridgeSettings holder = merged.bridgeOfPort(port);
                if (holder != null && !holder.name().equals(bridge.name())) {
                    merged = port.equals(holder.name()) ? merged : merged.withBridge(holder.withoutPort(port));
                }
            }
            merged = merged.withBridge(result.mac() == 0 ? result.withMac(BridgeSettings.randomMac()) : result);
        }
        return merged;
    }
}
