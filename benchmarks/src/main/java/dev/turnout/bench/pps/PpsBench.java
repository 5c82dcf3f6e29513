package dev.turnout.bench.pps;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import dev.turnout.bench.Calibration;
import dev.turnout.core.Datapath;
import dev.turnout.core.DatapathConfig;
import dev.turnout.core.ThreadCounter;
import dev.turnout.core.memory.PcapFile;
import dev.turnout.core.memory.PcapPort;

/**
 * {@code bench pps SCENARIO...}: measures scenarios one after the other and prints a row for each, or with {@code --json} an
 * object. If the environment has {@code PEER_SCENARIO}, it measures that one, with the rules ({@code PEER_FLOWS}), frames
 * ({@code PEER_PCAP1}, {@code PEER_PCAP2}) and CPU ({@code PEER_CPU}) that come with it.
 */
public final class PpsBench {
    private static final String HEADER = String.format("%-14s %7s %7s %7s %9s %7s %6s %6s %6s %6s %11s %7s %9s",
            "scenario",
            "Mpps", "min", "max", "ns/packet", "wall", "emc%", "smc%", "mega%", "miss%", "lookups/hit", "flows",
            "B/packet");

    private final Options options;
    private final PrintStream out;

    /**
     * What the command line asks for.
     *
     * @param json
     *            whether to print objects
     * @param repetitions
     *            samples per scenario
     * @param seconds
     *            length of a sample
     * @param warmSeconds
     *            time before the first one
     * @param cpu
     *            the forwarding thread's CPU, or -1
     * @param signatureCache
     *            whether it is on
     * @param emcInsertInverseProbability
     *            of the exact-match cache
     * @param change
     *            whether to change all masks once, rather than take samples
     * @param scenarios
     *            names and patterns
     */
    record Options(boolean json, int repetitions, double seconds, double warmSeconds, int cpu, boolean signatureCache,
            int emcInsertInverseProbability, boolean change, List<String> scenarios) {
        private static final String USAGE = """
                usage: bench pps [OPTION...] SCENARIO...
                  SCENARIO            a name, a pattern with *, or all
                  --list              print traffic and rules of all scenarios
                  --json              one JSON object per scenario
                  --reps N            samples per scenario (5)
                  --seconds S         length of a sample (2)
                  --warm S            time before the first sample (4)
                  --cpu N             bind the forwarding thread to a CPU
                  --smc on|off        signature cache (on)
                  --change            replace the rules by such with other masks, once, under traffic (masks-*): the rate before,
                                      in the slowest 100 ms since, and after; --seconds is to watch before, twice that after
                  --emc N             one in N packets is inserted into the exact-match cache (100); 0: cache off
                """;

        static Options parse(List<String> arguments, Map<String, String> environment) {
            boolean json = false;
            int repetitions = 5;
            double seconds = 2;
            double warm = 4;
            int cpu = -1;
            boolean smc = true;
            int emc = 100;
            boolean change = false;
            List<String> names = new ArrayList<>();
            for (int i = 0; i < arguments.size(); i++) {
                String argument = arguments.get(i);
                if (argument.equals("--json")) {
                    json = true;
                } else if (argument.equals("--change")) {
                    change = true;
                } else if (argument.startsWith("--")) {
                    String value = i + 1 < arguments.size() ? arguments.get(++i) : "";
                    try {
                        switch (argument) {
                            case "--reps" -> repetitions = Integer.parseInt(value);
                            case "--seconds" -> seconds = Double.parseDouble(value);
                            case "--warm" -> warm = Double.parseDouble(value);
                            case "--cpu" -> cpu = Integer.parseInt(value);
                            case "--smc" -> smc = onOrOff(value);
                            case "--emc" -> emc = Integer.parseInt(value);
                            default -> throw new IllegalArgumentException(
                                    "pps: unknown option '" + argument + "' (--help lists them)");
                        }
                    } catch (NumberFormatException e) {
                        throw new IllegalArgumentException(argument + ": '" + value + "' is not a number", e);
                    }
                } else {
                    names.add(argument);
                }
            }
            String peerCpu = environment.getOrDefault("PEER_CPU", "");
            if (!peerCpu.isEmpty() && cpu < 0) {
                cpu = Integer.parseInt(peerCpu);
            }
            require(repetitions > 0, "--reps", repetitions, "at least 1");
            require(seconds > 0, "--seconds", seconds, "more than 0");
            require(warm >= 0, "--warm", warm, "at least 0");
            require(emc >= 0, "--emc", emc, "at least 0");
            return new Options(json, repetitions, seconds, warm, cpu, smc, emc, change, names);
        }

        private static void require(boolean valid, String option, Number value, String expected) {
            if (!valid) {
                throw new IllegalArgumentException(option + ": expected " + expected + ", got " + value);
            }
        }

        private static boolean onOrOff(String value) {
            return switch (value) {
                case "on" -> true;
                case "off" -> false;
                default -> throw new IllegalArgumentException("--smc: '" + value + "' is neither on nor off");
            };
        }
    }

