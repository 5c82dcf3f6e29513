package dev.turnout.bench.veth;

import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

import dev.turnout.bench.lab.Host;
import dev.turnout.bench.lab.Lab;
import dev.turnout.bench.lab.Ping;
import dev.turnout.bench.lab.TcpTransfer;

/**
 * {@code bench veth}: TCP throughput with one and four connections, 64-byte UDP frames received under a flood, and round trips of pings sent every
 * millisecond, between two hosts that a switch joins. Where several switches or receive modes are given they take turns, repetition by repetition.
 */
public final class VethBench {
    private static final String USAGE = """
            usage: turnout bench veth [OPTION...]

              --json                 one JSON object per result
              --switch LIST          what joins the hosts: daemon (default), embedded (the switch in this process: shows
                                     its allocations), ports (the ports alone), bridge (the kernel's)
              --receive-mode LIST    of the switch's ports; default: the ports' own default
              --only LIST            part of tcp-1,tcp-4,udp-64,ping
              --seconds S            length of a sample (3)
              --reps N               samples per figure (3)
              --pings N              pings per sample (2000)

            Where lists have several entries they take turns, sample by sample. Needs root.""";
    private static final Set<String> FLAGS = Set.of("--json");
    private static final Set<String> VALUES = Set.of("--switch", "--receive-mode", "--only", "--seconds", "--reps",
            "--pings");
    private static final List<String> TESTS = List.of("tcp-1", "tcp-4", "udp-64", "ping");
    private static final long WARM_NS = 1_500_000_000L;
    private static final long SETTLE_NS = 700_000_000L;

    /** One figure's samples. */
    private record Samples(String unit, List<Double> values, Map<String, List<Double>> extra) {
    }

    private final PrintStream out;
    private final boolean json;
    private final List<String> tests;
    private final List<String> kinds;
    private final List<String> modes;
    private final double seconds;
    private final int repetitions;
    private final int pings;
    private final Map<String, Samples> results = new LinkedHashMap<>();

    private VethBench(Map<String, String> options, PrintStream out) {
        this.out = out;
        json = options.containsKey("--json");
        kinds = list(options.getOrDefault("--switch", "daemon"));
        modes = list(options.getOrDefault("--receive-mode", ""));
        tests = list(options.getOrDefault("--only", String.join(",", TESTS)));
        for (String test : tests) {
            if (!TESTS.contains(test)) {
                throw new IllegalArgumentException("--only: '" + test + "' is not one of " + String.join(", ", TESTS));
            }
        }
        seconds = number(options, "--seconds", "3");
        repetitions = (int) number(options, "--reps", "3");
        pings = (int) number(options, "--pings", "2000");
    }

    private static List<String> list(String text) {
        return Arrays.asList(text.split(",", -1));
    }

