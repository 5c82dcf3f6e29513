package dev.turnout.switchd.network;

import java.util.function.UnaryOperator;

import dev.turnout.switchd.SwitchException;
import dev.turnout.switchd.SwitchException.Kind;
import dev.turnout.switchd.network.Table.BridgeRow;
import dev.turnout.switchd.network.Table.PortRow;
import org.jspecify.annotations.Nullable;

/**
 * Turns one configuration into the next, operation by operation; each sees what those before it have done. An operation
 * that is refused throws a {@link SwitchException}, and the transaction is thrown away. Messages are those of ovs-vsctl.
 *
 * <p>Thread rules: one thread.
 */
public final class NetworkTransaction {
    private final NetworkState state;
    private final NetworkConfig base;
    private NetworkConfig config;

    public NetworkTransaction(NetworkConfig base, NetworkState state) {
        this.base = base;
        this.config = base;
        this.state = state;
    }

    /** What the operations so far have made of the configuration. */
    public NetworkConfig current() {
        return config;
    }

    /** The next configuration, checked as a whole. */
    public NetworkConfig result() {
        NetworkRules.check(config, name -> {
            PortSettings former = base.port(name);
            return former != null && former.effectiveType().equals("memory");
        });
        return config;
    }

    /** Checks a configuration that is none of a running switch yet. */
    public static void check(NetworkConfig config) {
        NetworkRules.check(config, name -> false);
    }

    /** Adds a port that is handed in open, and yields the next configuration. */
    public NetworkConfig withGiven(String bridge, PortSettings port) {
        addPort(bridge, port.name(), false, ignored -> port);
        NetworkRules.check(config, name -> true);
        return config;
    }

    public NetworkTransaction addBridge(String name, boolean mayExist) {
        if (config.bridges().containsKey(name)) {
            if (mayExist) {
                return this;
            }
            throw new SwitchException(Kind.EXISTS,
                    "cannot create a bridge named " + name + " because a bridge named " + name + " already exists");
        }
        BridgeSettings holder = config.bridgeOfPort(name);
        if (holder != null) {
            throw new SwitchException(Kind.EXISTS, "cannot create a bridge named " + name
                    + " because a port named " + name + " already exists on bridge " + holder.name());
        }
        config = config.withBridge(BridgeSettings.of(name));
        return this;
    }

    public NetworkTransaction deleteBridge(String name, boolean ifExists) {
        if (!config.bridges().containsKey(name)) {
            if (config.bridgeOfPort(name) != null || !ifExists) {
                throw SwitchException.notFound("no bridge named " + name);
            }
            return this;
        }
        config = config.withoutBridge(name);
        return this;
    }

    /** Adds a port; {@code settings} is asked for the port unless there is one already. */
    public NetworkTransaction addPort(String bridge, String name, boolean mayExist,
            UnaryOperator<PortSettings> settings) {
        BridgeSettings target = requireBridge(bridge);
        if (config.bridges().containsKey(name)) {
            throw new SwitchException(Kind.EXISTS,
                    "cannot create a port named " + name + " because a bridge named " + name + " already exists");
        }
        BridgeSettings holder = config.bridgeOfPort(name);
        if (holder != null) {
            if (!mayExist) {
                throw new SwitchException(Kind.EXISTS, "cannot create a port named " + name
                        + " because a port named " + name + " already exists on bridge " + holder.name());
            }
            if (!holder.name().equals(bridge)) {
                throw new SwitchException(Kind.EXISTS, "\"--may-exist add-port " + bridge + " " + name + "\" but "
                        + name + " is actually attached to bridge " + holder.name());
            }
            return this;
        }
        config = config.withBridge(target.withPort(settings.apply(PortSettings.of(name, ""))));
        return this;
    }

