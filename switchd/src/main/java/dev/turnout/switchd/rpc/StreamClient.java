package dev.turnout.switchd.rpc;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

import dev.turnout.v1.StreamResponse;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import org.jspecify.annotations.Nullable;

/**
 * One controller's conversation: a queue of messages for it, bounded in messages and in bytes and drained as it reads.
 * What does not fit is dropped and counted in the next message that it gets. Beside the queue there are feeds, which are asked for their next
 * message when there is room, in turn with the queue: they keep what they have to say in a way of their own, and lose nothing.
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
    private boolean stopped;
    private boolean ending;
    private boolean ended;
    private @Nullable StatusRuntimeException failure;
    private volatile String bridge = "";
    private volatile long electionId;

    /** Changed under this object's lock. */
    private final List<Feed> feeds = new CopyOnWriteArrayList<>();
    // The drain's own: whether a feed had the last turn, and which one has the next.
    private boolean fed;
    private int feedTurn;

    /** Has messages for the client, and calls {@link #wake} when there are new ones. */
    interface Feed extends AutoCloseable {
        /** The next message, or null if there is none now. Asked on one thread at a time. */
        @Nullable
        StreamResponse poll();

        @Override
        void close();
    }

    StreamClient(ServerCallStreamObserver<StreamResponse> responses, Executor executor) {
        this.responses = responses;
        this.executor = executor;
        responses.setOnReadyHandler(this::wake);
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
        wake();
    }

    /** Sends what the feed has, from now on; closes it if the conversation is at its end. */
    void add(Feed feed) {
        boolean added;
        synchronized (this) {
            added = !stopped && feeds.add(feed);
        }
        if (added) {
            wake();
        } else {
            feed.close();
        }
    }

    /** Asks a feed no more, and closes it. */
    void remove(Feed feed) {
        synchronized (this) {
            feeds.remove(feed);
        }
        feed.close();
    }

    /** Closes the feeds, for good. */
    void stopFeeds() {
        synchronized (this) {
            stopped = true;
        }
        feeds.forEach(this::remove);
    }

    /** Ends the conversation after what is in the queue. */
    void complete() {
        stopFeeds();
        synchronized (this) {
            ending = true;
        }
        wake();
    }

    /** Ends the conversation with an error. */
    void fail(StatusRuntimeException reason) {
        stopFeeds();
        synchronized (this) {
            ending = true;
            failure = reason;
            queue.clear();
            queuedBytes = 0;
        }
        wake();
    }

    /** Looks for what there is to send, on another thread: feeds say so when they may have a message. Never blocks. */
    void wake() {
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
            synchronized (this) {
                again = false;
            }
            StreamResponse next = responses.isReady() ? take() : null;
            if (next != null) {
                responses.onNext(next);
                continue;
            }
            StatusRuntimeException error;
            synchronized (this) {
                boolean finished = ending && (queue.isEmpty() || responses.isCancelled());
                if (!finished) {
                    draining = again; // what came meanwhile, a message or readiness, is looked at
                    if (!draining) {
                        return;
                    }
                    continue;
                }
                ended = true;
                error = failure;
            }
            finish(error);
            return;
        }
    }

    /** The next message: of the queue and of a feed in turn. */
    private @Nullable StreamResponse take() {
        for (int turn = 0; turn < 2; turn++) {
            fed = !fed;
            StreamResponse next = fed ? ofFeeds() : ofQueue();
            if (next != null) {
                return next;
            }
        }
        return null;
    }

    private synchronized @Nullable StreamResponse ofQueue() {
        StreamResponse next = queue.poll();
        queuedBytes -= next == null ? 0 : next.getSerializedSize();
        return next;
    }

    private @Nullable StreamResponse ofFeeds() {
        Feed[] all = feeds.toArray(Feed[]::new);
        for (int i = 0; i < all.length; i++) {
            StreamResponse next = all[Integer.remainderUnsigned(feedTurn++, all.length)].poll();
            if (next != null) {
                return next;
            }
        }
        return null;
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
