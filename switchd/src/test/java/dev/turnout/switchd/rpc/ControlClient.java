package dev.turnout.switchd.rpc;

import java.io.EOFException;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

import com.google.protobuf.MessageLite;
import dev.turnout.v1.ControlFrame;

/** A client of the control socket that sends and receives bare frames. */
final class ControlClient implements AutoCloseable {
    private final SocketChannel channel;

    ControlClient(Path socket) throws IOException {
        channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
    }

    void send(ControlFrame frame) throws IOException {
        byte[] bytes = frame.toByteArray();
        ByteBuffer buffer = ByteBuffer.allocate(4 + bytes.length).putInt(bytes.length).put(bytes).flip();
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }

    /** A call with one request, whole in one frame. */
    void call(String method, MessageLite request) throws IOException {
        send(ControlFrame.newBuilder().setMethod(method).setMessage(request.toByteString()).setEnd(true).build());
    }

    ControlFrame receive() throws IOException {
        ByteBuffer length = fill(ByteBuffer.allocate(4));
        return ControlFrame.parseFrom(fill(ByteBuffer.allocate(length.getInt(0))).array());
    }

    private ByteBuffer fill(ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            if (channel.read(buffer) < 0) {
                throw new EOFException();
            }
        }
        return buffer;
    }

    SocketChannel channel() {
        return channel;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