    private static double number(Map<String, String> options, String name, String otherwise) {
        String text = options.getOrDefault(name, otherwise);
        try {
            double value = Double.parseDouble(text);
            if (value > 0 && value <= 65_535) {
                return value;
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(name + ": '" + text + "' is not a number", e);
        }
        throw new IllegalArgumentException(name + ": " + text + " is not between 0 and 65535");
    }

    /**
     * Runs the benchmark.
     *
     * @throws IllegalArgumentException
     *             for a wrong argument; the message names it
     */
    public static void run(List<String> arguments, PrintStream out) throws IOException {
        if (arguments.contains("--help") || arguments.contains("-h")) {
            out.println(USAGE);
        } else {
            new VethBench(options(arguments), out).run();
        }
    }

    private static Map<String, String> options(List<String> arguments) {
        Map<String, String> options = new HashMap<>();
        Iterator<String> rest = arguments.iterator();
        while (rest.hasNext()) {
            String name = rest.next();
            if (FLAGS.contains(name)) {
                options.put(name, "");
            } else if (!VALUES.contains(name)) {
                throw new IllegalArgumentException("veth: unknown option '" + name + "' (--help lists them)");
            } else if (!rest.hasNext()) {
                throw new IllegalArgumentException("veth: " + name + " needs a value");
            } else {
                options.put(name, rest.next());
            }
        }
        return options;
    }

    private void run() throws IOException {
        try (Lab lab = new Lab()) {
            Host a = lab.addHost("a", "10.9.0.1/24");
            Host b = lab.addHost("b", "10.9.0.2/24");
            for (int i = 0; i < repetitions; i++) {
                for (String kind : kinds) {
                    for (String mode : kind.equals("bridge") ? List.of("") : modes) {
                        try (JoinedBy joined = JoinedBy.open(kind, a, b, mode)) {
                            measure(joined, mode.isEmpty() ? "default" : mode, a, b);
                        }
                    }
                }
            }
        }
        report();
    }

    private void measure(JoinedBy joined, String mode, Host a, Host b) throws IOException {
        // Round trips for the compiler too: its work on the way of single packets is not what is measured.
        if (Ping.run(a, b, 100, 1_000_000, TimeUnit.SECONDS.toNanos(1)).received() == 0) {
            throw new IOException("no packets from " + a.namespace() + " to " + b.namespace() + " and back");
        }
        TcpTransfer.run(a, b, 1, WARM_NS);
        Ping.run(a, b, 2000, 200_000, TimeUnit.SECONDS.toNanos(1));
        String label = joined.description() + (joined.description().equals("linux-bridge") ? "" : " " + mode);
        for (String test : tests) {
            switch (test) {
                case "tcp-1" -> tcp(joined, label, a, b, 1);
                case "tcp-4" -> tcp(joined, label, a, b, 4);
                case "udp-64" -> udp(joined, label, a, b);
                default -> ping(joined, label, a, b);
            }
        }
    }

    private void tcp(JoinedBy joined, String label, Host a, Host b, int streams) throws IOException {
        double cpu = joined.cpuSeconds();
        long retransmits = Counters.retransmits(a);
        TcpTransfer.Result result = TcpTransfer.run(a, b, streams, (long) (seconds * 1e9));
        add(label, "tcp-" + streams, "Gbit/s", result.gigabitsPerSecond(),
                Map.of("switch_cpu", (joined.cpuSeconds() - cpu) / (result.nanos() / 1e9), "retransmits",
                        (double) (Counters.retransmits(a) - retransmits)));
    }

    private void udp(JoinedBy joined, String label, Host a, Host b) throws IOException {
        try (UdpFlood _ = new UdpFlood(a, b)) {
            waitFor(SETTLE_NS);
            long start = System.nanoTime();
            double cpu = joined.cpuSeconds();
            JoinedBy.Work before = joined.work();
            long sent = Counters.sent(a);
            long received = Counters.received(b);
            waitFor((long) (seconds * 1e9));
            double took = (System.nanoTime() - start) / 1e9;
            Map<String, Double> extra = new TreeMap<>(
                    Map.of("switch_cpu", (joined.cpuSeconds() - cpu) / took, "sent_kpps",
                            (Counters.sent(a) - sent) / took / 1e3));
            double kpps = (Counters.received(b) - received) / took / 1e3;
            JoinedBy.Work after = joined.work();
            if (before != null && after != null) {
                extra.put("allocated_bytes_per_packet",
                        (double) (after.allocatedBytes() - before.allocatedBytes())
                                / (after.packets() - before.packets()));
            }
            add(label, "udp-64", "kpps", kpps, extra);
        }
    }

    private void ping(JoinedBy joined, String label, Host a, Host b) throws IOException {
        double cpu = joined.cpuSeconds();
        long start = System.nanoTime();
        Ping.Result result = Ping.run(a, b, pings, 1_000_000, TimeUnit.SECONDS.toNanos(1));
        double took = (System.nanoTime() - start) / 1e9;
        if (result.received() == 0) {
            throw new IOException("no ping was answered");
        }
        Map<String, Double> extra = Map.of("lost", (double) (result.sent() - result.received()), "switch_cpu",
                (joined.cpuSeconds() - cpu) / took);
        add(label, "ping-p50", "us", result.quantileNs(0.5) / 1e3, extra);
        add(label, "ping-p99", "us", result.quantileNs(0.99) / 1e3, extra);
    }

    private static void waitFor(long nanos) throws IOException {
        try {
            TimeUnit.NANOSECONDS.sleep(nanos);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private void add(String label, String name, String unit, double value, Map<String, Double> extra) {
        Samples samples = results.computeIfAbsent(name + "\t" + label,
                key -> new Samples(unit, new ArrayList<>(), new LinkedHashMap<>()));
        samples.values.add(value);
        extra.forEach((key, one) -> samples.extra.computeIfAbsent(key, ignored -> new ArrayList<>()).add(one));
    }

    private static double median(List<Double> values) {
        double[] sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    private void report() {
        if (!json) {
            out.printf(Locale.ROOT, "%-30s %-9s %10s %10s %10s  %s%n", "switch", "test", "median", "min", "max",
                    "unit");
        }
        results.forEach((key, samples) -> {
            String name = key.substring(0, key.indexOf('\t'));
            String label = key.substring(key.indexOf('\t') + 1);
            double min = samples.values.stream().mapToDouble(Double::doubleValue).min().orElse(0);
            double max = samples.values.stream().mapToDouble(Double::doubleValue).max().orElse(0);
            StringBuilder extra = new StringBuilder();
            samples.extra.forEach((what, values) -> extra
                    .append(String.format(Locale.ROOT, json ? ", \"%s\": %.3f" : "  %s %.2f", what, median(values))));
            if (json) {
                out.printf(Locale.ROOT,
                        "{\"switch\": \"%s\", \"test\": \"veth\", \"name\": \"%s\", \"unit\": \"%s\", \"median\": %.4f, "
                                + "\"min\": %.4f, \"max\": %.4f%s}%n",
                        label, name, samples.unit, median(samples.values), min, max, extra);
            } else {
                out.printf(Locale.ROOT, "%-30s %-9s %10.2f %10.2f %10.2f  %-6s%s%n", label, name,
                        median(samples.values), min, max,
                        samples.unit, extra);
            }
        });
    }
}