    PpsBench(Options options, PrintStream out) {
        this.options = options;
        this.out = out;
    }

    /** Runs with the arguments after {@code pps}. */
    public static void run(List<String> arguments, PrintStream out) throws IOException, InterruptedException {
        Map<String, String> environment = System.getenv();
        if (arguments.contains("--help")) {
            out.print(Options.USAGE);
            return;
        }
        if (arguments.contains("--list")) {
            list(out);
            return;
        }
        Options options = Options.parse(arguments, environment);
        PpsBench bench = new PpsBench(options, out);
        String peerScenario = environment.getOrDefault("PEER_SCENARIO", "");
        if (!peerScenario.isEmpty()) {
            bench.header();
            bench.measurePeer(peerScenario, environment);
            return;
        }
        if (options.scenarios().isEmpty()) {
            throw new IllegalArgumentException("pps: no scenario given (--list lists them)");
        }
        List<Scenario> scenarios = Scenario.find(options.scenarios());
        if (options.change()) {
            bench.change(scenarios);
            return;
        }
        bench.header();
        for (Scenario scenario : scenarios) {
            bench.measure(scenario.name(), replaysOf(scenario), scenario.rules());
        }
    }

    private static List<List<byte[]>> replaysOf(Scenario scenario) {
        return Collections.nCopies(scenario.ports(), scenario.traffic().frames());
    }

    /** Measures what a change of all masks costs. */
    private void change(List<Scenario> scenarios) throws IOException, InterruptedException {
        for (Scenario scenario : scenarios) {
            if (scenario.traffic().kind() != Traffic.Kind.MASKS) {
                throw new IllegalArgumentException(
                        "--change: " + scenario.name() + " has no masks to change; take masks-*");
            }
        }
        printCalibration();
        if (!options.json()) {
            out.println(MaskChange.HEADER);
        }
        for (Scenario scenario : scenarios) {
            List<List<byte[]>> replays = replaysOf(scenario);
            try (WholeSwitch tested = start(replays, scenario.rules())) {
                Thread.sleep((long) (options.warmSeconds() * 1000));
                new MaskChange(tested, options.seconds())
                        .run(rulesOfAllPorts(Scenario.withOtherMasks(scenario.rules()), replays.size()))
                        .print(scenario.name(), options.json(), out);
            }
        }
    }

    private void printCalibration() {
        if (!options.json()) {
            out.printf(Locale.ROOT, "calibration: %.3f ns per step%n", Calibration.nsPerStep());
        }
    }

    private static void list(PrintStream out) {
        for (String name : Scenario.names()) {
            Scenario scenario = Scenario.find(List.of(name)).get(0);
            out.printf("%s: %d port(s) replay %s%n", name, scenario.ports(), scenario.traffic());
            List<String> rules = scenario.rules().lines().toList();
            rules.stream().limit(6).forEach(rule -> out.println("    " + rule));
            if (rules.size() > 6) {
                out.printf("    ... %d rules%n", rules.size());
            }
        }
    }

    private void header() {
        printCalibration();
        if (!options.json()) {
            out.println(HEADER);
        }
    }

    private void measurePeer(String name, Map<String, String> environment) throws IOException, InterruptedException {
        String rules = Files.readString(Path.of(environment.getOrDefault("PEER_FLOWS", "")));
        List<List<byte[]>> replays = new ArrayList<>();
        replays.add(PcapFile.read(Path.of(environment.getOrDefault("PEER_PCAP1", ""))));
        String second = environment.getOrDefault("PEER_PCAP2", "");
        if (!second.isEmpty()) {
            throw new IllegalArgumentException(
                    name + ": traffic on port 2 (" + second + ") needs conntrack, which is not supported");
        }
        measure(name, replays, rules);
    }

