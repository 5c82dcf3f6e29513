package dev.turnout.switchd.appctl;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiFunction;

import dev.turnout.flow.AddressText;
import dev.turnout.ofproto.Bridge;
import dev.turnout.ofproto.FdbEntry;
import dev.turnout.openflow.OfPorts;
import dev.turnout.revalidator.SlowPathText;
import dev.turnout.switchd.SwitchException;
import dev.turnout.switchd.TurnoutSwitch;
import dev.turnout.switchd.Version;
import dev.turnout.upcall.Deletions;
import dev.turnout.upcall.FlowLimit;

/**
 * The daemon's commands by name, with the arguments that each takes. Texts and messages are those of ovs-appctl, where it
 * has the command.
 *
 * <p>Thread rules: any thread.
 */
public final class Appctl {
    private static final int UNLIMITED = Integer.MAX_VALUE;

    /**
     * What a command answers.
     *
     * @param text
     *            for stdout
     * @param exitCode
     *            what the command line exits with
     * @param afterwards
     *            to be run when the answer is on its way
     */
    public record Reply(String text, int exitCode, Runnable afterwards) {
        static Reply of(String text) {
            return new Reply(text, 0, () -> {
            });
        }
    }

    /** Runs a command. */
    private interface Handler {
        Reply run(List<String> arguments);
    }

    /** Runs a command whose answer may also be JSON. */
    private interface FormattingHandler {
        String run(List<String> arguments, boolean json);
    }

    private record Command(String usage, int least, int most, boolean hasJson,
            BiFunction<List<String>, Boolean, Reply> handler) {
    }

    private final TurnoutSwitch turnout;
    private final SortedMap<String, Command> commands = new TreeMap<>();

    public Appctl(TurnoutSwitch turnout) {
        this.turnout = turnout;
        DatapathCommands datapath = new DatapathCommands(turnout);
        add("version", "", 0, 0, arguments -> Reply.of(Version.description() + "\n"));
        add("list-commands", "", 0, 0, arguments -> Reply.of(list()));
        add("exit", "", 0, 0, arguments -> new Reply("", 0, turnout::requestExit));
        add("fdb/show", "BRIDGE", 1, 1, arguments -> Reply.of(showFdb(arguments.getFirst())));
        add("fdb/flush", "[BRIDGE]", 0, 1, arguments -> Reply.of(flushFdb(arguments)));
        TraceCommand trace = new TraceCommand(turnout);
        addFormatting("ofproto/trace", "[-f FORMAT] [--ct-next FLAGS]... " + TraceCommand.USAGE, 2, UNLIMITED,
                trace::run);
        addFormatting("ofproto/detrace", "[-f FORMAT] [BRIDGE] UFID", 1, 2, new DetraceCommand(turnout)::run);
        add("upcall/show", "[-m]", 0, 1, arguments -> Reply.of(datapath.showUpcalls(arguments)));
        add("upcall/set-flow-limit", "FLOWS", 1, 1, arguments -> Reply.of(setFlowLimit(arguments.getFirst())));
        add("upcall/disable-megaflows", "", 0, 0, arguments -> Reply.of(setMegaflows(false)));
        add("upcall/enable-megaflows", "", 0, 0, arguments -> Reply.of(setMegaflows(true)));
        add("revalidator/history", "[COUNT]", 0, 1, arguments -> Reply.of(history(arguments)));
        add("revalidator/wait", "", 0, 0, arguments -> Reply.of(waitForRevalidation()));
        add("revalidator/purge", "", 0, 0, arguments -> Reply.of(purge()));
        add("revalidator/pause", "", 0, 0, arguments -> Reply.of(pause()));
        add("revalidator/resume", "", 0, 0, arguments -> Reply.of(resume()));
        add("dpif-netdev/pmd-perf-show", "", 0, 0, arguments -> Reply.of(datapath.showPerformance()));
        add("dpctl/show", "[-s] [DP]", 0, 2, arguments -> Reply.of(datapath.show(arguments)));
        add("dpctl/dump-flows", "[-m] [--names] [DP] [filter=MATCH] [pmd=THREAD]", 0, UNLIMITED,
                arguments -> Reply.of(datapath.dumpFlows(arguments)));
        add("dpctl/del-flows", "[DP]", 0, 1, arguments -> Reply.of(datapath.deleteFlows(arguments)));
    }

