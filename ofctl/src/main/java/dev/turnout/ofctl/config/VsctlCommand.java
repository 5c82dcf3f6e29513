package dev.turnout.ofctl.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

import dev.turnout.flow.Json;
import dev.turnout.ofctl.CliException;
import dev.turnout.v1.AddBridge;
import dev.turnout.v1.AddPort;
import dev.turnout.v1.Assignment;
import dev.turnout.v1.Bridge;
import dev.turnout.v1.Config;
import dev.turnout.v1.DeleteBridge;
import dev.turnout.v1.DeletePort;
import dev.turnout.v1.Get;
import dev.turnout.v1.Operation;
import dev.turnout.v1.OperationResult;
import dev.turnout.v1.Port;
import dev.turnout.v1.ReadConfig;

/**
 * One of the commands between the {@code --} of a {@code vsctl} command line: an operation of the transaction, and what to
 * print of its result.
 *
 * @param verb
 *            name of the command
 * @param options
 *            its options' names
 * @param arguments
 *            what follows the verb; their number has been checked
 */
record VsctlCommand(String verb, Set<String> options, List<String> arguments) {
    private static final int LOCAL = 65534;
    private static final Set<String> MAP_COLUMNS = Set.of("options", "other_config", "flow_tables");

    private String argument(int i) {
        return arguments.get(i);
    }

    private boolean ifExists() {
        return options.contains(VsctlFamily.IF_EXISTS);
    }

    /** The operation to send. */
    Operation operation() {
        Operation.Builder operation = Operation.newBuilder();
        switch (verb) {
            case "add-br" -> operation.setAddBridge(addBridge());
            case "del-br" -> operation.setDeleteBridge(
                    DeleteBridge.newBuilder().setName(argument(0)).setIfExists(ifExists()));
            case "add-port" -> operation.setAddPort(AddPort.newBuilder().setBridge(argument(0)).setName(argument(1))
                    .setMayExist(options.contains(VsctlFamily.MAY_EXIST)).addAllSettings(assignments(2)));
            case "del-port" -> operation.setDeletePort(deletePort());
            case "set" -> operation.setSet(set(argument(0), argument(1)).addAllAssignments(assignments(2)));
            case "clear" -> operation.setSet(clear());
            case "get" -> operation.setGet(get());
            case "set-fail-mode" -> operation.setSet(setFailMode(argument(1)));
            case "del-fail-mode" -> operation.setSet(setFailMode("[]"));
            case "get-fail-mode", "list-ports", "list-ifaces" -> operation.setReadConfig(
                    ReadConfig.newBuilder().setRequireBridge(argument(0)));
            case "port-to-br", "iface-to-br" -> operation.setReadConfig(
                    ReadConfig.newBuilder().setRequirePort(argument(0)));
            case "br-exists" -> operation.setReadConfig(ReadConfig.newBuilder().setRequireBridge(argument(0)));
            default -> operation.setReadConfig(ReadConfig.getDefaultInstance());
        }
        return operation.build();
    }

    private AddBridge addBridge() {
        if (arguments.size() > 1) {
            throw new CliException("'add-br " + argument(0) + " " + argument(1)
                    + "': bridges on a VLAN of another bridge are not supported");
        }
        return AddBridge.newBuilder().setName(argument(0)).setMayExist(options.contains(VsctlFamily.MAY_EXIST)).build();
    }

    private DeletePort deletePort() {
        DeletePort.Builder delete = DeletePort.newBuilder().setName(arguments.getLast()).setIfExists(ifExists());
        if (arguments.size() > 1) {
            delete.setBridge(argument(0));
        }
        return delete.build();
    }

    private dev.turnout.v1.Set.Builder set(String table, String record) {
        return dev.turnout.v1.Set.newBuilder().setTable(table).setRecord(record).setIfExists(ifExists());
    }

