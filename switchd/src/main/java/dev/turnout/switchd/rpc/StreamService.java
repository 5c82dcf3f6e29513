package dev.turnout.switchd.rpc;

import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.function.Predicate;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.turnout.flow.Fields;
import dev.turnout.flow.FlowKey;
import dev.turnout.ofproto.PacketInListener;
import dev.turnout.openflow.OfAction.PacketInReason;
import dev.turnout.switchd.PortListener;
import dev.turnout.switchd.SwitchException;
import dev.turnout.switchd.TurnoutSwitch;
import dev.turnout.switchd.network.BridgeSettings;
import dev.turnout.switchd.network.PortSettings;
import dev.turnout.v1.Arbitration;
import dev.turnout.v1.PacketIn;
import dev.turnout.v1.PacketOut;
import dev.turnout.v1.PacketOutResult;
import dev.turnout.v1.Port;
import dev.turnout.v1.PortStatus;
import dev.turnout.v1.StreamChannelGrpc;
import dev.turnout.v1.StreamRequest;
import dev.turnout.v1.StreamResponse;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import org.jspecify.annotations.Nullable;

/**
 * Controllers' conversations: who is primary, packet-ins to them, packet-outs from them.
 *
 * <p>Thread rules: elections are serialised by this object's lock; packet-ins come on slow-path threads, read the list of
 * clients without a lock, and only put a message into each client's bounded queue.
 */
final class StreamService extends StreamChannelGrpc.StreamChannelImplBase implements AutoCloseable {
    private final TurnoutSwitch turnout;
    private final Executor executor;
    private final Views views;
    /** Changed under this object's lock. */
    private final List<StreamClient> clients = new CopyOnWriteArrayList<>();
    private final PacketInListener packetIns = this::packetIn;
    private final PortListener portEvents = this::portEvent;

    StreamService(TurnoutSwitch turnout, Executor executor) {
        this.turnout = turnout;
        this.executor = executor;
        this.views = new Views(turnout);
        turnout.packetIns().addListener(packetIns);
        turnout.addPortListener(portEvents);
    }

    @Override
    public StreamObserver<StreamRequest> open(StreamObserver<StreamResponse> responses) {
        StreamClient client = new StreamClient((ServerCallStreamObserver<StreamResponse>) responses, executor);
        ((ServerCallStreamObserver<StreamResponse>) responses).setOnCancelHandler(() -> leave(client));
        return new StreamObserver<>() {
            private boolean failed;

            @Override
            public void onNext(StreamRequest request) {
                if (failed) {
                    return; // was on its way already: a client that has left must not come back
                }
                try {
                    handle(client, request);
                } catch (RuntimeException e) {
                    failed = true;
                    leave(client);
                    client.fail(Refusal.of(e));
                }
            }

            @Override
            public void onError(Throwable reason) {
                leave(client);
            }

            @Override
            public void onCompleted() {
                leave(client);
                client.complete();
            }
        };
    }

    private void handle(StreamClient client, StreamRequest request) {
        switch (request.getMessageCase()) {
            case ARBITRATION -> arbitrate(client, request.getArbitration());
            case PACKET_OUT -> packetOut(client, request.getPacketOut());
            case MESSAGE_NOT_SET -> throw SwitchException
                    .invalid("the message says nothing; expected one of: arbitration, packet_out");
        }
    }

    // --- election ------------------------------------------------------------------------------

    private synchronized void arbitrate(StreamClient client, Arbitration request) {
        String bridge = turnout.bridge(request.getBridge()).name();
        long id = request.getElectionId();
        if (id != 0 && clients.stream()
                .anyMatch(other -> other != client && other.isOf(bridge) && other.electionId() == id)) {
            throw new SwitchException(SwitchException.Kind.EXISTS, "election id " + Long.toUnsignedString(id)
                    + " is in use by another client of bridge " + bridge);
        }
        String former = client.bridge();
        StreamClient formerPrimary = primary(bridge);
        client.join(bridge, id);
        if (!clients.contains(client)) {
            clients.add(client);
        }
        if (!former.isEmpty() && !former.equals(bridge)) {
            tellPrimary(former, null);
        }
        client.offer(arbitration(client));
        tellPrimary(bridge, formerPrimary == client ? null : formerPrimary, client);
    }

    private synchronized void leave(StreamClient client) {
        String bridge = client.bridge();
        boolean wasPrimary = primary(bridge) == client;
        if (clients.remove(client) && wasPrimary) {
            tellPrimary(bridge, null);
        }
    }

    /** Tells those whose part has changed: the former primary, and the present one unless it is {@code told}. */
    private void tellPrimary(String bridge, @Nullable StreamClient formerPrimary, StreamClient told) {
        StreamClient now = primary(bridge);
        if (now == formerPrimary) {
            return;
        }
        if (formerPrimary != null && formerPrimary != told) {
            formerPrimary.offer(arbitration(formerPrimary));
        }
        if (now != null && now != told) {
            now.offer(arbitration(now));
        }
    }

    private void tellPrimary(String bridge, @Nullable StreamClient formerPrimary) {
        StreamClient now = primary(bridge);
        if (now != null && now != formerPrimary) {
            now.offer(arbitration(now));
        }
    }

