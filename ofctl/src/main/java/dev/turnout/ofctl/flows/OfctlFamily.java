package dev.turnout.ofctl.flows;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import dev.turnout.ofctl.CliException;
import dev.turnout.ofctl.CommonOptions;
import dev.turnout.ofctl.Console;
import dev.turnout.ofctl.Family;
import dev.turnout.ofctl.Option;
import dev.turnout.ofctl.OptionParser;
import dev.turnout.ofctl.Verb;
import dev.turnout.openflow.FlowCommand;
import dev.turnout.openflow.FlowMod;
import dev.turnout.openflow.GroupMod;
import dev.turnout.openflow.PortNames;
import dev.turnout.v1.FileOptions;
import dev.turnout.v1.FlowUpdate;
import dev.turnout.v1.MeterUpdate;
import org.jspecify.annotations.Nullable;

/**
 * {@code ofctl}. Flows are read here, so that a wrong one is refused before anything is sent, and sent as they were
 * written; listings come as text of the same syntax, are read again, and printed in the form that the OpenFlow version of
 * {@code -O} gives them.
 */
public final class OfctlFamily implements Family {
    private static final int DIFFERENT = 2;

    // @formatter:off
    private static final List<Verb> VERBS = List.of(
            new Verb("show", "BRIDGE", "the bridge and its ports", 1, 1),
            new Verb("dump-tables", "BRIDGE", "counters of the tables", 1, 1),
            new Verb("mod-table", "BRIDGE TABLE evict|noevict", "whether a full table deletes a flow to take another; TABLE may be all", 3, 3),
            new Verb("dump-table-desc", "BRIDGE", "settings of the tables", 1, 1),
            new Verb("dump-table-features", "BRIDGE [TABLE]", "what flows of the tables can be", 1, 2),
            new Verb("dump-ports", "BRIDGE [PORT]", "counters of the ports", 1, 2),
            new Verb("dump-ports-desc", "BRIDGE [PORT]", "addresses and states of the ports", 1, 2),
            new Verb("dump-flows", "BRIDGE [FLOW]", "all flows, or those that FLOW covers", 1, 2),
            new Verb("dump-aggregate", "BRIDGE [FLOW]", "sums over all flows, or over those that FLOW covers", 1, 2),
            new Verb("add-flow", "BRIDGE FLOW", "add a flow; \"-\" reads flows from standard input", 2, 2),
            new Verb("add-flows", "BRIDGE FILE", "add the flows of a file; a line may begin with another command", 2, 2),
            new Verb("mod-flows", "BRIDGE FLOW", "change the actions of flows that FLOW covers; add it if there are none", 2, 2),
            new Verb("del-flows", "BRIDGE [FLOW]", "delete all flows, or those that FLOW covers", 1, 2),
            new Verb("replace-flows", "BRIDGE FILE", "make the bridge's flows those of a file", 2, 2),
            new Verb("diff-flows", "SOURCE1 SOURCE2", "compare flows of files or bridges; exit code 2 if they differ", 2, 2),
            new Verb("add-group", "BRIDGE GROUP", "add a group; \"-\" reads groups from standard input", 2, 2),
            new Verb("add-groups", "BRIDGE FILE", "add the groups of a file; a line may begin with another command", 2, 2),
            new Verb("mod-group", "BRIDGE GROUP", "replace a group; with --may-create, add it if there is none", 2, 2),
            new Verb("del-groups", "BRIDGE [GROUP]", "delete all groups, or one, and the flows that use them", 1, 2),
            new Verb("insert-buckets", "BRIDGE GROUP", "put buckets into a group", 2, 2),
            new Verb("remove-buckets", "BRIDGE GROUP", "take buckets out of a group", 2, 2),
            new Verb("dump-groups", "BRIDGE [NUMBER]", "all groups, or one", 1, 2),
            new Verb("dump-group-stats", "BRIDGE [GROUP]", "counters of all groups, or of one", 1, 2),
            new Verb("dump-group-features", "BRIDGE", "what groups can be", 1, 1),
            new Verb("bundle", "BRIDGE FILE", "make the changes of a file of flows and groups, all or none", 2, 2),
            new Verb("add-meter", "BRIDGE METER", "add a meter", 2, 2),
            new Verb("mod-meter", "BRIDGE METER", "change a meter; its counters begin anew", 2, 2),
            new Verb("del-meter", "BRIDGE [METER]", "delete a meter and the flows that refer to it; all without METER", 1, 2),
            new Verb("del-meters", "BRIDGE", "delete all meters and the flows that refer to them", 1, 1),
            new Verb("dump-meter", "BRIDGE [METER]", "a meter, or all", 1, 2),
            new Verb("dump-meters", "BRIDGE", "all meters", 1, 1),
            new Verb("meter-stats", "BRIDGE [METER]", "counters of a meter, or of all", 1, 2),
            new Verb("meter-features", "BRIDGE", "what meters can be", 1, 1),
            new Verb("queue-stats", "BRIDGE [PORT [QUEUE]]", "counters of queues", 1, 3),
            new Verb("queue-get-config", "BRIDGE [PORT [QUEUE]]", "settings of queues", 1, 3),
            new Verb("packet-out", "BRIDGE IN_PORT ACTIONS PACKET...", "execute actions on packets; or BRIDGE in_port=,packet=,actions=", 2, Verb.UNLIMITED),
            new Verb("monitor", "BRIDGE [MISSLEN] [invalid_ttl] [watch:SPEC]", "print packet-ins, port and flow messages; with watch:, changes of flows", 1, Verb.UNLIMITED),
            new Verb("parse-flow", "FLOW", "print what a flow text means; asks no switch", 1, 1),
            new Verb("parse-flows", "FILE", "print what the flows of a file mean; asks no switch", 1, 1));
    // @formatter:on

