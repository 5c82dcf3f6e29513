package dev.turnout.ofctl.config;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

import dev.turnout.ofctl.CliException;
import dev.turnout.ofctl.CommonOptions;
import dev.turnout.ofctl.Console;
import dev.turnout.ofctl.Family;
import dev.turnout.ofctl.Option;
import dev.turnout.ofctl.OptionParser;
import dev.turnout.ofctl.Verb;
import dev.turnout.ofctl.transport.CallException;
import dev.turnout.ofctl.transport.Calls;
import dev.turnout.ofctl.transport.Target;
import dev.turnout.ofctl.transport.Transport;
import dev.turnout.v1.PortProblem;
import dev.turnout.v1.TransactRequest;
import dev.turnout.v1.TransactResponse;

/**
 * {@code vsctl}: several commands, separated by {@code --}, make one transaction, which is done as a whole or not at all.
 * What reading commands print is what they see at their place in the transaction.
 *
 * <p>Options stand before a command: in front of the first one the family's and the command's own together, in front of
 * the others their own.
 */
public final class VsctlFamily implements Family {
    static final String MAY_EXIST = "may-exist";
    static final String IF_EXISTS = "if-exists";
    private static final String WITH_IFACE = "with-iface";
    private static final String ONELINE = "oneline";
    private static final String NO_WAIT = "no-wait";
    private static final int NO = 2;

    // @formatter:off
    private static final List<Verb> VERBS = List.of(
            new Verb("show", "", "all bridges and ports, with their settings and errors", 0, 0),
            new Verb("add-br", "BRIDGE", "add a bridge", 1, 3, List.of(MAY_EXIST)),
            new Verb("del-br", "BRIDGE", "delete a bridge and its ports", 1, 1, List.of(IF_EXISTS)),
            new Verb("list-br", "", "names of all bridges", 0, 0),
            new Verb("br-exists", "BRIDGE", "exit code 2 if there is no such bridge", 1, 1),
            new Verb("add-port", "BRIDGE PORT [COLUMN[:KEY]=VALUE...]", "add an interface to a bridge", 2, Verb.UNLIMITED, List.of(MAY_EXIST)),
            new Verb("del-port", "[BRIDGE] PORT", "delete a port", 1, 2, List.of(IF_EXISTS, WITH_IFACE)),
            new Verb("list-ports", "BRIDGE", "names of a bridge's ports, without its own", 1, 1),
            new Verb("list-ifaces", "BRIDGE", "names of a bridge's interfaces, without its own", 1, 1),
            new Verb("port-to-br", "PORT", "name of the bridge that has the port", 1, 1),
            new Verb("iface-to-br", "IFACE", "name of the bridge that has the interface", 1, 1),
            new Verb("get-fail-mode", "BRIDGE", "fail mode of a bridge; nothing if it is not set", 1, 1),
            new Verb("set-fail-mode", "BRIDGE MODE", "secure, or standalone: without flows, act as NORMAL", 2, 2),
            new Verb("del-fail-mode", "BRIDGE", "back to the default fail mode, standalone", 1, 1),
            new Verb("set", "TABLE RECORD COLUMN[:KEY]=VALUE...", "settings of a bridge, port or interface", 3, Verb.UNLIMITED, List.of(IF_EXISTS)),
            new Verb("get", "TABLE RECORD [COLUMN[:KEY]...]", "settings and state, one line each", 2, Verb.UNLIMITED, List.of(IF_EXISTS)),
            new Verb("clear", "TABLE RECORD COLUMN...", "settings back to nothing", 3, Verb.UNLIMITED, List.of(IF_EXISTS)));
    // @formatter:on

    @Override
    public String name() {
        return "vsctl";
    }

    @Override
    public String summary() {
        return "bridges, ports and their settings";
    }

    @Override
    public List<Verb> verbs() {
        return VERBS;
    }

    @Override
    public List<Option> options() {
        return CommonOptions.with((char) 0, 't', CommonOptions.format(),
                Option.flag(ONELINE, (char) 0, "one line of output per command, \\n for ends of lines"),
                Option.flag(NO_WAIT, (char) 0, "do not report ports whose device cannot be opened"),
                Option.flag("no-syslog", (char) 0, "as ever: nothing is written to the system log"));
    }

    @Override
    public List<Option> verbOptions() {
        return List.of(Option.flag(MAY_EXIST, (char) 0, "add-br, add-port: no failure if it is there already"),
                Option.flag(IF_EXISTS, (char) 0, "del-br, del-port, set, get, clear: no failure if it is not there"),
                Option.flag(WITH_IFACE, (char) 0, "del-port: PORT is an interface's name (the same here)"));
    }

