package dev.turnout.bench.lab;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The switch as a user starts it: {@code ./turnout switchd} as a process of its own, with a run directory and ports of its own.
 *
 * <p>Thread rules: one thread opens and closes it; the shutdown hook may close it, too.
 */
public final class Daemon implements AutoCloseable {
    private static final int STOP_SECONDS = 10;
    private static final Pattern GRPC = Pattern.compile("\\bgrpc[ =]([0-9.]+:[0-9]+)");

    private final Process process;
    private final Path runDir;
    private final String readyLine;
    private boolean stopped;
    private final Thread hook = new Thread(this::stop, "daemon-cleanup");

    /**
     * Starts it and waits for its {@code ready} line.
     *
     * @param options
     *            further command-line options
     */
    public Daemon(String... options) throws IOException {
        runDir = Files.createTempDirectory("turnout-");
        List<String> command = new ArrayList<>(List.of(launcher(), "switchd", "--run-dir", runDir.toString()));
        command.addAll(Arrays.asList(options));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.redirectError(ProcessBuilder.Redirect.INHERIT);
        process = builder.start();
        Runtime.getRuntime().addShutdownHook(hook);
        process.getOutputStream().close();
        BufferedReader output = new BufferedReader(
                new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        String line;
        while ((line = output.readLine()) != null && !line.startsWith("ready")) {
            System.err.println(line);
        }
        if (line == null) {
            close();
            throw new IOException("the switch did not start");
        }
        readyLine = line;
        Thread drain = new Thread(() -> discard(output), "daemon-output");
        drain.setDaemon(true);
        drain.start();
    }

    /** Reads on to the end, so that the process never waits for a reader. */
    private static void discard(BufferedReader output) {
        try {
            output.transferTo(Writer.nullWriter());
        } catch (IOException e) {
            return; // the process has ended and its stream was closed
        }
    }

    /** The launcher at the root of the checkout, which has told this process where it is. */
    private static String launcher() throws IOException {
        String home = System.getProperty("turnout.home");
        if (home == null) {
            throw new IOException("start it by ./turnout: the property turnout.home is not set");
        }
        return home + "/turnout";
    }

    /** What it printed when it was ready. */
    public String readyLine() {
        return readyLine;
    }

    /** HOST:PORT of its gRPC server. */
    public String grpc() throws IOException {
        Matcher matcher = GRPC.matcher(readyLine);
        if (!matcher.find()) {
            throw new IOException("no gRPC address in: " + readyLine);
        }
        return matcher.group(1);
    }

    public long pid() {
        return process.pid();
    }

    public Path runDir() {
        return runDir;
    }

    /** Starts a command of the command line on this daemon, with the build that the daemon has; errors go where this process's go. */
    public Process start(String family, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(launcher(), family));
        command.addAll(Arrays.asList(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().put("TURNOUT_RUN_DIR", runDir.toString());
        builder.environment().put("TURNOUT_NO_BUILD", "1");
        builder.environment().remove("TURNOUT_TARGET");
        return builder.start();
    }

    /** Runs a command of the launcher on this daemon, as a user would: {@code ofctl dump-flows br0}. */
    public String turnout(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(
                List.of("env", "TURNOUT_RUN_DIR=" + runDir, launcher()));
        command.addAll(Arrays.asList(arguments));
        return Lab.run(command.toArray(new String[0]));
    }

    /** Ends it by SIGTERM, and removes the run directory. */
    @Override
    public void close() {
        stop();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            return; // the process is ending, the hook runs or has run
        }
    }

    private synchronized void stop() {
        if (stopped) {
            return;
        }
        stopped = true;
        process.destroy();
        try {
            if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            process.destroyForcibly();
        }
        try (Stream<Path> files = Files.walk(runDir)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            System.err.println("cannot remove " + runDir + ": " + e.getMessage());
        }
    }
}
