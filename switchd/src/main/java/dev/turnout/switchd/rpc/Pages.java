package dev.turnout.switchd.rpc;

import java.util.Iterator;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;

/**
 * Sends responses as fast as the client reads them: a client that does not read holds what is left of its own answer and
 * no thread.
 *
 * <p>Thread rules: gRPC calls it back on one thread at a time.
 *
 * @param <R>
 *            the responses
 */
final class Pages<R> implements Runnable {
    private final ServerCallStreamObserver<R> client;
    private final Iterator<R> pages;
    private boolean done;

    private Pages(ServerCallStreamObserver<R> client, Iterator<R> pages) {
        this.client = client;
        this.pages = pages;
    }

    /** Sends all and completes. To be called before the handler returns. */
    static <R> void send(StreamObserver<R> client, Iterator<R> pages) {
        Pages<R> sender = new Pages<>((ServerCallStreamObserver<R>) client, pages);
        sender.client.setOnReadyHandler(sender);
        sender.client.setOnCancelHandler(() -> sender.done = true);
        sender.run();
    }

    @Override
    public void run() {
        while (!done && client.isReady()) {
            if (!pages.hasNext()) {
                done = true;
                client.onCompleted();
                return;
            }
            client.onNext(pages.next());
        }
    }
}
