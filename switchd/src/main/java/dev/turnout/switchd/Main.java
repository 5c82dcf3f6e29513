package dev.turnout.switchd;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;

import dev.turnout.switchd.config.ConfigException;
import dev.turnout.switchd.config.ConfigFile;
import dev.turnout.switchd.config.Listen;
import dev.turnout.switchd.config.SwitchSettings;
import dev.turnout.switchd.metrics.SwitchFigures;
import org.jspecify.annotations.Nullable;

/**
 * The daemon: a {@link TurnoutSwitch} in the foreground, from a {@code ready} line on stdout to a signal.
 *
 * <p>Exit codes: 0 after SIGTERM, SIGINT or {@code appctl exit}; 1 if it cannot start or stop as it should; 2 for a wrong
 * command line.
 */
public final class Main {
    private static final String DEFAULT_RUN_DIR = "/run/turnout";
    private static final Listen DEFAULT_GRPC = new Listen("127.0.0.1", 9339);
    private static final Listen DEFAULT_METRICS = new Listen("127.0.0.1", 9340);
    private static final String HELP = """
            usage: turnout switchd [OPTION...]

            Runs the switch in the foreground. Prints a line that starts with "ready" when it serves.

              --config FILE           read settings, bridges and ports from a YAML file
              --run-dir DIR           control socket, and what vsctl has set
                                      (default: TURNOUT_RUN_DIR, else /run/turnout)
              --grpc HOST:PORT|none   where gRPC is served (default: 127.0.0.1:9339); port 0: any free one
              --metrics HOST:PORT|none
                                      where /metrics is served (default: 127.0.0.1:9340); port 0: any free one
              --help                  print this
              --version               print the version

            Options take precedence over the configuration file. SIGTERM, SIGINT and "appctl exit" end it.
            """;

    private Main() {
    }

    /** A wrong command line. */
    private static final class UsageException extends Exception {
        private static final long serialVersionUID = 1;

        UsageException(String message) {
            super(message);
        }
    }

    /** What the command line says; null where it says nothing. */
    private static final class Arguments {
        private @Nullable String config;
        private @Nullable String runDir;
        private @Nullable String grpc;
        private @Nullable String metrics;
        private boolean help;
        private boolean version;

        static Arguments parse(String[] words) throws UsageException {
            Arguments arguments = new Arguments();
            for (int i = 0; i < words.length; i++) {
                String word = words[i];
                int equals = word.startsWith("--") ? word.indexOf('=') : -1;
                String name = equals < 0 ? word : word.substring(0, equals);
                if (name.equals("--help") || name.equals("-h") || name.equals("--version") || name.equals("-V")) {
                    arguments.help |= name.equals("--help") || name.equals("-h");
                    arguments.version |= name.equals("--version") || name.equals("-V");
                    continue;
                }
                String value = equals < 0 ? (i + 1 < words.length ? words[++i] : null) : word.substring(equals + 1);
                arguments.set(name, value);
            }
            return arguments;
        }

        private void set(String name, @Nullable String value) throws UsageException {
            switch (name) {
                case "--config", "--run-dir", "--grpc", "--metrics" -> {
                    if (value == null || value.isEmpty()) {
                        throw new UsageException(name + " takes a value");
                    }
                }
                default -> throw new UsageException("\"" + name + "\" is not an option; see --help");
            }
            switch (name) {
                case "--config" -> config = value;
                case "--run-dir" -> runDir = value;
                case "--grpc" -> grpc = value;
                default -> metrics = value;
            }
        }

        SwitchSettings settings() throws ConfigException, UsageException {
            String environment = System.getenv("TURNOUT_RUN_DIR");
            SwitchSettings.Builder builder = SwitchSettings.builder().grpc(DEFAULT_GRPC).metrics(DEFAULT_METRICS)
                    .runDir(Path.of(environment == null || environment.isEmpty() ? DEFAULT_RUN_DIR : environment));
            if (config != null) {
                builder = ConfigFile.read(Path.of(config), builder);
            }
            if (runDir != null) {
                builder.runDir(Path.of(runDir));
            }
            if (grpc != null) {
                builder.grpc(listen("--grpc", grpc));
            }
            if (metrics != null) {
                builder.metrics(listen("--metrics", metrics));
            }
            return builder.build();
        }

        private static @Nullable Listen listen(String option, String text) throws UsageException {
            try {
                return Listen.parse(text);
            } catch (IllegalArgumentException e) {
                throw new UsageException(option + ": " + e.getMessage());
            }
        }
    }

    public static void main(String[] words) {
        System.exit(run(words, System.out, System.err));
    }

    /** Runs to the end; returns the exit code. */
    private static int run(String[] words, PrintStream out, PrintStream err) {
        try {
            Arguments arguments = Arguments.parse(words);
            if (arguments.help) {
                out.print(HELP);
                return 0;
            }
            if (arguments.version) {
                out.println(Version.description());
                return 0;
            }
            return serve(TurnoutSwitch.start(arguments.settings()), out, err);
        } catch (UsageException e) {
            err.println("switchd: " + e.getMessage());
            return 2;
        } catch (ConfigException | IOException | SwitchException e) {
            err.println("switchd: " + e.getMessage());
            return 1;
        } catch (OutOfMemoryError e) {
            err.println("switchd: not enough memory: " + e.getMessage());
            return 1;
        }
    }

    /**
     * Waits for the end. The end comes from a signal, which runs the shutdown hook, or from {@code appctl exit}; either way
     * this thread closes the switch, and the process ends with the code that says how that went. Without
     * {@link Runtime#halt} a signal would make it 143.
     */
    private static int serve(TurnoutSwitch turnout, PrintStream out, PrintStream err) {
        CompletableFuture<Integer> ended = new CompletableFuture<>();
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().name("shutdown").unstarted(() -> {
            turnout.requestExit();
            int code = ended.join();
            Runtime.getRuntime().halt(code);
        }));
        out.println("ready " + turnout.addresses());
        out.flush();
        String ignored = turnout.exitRequested().join();
        int code = 0;
        try {
            turnout.stopAccepting();
            turnout.close();
            out.print(SwitchFigures.summary(turnout));
        } catch (IOException | RuntimeException | Error e) { // an Error, too: the shutdown hook waits for the code
            err.println("switchd: while stopping: " + e.getMessage());
            code = 1;
        }
        out.flush();
        boolean first = ended.complete(code);
        return first ? code : 1;
    }
}
