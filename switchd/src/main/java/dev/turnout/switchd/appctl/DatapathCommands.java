package dev.turnout.switchd.appctl;

import java.time.LocalTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntFunction;

import dev.turnout.core.DatapathPort;
import dev.turnout.core.ForwardingThread;
import dev.turnout.core.PortCounters;
import dev.turnout.core.PortCounters.Counter;
import dev.turnout.core.ThreadCounter;
import dev.turnout.flow.DatapathFlowText;
import dev.turnout.flow.FlowLayout;
import dev.turnout.flow.Match;
import dev.turnout.openflow.FlowSyntaxException;
import dev.turnout.openflow.MatchParser;
import dev.turnout.openflow.PortNames;
import dev.turnout.revalidator.SlowPathText;
import dev.turnout.switchd.SwitchException;
import dev.turnout.switchd.TurnoutSwitch;
import dev.turnout.switchd.metrics.SwitchFigures;
import dev.turnout.upcall.DatapathFlow;
import org.jspecify.annotations.Nullable;

/** The commands about the datapath: its ports, megaflows, threads and upcalls. */
final class DatapathCommands {
    /** The datapath's name, as those of ovs-dpctl: type and name. */
    static final String NAME = "netdev@turnout";

    private final TurnoutSwitch turnout;

    DatapathCommands(TurnoutSwitch turnout) {
        this.turnout = turnout;
    }

    // --- dpctl ------------------------------------------------------------------------------------

    String show(List<String> arguments) {
        boolean statistics = false;
        for (String argument : arguments) {
            if (argument.equals("-s") || argument.equals("--statistics")) {
                statistics = true;
            } else {
                checkName(argument);
            }
        }
        long hits = count(ThreadCounter.EMC_HITS) + count(ThreadCounter.SMC_HITS) + count(ThreadCounter.MEGAFLOW_HITS);
        StringBuilder text = new StringBuilder(NAME).append(":\n");
        text.append(
                String.format(Locale.ROOT, "  lookups: hit:%d missed:%d lost:%d%n", hits, count(ThreadCounter.MISSES),
                        count(ThreadCounter.LOST_UPCALLS)));
        text.append(String.format(Locale.ROOT, "  flows: %d%n", count(ThreadCounter.MEGAFLOWS)));
        for (DatapathPort port : turnout.datapath().ports()) {
            text.append("  port ").append(port.number()).append(": ").append(port.port().name());
            if (!port.port().type().equals("system")) {
                text.append(" (").append(port.port().type()).append(')');
            }
            text.append('\n');
            if (statistics) {
                appendStatistics(text, port.counters());
            }
        }
        return text.toString();
    }

    private static void appendStatistics(StringBuilder text, PortCounters counters) {
        text.append(String.format(Locale.ROOT,
                "    RX packets:%d errors:%d dropped:%d overruns:? frame:?%n"
                        + "    TX packets:%d errors:%d dropped:%d aborted:? carrier:?%n    collisions:?%n"
                        + "    RX bytes:%d  TX bytes:%d%n",
                counters.get(Counter.RX_PACKETS), counters.get(Counter.RX_ERRORS), counters.get(Counter.RX_DROPPED),
                counters.get(Counter.TX_PACKETS), counters.get(Counter.TX_ERRORS), counters.get(Counter.TX_DROPPED),
                counters.get(Counter.RX_BYTES), counters.get(Counter.TX_BYTES)));
    }

    /** What a dump was asked for. */
    private static final class DumpOptions {
        private boolean more;
        private boolean names;
        private int thread = -1;
        private @Nullable Match filter;
    }

