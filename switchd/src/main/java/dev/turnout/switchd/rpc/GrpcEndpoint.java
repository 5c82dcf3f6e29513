package dev.turnout.switchd.rpc;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

import dev.turnout.switchd.config.Listen;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;

/** The gRPC server: the switch's services, health and reflection. */
final class GrpcEndpoint implements AutoCloseable {
    private static final int MAX_REQUEST = 16 << 20;
    private static final int MOST_CALLS = 64;
    private static final int GRACE_SECONDS = 1;

    private final Server server;
    private final HealthStatusManager health;

    private GrpcEndpoint(Server server, HealthStatusManager health) {
        this.server = server;
        this.health = health;
    }

    static GrpcEndpoint open(Listen listen, List<ServerServiceDefinition> services, Executor executor)
            throws IOException {
        HealthStatusManager health = new HealthStatusManager();
        try {
            NettyServerBuilder builder = NettyServerBuilder.forAddress(listen.address()).executor(executor)
                    .maxInboundMessageSize(MAX_REQUEST).maxConcurrentCallsPerConnection(MOST_CALLS)
                    .addService(health.getHealthService()).addService(ProtoReflectionServiceV1.newInstance());
            services.forEach(builder::addService);
            Server server = builder.build().start();
            services.forEach(service -> health.setStatus(service.getServiceDescriptor().getName(),
                    ServingStatus.SERVING));
            return new GrpcEndpoint(server, health);
        } catch (IOException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new IOException(
                    "cannot serve gRPC on " + listen.text(listen.port()) + ": " + cause.getMessage(), e);
        }
    }

    int port() {
        return server.getPort();
    }

    /** Stops accepting; calls under way go on. */
    void stopAccepting() {
        if (server.isShutdown()) {
            return;
        }
        health.enterTerminalState();
        Server ignored = server.shutdown();
    }

    @Override
    public void close() {
        stopAccepting();
        try {
            if (!server.awaitTermination(GRACE_SECONDS, TimeUnit.SECONDS)) {
                var _ = server.shutdownNow();
                var _ = server.awaitTermination(GRACE_SECONDS, TimeUnit.SECONDS);
            }
        } catch (InterruptedException e) {
            Server ignored = server.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }
}
