package dev.turnout.ofctl.transport;

import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;

/**
 * A method of the switch's services.
 *
 * @param <Q>
 *            its requests
 * @param <R>
 *            its responses
 * @param name
 *            full name: {@code turnout.v1.Flows/Write}
 * @param kind
 *            how many requests and responses it has
 * @param requests
 *            reads requests
 * @param responses
 *            reads responses
 */
public record Call<Q extends MessageLite, R extends MessageLite>(String name, Kind kind, Parser<Q> requests,
        Parser<R> responses) {
    /** How many requests and responses a call has. */
    public enum Kind {
        /** One request, one response. */
        UNARY,
        /** One request, any number of responses. */
        SERVER_STREAMING,
        /** Any number of requests, one response. */
        CLIENT_STREAMING,
        /** Any number of either. */
        BIDIRECTIONAL
    }
}
