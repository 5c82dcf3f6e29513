package dev.turnout.ofctl.passthrough;

import java.util.List;

import dev.turnout.ofctl.Console;
import dev.turnout.ofctl.transport.Calls;
import dev.turnout.ofctl.transport.Conversation;
import dev.turnout.ofctl.transport.Target;
import dev.turnout.ofctl.transport.Transport;
import dev.turnout.v1.AppctlRequest;
import dev.turnout.v1.AppctlResponse;
import org.jspecify.annotations.Nullable;

/** Has the daemon run a command, and prints its text as it comes. */
final class RemoteCommand {
    private RemoteCommand() {
    }

    /**
     * Runs it.
     *
     * @return the exit code that the daemon says
     */
    static int run(Console console, Target target, String command, List<String> arguments) {
        int exitCode = 0;
        try (Transport transport = target.connect();
                Conversation<AppctlRequest, AppctlResponse> conversation = transport.open(Calls.appctl())) {
            conversation.send(AppctlRequest.newBuilder().setCommand(command).addAllArguments(arguments).build());
            conversation.finish();
            for (@Nullable
            AppctlResponse piece = conversation.receive(); piece != null; piece = conversation.receive()) {
                console.out().print(piece.getOutput());
                console.out().flush();
                exitCode = piece.getExitCode();
            }
        }
        return exitCode;
    }
}
