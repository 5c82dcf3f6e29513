package dev.turnout.concurrency;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Test;

/**
 * Runs every jcstress test of this module, in one fork each. {@code -Dturnout.jcstress=SECONDS} says for how long each runs, which
 * else is {@value #BRIEFLY_MS} ms; {@code -Dturnout.jcstress.tests=REGEX} which ones. A report is left below
 * {@code target/jcstress}.
 */
final class ConcurrencyTest {
    /** Enough for every test to see its code broken; most of the time goes into jcstress's looks at the JVM, and into forks. */
    private static final int BRIEFLY_MS = 500;
    private static final Pattern RESULTS = Pattern
            .compile("(\\d+) planned; (\\d+) passed, (\\d+) failed, (\\d+) soft errs, (\\d+) hard errs");

    @Test
    void shouldSeeNoOutcomeButThoseExplained() throws IOException, InterruptedException {
        int seconds = Integer.getInteger("turnout.jcstress", 1);
        assertThat(seconds).as("-Dturnout.jcstress, seconds per test").isBetween(1, 3600);
        int iterationMs = System.getProperty("turnout.jcstress") == null ? BRIEFLY_MS : 1000;
        Path directory = Path.of(System.getProperty("turnout.jcstress.directory", "target/jcstress")).toAbsolutePath();
        Files.createDirectories(directory);
        Path log = directory.resolve("output.txt");
        Process process = new ProcessBuilder(command(seconds, iterationMs, directory)).directory(directory.toFile())
                .redirectErrorStream(true).redirectOutput(log.toFile()).start();
        try {
            assertThat(process.waitFor(600L + 60L * seconds, TimeUnit.SECONDS)).as("the end of jcstress").isTrue();
        } finally {
            process.destroyForcibly();
        }
        String output = Files.readString(log);
        System.out.println(output);
        List<MatchResult> results = RESULTS.matcher(output).results().toList();
        assertThat(results).as("jcstress's count of results in %s", log).isNotEmpty();
        MatchResult last = results.getLast();
        assertThat(last.group(2)).as("tests passed of those planned: %s, see %s", last.group(), log)
                .isEqualTo(last.group(1));
        assertThat(process.exitValue()).as("jcstress's exit status, see %s", log).isZero();
    }

    private static List<String> command(int iterations, int iterationMs, Path directory) {
        String jvmArgs = System.getProperty("turnout.jcstress.jvmArgs", "");
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), "org.openjdk.jcstress.Main"));
        int cpus = Math.max(2, Runtime.getRuntime().availableProcessors());
        command.addAll(List.of("-c", Integer.toString(cpus), "-f", "1", "-fsm", "1", "-sc", "false", "-af", "NONE"));
        command.addAll(List.of("-iters", Integer.toString(iterations), "-time", Integer.toString(iterationMs)));
        command.addAll(List.of("-hs", "512", "-pth", "false"));
        // Few states at a time: some of them hold a packet pool, of which there may be 1024.
        command.addAll(List.of("-strideSize", "240", "-strideCount", "2"));
        command.addAll(List.of("-r", directory.resolve("report").toString(), "-t",
                System.getProperty("turnout.jcstress.tests", "dev.turnout."), "-jvmArgs", jvmArgs));
        return command;
    }
}
