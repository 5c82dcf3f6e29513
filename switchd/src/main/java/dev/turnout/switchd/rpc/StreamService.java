package dev.turnout.switchd.rpc;

import java.util.concurrent.Executor;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.turnout.flow.Fields;
import dev.turnout.flow.FlowKey;
import dev.turnout.ofproto.Bridge;
import dev.turnout.ofproto.FlowSampleListener;
import dev.turnout.ofproto.PacketInListener;
import dev.turnout.openflow.OfAction.PacketInReason;
import dev.turnout.openflow.OfPorts;
import dev.turnout.openflow.PortNames;
import dev.turnout.switchd.PortListener;
import dev.turnout.switchd.SwitchException;
import dev.turnout.switchd.TurnoutSwitch;
import dev.turnout.switchd.network.BridgeSettings;
import dev.turnout.switchd.network.PortSettings;
import dev.turnout.v1.FlowRemoved;
import dev.turnout.v1.FlowSample;
import dev.turnout.v1.PacketIn;
import dev.turnout.v1.PacketOut;
import dev.turnout.v1.PacketOutResult;
import dev.turnout.v1.Port;
import dev.turnout.v1.PortStatus;
import dev.turnout.v1.ResumePacket;
import dev.turnout.v1.StreamChannelGrpc;
import dev.turnout.v1.StreamRequest;
import dev.turnout.v1.StreamResponse;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;

/**
 * Controllers' conversations: packet-ins and samples to them, packet-outs and resumed packets from them, and what happens to ports and flows.
 *
 * <p>Thread rules: events come on any thread, take no lock of this class, and only put a message into each client's bounded
 * queue.
 */
final class StreamService extends StreamChannelGrpc.StreamChannelImplBase implements AutoCloseable {
    private final TurnoutSwitch turnout;
    private final Executor executor;
    private final Views views;
    private final Elections elections;
    private final PacketInListener packetIns = this::packetIn;
    private final PortListener portEvents = this::portEvent;
    private final dev.turnout.ofproto.FlowRemoved.Listener flowsRemoved = this::flowRemoved;
    private final FlowSampleListener samples = this::sampled;

    StreamService(TurnoutSwitch turnout, Elections elections, Executor executor) {
        this.turnout = turnout;
        this.elections = elections;
        this.executor = executor;
        this.views = new Views(turnout);
        turnout.packetIns().addListener(packetIns);
        turnout.addPortListener(portEvents);
        turnout.ofproto().addFlowRemovedListener(flowsRemoved);
        turnout.ofproto().addSampleListener(samples);
    }

    @Override
    public StreamObserver<StreamRequest> open(StreamObserver<StreamResponse> responses) {
        StreamClient client = new StreamClient((ServerCallStreamObserver<StreamResponse>) responses, executor);
        ClientMonitors monitors = new ClientMonitors(client);
        ((ServerCallStreamObserver<StreamResponse>) responses).setOnCancelHandler(() -> leave(client));
        return new StreamObserver<>() {
            private boolean failed;

            @Override
            public void onNext(StreamRequest request) {
                if (failed) {
                    return; // was on its way already: a client that has left must not come back
                }
                try {
                    handle(client, monitors, request);
                } catch (RuntimeException e) {
                    failed = true;
                    elections.leave(client);
                    client.fail(Refusal.of(e));
                }
            }

            @Override
            public void onError(Throwable reason) {
                leave(client);
            }

            @Override
            public void onCompleted() {
                elections.leave(client);
                client.complete();
            }
        };
    }

    private void leave(StreamClient client) {
        elections.leave(client);
        client.stopFeeds();
    }

    private void handle(StreamClient client, ClientMonitors monitors, StreamRequest request) {
        switch (request.getMessageCase()) {
            case ARBITRATION -> {
                Bridge bridge = turnout.bridge(request.getArbitration().getBridge());
                elections.join(client, bridge.name(), request.getArbitration().getElectionId());
                monitors.join(bridge);
            }
            case PACKET_OUT -> {
                PacketOut out = request.getPacketOut();
                send(client, out.getId(), () -> turnout.packetOut(client.bridge(), out.getInPort(), out.getActions(),
                        out.getData().toByteArray()));
            }
            case RESUME_PACKET -> {
                ResumePacket resume = request.getResumePacket();
                send(client, resume.getId(), () -> turnout.resume(client.bridge(),
                        resume.getContinuation().toByteArray(), resume.getData().toByteArray()));
            }
            case FLOW_MONITOR -> monitors.handle(request.getFlowMonitor());
            case MESSAGE_NOT_SET -> throw SwitchException.invalid("the message says nothing; expected one of: "
                    + "arbitration, packet_out, resume_packet, flow_monitor");
        }
    }

