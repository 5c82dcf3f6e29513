package dev.turnout.ofctl.passthrough;

import java.util.ArrayList;
import java.util.List;

import dev.turnout.ofctl.CliException;
import dev.turnout.ofctl.CommonOptions;
import dev.turnout.ofctl.Console;
import dev.turnout.ofctl.Family;
import dev.turnout.ofctl.Option;
import dev.turnout.ofctl.OptionParser;
import dev.turnout.ofctl.Verb;
import dev.turnout.ofctl.transport.CallException;

/**
 * {@code appctl}: hands a command to the daemon, which knows its commands and renders their text; {@code list-commands}
 * lists them. Options stand before the command; what follows it is the command's own. The format is the daemon's business. A refusal of the daemon ends with
 * exit code 2, as {@code ovs-appctl} has it.
 */
public final class AppctlFamily implements Family {
    private static final int REFUSED = 2;

    @Override
    public String name() {
        return "appctl";
    }

    @Override
    public String summary() {
        return "ask the running switch, or tell it what to do";
    }

    @Override
    public List<Verb> verbs() {
        return List.of(
                new Verb("list-commands", "", "list all commands of the running switch, with their arguments", 0, 0),
                new Verb("version", "", "version of the running switch", 0, 0),
                new Verb("exit", "", "stop the switch", 0, 0),
                new Verb("fdb/show", "BRIDGE", "learned MAC addresses", 1, 1),
                new Verb("fdb/flush", "[BRIDGE]", "forget learned MAC addresses", 0, 1),
                new Verb("ofproto/trace", "[--ct-next FLAGS]... BRIDGE FLOW [PACKET]",
                        "what would become of a packet, and why", 2, Verb.UNLIMITED),
                new Verb("ofproto/detrace", "[BRIDGE] UFID", "which flows, groups and so on made a megaflow", 1, 2),
                new Verb("upcall/show", "[-m]", "state of upcalls and ukeys", 0, 1),
                new Verb("upcall/set-flow-limit", "FLOWS", "most megaflows at a time", 1, 1),
                new Verb("upcall/disable-megaflows", "", "install megaflows without wildcards", 0, 0),
                new Verb("upcall/enable-megaflows", "", "install megaflows with wildcards", 0, 0),
                new Verb("revalidator/history", "[COUNT]", "megaflows deleted last, and why", 0, 1),
                new Verb("revalidator/wait", "", "wait until all megaflows agree with the tables", 0, 0),
                new Verb("revalidator/purge", "", "remove all megaflows", 0, 0),
                new Verb("revalidator/pause", "", "stop revalidation", 0, 0),
                new Verb("revalidator/resume", "", "go on with revalidation", 0, 0),
                new Verb("dpif-netdev/pmd-perf-show", "", "what the forwarding threads do", 0, 0));
    }

    @Override
    public List<Option> options() {
        return CommonOptions.with('t', 'T', Option.value(CommonOptions.FORMAT, 'f', "FORMAT",
                "output format: text (the default) or json, of commands that have it"));
    }

    @Override
    public List<String> notSupported() {
        return List.of();
    }

    @Override
    public int run(Console console, List<String> arguments) {
        OptionParser.Result options = new OptionParser(options(), false).parse(arguments);
        if (CommonOptions.answered(this, options, console)) {
            return 0;
        }
        if (options.rest().isEmpty()) {
            throw new CliException("at least one non-option argument is required (use --help for help)");
        }
        CommonOptions.startTimeout(this, options, console);
        String command = options.rest().getFirst();
        List<String> passed = new ArrayList<>();
        String format = options.value(CommonOptions.FORMAT);
        if (format != null) {
            passed.add("--format=" + format);
        }
        passed.addAll(options.rest().subList(1, options.rest().size()));
        try {
            return RemoteCommand.run(console, CommonOptions.target(options, console), command, passed);
        } catch (CallException e) {
            throw new CliException(e.text(), e.code() == CallException.UNAVAILABLE ? 1 : REFUSED);
        }
    }
}
