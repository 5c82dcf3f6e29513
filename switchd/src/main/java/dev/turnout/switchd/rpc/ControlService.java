package dev.turnout.switchd.rpc;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

import dev.turnout.switchd.TurnoutSwitch;
import dev.turnout.switchd.appctl.Appctl;
import dev.turnout.v1.AppctlRequest;
import dev.turnout.v1.AppctlResponse;
import dev.turnout.v1.ControlGrpc;
import io.grpc.stub.StreamObserver;

/** Commands to the daemon over the API. */
final class ControlService extends ControlGrpc.ControlImplBase {
    private static final int PIECE = 64 << 10;

    private final Appctl commands;

    ControlService(TurnoutSwitch turnout) {
        commands = new Appctl(turnout);
    }

    @Override
    public void appctl(AppctlRequest request, StreamObserver<AppctlResponse> client) {
        Appctl.Reply reply;
        try {
            reply = commands.run(request.getCommand(), request.getArgumentsList());
        } catch (RuntimeException e) {
            client.onError(Refusal.of(e));
            return;
        }
        List<AppctlResponse> pieces = new ArrayList<>();
        String text = reply.text();
        int at = 0;
        while (text.length() - at > PIECE) {
            int end = Character.isHighSurrogate(text.charAt(at + PIECE - 1)) ? at + PIECE - 1 : at + PIECE;
            pieces.add(AppctlResponse.newBuilder().setOutput(text.substring(at, end)).build());
            at = end;
        }
        pieces.add(AppctlResponse.newBuilder().setOutput(text.substring(at)).setExitCode(reply.exitCode()).build());
        Pages.send(client, pages(pieces, reply));
    }

    /** The pieces; what is to happen after the answer happens when the last one was handed over. */
    private static Iterator<AppctlResponse> pages(List<AppctlResponse> pieces, Appctl.Reply reply) {
        Iterator<AppctlResponse> all = pieces.iterator();
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                boolean more = all.hasNext();
                if (!more) {
                    reply.afterwards().run();
                }
                return more;
            }

            @Override
            public AppctlResponse next() {
                return all.next();
            }
        };
    }
}