    private List<Assignment> assignments(int from) {
        List<Assignment> assignments = new ArrayList<>();
        for (String text : arguments.subList(from, arguments.size())) {
            assignments.add(SettingText.assignment(text));
        }
        return assignments;
    }

    private dev.turnout.v1.Set.Builder clear() {
        dev.turnout.v1.Set.Builder set = set(argument(0), argument(1));
        for (String column : arguments.subList(2, arguments.size())) {
            set.addAssignments(Assignment.newBuilder().setColumn(column).setValue(isMap(column) ? "{}" : "[]"));
        }
        return set;
    }

    /** Whether a column, whose name may be shortened, is a map. */
    private static boolean isMap(String column) {
        String name = column.toLowerCase(Locale.ROOT).replace('-', '_');
        return !name.isEmpty() && MAP_COLUMNS.stream().anyMatch(map -> map.startsWith(name));
    }

    private Get get() {
        Get.Builder get = Get.newBuilder().setTable(argument(0)).setRecord(argument(1)).setIfExists(ifExists());
        for (String text : arguments.subList(2, arguments.size())) {
            get.addColumns(SettingText.column(text));
        }
        return get.build();
    }

    private dev.turnout.v1.Set.Builder setFailMode(String mode) {
        if (verb.equals("set-fail-mode") && !mode.equals("standalone") && !mode.equals("secure")) {
            throw new CliException("fail-mode \"" + mode + "\": expected \"standalone\" or \"secure\"");
        }
        return set("bridge", argument(0)).addAssignments(Assignment.newBuilder().setColumn("fail_mode").setValue(mode));
    }

    /** What the command prints: lines, each with its end. */
    String text(OperationResult result) {
        if (verb.equals("show")) {
            return ShowText.text(result.getConfig());
        }
        StringBuilder lines = new StringBuilder();
        for (String line : values(result)) {
            lines.append(line).append('\n');
        }
        return lines.toString();
    }

    /** The same for machines: one line of JSON; nothing if the command prints nothing. */
    String json(OperationResult result) {
        Json json = new Json();
        switch (verb) {
            case "show" -> ShowText.json(json, result.getConfig());
            case "get", "list-br", "list-ports", "list-ifaces", "get-fail-mode", "port-to-br", "iface-to-br" -> {
                json.array();
                values(result).forEach(json::value);
                json.endArray();
            }
            default -> {
                return "";
            }
        }
        return json + "\n";
    }

    private List<String> values(OperationResult result) {
        return switch (verb) {
            case "get" -> result.getValuesList();
            case "list-br" -> result.getConfig().getBridgesList().stream().map(Bridge::getName).toList();
            case "list-ports", "list-ifaces" -> bridge(result.getConfig(), argument(0)).getPortsList().stream()
                    .filter(port -> !isLocal(port, argument(0))).map(Port::getName).toList();
            case "get-fail-mode" -> {
                String mode = bridge(result.getConfig(), argument(0)).getFailMode();
                yield mode.isEmpty() ? List.of() : List.of(mode);
            }
            case "port-to-br", "iface-to-br" -> List.of(bridgeOf(result.getConfig()));
            default -> List.of();
        };
    }

    private static boolean isLocal(Port port, String bridge) {
        return port.getOfport() == LOCAL || port.getName().equals(bridge);
    }

    private static Bridge bridge(Config config, String name) {
        for (Bridge bridge : config.getBridgesList()) {
            if (bridge.getName().equals(name)) {
                return bridge;
            }
        }
        throw new CliException("no bridge named " + name);
    }

    /** A bridge's own port belongs to it, but as with {@code ovs-vsctl} it is not found here. */
    private String bridgeOf(Config config) {
        for (Bridge bridge : config.getBridgesList()) {
            for (Port port : bridge.getPortsList()) {
                if (port.getName().equals(argument(0)) && !isLocal(port, bridge.getName())) {
                    return bridge.getName();
                }
            }
        }
        throw new CliException((verb.equals("port-to-br") ? "no port named " : "no interface named ") + argument(0));
    }
}
