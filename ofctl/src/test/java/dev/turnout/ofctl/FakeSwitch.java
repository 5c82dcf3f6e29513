package dev.turnout.ofctl;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import dev.turnout.ofctl.transport.Call;
import dev.turnout.ofctl.transport.CallException;
import dev.turnout.v1.ControlFrame;
import org.jspecify.annotations.Nullable;

/**
 * A switch that speaks the control socket's protocol and answers as a test tells it to. It is written from the words of
 * {@code control.proto}, apart from the client.
 */
public final class FakeSwitch implements AutoCloseable {
    /** Answers one request of a call; called once per request. */
    public interface Handler<Q, R> {
        List<R> answer(Q request);
    }

    private final Path directory;
    private final ServerSocketChannel server;
    private final Map<String, Handler<ByteString, MessageLite>> handlers = new ConcurrentHashMap<>();
    private final List<String> calls = new CopyOnWriteArrayList<>();
    private final Map<String, Handler<List<ByteString>, MessageLite>> collectors = new ConcurrentHashMap<>();
    private volatile boolean endsFirst;
    private volatile @Nullable ControlFrame refusal;
    private final List<MessageLite> requests = new CopyOnWriteArrayList<>();

    public FakeSwitch() throws IOException {
        directory = Files.createTempDirectory("turnout-cli");
        // A run that is interrupted leaves nothing behind either; what was registered last goes first.
        directory.toFile().deleteOnExit();
        directory.resolve("turnout.sock").toFile().deleteOnExit();
        server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(directory.resolve("turnout.sock")));
        Thread.ofVirtual().start(this::accept);
    }

    public Path directory() {
        return directory;
    }

    /** Full names of the methods called so far. */
    public List<String> calls() {
        return calls;
    }

    /** The requests of a kind so far. */
    public <Q> List<Q> requests(Class<Q> kind) {
        List<Q> found = new ArrayList<>();
        for (MessageLite request : requests) {
            if (kind.isInstance(request)) {
                found.add(kind.cast(request));
            }
        }
        return found;
    }

    /** Answers a method's requests. A {@link CallException} becomes the call's status. */
    public <Q extends MessageLite, R extends MessageLite> FakeSwitch on(Call<Q, R> call, Handler<Q, R> handler) {
        handlers.put(call.name(), bytes -> {
            try {
                Q request = call.requests().parseFrom(bytes);
                requests.add(request);
                return List.copyOf(handler.answer(request));
            } catch (InvalidProtocolBufferException e) {
                throw new CallException(3, "not a request of " + call.name());
            }
        });
        return this;
    }

    /** Answers a method once the client has sent all of its requests. */
    public <Q extends MessageLite, R extends MessageLite> FakeSwitch onAll(Call<Q, R> call,
            Handler<List<Q>, R> handler) {
        collectors.put(call.name(), pieces -> {
            List<Q> all = new ArrayList<>();
            for (ByteString piece : pieces) {
                try {
                    all.add(call.requests().parseFrom(piece));
                } catch (InvalidProtocolBufferException e) {
                    throw new CallException(3, "not a request of " + call.name());
                }
            }
            requests.addAll(all);
            return List.copyOf(handler.answer(all));
        });
        return this;
    }

    /** From now on the switch ends each call after the first request's answers. */
    public void endFirst() {
        endsFirst = true;
    }

    /** From now on the switch says this to each client and closes the connection, whatever the client may want. */
    public void turnAway(int code, String reason) {
        refusal = ControlFrame.newBuilder().setEnd(true).setCode(code).setError(reason).build();
    }

    private void accept() {
        try {
            while (true) {
                SocketChannel channel = server.accept();
                ControlFrame refused = refusal;
                if (refused != null) {
                    write(channel, refused);
                    channel.close();
                    continue;
                }
                Thread.ofVirtual().start(() -> serve(channel));
            }
        } catch (ClosedChannelException e) {
            return;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private void serve(SocketChannel channel) {
        try (channel; DataInputStream in = new DataInputStream(Channels.newInputStream(channel))) {
            while (true) {
                call(in, channel);
            }
        } catch (IOException e) {
            // The client has gone, after its call or in the midst of it.
            return;
        }
    }

    private static ControlFrame read(DataInputStream in) throws IOException {
        byte[] bytes = new byte[in.readInt()];
        in.readFully(bytes);
        return ControlFrame.parseFrom(bytes);
    }

    private void call(DataInputStream in, SocketChannel channel) throws IOException {
        ControlFrame frame = read(in);
        calls.add(frame.getMethod());
        @Nullable
        Handler<ByteString, MessageLite> handler = handlers.get(frame.getMethod());
        ControlFrame.Builder end = ControlFrame.newBuilder().setEnd(true);
        @Nullable
        Handler<List<ByteString>, MessageLite> collector = collectors.get(frame.getMethod());
        if (collector != null) {
            collect(collector, frame, in, channel);
            return;
        }
        while (true) {
            if (frame.hasMessage() && end.getCode() == 0) {
                try {
                    if (handler == null) {
                        throw new CallException(12, frame.getMethod() + ": no such method");
                    }
                    for (MessageLite response : handler.answer(frame.getMessage())) {
                        write(channel, ControlFrame.newBuilder().setMessage(response.toByteString()).build());
                    }
                } catch (CallException e) {
                    end.setCode(e.code()).setError(e.text());
                    // The switch may end before the client does.
                    write(channel, end.build());
                }
            }
            if (endsFirst && end.getCode() == 0) {
                write(channel, end.build());
                return;
            }
            if (frame.getEnd()) {
                break;
            }
            frame = read(in);
        }
        if (end.getCode() == 0) {
            write(channel, end.build());
        }
    }

    private static void collect(Handler<List<ByteString>, MessageLite> collector, ControlFrame first,
            DataInputStream in, SocketChannel channel) throws IOException {
        List<ByteString> pieces = new ArrayList<>();
        for (ControlFrame frame = first;; frame = read(in)) {
            if (frame.hasMessage()) {
                pieces.add(frame.getMessage());
            }
            if (frame.getEnd()) {
                break;
            }
        }
        ControlFrame.Builder end = ControlFrame.newBuilder().setEnd(true);
        try {
            for (MessageLite response : collector.answer(pieces)) {
                write(channel, ControlFrame.newBuilder().setMessage(response.toByteString()).build());
            }
        } catch (CallException e) {
            end.setCode(e.code()).setError(e.text());
        }
        write(channel, end.build());
    }

    private static void write(SocketChannel channel, ControlFrame frame) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(4 + frame.getSerializedSize());
        buffer.putInt(frame.getSerializedSize()).put(frame.toByteArray()).flip();
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        Files.deleteIfExists(directory.resolve("turnout.sock"));
        Files.deleteIfExists(directory);
    }
}
