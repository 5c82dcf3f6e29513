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

import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The control socket: a Unix socket of mode 0600 on which the command line calls the services that gRPC serves, in frames of
 * {@link dev.turnout.v1.ControlFrame}.
 *
 * <p>Thread rules: any thread; a thread of its own accepts.
 */
final class ControlSocket implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ControlSocket.class);
    private static final int MOST_CONNECTIONS = 256;
    private static final long DRAIN_MS = 500;

    private final Path path;
    private final ServerSocketChannel server;
    private final Executor executor;
    private final Map<String, ServerMethodDefinition<?, ?>> methods = new HashMap<>();
    private final Set<ControlConnection> connections = ConcurrentHashMap.newKeySet();

    private ControlSocket(Path path, ServerSocketChannel server, Executor executor) {
        this.path = path;
        this.server = server;
        this.executor = executor;
    }

    /** Binds the socket, taking the place of one that a crash has left, and serves. */
    static ControlSocket open(Path path, List<ServerServiceDefinition> services, Executor executor)
            throws IOException {
        Files.deleteIfExists(path);
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            // Bound under a name that nobody knows, so that there is no moment with other permissions.
            Path unready = path.resolveSibling("." + path.getFileName() + ".new");
            Files.deleteIfExists(unready);
            server.bind(UnixDomainSocketAddress.of(unready));
            Files.setPosixFilePermissions(unready, PosixFilePermissions.fromString("rw-------"));
            Files.move(unready, path);
        } catch (IOException e) {
            server.close();
            throw new IOException("cannot open the control socket " + path + ": " + e.getMessage(), e);
        }
        ControlSocket socket = new ControlSocket(path, server, executor);
        for (ServerServiceDefinition service : services) {
            service.getMethods()
                    .forEach(method -> socket.methods.put(method.getMethodDescriptor().getFullMethodName(), method));
        }
        Thread ignored = Thread.ofPlatform().name("control-accept").daemon().start(socket::accept);
        return socket;
    }

    private void accept() {
        while (server.isOpen()) {
            try {
                SocketChannel client = server.accept();
                connections.removeIf(ControlConnection::isGone);
                if (connections.size() >= MOST_CONNECTIONS) {
                    LOG.warn("control socket: more than {} clients; one is turned away", MOST_CONNECTIONS);
                    client.close();
                    continue;
                }
                ControlConnection connection = new ControlConnection(client, methods, executor);
                connections.add(connection);
                connection.start();
            } catch (IOException e) {
                if (server.isOpen()) {
                    LOG.warn("control socket: {}", e.getMessage());
                }
            }
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
