package dev.turnout.switchd.rpc;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

import dev.turnout.switchd.TurnoutSwitch;
import dev.turnout.switchd.config.Listen;
import io.grpc.ServerServiceDefinition;
import org.jspecify.annotations.Nullable;

/**
 * All that serves the API of a switch: one object per service, behind gRPC and behind the control socket.
 *
 * <p>Thread rules: opened and closed by the switch's owner.
 */
public final class SwitchServers implements AutoCloseable {
    private final ExecutorService executor = Executors
            .newThreadPerTaskExecutor(Thread.ofVirtual().name("call-", 0).factory());
    private final StreamService streams;
    private final List<ServerServiceDefinition> services;
    private @Nullable GrpcEndpoint grpc;
    private @Nullable ControlSocket control;

    public SwitchServers(TurnoutSwitch turnout) {
        Elections elections = new Elections();
        streams = new StreamService(turnout, elections, executor);
        services = List.of(new SwitchService(turnout).bindService(),
                new FlowsService(turnout, elections).bindService(),
                streams.bindService(), new ControlService(turnout).bindService());
    }

    /** The services, for a server of the caller's own (in-process). */
    public List<ServerServiceDefinition> services() {
        return services;
    }

    /** Serves gRPC; returns the port. */
    public int openGrpc(Listen listen) throws IOException {
        GrpcEndpoint opened = GrpcEndpoint.open(listen, services, executor);
        grpc = opened;
        return opened.port();
    }

    /** Serves the control socket. */
    public void openControlSocket(Path path) throws IOException {
        control = ControlSocket.open(path, services, executor);
    }

    /** Takes no new clients; ends the conversations of controllers. */
    public void stopAccepting() throws IOException {
        if (control != null) {
            control.stopAccepting();
        }
        streams.close();
        if (grpc != null) {
            grpc.stopAccepting();
        }
    }

    /** Waits a moment for the calls under way, then cuts them off. */
    @Override
    public void close() throws IOException {
        stopAccepting();
        if (grpc != null) {
            grpc.close();
        }
        if (control != null) {
            control.close();
        }
        executor.shutdown();
    }
}
