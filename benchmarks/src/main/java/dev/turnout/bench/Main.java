package dev.turnout.bench;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;

import dev.turnout.bench.flows.FlowsBench;
import dev.turnout.bench.micro.MicroBench;
import dev.turnout.bench.pps.PpsBench;
import dev.turnout.bench.veth.VethBench;

/** {@code bench}: finds the benchmark that is asked for and runs it. */
public final class Main {
    private static final String USAGE = """
            usage: bench BENCHMARK [ARGUMENT...]
              pps SCENARIO...   packets per CPU-second of the forwarding thread, fed from memory
              jmh [REGEX]...    single classes, by JMH: nanoseconds per packet
              flows [N...]      adding, listing, replacing, modifying, deleting N OpenFlow flows; memory per flow
              veth              TCP, UDP and ping between two namespaces that the switch joins (root)
            Each takes --help.
            """;
    private static final List<String> LATER = List.of("upcall", "revalidate", "conntrack");

    private Main() {
    }

    /** Errors are one line on the standard error stream and exit status 1. */
    public static void main(String[] arguments) {
        List<String> all = Arrays.asList(arguments);
        if (all.isEmpty() || all.get(0).equals("--help") || all.get(0).equals("help")) {
            System.out.print(USAGE);
            System.exit(all.isEmpty() ? 1 : 0);
        }
        try {
            run(all.get(0), all.subList(1, all.size()));
            System.exit(0);
        } catch (IllegalArgumentException | IllegalStateException | IOException e) {
            System.err.println("bench: " + e.getMessage());
        } catch (InterruptedException e) {
            System.err.println("bench: interrupted");
        }
        System.exit(1);
    }

    private static void run(String benchmark, List<String> arguments) throws IOException, InterruptedException {
        if (benchmark.equals("pps")) {
            PpsBench.run(arguments, System.out);
        } else if (benchmark.equals("jmh")) {
            MicroBench.run(arguments, System.out);
        } else if (benchmark.equals("flows")) {
            FlowsBench.run(arguments, System.out);
        } else if (benchmark.equals("veth")) {
            VethBench.run(arguments, System.out);
        } else if (LATER.contains(benchmark)) {
            throw new IllegalArgumentException("benchmark '" + benchmark + "' is not supported yet");
        } else {
            throw new IllegalArgumentException("no benchmark '" + benchmark + "'; one of: pps, jmh, flows, veth");
        }
    }
}
