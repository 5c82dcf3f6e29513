package dev.turnout.switchd.rpc;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

import com.google.protobuf.ByteString;
import dev.turnout.v1.ControlFrame;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A gRPC call whose other end is the control socket, so that the handlers of the gRPC server serve it as they are.
 *
 * <p>Thread rules: what the client sends becomes events in a queue, which one task at a time on the executor hands to the
 * handler's listener, as gRPC promises its handlers. A handler may send from any thread; responses go into the connection's
 * outbound queue, and {@link #isReady} says whether that has room. The queue and its flags are guarded by this object's lock.
 *
 * @param <Q>
 *            requests
 * @param <R>
 *            responses
 */
final class ControlCall<Q, R> extends ServerCall<Q, R> {
    private static final Logger LOG = LoggerFactory.getLogger(ControlCall.class);

    private final ServerMethodDefinition<Q, R> method;
    private final ControlConnection connection;
    private final Executor executor;
    private final Deque<Runnable> events = new ArrayDeque<>();
    private final Deque<ByteString> requests = new ArrayDeque<>();
    private long requestBytes;
    private boolean running;
    private int wanted;
    private boolean halfClosed;
    private boolean toldHalfClosed;
    private boolean closed;
    private boolean cancelled;
    private @Nullable Listener<Q> listener;

    ControlCall(ServerMethodDefinition<Q, R> method, ControlConnection connection, Executor executor) {
        this.method = method;
        this.connection = connection;
        this.executor = executor;
    }

    /** Begins the call. */
    void start() {
        event(() -> {
            ServerCallHandler<Q, R> handler = method.getServerCallHandler();
            Listener<Q> begun = handler.startCall(this, new Metadata());
            listener = begun;
            begun.onReady();
        });
    }

    // --- from the connection ----------------------------------------------------------------------

    /** A request has come. */
    void onRequest(ByteString message) {
        synchronized (this) {
            if (closed || cancelled) {
                return;
            }
            requests.add(message);
            requestBytes += message.size();
        }
        event(this::deliver);
    }

    /** The client sends no more. */
    void onEnd() {
        synchronized (this) {
            halfClosed = true;
        }
        event(this::deliver);
    }

    /** How many requests wait to be asked for; the connection stops reading when there are many. */
    synchronized int waitingRequests() {
        return requests.size();
    }

    /** How many bytes they have. */
    synchronized long waitingBytes() {
        return requestBytes;
    }

    /** The outbound queue has room again. */
    void onRoom() {
        event(() -> {
            Listener<Q> present = listener;
            if (present != null && !isClosedOrCancelled()) {
                present.onReady();
            }
        });
    }

    /** The connection is gone. */
    void onGone() {
        synchronized (this) {
            if (cancelled || closed) {
                return;
            }
            cancelled = true;
        }
        event(() -> {
            if (listener != null) {
                listener.onCancel();
            }
        });
    }

    /** Hands over what was asked for. Runs as an event. */
    private void deliver() {
        Listener<Q> present = listener;
        while (present != null) {
            ByteString next;
            synchronized (this) {
                if (closed || cancelled) {
                    return;
                }
                if (wanted > 0 && !requests.isEmpty()) {
                    wanted--;
                    next = requests.remove();
                    requestBytes -= next.size();
                } else if (halfClosed && requests.isEmpty() && !toldHalfClosed) {
                    toldHalfClosed = true;
                    next = null;
                } else {
                    return;
                }
            }
            if (next == null) {
                present.onHalfClose();
                return;
            }
            connection.requestTaken();
            present.onMessage(method.getMethodDescriptor().parseRequest(new ByteArrayInputStream(next.toByteArray())));
        }
    }

    private void event(Runnable event) {
        synchronized (this) {
            events.add(event);
            if (running) {
                return;
            }
            running = true;
        }
        try {
            executor.execute(this::runEvents);
        } catch (RejectedExecutionException e) {
            connection.close(); // the server is closing
        }
    }

    private void runEvents() {
        while (true) {
            Runnable next;
            synchronized (this) {
                next = events.poll();
                if (next == null) {
                    running = false;
                    return;
                }
            }
            try {
                next.run();
            } catch (RuntimeException | Error e) { // an Error, too: the client waits for an answer
                LOG.error("a call of {} failed", method.getMethodDescriptor().getFullMethodName(), e);
                close(Status.INTERNAL.withDescription("internal error: " + e), new Metadata());
            }
        }
    }

    private synchronized boolean isClosedOrCancelled() {
        return closed || cancelled;
    }

    // --- from the handler -------------------------------------------------------------------------

    @Override
    public void request(int messages) {
        synchronized (this) {
            wanted = (int) Math.min(Integer.MAX_VALUE, (long) wanted + messages);
        }
        event(this::deliver);
    }

    @Override
    public void sendHeaders(Metadata headers) {
        // the frames have no headers
    }

    @Override
    public void sendMessage(R message) {
        if (isClosedOrCancelled()) {
            return;
        }
        try (InputStream bytes = method.getMethodDescriptor().streamResponse(message)) {
            connection.send(ControlFrame.newBuilder().setMessage(ByteString.readFrom(bytes)).build());
        } catch (IOException e) {
            throw new IllegalStateException("a message in memory cannot be read", e);
        }
    }

    @Override
    public void close(Status status, Metadata trailers) {
        synchronized (this) {
            if (closed || cancelled) {
                return;
            }
            closed = true;
        }
        ControlFrame.Builder frame = ControlFrame.newBuilder().setEnd(true).setCode(status.getCode().value());
        if (!status.isOk()) {
            String description = status.getDescription();
            frame.setError(description == null ? status.getCode().name() : description);
        }
        connection.callEnded(this, frame.build());
        event(() -> {
            if (listener != null) {
                listener.onComplete();
            }
        });
    }

    @Override
    public boolean isReady() { return !isClosedOrCancelled() && connection.hasRoom(); }

    @Override
    public synchronized boolean isCancelled() { return cancelled; }

    @Override
    public MethodDescriptor<Q, R> getMethodDescriptor() { return method.getMethodDescriptor(); }
}
