package dev.turnout.ofctl;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Runs commands in this process, as a shell would, with an environment and a standard input of the test's. */
public final class Shell {
    private final Map<String, String> environment = new HashMap<>();
    private String input = "";
    private boolean terminal;

    /** What a command left behind. */
    public record Result(int exitCode, String out, String err) {
    }

    /** A shell whose commands find this switch. */
    public static Shell of(FakeSwitch fake) {
        return new Shell().with("TURNOUT_RUN_DIR", fake.directory().toString());
    }

    public Shell with(String variable, String value) {
        environment.put(variable, value);
        return this;
    }

    public Shell input(String text) {
        input = text;
        return this;
    }

    public Shell terminal() {
        terminal = true;
        return this;
    }

    /** Runs a command: family, verb, arguments. */
    public Result run(String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        try (PrintStream outStream = new PrintStream(out, false, StandardCharsets.UTF_8);
                PrintStream errStream = new PrintStream(err, true, StandardCharsets.UTF_8)) {
            Console console = new Console(outStream, errStream,
                    new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)), Map.copyOf(environment),
                    terminal);
            int exitCode = Main.run(console, List.of(arguments));
            outStream.flush();
            return new Result(exitCode, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
        }
    }
}
