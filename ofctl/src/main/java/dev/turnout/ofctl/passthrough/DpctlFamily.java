package dev.turnout.ofctl.passthrough;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import dev.turnout.ofctl.CliException;
import dev.turnout.ofctl.CommonOptions;
import dev.turnout.ofctl.Console;
import dev.turnout.ofctl.Family;
import dev.turnout.ofctl.Option;
import dev.turnout.ofctl.OptionParser;
import dev.turnout.ofctl.Verb;

/**
 * {@code dpctl}: the datapath's ports and megaflows. The daemon renders the text: {@code dpctl VERB} is {@code appctl
 * dpctl/VERB}, and the options of a verb travel with it.
 */
public final class DpctlFamily implements Family {
    /** Options that travel to the daemon, and how. Numbers of ports are what it prints without a word. */
    private static final Map<String, String> PASSED_ON = Map.of("more", "-m", "statistics", "-s", "names", "--names");

    @Override
    public String name() {
        return "dpctl";
    }

    @Override
    public String summary() {
        return "the datapath: its ports and megaflows";
    }

    @Override
    public List<Verb> verbs() {
        return List.of(new Verb("show", "[DP]", "the datapath's counters and ports", 0, 1),
                new Verb("dump-flows", "[DP] [FILTER...]", "the megaflows of all forwarding threads", 0,
                        Verb.UNLIMITED),
                new Verb("del-flows", "[DP]", "remove all megaflows", 0, 1));
    }

    @Override
    public List<Option> options() {
        return CommonOptions.with((char) 0, 't', Option.flag("more", 'm', "dump-flows: everything about each megaflow"),
                Option.flag("statistics", 's', "show: counters of each port"),
                Option.flag("names", (char) 0, "dump-flows: names of ports instead of numbers"),
                Option.flag("no-names", (char) 0, "dump-flows: numbers of ports (the default)"));
    }

    @Override
    public List<String> notSupported() {
        return List.of("add-dp", "del-dp", "add-if", "set-if", "del-if", "dump-dps", "add-flow", "add-flows",
                "mod-flow",
                "mod-flows", "get-flow", "del-flow", "cache-get-size", "cache-set-size", "dump-conntrack",
                "flush-conntrack",
                "ct-stats-show", "ct-bkts", "ct-set-maxconns", "ct-get-maxconns", "ct-get-nconns",
                "ct-enable-tcp-seq-chk",
                "ct-disable-tcp-seq-chk", "ct-get-tcp-seq-chk", "ct-set-limits", "ct-get-limits", "ct-del-limits",
                "ct-set-sweep-interval", "ct-get-sweep-interval", "ipf-set-enabled", "ipf-set-disabled",
                "ipf-set-min-frag", "ipf-set-max-nfrags", "ipf-get-status");
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
        List<String> words = options.rest();
        Verb verb = verb(words.get(0));
        List<String> rest = words.subList(1, words.size());
        verb.check(rest);
        CommonOptions.startTimeout(this, options, console);
        List<String> passed = new ArrayList<>();
        options.values().keySet().stream().filter(PASSED_ON::containsKey).map(PASSED_ON::get).forEach(passed::add);
        passed.addAll(rest);
        return RemoteCommand.run(console, CommonOptions.target(options, console), "dpctl/" + verb.name(), passed);
    }
}
