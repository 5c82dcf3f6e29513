package dev.turnout.ofctl.transport;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import dev.turnout.v1.ControlFrame;
import org.jspecify.annotations.Nullable;

/**
 * The control socket of a local daemon: frames of {@link ControlFrame}, each after its length, one call after the other on
 * one connection. This is the short way of every command, so it uses a channel of {@code java.nio} and nothing above it.
 *
 * <p>Thread rules: one owner. Interrupting the owner closes the connection and ends its call.
 */
final class ControlSocketTransport implements Transport {
    /** Of the protocol: a longer frame is refused by either side. */
    static final int MAX_FRAME = 16 << 20;
    private static final int LENGTH_BYTES = 4;

    private final Target.ControlSocket target;
    private final SocketChannel channel;
    private ByteBuffer input = ByteBuffer.allocate(1 << 14).flip();
    private @Nullable ControlConversation<?, ?> current;

    private ControlSocketTransport(Target.ControlSocket target, SocketChannel channel) {
        this.target = target;
        this.channel = channel;
    }

    static Transport connect(Target.ControlSocket target) {
        try {
            return new ControlSocketTransport(target, SocketChannel.open(UnixDomainSocketAddress.of(target.path())));
        } catch (IOException e) {
            throw new CallException(CallException.UNAVAILABLE,
                    "cannot connect to " + target + ": " + reason(e) + " (is the switch running?)");
        }
    }

    @Override
    public <Q extends MessageLite, R extends MessageLite> Conversation<Q, R> open(Call<Q, R> call) {
        if (current != null) {
            throw new IllegalStateException("a call is under way");
        }
        ControlConversation<Q, R> conversation = new ControlConversation<>(call);
        current = conversation;
        return conversation;
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            // Nothing is left to lose: the answer has been read.
            return;
        }
    }

    private CallException lost(IOException e) {
        return new CallException(CallException.UNAVAILABLE, "lost the connection to " + target + ": " + reason(e));
    }

    private static String reason(IOException e) {
        String message = e.getMessage();
        return message == null ? e.getClass().getSimpleName() : message;
    }

    private void write(ControlFrame frame) {
        int size = frame.getSerializedSize();
        if (size > MAX_FRAME) {
            throw new CallException(CallException.UNAVAILABLE,
                    "a request of " + size + " bytes is too long for the control socket, whose limit is " + MAX_FRAME);
        }
        ByteBuffer buffer = ByteBuffer.allocate(LENGTH_BYTES + size);
        buffer.putInt(size);
        try {
            CodedOutputStream output = CodedOutputStream.newInstance(buffer);
            frame.writeTo(output);
            output.flush();
            buffer.rewind();
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
        } catch (IOException e) {
            throw refused(e);
        }
    }

    /** A switch that turns a client away says why and closes the connection, perhaps before the client has written. */
    private CallException refused(IOException e) {
        try {
            ControlFrame frame = readFrame();
            return frame.getCode() == 0 ? lost(e) : new CallException(frame.getCode(), frame.getError());
        } catch (IOException none) {
            return lost(e);
        }
    }

    private ControlFrame read() {
        try {
            return readFrame();
        } catch (IOException e) {
            throw lost(e);
        }
    }

    private ControlFrame readFrame() throws IOException {
        fill(LENGTH_BYTES);
        int length = input.getInt();
        if (length < 0 || length > MAX_FRAME) {
            throw new IOException("a frame of " + Integer.toUnsignedString(length) + " bytes");
        }
        fill(length);
        ByteBuffer message = input.slice(input.position(), length);
        input.position(input.position() + length);
        return ControlFrame.parseFrom(message);
    }

    /** Makes at least so many bytes of input remain. */
    private void fill(int bytes) throws IOException {
        if (input.remaining() >= bytes) {
            return;
        }
        if (input.capacity() < bytes) {
            input = ByteBuffer.allocate(Math.max(bytes, 2 * input.capacity())).put(input);
        } else {
            input.compact();
        }
        while (input.position() < bytes) {
            if (channel.read(input) < 0) {
                throw new IOException("closed by the switch");
            }
        }
        input.flip();
    }

    /** The one call under way. */
    private final class ControlConversation<Q extends MessageLite, R extends MessageLite>
            implements
                Conversation<Q, R> {
        private final Call<Q, R> call;
        private @Nullable ByteString waiting;
        private boolean named;
        private boolean finished;
        private boolean ended;

        ControlConversation(Call<Q, R> call) {
            this.call = call;
        }

        /** Holds the request back until it is known whether it is the last: a unary call is then a single frame. */
        @Override
        public void send(Q request) {
            flush(false);
            waiting = request.toByteString();
            if (call.kind() == Call.Kind.BIDIRECTIONAL || call.kind() == Call.Kind.CLIENT_STREAMING) {
                flush(false);
            }
        }

        @Override
        public void finish() {
            if (!finished) {
                flush(true);
                finished = true;
            }
        }

        private void flush(boolean end) {
            if (waiting == null && !end) {
                return;
            }
            ControlFrame.Builder frame = ControlFrame.newBuilder().setEnd(end);
            if (!named) {
                frame.setMethod(call.name());
                named = true;
            }
            if (waiting != null) {
                frame.setMessage(waiting);
                waiting = null;
            }
            write(frame.build());
        }

        @Override
        public @Nullable R receive() {
            if (ended) {
                return null;
            }
            ControlFrame frame = read();
            if (!frame.getEnd()) {
                return parse(frame.getMessage());
            }
            ended = true;
            current = null;
            @Nullable
            CallException failure = frame.getCode() == 0
                    ? null
                    : new CallException(frame.getCode(), frame.getError());
            try {
                // The switch may end first; the connection is free again only once this side has ended too.
                finish();
            } catch (CallException e) {
                throw failure == null ? e : failure;
            }
            if (failure != null) {
                throw failure;
            }
            return null;
        }

        private R parse(ByteString message) {
            try {
                return call.responses().parseFrom(message);
            } catch (InvalidProtocolBufferException e) {
                throw lost(e);
            }
        }

        /** A call that has not ended is given up by closing the connection. */
        @Override
        public void close() {
            if (!ended) {
                ended = true;
                ControlSocketTransport.this.close();
            }
        }
    }
}