    // --- packets -------------------------------------------------------------------------------

    /** Has a packet sent for a client that may, and answers if the request has an id or fails. */
    private void send(StreamClient client, long id, Runnable packet) {
        PacketOutResult.Builder result = PacketOutResult.newBuilder().setId(id);
        try {
            if (client.bridge().isEmpty()) {
                throw new SwitchException(SwitchException.Kind.PRECONDITION,
                        "the first message must be an arbitration that names the bridge");
            }
            if (!elections.leads(client)) {
                throw Status.PERMISSION_DENIED.withDescription("only the primary may send packets")
                        .asRuntimeException();
            }
            packet.run();
        } catch (StatusRuntimeException | SwitchException e) {
            Status refusal = Refusal.of(e).getStatus();
            result.setCode(refusal.getCode().value()).setMessage(String.valueOf(refusal.getDescription()));
        }
        if (id != 0 || result.getCode() != 0) {
            client.offer(StreamResponse.newBuilder().setPacketOutResult(result).build());
        }
    }

    private void packetIn(dev.turnout.ofproto.PacketIn packet) {
        String bridge = packet.bridge().name();
        if (elections.isEmpty()) {
            return;
        }
        StreamResponse message = StreamResponse.newBuilder().setPacketIn(message(packet)).build();
        elections.offer(client -> client.isOf(bridge) && elections.leads(client), message);
    }

    private static PacketIn message(dev.turnout.ofproto.PacketIn packet) {
        FlowKey key = packet.key();
        ByteString data = UnsafeByteOperations.unsafeWrap(packet.frame());
        return PacketIn.newBuilder().setTable(packet.table()).setCookie(packet.cookie())
                .setReason(reason(packet.reason())).setInPort((int) key.get(Fields.IN_PORT)).setData(data)
                .setTotalLength(packet.frameLength()).setControllerId(packet.controllerId())
                .setMetadata(PacketInMetadata.text(key))
                .setUserdata(ByteString.copyFrom(packet.userdata().toByteArray()))
                .setContinuation(ByteString.copyFrom(packet.continuation().toByteArray())).build();
    }

    private void sampled(dev.turnout.ofproto.FlowSample sample) {
        if (elections.isEmpty()) {
            return;
        }
        String bridge = sample.bridge().name();
        FlowSample.Direction direction = switch (sample.direction()) {
            case DEFAULT -> FlowSample.Direction.UNKNOWN;
            case INGRESS -> FlowSample.Direction.INGRESS;
            case EGRESS -> FlowSample.Direction.EGRESS;
        };
        FlowSample message = FlowSample.newBuilder().setProbability(sample.probability())
                .setCollectorSetId(sample.collectorSetId()).setObsDomainId(sample.obsDomainId())
                .setObsPointId(sample.obsPointId())
                .setSamplingPort(sample.samplingPort() == OfPorts.NONE ? 0 : sample.samplingPort())
                .setDirection(direction).setInPort(sample.inPort())
                .setData(UnsafeByteOperations.unsafeWrap(sample.frame())).build();
        elections.offer(client -> client.isOf(bridge) && elections.leads(client),
                StreamResponse.newBuilder().setFlowSample(message).build());
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
        if (elections.isEmpty()) {
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
        elections.offer(client -> client.isOf(bridge), StreamResponse.newBuilder()
                .setPortStatus(PortStatus.newBuilder().setReason(reason).setPort(view)).build());
    }

    private void flowRemoved(dev.turnout.ofproto.FlowRemoved removed) {
        if (elections.isEmpty()) {
            return;
        }
        String bridge = removed.bridge().name();
        elections.offer(client -> client.isOf(bridge) && elections.leads(client), StreamResponse.newBuilder()
                .setFlowRemoved(FlowRemoved.newBuilder().setReason(MonitorFeed.reason(removed.reason()))
                        .setFlow(FlowMessages.message(removed.flow(), PortNames.NONE)))
                .build());
    }

    /** Ends all conversations. */
    @Override
    public void close() {
        turnout.packetIns().removeListener(packetIns);
        turnout.removePortListener(portEvents);
        turnout.ofproto().removeFlowRemovedListener(flowsRemoved);
        turnout.ofproto().removeSampleListener(samples);
        elections.failAll(Status.UNAVAILABLE.withDescription("the switch is shutting down"));
    }
}
