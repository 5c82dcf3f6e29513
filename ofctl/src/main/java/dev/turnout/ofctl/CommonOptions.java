package dev.turnout.ofctl;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import dev.turnout.ofctl.transport.Target;
import org.jspecify.annotations.Nullable;

/** The options that all families have, and what they do. */
public final class CommonOptions {
    public static final String TARGET = "target";
    public static final String TIMEOUT = "timeout";
    public static final String FORMAT = "format";
    private static final String HELP = "help";
    private static final String VERSION = "version";
    private static final String COMPLETION = "completion";

    private CommonOptions() {
    }

    /** A family's own options and the common ones; the short forms of target and timeout differ between families. */
    public static List<Option> with(char targetLetter, char timeoutLetter, Option... own) {
        List<Option> options = new ArrayList<>(List.of(own));
        options.add(Option.value(TARGET, targetLetter, "TARGET", "the switch: unix:PATH or HOST:PORT"));
        options.add(Option.value(TIMEOUT, timeoutLetter, "SECS", "give up after SECS seconds"));
        options.add(Option.value(COMPLETION, (char) 0, "SHELL", "print the completion script for bash or zsh"));
        options.add(Option.flag(HELP, 'h', "print this help"));
        options.add(Option.flag(VERSION, 'V', "print the version"));
        return List.copyOf(options);
    }

    /** {@code -f}, of the families that print tables. */
    public static Option format() {
        return Option.value(FORMAT, 'f', "FORMAT", "output format: table (the default) or json");
    }

    /** Does what ends a command before it begins: help, version, completion. Returns whether there was such an option. */
    public static boolean answered(Family family, OptionParser.Result options, Console console) {
        if (options.has(HELP)) {
            console.out().print(HelpText.of(family));
        } else if (options.has(VERSION)) {
            console.out().println("turnout " + family.name() + " " + version());
        } else if (options.has(COMPLETION)) {
            console.out().print(Completion.script(String.valueOf(options.value(COMPLETION)), Main.families()));
        } else {
            return false;
        }
        return true;
    }

    /** Starts the clock of {@code --timeout}, if it was given. */
    public static void startTimeout(Family family, OptionParser.Result options, Console console) {
        String text = options.value(TIMEOUT);
        if (text == null) {
            return;
        }
        int seconds;
        try {
            seconds = Integer.parseInt(text);
        } catch (NumberFormatException e) {
            seconds = 0;
        }
        if (seconds <= 0) {
            throw new CliException("value " + text + " of --timeout is invalid: expected a number of seconds");
        }
        Timeout.start(seconds, family.name(), console);
    }

    /** Where the switch is: {@code --target}, else {@code TURNOUT_TARGET}, else the run directory's socket. */
    public static Target target(OptionParser.Result options, Console console) {
        @Nullable
        String text = options.value(TARGET);
        if (text == null) {
            text = console.variable("TURNOUT_TARGET");
        }
        if (text == null) {
            return Target.ofRunDirectory(console.variable("TURNOUT_RUN_DIR"));
        }
        try {
            return Target.parse(text);
        } catch (IllegalArgumentException e) {
            throw new CliException(String.valueOf(e.getMessage()));
        }
    }

    /** Whether {@code -f json} was given. */
    public static boolean isJson(OptionParser.Result options) {
        String format = options.value(FORMAT);
        if (format == null || format.equals("table")) {
            return false;
        }
        if (format.equals("json")) {
            return true;
        }
        throw new CliException("unknown output format \"" + format + "\": expected table or json");
    }

    private static String version() {
        try (InputStream in = CommonOptions.class.getResourceAsStream("version")) {
            return in == null ? "unknown" : new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            return "unknown";
        }
    }
}
