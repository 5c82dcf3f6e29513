package dev.turnout.switchd.rpc;

import dev.turnout.ofproto.FlowModException;
import dev.turnout.openflow.FlowSyntaxException;
import dev.turnout.switchd.SwitchException;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Turns what a handler throws into the status that its client gets. */
final class Refusal {
    private static final Logger LOG = LoggerFactory.getLogger(Refusal.class);

    private Refusal() {
    }

    /** A handler's work that yields one response. */
    interface Work<R> {
        R run();
    }

    /** Answers a unary call. */
    static <R> void answer(StreamObserver<R> client, Work<R> work) {
        R response;
        try {
            response = work.run();
        } catch (RuntimeException e) {
            client.onError(of(e));
            return;
        }
        client.onNext(response);
        client.onCompleted();
    }

    /** The status of a refusal; anything else is a fault of ours, logged with its trace. */
    static StatusRuntimeException of(RuntimeException e) {
        if (e instanceof StatusRuntimeException status) {
            return status;
        }
        if (e instanceof SwitchException refusal) {
            return status(refusal.kind()).withDescription(refusal.getMessage()).asRuntimeException();
        }
        LOG.error("a request failed", e);
        return Status.INTERNAL.withDescription("internal error: " + e).asRuntimeException();
    }

    /** The status of a request whose text is wrong, or a number in it, or that asks for what is not there; else as {@link #of}. */
    static StatusRuntimeException ofText(RuntimeException e) {
        return switch (e) {
            case FlowSyntaxException syntax -> Status.INVALID_ARGUMENT.withDescription(syntax.text())
                    .asRuntimeException();
            case IllegalArgumentException wrong -> Status.INVALID_ARGUMENT.withDescription(wrong.getMessage())
                    .asRuntimeException();
            case FlowModException missing -> Status.NOT_FOUND
                    .withDescription(missing.error() + ": " + missing.culprit()).asRuntimeException();
            default -> of(e);
        };
    }

    /** The status code of a kind of refusal. */
    static Status status(SwitchException.Kind kind) {
        return switch (kind) {
            case INVALID -> Status.INVALID_ARGUMENT;
            case NOT_FOUND -> Status.NOT_FOUND;
            case EXISTS -> Status.ALREADY_EXISTS;
            case UNSUPPORTED -> Status.UNIMPLEMENTED;
            case PRECONDITION -> Status.FAILED_PRECONDITION;
            case LIMIT -> Status.RESOURCE_EXHAUSTED;
        };
    }
}
