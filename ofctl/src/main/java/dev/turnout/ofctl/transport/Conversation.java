package dev.turnout.ofctl.transport;

import org.jspecify.annotations.Nullable;

/**
 * A call under way.
 *
 * <p>Thread rules: one owner. Every method fails with a {@link CallException}.
 *
 * @param <Q>
 *            requests
 * @param <R>
 *            responses
 */
public interface Conversation<Q, R> extends AutoCloseable {
    /** Sends a request. */
    void send(Q request);

    /** Says that no request follows. */
    void finish();

    /** Waits for the next response; null when the call has ended well. */
    @Nullable
    R receive();

    /** Gives the call up, if it has not ended. */
    @Override
    void close();
}