    private void add(String name, String usage, int least, int most, Handler handler) {
        commands.put(name, new Command(usage, least, most, false, (arguments, _) -> handler.run(arguments)));
    }

    private void addFormatting(String name, String usage, int least, int most, FormattingHandler handler) {
        commands.put(name, new Command(usage, least, most, true,
                (arguments, json) -> Reply.of(handler.run(arguments, json))));
    }

    /** Runs a command. */
    public Reply run(String name, List<String> words) {
        Command command = commands.get(name);
        if (command == null) {
            throw SwitchException.invalid("\"" + name
                    + "\" is not a valid command (use \"list-commands\" to see a list of valid commands)");
        }
        OutputFormat format = OutputFormat.take(words);
        if (format.isJson() && !command.hasJson) {
            throw SwitchException.invalid("\"" + name + "\" command answers in text only, not in JSON");
        }
        List<String> arguments = format.rest();
        if (arguments.size() < command.least) {
            throw SwitchException.invalid(
                    "\"" + name + "\" command requires at least " + command.least + " arguments: " + command.usage);
        }
        if (arguments.size() > command.most) {
            throw SwitchException.invalid("\"" + name + "\" command takes at most " + command.most + " arguments");
        }
        return command.handler.apply(arguments, format.isJson());
    }

    private String list() {
        StringBuilder text = new StringBuilder("The available commands are:\n");
        for (Map.Entry<String, Command> command : commands.entrySet()) {
            text.append(String.format(Locale.ROOT, "  %-23s %s", command.getKey(), command.getValue().usage)
                    .stripTrailing())
                    .append('\n');
        }
        return text.toString();
    }

    private Bridge bridge(String name) {
        Bridge bridge = turnout.ofproto().bridge(name);
        if (bridge == null) {
            throw SwitchException.notFound("no such bridge");
        }
        return bridge;
    }

    private String showFdb(String name) {
        StringBuilder text = new StringBuilder(" port  VLAN  MAC                Age\n");
        for (FdbEntry entry : bridge(name).macTable().entries(System.nanoTime())) {
            String port = entry.ofPort() == OfPorts.LOCAL ? "LOCAL" : Integer.toString(entry.ofPort());
            text.append(
                    String.format(Locale.ROOT, "%5s  %4d  %s  %3d%n", port, entry.vlan(), AddressText.mac(entry.mac()),
                            entry.ageSeconds()));
        }
        return text.toString();
    }

    private String flushFdb(List<String> arguments) {
        if (arguments.isEmpty()) {
            turnout.ofproto().bridges().forEach(bridge -> bridge.macTable().flush());
        } else {
            bridge(arguments.getFirst()).macTable().flush();
        }
        return "table successfully flushed\n";
    }

    private String setFlowLimit(String text) {
        try {
            turnout.upcalls().flowLimit().setCap(Integer.parseInt(text));
        } catch (NumberFormatException e) {
            throw new SwitchException(SwitchException.Kind.INVALID,
                    "\"" + text + "\" is not an integer; expected at least " + FlowLimit.FLOOR, e);
        } catch (IllegalArgumentException e) {
            throw new SwitchException(SwitchException.Kind.INVALID, String.valueOf(e.getMessage()), e);
        }
        return "set flow_limit to " + turnout.upcalls().flowLimit().cap() + "\n";
    }

    private String setMegaflows(boolean on) {
        turnout.upcalls().setMegaflows(on);
        int purged = turnout.revalidator().purge();
        return "megaflows " + (on ? "enabled" : "disabled") + (purged > 0 ? " (" + purged + " purged)" : "") + "\n";
    }

    private String history(List<String> arguments) {
        String count = arguments.isEmpty() ? Integer.toString(Deletions.KEPT) : arguments.getFirst();
        if (!count.matches("[0-9]{1,9}")) {
            throw SwitchException.invalid("\"" + count + "\" is not a number of deletions");
        }
        return SlowPathText.history(turnout.upcalls(), Integer.parseInt(count));
    }

    private String waitForRevalidation() {
        if (!turnout.revalidator().waitForRound()) {
            throw new SwitchException(SwitchException.Kind.PRECONDITION,
                    "revalidation is paused, or a round took too long");
        }
        return "";
    }

    private String purge() {
        int ignored = turnout.revalidator().purge();
        return "";
    }

    private String pause() {
        turnout.revalidator().pause();
        return "";
    }

    private String resume() {
        turnout.revalidator().resume();
        return "";
    }
}
