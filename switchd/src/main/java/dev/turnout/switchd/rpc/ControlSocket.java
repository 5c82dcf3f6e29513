package dev.turnout.switchd.rpc;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;

import dev.turnout.switchd.config.IoText;
import dev.turnout.v1.ControlFrame;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The control socket: a Unix socket of mode 0600 on which the command line calls the services that gRPC serves, in frames of
 * {@link dev.turnout.v1.ControlFrame}.
 *
 * <p>It serves {@value #MOST_CONNECTIONS} clients at a time; more are told so and cut off.
 *
 * <p>Thread rules: any thread; a thread of its own accepts.
 */
final class ControlSocket implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ControlSocket.class);
    private static final int MOST_CONNECTIONS = 256;
    private static final long DRAIN_MS = 500;
    private static final long RETRY_MS = 100;

    private final Path path;
    private final ServerSocketChannel server;
    private final Executor executor;
    private final Map<String, ServerMethodDefinition<?, ?>> methods = new HashMap<>();
    private final Set<ControlConnection> connections = ConcurrentHashMap.newKeySet();
    /** Whether the last attempt to accept failed. Accepting thread only, as the next one. */
    private boolean failing;
    private boolean full;

    /** Over a server that is bound; {@link #start} begins to accept. */
    ControlSocket(Path path, ServerSocketChannel server, Executor executor) {
        this.path = path;
        this.server = server;
        this.executor = executor;
    }

    /** Binds the socket, taking the place of one that a crash has left, and serves. */
    static ControlSocket open(Path path, List<ServerServiceDefinition> services, Executor executor)
            throws IOException {
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            Files.deleteIfExists(path);
            // Bound under a name that nobody knows, so that there is no moment with other permissions.
            Path unready = path.resolveSibling("." + path.getFileName() + ".new");
            Files.deleteIfExists(unready);
            server.bind(UnixDomainSocketAddress.of(unready));
            Files.setPosixFilePermissions(unready, PosixFilePermissions.fromString("rw-------"));
            Files.move(unready, path);
        } catch (IOException e) {
            server.close();
            throw new IOException("cannot open the control socket " + path + ": " + IoText.reason(e), e);
        }
        ControlSocket socket = new ControlSocket(path, server, executor);
        for (ServerServiceDefinition service : services) {
            service.getMethods()
                    .forEach(method -> socket.methods.put(method.getMethodDescriptor().getFullMethodName(), method));
        }
        socket.start();
        return socket;
    }

    void start() {
        Thread ignored = Thread.ofPlatform().name("control-accept").daemon().start(this::accept);
    }

    private void accept() {
        while (server.isOpen()) {
            try {
                SocketChannel client = server.accept();
                failing = false;
                if (connections.size() >= MOST_CONNECTIONS) {
                    turnAway(client);
                } else {
                    full = false;
                    serve(client);
                }
            } catch (IOException e) {
                if (server.isOpen() && !backOff(e)) {
                    return;
                }
            }
        }
    }

    private void serve(SocketChannel client) {
        ControlConnection connection = new ControlConnection(client, methods, executor, connections::remove);
        connections.add(connection);
        connection.start();
        if (!server.isOpen()) {
            connection.close(); // it came between the last look at the connections and the end
        }
    }

    private void turnAway(SocketChannel client) throws IOException {
        if (!full) {
            full = true;
            LOG.warn("control socket: {} clients are connected; others are turned away", MOST_CONNECTIONS);
        }
        try (client) {
            // A new connection's send buffer is empty: this does not wait for the client.
            ControlConnection.write(client, ControlFrame.newBuilder().setEnd(true)
                    .setCode(Status.Code.RESOURCE_EXHAUSTED.value())
                    .setError("the control socket serves " + MOST_CONNECTIONS + " clients already").build());
        }
    }

    /**
     * Waits a while after a failure, most likely of descriptors, which are there again when another client goes. Whoever
     * tries to connect meanwhile waits in the kernel's queue.
     *
     * @return false if the thread is to end
     */
    private boolean backOff(IOException e) {
        if (!failing) {
            failing = true;
            LOG.warn("control socket: no client can be accepted: {}; trying again", e.getMessage());
        }
        try {
            Thread.sleep(RETRY_MS);
            return true;
        } catch (InterruptedException interruption) {
            return false;
        }
    }

    /** Stops accepting; clients that are connected are still served. */
    void stopAccepting() throws IOException {
        server.close();
        Files.deleteIfExists(path);
    }

    @Override
    public void close() throws IOException {
        stopAccepting();
        for (ControlConnection connection : connections) {
            try {
                connection.drain(DRAIN_MS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            connection.close();
        }
    }
}
