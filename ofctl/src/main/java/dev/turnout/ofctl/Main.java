package dev.turnout.ofctl;

import java.util.List;
import java.util.function.Supplier;

import dev.turnout.ofctl.config.VsctlFamily;
import dev.turnout.ofctl.flows.OfctlFamily;
import dev.turnout.ofctl.passthrough.AppctlFamily;
import dev.turnout.ofctl.passthrough.DpctlFamily;
import dev.turnout.ofctl.transport.CallException;
import dev.turnout.openflow.FlowSyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * The command line: the first argument names the family, the rest is what its namesake of Open vSwitch would get.
 *
 * <p>A command that fails writes one line, {@code FAMILY: message}, to standard error and exits with 1 ({@code appctl} with
 * 2 where the switch refuses, as its namesake does). There are three exceptions with such messages: {@link CliException},
 * {@link CallException} and {@link FlowSyntaxException}. Any other is a fault of this program.
 */
public final class Main {
    private Main() {
    }

    /** Runs a command and ends the process with its exit code. */
    public static void main(String[] arguments) {
        Console console = Console.ofProcess();
        int exitCode = run(console, List.of(arguments));
        console.out().flush();
        // Not exit(): nothing that ends in order is left, and a monitor's threads may still run.
        Runtime.getRuntime().halt(exitCode);
    }

    /** The families, made on demand. */
    static List<Supplier<Family>> families() {
        return List.of(OfctlFamily::new, VsctlFamily::new, AppctlFamily::new, DpctlFamily::new);
    }

    /** Runs a command and returns its exit code. */
    public static int run(Console console, List<String> arguments) {
        Family family = arguments.isEmpty() ? null : family(arguments.get(0));
        if (family == null) {
            console.err().println("turnout: expected a command family, one of ofctl, vsctl, appctl, dpctl");
            return 1;
        }
        try {
            return family.run(console, arguments.subList(1, arguments.size()));
        } catch (CliException e) {
            return fail(console, family, e.text(), e.exitCode());
        } catch (CallException e) {
            return fail(console, family, e.text(), 1);
        } catch (FlowSyntaxException e) {
            return fail(console, family, e.text(), 1);
        }
    }

    private static @Nullable Family family(String name) {
        return switch (name) {
            case "ofctl" -> new OfctlFamily();
            case "vsctl" -> new VsctlFamily();
            case "appctl" -> new AppctlFamily();
            case "dpctl" -> new DpctlFamily();
            default -> null;
        };
    }

    private static int fail(Console console, Family family, String message, int exitCode) {
        console.out().flush();
        if (!message.isEmpty()) {
            console.err().println(family.name() + ": " + message.replace('\n', ' '));
        }
        return exitCode;
    }
}