    String dumpFlows(List<String> arguments) {
        DumpOptions options = dumpOptions(arguments);
        Match filter = options.filter;
        List<DatapathFlow> flows = new ArrayList<>(turnout.upcalls()
                .dumpFlows(flow -> (options.thread < 0 || flow.thread() == options.thread)
                        && (filter == null || isCompatible(filter, flow))));
        flows.sort(Comparator.comparingInt(DatapathFlow::thread)); // stable: within a thread as they come
        Map<Integer, String> portNames = new HashMap<>();
        if (options.names) {
            turnout.datapath().ports().forEach(port -> portNames.put(port.number(), port.port().name()));
        }
        boolean headers = turnout.datapath().threads().size() > 1;
        StringBuilder text = new StringBuilder();
        int thread = -1;
        for (DatapathFlow flow : flows) {
            if (headers && flow.thread() != thread) {
                thread = flow.thread();
                text.append("flow-dump from forwarding thread ").append(thread).append(":\n");
            }
            append(text, flow, options.more, number -> portNames.getOrDefault(number, Integer.toString(number)));
        }
        return text.toString();
    }

    private static void append(StringBuilder text, DatapathFlow flow, boolean more, IntFunction<String> names) {
        if (more) {
            text.append("ufid:").append(flow.id()).append(", ");
        }
        text.append(DatapathFlowText.key(flow.key(), flow.mask(), more, names)).append(", ")
                .append(DatapathFlowText.stats(flow.packets(), flow.bytes(), flow.ageNs(), flow.tcpFlags()));
        if (more) {
            text.append(", dp:turnout");
        }
        text.append(", actions:").append(DatapathFlowText.actions(flow.actions(), names));
        if (more) {
            text.append(", ukey:").append(flow.state().name().toLowerCase(Locale.ROOT)).append(" (")
                    .append(flow.lastMove()).append("), thread:").append(flow.thread());
        }
        text.append('\n');
    }

    private DumpOptions dumpOptions(List<String> arguments) {
        DumpOptions options = new DumpOptions();
        for (String argument : arguments) {
            if (argument.equals("-m") || argument.equals("--more")) {
                options.more = true;
            } else if (argument.equals("--names")) {
                options.names = true;
            } else if (argument.equals("--no-names")) {
                options.names = false;
            } else if (argument.startsWith("filter=")) {
                options.filter = filter(argument.substring("filter=".length()));
            } else if (argument.startsWith("pmd=")) {
                options.thread = thread(argument.substring("pmd=".length()));
            } else {
                checkName(argument);
            }
        }
        return options;
    }

    private int thread(String text) {
        if (text.matches("[0-9]{1,3}") && Integer.parseInt(text) < turnout.datapath().threads().size()) {
            return Integer.parseInt(text);
        }
        throw SwitchException.invalid("pmd=" + text + ": expected the number of a forwarding thread, 0 to "
                + (turnout.datapath().threads().size() - 1));
    }

    /** A match in the syntax of ovs-ofctl, whose ports are those of the datapath. */
    private Match filter(String text) {
        Map<String, Integer> names = new HashMap<>();
        turnout.datapath().ports().forEach(port -> names.put(port.port().name(), port.number()));
        try {
            return MatchParser.parse(text, PortNames.of(names));
        } catch (FlowSyntaxException e) {
            throw new SwitchException(SwitchException.Kind.INVALID, "filter=" + text + ": " + e.text(), e);
        }
    }

    /** Whether a megaflow has packets that the filter matches: they agree in the bits that both look at. */
    private static boolean isCompatible(Match filter, DatapathFlow flow) {
        for (int i = 0; i < FlowLayout.DATAPATH_WORDS; i++) {
            if (((filter.values()[i] ^ flow.key().words()[i]) & filter.mask().word(i)
                    & flow.mask().word(i)) != 0) {
                return false;
            }
        }
        return true;
    }

    String deleteFlows(List<String> arguments) {
        arguments.forEach(DatapathCommands::checkName);
        int ignored = turnout.upcalls().deleteFlows(flow -> true);
        return "";
    }

    private static void checkName(String argument) {
        if (!argument.equals(NAME) && !argument.equals("turnout")) {
            throw SwitchException.invalid("\"" + argument + "\" is not understood; expected the datapath " + NAME
                    + " or an option of the command");
        }
    }

    // --- appctl -----------------------------------------------------------------------------------