    @Override
    public List<String> notSupported() {
        return List.of("init", "emer-reset", "br-to-vlan", "br-to-parent", "br-set-external-id", "br-get-external-id",
                "add-bond",
                "add-bond-iface", "del-bond-iface", "get-controller", "del-controller", "set-controller", "get-manager",
                "del-manager", "set-manager", "get-ssl", "del-ssl", "set-ssl", "add-aa-mapping", "del-aa-mapping",
                "get-aa-mapping", "list", "find", "add", "remove", "create", "destroy", "wait-until", "comment",
                "add-zone-tp",
                "del-zone-tp", "list-zone-tp", "list-dp-cap");
    }

    @Override
    public String notes() {
        return """

                Several commands separated by -- are one transaction: all or nothing.
                TABLE is bridge (fail_mode, datapath_type, other_config), port (tag, trunks, vlan_mode,
                other_config) or interface (type, ofport_request, options, other_config).
                """;
    }

    @Override
    public int run(Console console, List<String> arguments) {
        List<Option> all = new ArrayList<>(options());
        all.addAll(verbOptions());
        OptionParser.Result options = new OptionParser(all, false).parse(arguments);
        if (CommonOptions.answered(this, options, console)) {
            return 0;
        }
        boolean json = CommonOptions.isJson(options);
        List<VsctlCommand> commands = commands(options);
        if (commands.isEmpty()) {
            throw new CliException("missing command name (use --help for help)");
        }
        Target target = CommonOptions.target(options, console);
        CommonOptions.startTimeout(this, options, console);
        TransactRequest.Builder request = TransactRequest.newBuilder();
        for (VsctlCommand command : commands) {
            request.addOperations(command.operation());
        }
        TransactResponse response;
        try (Transport transport = target.connect()) {
            response = transport.call(Calls.transact(), request.build());
        } catch (CallException e) {
            if (isMissingBridge(commands, e)) {
                return NO;
            }
            throw e;
        }
        if (response.getResultsCount() != commands.size()) {
            throw new CliException(
                    "the switch answered " + response.getResultsCount() + " of " + commands.size() + " commands");
        }
        print(console, options, json, commands, response);
        return 0;
    }

    /** Whether a {@code br-exists} said no. The refusal of another command that names the same bridge would say the same. */
    private static boolean isMissingBridge(List<VsctlCommand> commands, CallException e) {
        for (VsctlCommand command : commands) {
            if (command.verb().equals("br-exists") && e.code() == CallException.NOT_FOUND) {
                String name = command.arguments().get(0);
                if (commands.size() == 1 || List.of(e.text().split("[ \"',:]+")).contains(name)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static void print(Console console, OptionParser.Result options, boolean json, List<VsctlCommand> commands,
            TransactResponse response) {
        for (int i = 0; i < commands.size(); i++) {
            VsctlCommand command = commands.get(i);
            String text = json ? command.json(response.getResults(i)) : command.text(response.getResults(i));
            if (options.has(ONELINE)) {
                String body = text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
                text = body.replace("\\", "\\\\").replace("\n", "\\n") + "\n";
            }
            console.out().print(text);
        }
        if (!options.has(NO_WAIT)) {
            for (PortProblem problem : response.getProblemsList()) {
                console.err().println("vsctl: Error detected while setting up '" + problem.getPort() + "': "
                        + problem.getMessage());
            }
        }
    }

    /** Splits at {@code --}. Empty commands are left out. */
    private List<VsctlCommand> commands(OptionParser.Result first) {
        List<VsctlCommand> commands = new ArrayList<>();
        List<String> rest = first.rest();
        OptionParser own = new OptionParser(verbOptions(), false);
        for (int start = 0; start < rest.size();) {
            int end = start;
            while (end < rest.size() && !rest.get(end).equals("--")) {
                end++;
            }
            OptionParser.Result parsed = own.parse(rest.subList(start, end));
            Set<String> options = new LinkedHashSet<>(parsed.values().keySet());
            if (commands.isEmpty()) {
                verbOptions().stream().map(Option::name).filter(first::has).forEach(options::add);
            }
            if (!parsed.rest().isEmpty()) {
                commands.add(command(options, parsed.rest()));
            } else if (!options.isEmpty()) {
                throw new CliException("missing command name (use --help for help)");
            }
            start = end + 1;
        }
        return commands;
    }

    private VsctlCommand command(Set<String> options, List<String> words) {
        Verb verb = verb(words.get(0));
        List<String> arguments = words.subList(1, words.size());
        for (String option : options) {
            if (!verb.options().contains(option)) {
                throw new CliException("'" + verb.name() + "' command has no '--" + option + "' option");
            }
        }
        verb.check(arguments);
        return new VsctlCommand(verb.name(), Set.copyOf(options), List.copyOf(arguments));
    }
}
