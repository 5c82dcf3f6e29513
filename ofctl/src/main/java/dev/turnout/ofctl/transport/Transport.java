package dev.turnout.ofctl.transport;

import java.util.function.Consumer;

import com.google.protobuf.MessageLite;
import org.jspecify.annotations.Nullable;

/**
 * A way to a switch. There are two, and a command cannot tell them apart: the control socket of a local daemon, and gRPC.
 *
 * <p>Thread rules: one owner; one call at a time.
 */
public interface Transport extends AutoCloseable {
    /** Begins a call. */
    <Q extends MessageLite, R extends MessageLite> Conversation<Q, R> open(Call<Q, R> call);

    @Override
    void close();

    /** A call with one request and one response. */
    default <Q extends MessageLite, R extends MessageLite> R call(Call<Q, R> call, Q request) {
        try (Conversation<Q, R> conversation = open(call)) {
            conversation.send(request);
            return answer(call, conversation);
        }
    }

    /** Says that no request follows, and waits for the one response. */
    static <Q, R> R answer(Call<?, ?> call, Conversation<Q, R> conversation) {
        conversation.finish();
        R response = conversation.receive();
        if (response == null) {
            throw new CallException(CallException.UNAVAILABLE, "the switch gave no answer to " + call.name());
        }
        // The end carries the status.
        if (conversation.receive() != null) {
            throw new CallException(CallException.UNAVAILABLE, "the switch gave two answers to " + call.name());
        }
        return response;
    }

    /** A call with one request and any number of responses. */
    default <Q extends MessageLite, R extends MessageLite> void stream(Call<Q, R> call, Q request,
            Consumer<R> consumer) {
        try (Conversation<Q, R> conversation = open(call)) {
            conversation.send(request);
            conversation.finish();
            for (@Nullable
            R response = conversation.receive(); response != null; response = conversation.receive()) {
                consumer.accept(response);
            }
        }
    }
}
