package dev.turnout.switchd.rpc;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

import dev.turnout.v1.StreamResponse;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import org.jspecify.annotations.Nullable;

/**
 * One controller's conversation: a queue of messages for it, bounded in messages and in bytes and drained as it reads.
 * What does not fit is dropped and counted in the next message that it gets.
 *
 * <p>Thread rules: {@link #offer} from any thread, never blocks. The queue and the end are guarded by this object's lock; one
 * drain at a time calls the observer, outside the lock. Bridge and election id are written under the service's lock.
 */
final class StreamClient {
    private static final int QUEUE = 1024;
    private static final int QUEUE_BYTES = 4 << 20;

    private final ServerCallStreamObserver<StreamResponse> responses;
    private final Executor executor;
    private final Deque<StreamResponse> queue = new ArrayDeque<>();
    private long queuedBytes;
    private long dropped;
    private boolean draining;
    private boolean again;
    private boolean ending;
    private boolean ended;
    private @Nullable StatusRuntimeException failure;
    private volatile String bridge = "";
    private volatile long electionId;

    StreamClient(ServerCallStreamObserver<StreamResponse> responses, Executor executor) {
        this.responses = responses;
        this.executor = executor;
        responses.setOnReadyHandler(this::schedule);
    }

    void join(String name, long id) {
        bridge = name;
        electionId = id;
    }

    /** The bridge that it talks to, empty before it said so. */
    String bridge() {
        return bridge;
    }

    boolean isOf(String name) {
        return bridge.equals(name);
    }

    long electionId() {
        return electionId;
    }

    /** Puts a message into the queue, or drops it. */
    void offer(StreamResponse message) {
        synchronized (this) {
            if (ending) {
                return;
            }
            if (queue.size() >= QUEUE || queuedBytes >= QUEUE_BYTES) {
                dropped++;
                return;
            }
            StreamResponse queued = dropped == 0 ? message : message.toBuilder().setDropped(dropped).build();
            queue.add(queued);
            queuedBytes += queued.getSerializedSize();
            dropped = 0;
        }
        schedule();
    }

    /** Ends the conversation after what is in the queue. */
    void complete() {
        synchronized (this) {
            ending = true;
        }
        schedule();
    }

    /** Ends the conversation with an error. */
    void fail(StatusRuntimeException reason) {
        synchronized (this) {
            ending = true;
            failure = reason;
            queue.clear();
            queuedBytes = 0;
        }
        schedule();
    }

    private void schedule() {
        synchronized (this) {
            again = true;
            if (draining || ended) {
                return;
            }
            draining = true;
        }
        try {
            executor.execute(this::drain);
        } catch (RejectedExecutionException e) {
            synchronized (this) {
                ended = true; // the server is closing and cuts the call off
            }
        }
    }

    private void drain() {
        while (true) {
            StreamResponse next;
            StatusRuntimeException error;
            synchronized (this) {
                again = false;
                next = responses.isReady() ? queue.peek() : null;
                boolean finished = ending && (queue.isEmpty() || responses.isCancelled());
                if (next == null && !finished) {
                    draining = again; // readiness that came meanwhile is looked at
                    if (!draining) {
                        return;
                    }
                    continue;
                }
                error = failure;
                if (finished) {
                    ended = true;
                    next = null;
                } else {
                    queuedBytes -= queue.remove().getSerializedSize();
                }
            }
            if (next != null) {
                responses.onNext(next);
            } else {
                finish(error);
                return;
            }
        }
    }

    private void finish(@Nullable StatusRuntimeException error) {
        if (responses.isCancelled()) {
            return;
        }
        if (error == null) {
            responses.onCompleted();
        } else {
            responses.onError(error);
        }
    }
}