    private void measure(String name, List<List<byte[]>> replays, String rules)
            throws IOException, InterruptedException {
        double calibration = options.json() ? Calibration.nsPerStep() : 0;
        try (WholeSwitch tested = start(replays, rules)) {
            print(name, tested.datapath(), samples(tested), calibration);
        }
    }

    /** A switch with these rules whose ports replay frames already. */
    private WholeSwitch start(List<List<byte[]>> replays, String rules) throws IOException {
        DatapathConfig config = DatapathConfig.defaults().withSignatureCache(options.signatureCache())
                .withEmcInsertInverseProbability(options.emcInsertInverseProbability());
        WholeSwitch tested = new WholeSwitch(config);
        try {
            if (options.cpu() >= 0 && !CpuAffinity.bind(tested.thread().thread().getName(), options.cpu())) {
                throw new IllegalArgumentException("cannot bind the forwarding thread to CPU " + options.cpu());
            }
            tested.setFlows(rulesOfAllPorts(rules, replays.size()));
            tested.addPort(PcapPort.sink("p2"), 2);
            for (int i = 0; i < replays.size(); i++) {
                int ofPort = i == 0 ? 1 : i + 2;
                tested.addPort(new PcapPort("p" + ofPort, replays.get(i), true, null), ofPort);
            }
            return tested;
        } catch (IOException | RuntimeException e) {
            tested.close();
            throw e;
        }
    }

    /** The rules with in_port=1, once per replaying port. */
    private static String rulesOfAllPorts(String rules, int ports) {
        StringBuilder all = new StringBuilder(rules);
        for (int i = 1; i < ports; i++) {
            all.append(rules.replace("in_port=1,", "in_port=" + (i + 2) + ","));
        }
        return all.toString();
    }

    private List<Sample> samples(WholeSwitch tested) throws InterruptedException {
        Thread.sleep((long) (options.warmSeconds() * 1000));
        List<Sample> samples = new ArrayList<>();
        Sample before = Sample.now(tested.datapath(), tested.thread());
        for (int i = 0; i < options.repetitions(); i++) {
            Thread.sleep((long) (options.seconds() * 1000));
            Sample after = Sample.now(tested.datapath(), tested.thread());
            samples.add(after.minus(before));
            before = after;
        }
        return samples;
    }

    private void print(String name, Datapath datapath, List<Sample> samples, double calibration) {
        List<Sample> sorted = new ArrayList<>(samples);
        sorted.sort(Comparator.comparingDouble(Sample::mpps));
        Sample median = sorted.get(sorted.size() / 2);
        Sample last = samples.getLast();
        if (last.packets() == 0) {
            throw new IllegalStateException(name + ": no packets");
        }
        double min = sorted.getFirst().mpps();
        double max = sorted.getLast().mpps();
        double bytes = samples.stream().mapToDouble(Sample::allocatedPerPacket).min().orElse(0);
        long flows = datapath.count(ThreadCounter.MEGAFLOWS);
        if (options.json()) {
            out.printf(Locale.ROOT,
                    "{\"switch\": \"Turnout\", \"test\": \"pps\", \"name\": \"%s\", \"unit\": \"Mpps/CPU-s\", \"median\": %.4f, "
                            + "\"min\": %.4f, \"max\": %.4f, \"ns_per_packet\": %.2f, \"wall_mpps\": %.4f, \"simple\": 0.0, "
                            + "\"emc\": %.2f, \"smc\": %.2f, \"megaflow\": %.2f, \"miss\": %.3f, \"lookups_per_hit\": %.3f, "
                            + "\"recirculations\": %.3f, \"megaflows\": %d, \"bytes_per_packet\": %.4f, "
                            + "\"calibration_ns\": %.3f}%n",
                    name, median.mpps(), min, max, median.nsPerPacket(), median.wallMpps(), last.share(last.emc()),
                    last.share(last.smc()), last.share(last.megaflow()), last.share(last.misses()), last.visitsPerHit(),
                    (double) (last.passes() - last.packets()) / last.packets(), flows, bytes, calibration);
        } else {
            out.printf(Locale.ROOT, "%-14s %7.2f %7.2f %7.2f %9.1f %7.2f %6.1f %6.1f %6.1f %6.2f %11.2f %7d %9.4f%n",
                    name,
                    median.mpps(), min, max, median.nsPerPacket(), median.wallMpps(), last.share(last.emc()),
                    last.share(last.smc()), last.share(last.megaflow()), last.share(last.misses()), last.visitsPerHit(),
                    flows, bytes);
        }
        out.flush();
    }
}