    @Override
    public String name() {
        return "ofctl";
    }

    @Override
    public String summary() {
        return "OpenFlow tables, meters, ports and packets of a bridge";
    }

    @Override
    public List<Verb> verbs() {
        return VERBS;
    }

    @Override
    public List<Option> options() {
        return Settings.options();
    }

    @Override
    public List<String> notSupported() {
        return List.of("snoop", "dump-desc", "mod-port",
                "get-frags",
                "set-frags", "probe", "ping", "benchmark",
                "add-tlv-map", "del-tlv-map", "dump-tlv-map", "dump-ipfix-bridge",
                "dump-ipfix-flow", "ct-flush", "ct-flush-zone", "ofp-parse", "ofp-parse-pcap", "compose-packet");
    }

    @Override
    public String notes() {
        return """

                FLOW is in the syntax of ovs-ofctl: table=1,priority=10,ip,nw_dst=10.0.0.0/8,actions=output:2.
                GROUP likewise: group_id=1,type=select,bucket=weight:2,actions=output:1,bucket=output:2.
                METER is in the syntax of its meters: meter=1,kbps,burst,bands=type=drop,rate=1000,burst_size=200; meter=1
                where it is only named.
                FILE has a flow or a group per line and comments after #; "-" is standard input. A line of a bundle's FILE begins with
                flow or group, then perhaps with a command: flow delete table=3, group add group_id=1,type=all,bucket=output:1.
                SPEC says which changes of flows to print: parts separated by commas, !initial, !add, !modify, !delete, !own and
                !actions to leave something out, table=, out_port=, out_group= and fields as in dump-flows to choose flows.
                """;
    }

    @Override
    public int run(Console console, List<String> arguments) {
        OptionParser.Result options = new OptionParser(options(), true).parse(arguments);
        if (CommonOptions.answered(this, options, console)) {
            return 0;
        }
        if (options.rest().isEmpty()) {
            throw new CliException("missing command name; use --help for help");
        }
        Verb verb = verb(options.rest().get(0));
        List<String> rest = options.rest().subList(1, options.rest().size());
        verb.check(rest);
        Settings settings = Settings.of(options, console);
        CommonOptions.startTimeout(this, options, console);
        switch (verb.name()) {
            case "parse-flow" -> new ParseFlows(console, settings).flow(rest.get(0));
            case "parse-flows" -> new ParseFlows(console, settings).file(rest.get(0));
            case "diff-flows" -> {
                return diff(console, settings, rest.get(0), rest.get(1));
            }
            default -> {
                try (BridgeClient bridge = new BridgeClient(settings.target(), rest.get(0))) {
                    run(console, settings, bridge, verb.name(), rest.subList(1, rest.size()));
                }
            }
        }
        return 0;
    }