    String showUpcalls(List<String> arguments) {
        boolean more = !arguments.isEmpty();
        if (more && !arguments.getFirst().equals("-m") && !arguments.getFirst().equals("--more")) {
            throw SwitchException.invalid("\"" + arguments.getFirst() + "\" is not understood; expected -m");
        }
        return SlowPathText.show(NAME, turnout.upcalls(), turnout.revalidator(), more);
    }

    String showPerformance() {
        double seconds = turnout.uptimeNs() / 1e9;
        StringBuilder text = new StringBuilder();
        text.append("Time: ")
                .append(DateTimeFormatter.ofPattern("HH:mm:ss.SSS", Locale.ROOT)
                        .format(LocalTime.now(ZoneId.systemDefault())))
                .append('\n');
        text.append(String.format(Locale.ROOT, "Measurement duration: %.3f s%n", seconds));
        for (ForwardingThread thread : turnout.datapath().threads()) {
            text.append(String.format(Locale.ROOT, "%nforwarding thread %d (%s):%n%n", thread.id(), thread.ioName()));
            append(text, thread, seconds);
        }
        return text.toString();
    }

    private static void append(StringBuilder text, ForwardingThread thread, double seconds) {
        long busy = thread.count(ThreadCounter.BUSY_CYCLES);
        long cycles = busy + thread.count(ThreadCounter.IDLE_CYCLES);
        long parks = thread.count(ThreadCounter.PARKS);
        long cpuNs = SwitchFigures.cpuTimeNs(thread);
        long received = thread.count(ThreadCounter.RECEIVED);
        long emc = thread.count(ThreadCounter.EMC_HITS);
        long smc = thread.count(ThreadCounter.SMC_HITS);
        long megaflow = thread.count(ThreadCounter.MEGAFLOW_HITS);
        long misses = thread.count(ThreadCounter.MISSES);
        long lost = thread.count(ThreadCounter.LOST_UPCALLS);
        long passes = emc + smc + megaflow + misses;
        long sent = thread.count(ThreadCounter.OUTPUTS);
        line(text, "Iterations:", cycles, "%.2f us/it", ratio(cpuNs / 1e3, (double) cycles));
        line(text, "- Used CPU time/ms:", cpuNs / 1_000_000, "%5.1f %% of total time",
                ratio(cpuNs / 1e7, seconds));
        line(text, "- idle iterations:", cycles - busy, "%5.1f %% of iterations", percent(cycles - busy, cycles));
        line(text, "- busy iterations:", busy, "%5.1f %% of iterations", percent(busy, cycles));
        line(text, "- sleep iterations:", parks, "%5.1f %% of iterations", percent(parks, cycles));
        line(text, "Rx packets:", received, "%.0f Kpps", ratio(received / 1e3, seconds));
        line(text, "Datapath passes:", passes, "%.2f passes/pkt", ratio((double) passes, (double) received));
        line(text, "- EMC hits:", emc, "%5.1f %%", percent(emc, passes));
        line(text, "- SMC hits:", smc, "%5.1f %%", percent(smc, passes));
        text.append(String.format(Locale.ROOT, "  %-19s %12d  (%5.1f %%, %.2f subtbl lookups/hit)%n",
                "- Megaflow hits:", megaflow,
                percent(megaflow, passes),
                ratio((double) thread.count(ThreadCounter.SUBTABLE_LOOKUPS), (double) megaflow)));
        line(text, "- Upcalls:", misses, "%5.1f %%", percent(misses, passes));
        line(text, "- Lost upcalls:", lost, "%5.1f %%", percent(lost, passes));
        line(text, "Tx packets:", sent, "%.0f Kpps", ratio(sent / 1e3, seconds));
    }

    private static void line(StringBuilder text, String name, long value, String format, double more) {
        text.append(String.format(Locale.ROOT, "  %-19s %12d  (" + format + ")%n", name, value, more));
    }

    private static double ratio(double part, double whole) {
        return whole == 0 ? 0 : part / whole;
    }

    private static double percent(long part, long whole) {
        return ratio(100.0 * part, (double) whole);
    }

    private long count(ThreadCounter counter) {
        return turnout.datapath().count(counter);
    }
}
