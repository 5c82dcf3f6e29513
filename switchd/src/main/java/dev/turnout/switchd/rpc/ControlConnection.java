package dev.turnout.switchd.rpc;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.turnout.v1.ControlFrame;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client of the control socket: frames in, frames out, one call at a time.
 *
 * <p>Thread rules: a virtual thread reads and another one writes, so a client that does not read holds up nobody but itself.
 * The outbound queue is guarded by this object's lock; it has room while less than {@value #ROOM} bytes wait in it.
 */
final class ControlConnection {
    static final int MAX_FRAME = 16 << 20;
    private static final Logger LOG = LoggerFactory.getLogger(ControlConnection.class);
    private static final int ROOM = 256 << 10;
    private static final int MOST_WAITING_REQUESTS = 64;
    private static final int MOST_WAITING_BYTES = 1 << 20;

    private final SocketChannel channel;
    private final Map<String, ServerMethodDefinition<?, ?>> methods;
    private final Executor executor;
    /** Told once when the client is gone. */
    private final Consumer<ControlConnection> onGone;
    private final Deque<ControlFrame> outbound = new ArrayDeque<>();
    private long outboundBytes;
    private boolean gone;
    /** The call that responses belong to; null between calls. */
    private @Nullable ControlCall<?, ?> call;

    ControlConnection(SocketChannel channel, Map<String, ServerMethodDefinition<?, ?>> methods, Executor executor,
            Consumer<ControlConnection> onGone) {
        this.channel = channel;
        this.methods = methods;
        this.executor = executor;
        this.onGone = onGone;
    }

    /** Serves the client until it goes. */
    void start() {
        var _ = Thread.ofVirtual().name("control-read").start(this::read);
        var _ = Thread.ofVirtual().name("control-write").start(this::write);
    }

    // --- reading ----------------------------------------------------------------------------------

    private void read() {
        try {
            ByteBuffer length = ByteBuffer.allocate(4);
            while (fill(length)) {
                int bytes = length.getInt(0);
                if (bytes < 0 || bytes > MAX_FRAME) {
                    throw new IOException("a frame of " + Integer.toUnsignedString(bytes) + " bytes");
                }
                ByteBuffer frame = ByteBuffer.allocate(bytes);
                if (!fill(frame)) {
                    break;
                }
                handle(ControlFrame.parseFrom(frame.array()));
                length.clear();
            }
        } catch (InvalidProtocolBufferException e) {
            LOG.warn("control socket: a frame that is none: {}", e.getMessage());
        } catch (IOException e) {
            LOG.debug("control socket: {}", e.getMessage());
        } finally {
            close();
        }
    }

    private boolean fill(ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            if (channel.read(buffer) < 0) {
                return false;
            }
        }
        return true;
    }

    /** State of the reader: whether the client's part of the present call is over. Reader's thread only. */
    private boolean clientEnded = true;
    /** Reader's thread only: the call that the client's frames belong to, null if it is unknown or refused. */
    private @Nullable ControlCall<?, ?> reading;

    private void handle(ControlFrame frame) throws IOException {
        if (clientEnded) {
            begin(frame);
        } else if (!frame.getMethod().isEmpty()) {
            throw new IOException("a call begins before the last one's end");
        }
        ControlCall<?, ?> present = reading;
        if (present != null) {
            if (frame.hasMessage()) {
                awaitTaken(present);
                present.onRequest(frame.getMessage());
            }
            if (frame.getEnd()) {
                present.onEnd();
            }
        }
        clientEnded = frame.getEnd();
    }

    private void begin(ControlFrame frame) throws IOException {
        synchronized (this) {
            while (call != null && !gone) {
                awaitChange();
            }
        }
        ServerMethodDefinition<?, ?> method = methods.get(frame.getMethod());
        if (method == null) {
            reading = null;
            send(ControlFrame.newBuilder().setEnd(true).setCode(Status.Code.UNIMPLEMENTED.value())
                    .setError("unknown method \"" + frame.getMethod() + "\"").build());
            return;
        }
        ControlCall<?, ?> begun = new ControlCall<>(method, this, executor);
        synchronized (this) {
            if (gone) {
                throw new IOException("the client is gone"); // nobody would tell the call
            }
            call = begun;
        }
        reading = begun;
        begun.start();
    }

    /** Holds the client up while its requests are not asked for. */
    private synchronized void awaitTaken(ControlCall<?, ?> present) throws IOException {
        while ((present.waitingRequests() >= MOST_WAITING_REQUESTS || present.waitingBytes() >= MOST_WAITING_BYTES)
                && call == present && !gone) {
            awaitChange();
        }
    }

    /** To be called in a loop that looks at what may have changed. */
    @SuppressWarnings("WaitNotInLoop")
    private synchronized void awaitChange() throws IOException {
        try {
            wait();
        } catch (InterruptedException e) {
            throw new IOException("interrupted", e);
        }
    }

    /** A handler took a request. */
    synchronized void requestTaken() {
        notifyAll();
    }

    // --- writing ----------------------------------------------------------------------------------

    /** Queues a frame; never blocks. */
    synchronized void send(ControlFrame frame) {
        if (!gone) {
            outbound.add(frame);
            outboundBytes += frame.getSerializedSize();
            notifyAll();
        }
    }

    /** Queues a call's last frame and makes way for the next call. */
    synchronized void callEnded(ControlCall<?, ?> ended, ControlFrame last) {
        send(last);
        if (call == ended) {
            call = null;
        }
        notifyAll();
    }

    synchronized boolean hasRoom() {
        return outboundBytes < ROOM;
    }

    private void write() {
        try {
            while (true) {
                ControlFrame frame;
                synchronized (this) {
                    while (outbound.isEmpty() && !gone) {
                        awaitChange();
                    }
                    if (gone) {
                        return;
                    }
                    frame = outbound.remove();
                }
                write(frame);
            }
        } catch (IOException e) {
            LOG.debug("control socket: {}", e.getMessage());
        } finally {
            close();
        }
    }

    /** Writes a frame after its length; returns the frame's bytes. */
    static int write(SocketChannel channel, ControlFrame frame) throws IOException {
        byte[] bytes = frame.toByteArray();
        ByteBuffer buffer = ByteBuffer.allocate(4 + bytes.length).putInt(bytes.length).put(bytes).flip();
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
        return bytes.length;
    }

    private void write(ControlFrame frame) throws IOException {
        int bytes = write(channel, frame);
        ControlCall<?, ?> waiting;
        synchronized (this) {
            boolean wasFull = outboundBytes >= ROOM;
            outboundBytes -= bytes;
            waiting = wasFull && outboundBytes < ROOM ? call : null;
        }
        if (waiting != null) {
            waiting.onRoom();
        }
    }

    /** Cuts the client off. */
    void close() {
        ControlCall<?, ?> cut;
        synchronized (this) {
            if (gone) {
                return;
            }
            gone = true;
            cut = call;
            call = null;
            outbound.clear();
            notifyAll();
        }
        if (cut != null) {
            cut.onGone();
        }
        try {
            channel.close();
        } catch (IOException e) {
            LOG.debug("control socket: {}", e.getMessage());
        }
        onGone.accept(this);
    }

    /** Waits for what is queued to be written, for a while. */
    synchronized void drain(long millis) throws InterruptedException {
        long until = System.nanoTime() + millis * 1_000_000;
        while (outboundBytes > 0 && !gone && System.nanoTime() - until < 0) {
            wait(10);
        }
    }
}
