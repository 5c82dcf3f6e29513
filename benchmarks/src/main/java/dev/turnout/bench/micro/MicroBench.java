package dev.turnout.bench.micro;

import java.io.IOException;
import java.io.PrintStream;
import java.util.List;

import dev.turnout.bench.Calibration;
import org.openjdk.jmh.runner.NoBenchmarksException;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;

/**
 * {@code bench jmh [REGEX] [JMH options]}: runs JMH with the JVM options of this process, which its forks inherit, and prints the calibration loop's
 * figure before and after.
 */
public final class MicroBench {
    private static final String USAGE = """
            usage: bench jmh [REGEX...] [JMH-OPTION...]
              REGEX            benchmarks to run (all)
              -l               list the benchmarks; -lp with their parameters
              -p NAME=V,...    parameters; -f, -wi, -i, -r, -prof and so on as in JMH; -h prints all of its options
            For example: bench jmh Classifier -p masks=20 -f 1
            """;

    private MicroBench() {
    }

    /** Runs with the arguments after {@code jmh}. */
    public static void run(List<String> arguments, PrintStream out) throws IOException {
        if (arguments.contains("--help")) {
            out.print(USAGE);
            return;
        }
        try {
            CommandLineOptions options = new CommandLineOptions(arguments.toArray(String[]::new));
            if (options.shouldHelp()) {
                options.showHelp();
                return;
            }
            Runner runner = new Runner(options);
            if (options.shouldList()) {
                runner.list();
            } else if (options.shouldListWithParams()) {
                runner.listWithParams(options);
            } else if (options.shouldListProfilers()) {
                options.listProfilers();
            } else if (options.shouldListResultFormats()) {
                options.listResultFormats();
            } else {
                double before = Calibration.nsPerStep();
                runner.run();
                out.printf("%ncalibration: %.3f ns per step before, %.3f after%n", before, Calibration.nsPerStep());
            }
        } catch (NoBenchmarksException e) {
            throw new IllegalArgumentException("no benchmark matches " + arguments + "; bench jmh -l lists them", e);
        } catch (CommandLineOptionException | RunnerException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }
}
