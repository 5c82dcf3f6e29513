package dev.turnout.ofctl.transport;

import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;

import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import org.jspecify.annotations.Nullable;

/**
 * gRPC, for switches elsewhere.
 *
 * <p>Thread rules: one owner.
 */
final class GrpcTransport implements Transport {
    /** Answers come in batches far below this; it only keeps a broken server from filling the memory. */
    private static final int MAX_MESSAGE = 64 << 20;
    private static final int CLOSE_SECONDS = 2;
    /** Held, so that their level outlives the next collection: whatever fails is reported once, by the command itself. */
    private static final Logger[] QUIET = {Logger.getLogger("io.grpc"), Logger.getLogger("io.netty")};

    private final Target.Grpc target;
    private final ManagedChannel channel;

    private GrpcTransport(Target.Grpc target, ManagedChannel channel) {
        this.target = target;
        this.channel = channel;
    }

    static Transport connect(Target.Grpc target) {
        for (Logger logger : QUIET) {
            logger.setLevel(Level.OFF);
        }
        return over(target, NettyChannelBuilder.forAddress(target.host(), target.port()).usePlaintext()
                .maxInboundMessageSize(MAX_MESSAGE).build());
    }

    /** Over a channel that is there. */
    static Transport over(Target.Grpc target, ManagedChannel channel) {
        return new GrpcTransport(target, channel);
    }

    @Override
    public <Q extends MessageLite, R extends MessageLite> Conversation<Q, R> open(Call<Q, R> call) {
        MethodDescriptor<Q, R> method = MethodDescriptor
                .newBuilder(marshaller(call.requests()), marshaller(call.responses()))
                .setFullMethodName(call.name()).setType(type(call.kind())).build();
        return new GrpcConversation<>(channel.newCall(method, CallOptions.DEFAULT));
    }

    private static MethodDescriptor.MethodType type(Call.Kind kind) {
        return switch (kind) {
            case UNARY -> MethodDescriptor.MethodType.UNARY;
            case SERVER_STREAMING -> MethodDescriptor.MethodType.SERVER_STREAMING;
            case CLIENT_STREAMING -> MethodDescriptor.MethodType.CLIENT_STREAMING;
            case BIDIRECTIONAL -> MethodDescriptor.MethodType.BIDI_STREAMING;
        };
    }

    private static <M extends MessageLite> MethodDescriptor.Marshaller<M> marshaller(Parser<M> parser) {
        return new MethodDescriptor.Marshaller<>() {
            @Override
            public InputStream stream(M message) {
                return message.toByteString().newInput();
            }

            @Override
            public M parse(InputStream stream) {
                try {
                    return parser.parseFrom(stream);
                } catch (IOException e) {
                    throw Status.INTERNAL.withDescription("a message that cannot be read").withCause(e)
                            .asRuntimeException();
                }
            }
        };
    }

    @Override
    public void close() {
        channel.shutdownNow();
        try {
            channel.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private CallException failure(Status status) {
        Throwable cause = status.getCause();
        if (status.getCode() == Status.Code.UNAVAILABLE && cause != null) {
            return new CallException(CallException.UNAVAILABLE,
                    "cannot connect to " + target + ": " + reason(cause) + " (is the switch running?)");
        }
        String description = status.getDescription();
        return new CallException(status.getCode().value(),
                description == null ? "the switch answered " + status.getCode() : description);
    }

    private static String reason(Throwable problem) {
        Throwable cause = problem;
        for (Throwable next = cause.getCause(); next != null; next = cause.getCause()) {
            cause = next;
        }
        String message = cause.getMessage();
        return message == null ? cause.getClass().getSimpleName() : message;
    }

    /**
     * A call whose messages wait in a queue for its owner.
     *
     * <p>Thread rules: the owner calls the conversation's methods; gRPC's threads call the listener's. Each response is
     * asked for only when the one before it was taken.
     */
    private final class GrpcConversation<Q, R> extends ClientCall.Listener<R> implements Conversation<Q, R> {
        private final ClientCall<Q, R> call;
        /** Responses, and at last the status. */
        private final BlockingQueue<Object> events = new LinkedBlockingQueue<>();
        private boolean ended;

        GrpcConversation(ClientCall<Q, R> call) {
            this.call = call;
            call.start(this, new Metadata());
            call.request(1);
        }

        @Override
        public void onMessage(R message) {
            events.add(message);
        }

        @Override
        public void onClose(Status status, Metadata trailers) {
            events.add(status);
        }

        @Override
        public void send(Q request) {
            call.sendMessage(request);
        }

        @Override
        public void finish() {
            call.halfClose();
        }

        @Override
        public @Nullable R receive() {
            if (ended) {
                return null;
            }
            Object event;
            try {
                event = events.take();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new CallException(CallException.UNAVAILABLE, "interrupted");
            }
            if (event instanceof Status status) {
                ended = true;
                if (!status.isOk()) {
                    throw failure(status);
                }
                return null;
            }
            call.request(1);
            @SuppressWarnings("unchecked")
            R response = (R) event;
            return response;
        }

        @Override
        public void close() {
            if (!ended) {
                call.cancel("no longer wanted", null);
            }
        }
    }
}
