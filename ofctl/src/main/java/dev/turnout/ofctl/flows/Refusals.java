package dev.turnout.ofctl.flows;

import dev.turnout.ofctl.CliException;
import dev.turnout.ofctl.Console;
import dev.turnout.v1.UpdateStatus;
import io.grpc.Status;

/**
 * Reports flows or groups that were refused, a line each, up to a bound; how many more there were, then.
 *
 * <p>Thread rules: one owner.
 */
final class Refusals {
    private final Console console;
    private final int maxReported;
    private int count;

    Refusals(Console console, int maxReported) {
        this.console = console;
        this.maxReported = maxReported;
    }

    void add(String message) {
        if (count++ < maxReported) {
            console.err().println("ofctl: " + message.replace('\n', ' '));
        }
    }

    /** Reports what the switch refused for its own sake, and not with the rest of a change. */
    void addIfRefused(String origin, UpdateStatus status) {
        if (status.getCode() != 0 && status.getCode() != Status.Code.ABORTED.value()) {
            add(origin + ": " + FlowWriter.message(status));
        }
    }

    /**
     * Ends the command if there was any.
     *
     * @throws CliException
     *             without a message, since all is said
     */
    void end() {
        end("flows");
    }

    /**
     * As {@link #end()}.
     *
     * @param what
     *            what was refused, in the plural
     */
    void end(String what) {
        end(console, what, count, Math.min(count, maxReported));
    }

    /**
     * Ends the command if any flow was refused, of which some were reported.
     *
     * @throws CliException
     *             without a message, since all is said
     */
    static void end(Console console, String what, int count, int reported) {
        if (count > reported) {
            console.err().println("ofctl: " + (count - reported) + " more " + what + " were refused");
        }
        if (count > 0) {
            throw new CliException("");
        }
    }
}