    private static void run(Console console, Settings settings, BridgeClient bridge, String verb, List<String> rest) {
        @Nullable
        String argument = rest.isEmpty() ? null : rest.get(0);
        String text = argument == null ? "" : argument;
        switch (verb) {
            case "show" -> new StatsText(console, bridge, settings).show();
            case "dump-tables" -> new StatsText(console, bridge, settings).tables();
            case "mod-table" -> new TableCommands(console, bridge, settings).modify(text, rest.get(1));
            case "dump-table-desc" -> new TableCommands(console, bridge, settings).descriptions();
            case "dump-table-features" -> new TableFeaturesText(console, bridge, settings).print(text);
            case "dump-ports" -> new StatsText(console, bridge, settings).ports(argument);
            case "dump-ports-desc" -> new StatsText(console, bridge, settings).portDescriptions(argument);
            case "dump-flows" -> new FlowListing(console, bridge, settings).flows(text);
            case "dump-aggregate" -> new FlowListing(console, bridge, settings).aggregate(text);
            case "add-flow" -> change(console, settings, bridge, text, FlowCommand.ADD);
            case "add-flows" -> new FlowWriter(console, bridge, settings).file(text,
                    FileOptions.newBuilder().setMixed(true));
            case "mod-flows" -> change(console, settings, bridge, text,
                    settings.strict() ? FlowCommand.MODIFY_STRICT : FlowCommand.MODIFY);
            case "del-flows" -> change(console, settings, bridge, text,
                    settings.strict() ? FlowCommand.DELETE_STRICT : FlowCommand.DELETE);
            case "replace-flows" -> new FlowWriter(console, bridge, settings).file(text,
                    FileOptions.newBuilder().setReplace(true).setReadd(settings.readd()));
            case "add-group" -> new GroupWriter(console, bridge, settings).change(GroupMod.Command.ADD, text);
            case "add-groups" -> new GroupWriter(console, bridge, settings).file(text);
            case "mod-group" -> new GroupWriter(console, bridge, settings).change(
                    settings.mayCreate() ? GroupMod.Command.ADD_OR_MODIFY : GroupMod.Command.MODIFY, text);
            case "del-groups" -> new GroupWriter(console, bridge, settings).change(GroupMod.Command.DELETE, text);
            case "insert-buckets" ->
                new GroupWriter(console, bridge, settings).change(GroupMod.Command.INSERT_BUCKETS, text);
            case "remove-buckets" ->
                new GroupWriter(console, bridge, settings).change(GroupMod.Command.REMOVE_BUCKETS, text);
            case "dump-groups" -> new GroupListing(console, bridge, settings).groups(text);
            case "dump-group-stats" -> new GroupListing(console, bridge, settings).stats(text);
            case "dump-group-features" -> new GroupListing(console, bridge, settings).features();
            case "add-meter" -> meters(console, settings, bridge).write(MeterUpdate.Command.ADD, text);
            case "mod-meter" -> meters(console, settings, bridge).write(MeterUpdate.Command.MODIFY, text);
            case "del-meter", "del-meters" -> meters(console, settings, bridge).delete(text);
            case "dump-meter", "dump-meters" -> meters(console, settings, bridge).dump(text);
            case "meter-stats" -> meters(console, settings, bridge).stats(text);
            case "meter-features" -> meters(console, settings, bridge).features();
            case "bundle" -> new BundleWriter(console, bridge, settings).file(text);
            case "queue-stats" -> new QueueCommands(console, bridge, settings).stats(rest);
            case "queue-get-config" -> new QueueCommands(console, bridge, settings).config(rest);
            case "packet-out" -> new PacketOuts(bridge).send(rest);
            case "monitor" -> new Monitor(console, bridge, settings).run(rest);
            default -> throw new IllegalStateException(verb);
        }
    }

    private static MeterCommands meters(Console console, Settings settings, BridgeClient bridge) {
        return new MeterCommands(console, bridge, settings);
    }

    /** A flow of the command line; where it is a dash, those of standard input. */
    private static void change(Console console, Settings settings, BridgeClient bridge, String flow,
            FlowCommand command) {
        FlowWriter writer = new FlowWriter(console, bridge, settings);
        if (flow.equals("-")) {
            writer.file(flow, FileOptions.newBuilder().setCommand(FlowWriter.command(command)));
            return;
        }
        // What cannot be understood is refused before a connection is made.
        FlowMod ignored = new FlowReader(console, bridge, settings.allowed()).flow(flow, command);
        writer.update(FlowUpdate.newBuilder().setCommand(FlowWriter.command(command)).setText(flow));
    }

    /** As with {@code ovs-ofctl}, a source that is a file is one, and any other is a bridge. */
    private static int diff(Console console, Settings settings, String first, String second) {
        FlowSet flows = new FlowSet(settings.shown());
        List<String> sources = List.of(first, second);
        @Nullable
        BridgeClient named = null;
        try (BridgeClient bridge1 = new BridgeClient(settings.target(), first);
                BridgeClient bridge2 = new BridgeClient(settings.target(), second)) {
            List<BridgeClient> bridges = List.of(bridge1, bridge2);
            for (int side = 0; side < sources.size(); side++) {
                String source = sources.get(side);
                if (isFile(source)) {
                    PortNames names = isFile(sources.get(1 - side)) ? PortNames.NONE : bridges.get(1 - side);
                    FlowReader reader = new FlowReader(console, names, settings.allowed());
                    flows.addFile(side, reader.file(source, false));
                } else {
                    flows.addBridge(side, bridges.get(side));
                    named = named == null ? bridges.get(side) : named;
                }
            }
            List<String> lines = flows.differences(named == null ? PortNames.NONE : settings.shownNames(named));
            lines.forEach(console.out()::println);
            return lines.isEmpty() ? 0 : DIFFERENT;
        }
    }

    private static boolean isFile(String source) {
        return source.equals("-") || source.indexOf('/') >= 0 || Files.exists(Path.of(source));
    }
}