    /** Deletes a port, from that bridge or, where it is empty, from any. */
    public NetworkTransaction deletePort(String bridge, String name, boolean ifExists) {
        BridgeSettings wanted = bridge.isEmpty() ? null : requireBridge(bridge);
        BridgeSettings holder = config.bridgeOfPort(name);
        if (holder == null) {
            if (ifExists) {
                return this;
            }
            throw SwitchException.notFound("no port named " + name);
        }
        if (holder.name().equals(name)) {
            throw SwitchException.invalid("cannot delete port " + name + " because it is the local port for bridge "
                    + name + " (deleting this port requires deleting the entire bridge)");
        }
        if (wanted != null && !holder.name().equals(bridge)) {
            throw SwitchException.notFound("bridge " + bridge + " does not have a port " + name
                    + " (although its bridge " + holder.name() + " does)");
        }
        config = config.withBridge(holder.withoutPort(name));
        return this;
    }

    /** Sets a column, or one key of it, of a record of table bridge, port or interface. */
    public NetworkTransaction set(String table, String record, boolean ifExists, String column, @Nullable String key,
            String value) {
        if (Table.find(table).equals(Table.BRIDGE)) {
            BridgeSettings bridge = config.bridges().get(record);
            if (exists(bridge != null, "Bridge", record, ifExists) && bridge != null) {
                config = config.withBridge(Table.BRIDGE.set(bridge, column, key, value));
            }
            return this;
        }
        Table<PortSettings, PortRow> ports = portTable(table);
        BridgeSettings holder = config.bridgeOfPort(record);
        if (exists(holder != null, ports.name(), record, ifExists) && holder != null) {
            config = config.withBridge(holder.withPort(ports.set(port(holder, record), column, key, value)));
        }
        return this;
    }

    /** Sets a column of table port or interface, whichever has it; as {@code add-port} does. */
    public static PortSettings setPort(PortSettings port, String column, @Nullable String key, String value) {
        boolean ofPort = Table.PORT.columns().stream().anyMatch(c -> c.name().equals(column.replace('-', '_')));
        return (ofPort ? Table.PORT : Table.INTERFACE).set(port, column, key, value);
    }

    /** The text of a column, or of one key of it; null if it is not there and that is no failure. */
    public @Nullable String get(String table, String record, boolean ifExists, String column, @Nullable String key) {
        if (Table.find(table).equals(Table.BRIDGE)) {
            BridgeSettings bridge = config.bridges().get(record);
            return exists(bridge != null, "Bridge", record, ifExists) && bridge != null
                    ? Table.BRIDGE.get(new BridgeRow(bridge, state.bridge(record)), record, column, key, ifExists)
                    : null;
        }
        Table<PortSettings, PortRow> ports = portTable(table);
        BridgeSettings holder = config.bridgeOfPort(record);
        return exists(holder != null, ports.name(), record, ifExists) && holder != null
                ? ports.get(new PortRow(port(holder, record), state.port(record)), record, column, key, ifExists)
                : null;
    }

    /** Fails unless there is such a bridge. */
    public BridgeSettings requireBridge(String name) {
        BridgeSettings bridge = config.bridges().get(name);
        if (bridge == null) {
            throw SwitchException.notFound("no bridge named " + name);
        }
        return bridge;
    }

    /** Fails unless there is such a port. */
    public BridgeSettings requirePort(String name) {
        BridgeSettings bridge = config.bridgeOfPort(name);
        if (bridge == null) {
            throw SwitchException.notFound("no port named " + name);
        }
        return bridge;
    }

    private static Table<PortSettings, PortRow> portTable(String name) {
        return Table.find(name).equals(Table.PORT) ? Table.PORT : Table.INTERFACE;
    }

    private static PortSettings port(BridgeSettings bridge, String name) {
        PortSettings port = bridge.ports().get(name);
        if (port == null) {
            throw SwitchException.notFound("no port named " + name);
        }
        return port;
    }

    private static boolean exists(boolean found, String table, String record, boolean ifExists) {
        if (!found && !ifExists) {
            throw SwitchException.notFound("no row \"" + record + "\" in table " + table);
        }
        return found;
    }
}
