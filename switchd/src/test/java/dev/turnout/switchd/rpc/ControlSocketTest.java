package dev.turnout.switchd.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

import dev.turnout.v1.AppctlRequest;
import dev.turnout.v1.ControlFrame;
import dev.turnout.v1.ControlGrpc;
import dev.turnout.v1.StreamChannelGrpc;
import dev.turnout.v1.StreamRequest;
import io.grpc.ServerCall;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ControlSocketTest {
    private static final int MOST_CONNECTIONS = 256;

    @TempDir
    Path directory;

    /** A server without descriptors for its clients. */
    private static final class Exhausted extends ServerSocketChannel {
        private final List<Long> attempts = new CopyOnWriteArrayList<>();

        Exhausted() {
            super(SelectorProvider.provider());
        }

        @Override
        public SocketChannel accept() throws IOException {
            attempts.add(System.nanoTime());
            throw new IOException("Too many open files");
        }

        @Override
        public ServerSocketChannel bind(SocketAddress local, int backlog) {
            return this;
        }

        @Override
        public <T> ServerSocketChannel setOption(SocketOption<T> name, T value) {
            return this;
        }

        @Override
        public <T> T getOption(SocketOption<T> name) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Set<SocketOption<?>> supportedOptions() {
            return Set.of();
        }

        @Override
        public ServerSocket socket() {
            throw new UnsupportedOperationException();
        }

        @Override
        public SocketAddress getLocalAddress() {
            throw new UnsupportedOperationException();
        }

        @Override
        protected void implCloseSelectableChannel() {
            // there is nothing behind it
        }

        @Override
        protected void implConfigureBlocking(boolean block) {
            throw new UnsupportedOperationException();
        }
    }

    @Test
    void shouldWaitBetweenAttemptsWhenDescriptorsRunOut() throws Exception {
        Exhausted server = new Exhausted();
        try (ControlSocket socket = new ControlSocket(directory.resolve("s"), server, Runnable::run)) {
            socket.start();
            await().until(() -> server.attempts.size() >= 4);
            assertThat(server.attempts.get(3) - server.attempts.get(0)).isGreaterThan(Duration.ofMillis(200).toNanos());
        }
    }

    @Test
    void shouldTellWhoIsOneTooMany() throws Exception {
        Path path = directory.resolve("s");
        List<ControlClient> clients = new ArrayList<>();
        try (ControlSocket socket = ControlSocket.open(path, List.of(), Runnable::run)) {
            assertThat(socket).isNotNull();
            for (int i = 0; i < MOST_CONNECTIONS; i++) {
                clients.add(new ControlClient(path));
            }
            try (ControlClient client = new ControlClient(path)) {
                ControlFrame refusal = client.receive();
                assertThat(refusal.getEnd()).isTrue();
                assertThat(refusal.getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED.value());
                assertThat(refusal.getError()).contains("256 clients");
            }
            clients.removeLast().close();
            await().ignoreExceptions()
                    .until(() -> answer(path).getCode() == Status.Code.UNIMPLEMENTED.value());
        } finally {
            for (ControlClient client : clients) {
                client.close();
            }
        }
    }

    private static ControlFrame answer(Path path) throws IOException {
        try (ControlClient client = new ControlClient(path)) {
            client.call("no/Method", AppctlRequest.getDefaultInstance());
            return client.receive();
        }
    }

    @Test
    void shouldBeginNoCallForAClientThatIsGone() throws Exception {
        AtomicInteger first = new AtomicInteger();
        AtomicInteger second = new AtomicInteger();
        AtomicInteger gone = new AtomicInteger();
        var open = ServerMethodDefinition.create(StreamChannelGrpc.getOpenMethod(), (call, headers) -> {
            first.incrementAndGet();
            return new ServerCall.Listener<StreamRequest>() {
            };
        });
        var appctl = ServerMethodDefinition.create(ControlGrpc.getAppctlMethod(), (call, headers) -> {
            second.incrementAndGet();
            return new ServerCall.Listener<AppctlRequest>() {
            };
        });
        Path path = directory.resolve("s");
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                .bind(UnixDomainSocketAddress.of(path)); ControlClient client = new ControlClient(path)) {
            ControlConnection connection = new ControlConnection(server.accept(), Map.of("a", open, "b", appctl),
                    Runnable::run, ignored -> gone.incrementAndGet());
            connection.start();
            // The second call waits for the end of the first, which does not come.
            client.send(ControlFrame.newBuilder().setMethod("a").setEnd(true).build());
            client.send(ControlFrame.newBuilder().setMethod("b").setEnd(true).build());
            await().until(() -> first.get() == 1);
            connection.close();
            assertThat(gone.get()).isEqualTo(1);
            await().during(Duration.ofMillis(200)).until(() -> second.get() == 0);
        }
    }
}