    private @Nullable StreamClient primary(String bridge) {
        return clients.stream().filter(client -> client.isOf(bridge) && client.electionId() != 0)
                .max(Comparator.comparing(StreamClient::electionId, Long::compareUnsigned)).orElse(null);
    }

    private StreamResponse arbitration(StreamClient client) {
        StreamClient primary = primary(client.bridge());
        return StreamResponse.newBuilder().setArbitration(Arbitration.newBuilder().setBridge(client.bridge())
                .setElectionId(client.electionId()).setPrimary(primary == client || client.electionId() == 0)
                .setPrimaryElectionId(primary == null ? 0 : primary.electionId())).build();
    }

    // --- packets -------------------------------------------------------------------------------

    private void packetOut(StreamClient client, PacketOut request) {
        PacketOutResult.Builder result = PacketOutResult.newBuilder().setId(request.getId());
        try {
            if (client.bridge().isEmpty()) {
                throw new SwitchException(SwitchException.Kind.PRECONDITION,
                        "the first message must be an arbitration that names the bridge");
            }
            if (client.electionId() != 0 && primary(client.bridge()) != client) {
                throw new StatusRefusal(Status.PERMISSION_DENIED, "only the primary may send packets");
            }
            turnout.packetOut(client.bridge(), request.getInPort(), request.getActions(),
                    request.getData().toByteArray());
        } catch (StatusRefusal e) {
            result.setCode(e.status.getCode().value()).setMessage(e.getMessage());
        } catch (SwitchException e) {
            result.setCode(Refusal.status(e.kind()).getCode().value()).setMessage(e.getMessage());
        }
        if (request.getId() != 0 || result.getCode() != 0) {
            client.offer(StreamResponse.newBuilder().setPacketOutResult(result).build());
        }
    }

    /** A refusal for which the switch itself has no kind. */
    private static final class StatusRefusal extends RuntimeException {
        private static final long serialVersionUID = 1;

        private final transient Status status;

        StatusRefusal(Status status, String message) {
            super(message, null, false, false);
            this.status = status;
        }

        @Override
        public String getMessage() {
            return String.valueOf(super.getMessage());
        }
    }

    private void packetIn(dev.turnout.ofproto.PacketIn packet) {
        String bridge = packet.bridge().name();
        StreamClient primary = primary(bridge);
        if (clients.isEmpty()) {
            return;
        }
        StreamResponse message = StreamResponse.newBuilder().setPacketIn(message(packet)).build();
        offer(client -> client.isOf(bridge) && (client == primary || client.electionId() == 0), message);
    }

    private static PacketIn message(dev.turnout.ofproto.PacketIn packet) {
        FlowKey key = packet.key();
        ByteString data = UnsafeByteOperations.unsafeWrap(packet.frame());
        return PacketIn.newBuilder().setTable(packet.table()).setCookie(packet.cookie())
                .setReason(reason(packet.reason())).setInPort((int) key.get(Fields.IN_PORT)).setData(data)
                .setTotalLength(packet.frameLength()).setControllerId(packet.controllerId())
                .setMetadata(PacketInMetadata.text(key))
                .setUserdata(ByteString.copyFrom(packet.userdata().toByteArray())).build();
    }

    private static PacketIn.Reason reason(PacketInReason reason) {
        return switch (reason) {
            case NO_MATCH -> PacketIn.Reason.NO_MATCH;
            case INVALID_TTL -> PacketIn.Reason.INVALID_TTL;
            case ACTION -> PacketIn.Reason.ACTION;
            case ACTION_SET -> PacketIn.Reason.ACTION_SET;
            case GROUP -> PacketIn.Reason.GROUP;
            case PACKET_OUT -> PacketIn.Reason.PACKET_OUT;
        };
    }

    private void portEvent(PortListener.Kind kind, String bridge, String name, int ofport) {
        if (clients.isEmpty()) {
            return;
        }
        BridgeSettings settings = turnout.config().bridges().get(bridge);
        PortSettings port = settings == null ? null : settings.ports().get(name);
        Port view = port == null || kind == PortListener.Kind.REMOVED
                ? Port.newBuilder().setName(name).setBridge(bridge).setOfport(ofport).build()
                : views.port(bridge, port);
        PortStatus.Reason reason = switch (kind) {
            case ADDED -> PortStatus.Reason.ADD;
            case REMOVED -> PortStatus.Reason.DELETE;
            case CHANGED -> PortStatus.Reason.MODIFY;
        };
        offer(client -> client.isOf(bridge), StreamResponse.newBuilder()
                .setPortStatus(PortStatus.newBuilder().setReason(reason).setPort(view)).build());
    }

    private void offer(Predicate<StreamClient> to, StreamResponse message) {
        for (StreamClient client : clients) {
            if (to.test(client)) {
                client.offer(message);
            }
        }
    }

    /** Ends all conversations. */
    @Override
    public void close() {
        turnout.packetIns().removeListener(packetIns);
        turnout.removePortListener(portEvents);
        for (StreamClient client : clients) {
            client.fail(Status.UNAVAILABLE.withDescription("the switch is shutting down").asRuntimeException());
        }
        clients.clear();
    }
}
