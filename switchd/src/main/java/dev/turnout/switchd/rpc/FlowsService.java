package dev.turnout.switchd.rpc;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

import dev.turnout.ofproto.Bridge;
import dev.turnout.ofproto.ChangeOrigin;
import dev.turnout.ofproto.FlowAggregate;
import dev.turnout.ofproto.FlowModResult;
import dev.turnout.openflow.FlowFilter;
import dev.turnout.openflow.FlowSyntaxException;
import dev.turnout.openflow.OfError;
import dev.turnout.openflow.TableMod;
import dev.turnout.switchd.TurnoutSwitch;
import dev.turnout.v1.AggregateStats;
import dev.turnout.v1.FlowUpdate;
import dev.turnout.v1.FlowsGrpc;
import dev.turnout.v1.ReadRequest;
import dev.turnout.v1.ReadResponse;
import dev.turnout.v1.UpdateStatus;
import dev.turnout.v1.WriteFileRequest;
import dev.turnout.v1.WriteFileResponse;
import dev.turnout.v1.WriteRequest;
import dev.turnout.v1.WriteResponse;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import org.jspecify.annotations.Nullable;

/** The OpenFlow tables and meters over the API. */
final class FlowsService extends FlowsGrpc.FlowsImplBase {
    private final TurnoutSwitch turnout;
    private final Elections elections;

    FlowsService(TurnoutSwitch turnout, Elections elections) {
        this.turnout = turnout;
        this.elections = elections;
    }

    @Override
    public void write(WriteRequest request, StreamObserver<WriteResponse> client) {
        Refusal.answer(client, () -> write(request));
    }

    private WriteResponse write(WriteRequest request) {
        Bridge bridge = turnout.bridge(request.getBridge());
        elections.requirePrimary(bridge.name(), request.getElectionId());
        FlowMessages messages = new FlowMessages(bridge.portNames());
        int count = request.getUpdatesCount();
        UpdateStatus[] statuses = new UpdateStatus[count];
        List<TableMod> mods = new ArrayList<>(count);
        List<Integer> places = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            FlowUpdate update = request.getUpdates(i);
            try {
                mods.add(messages.mod(update));
                places.add(i);
            } catch (FlowSyntaxException e) {
                statuses[i] = refused(e.error(), e.text());
            } catch (IllegalArgumentException e) {
                statuses[i] = refused(null, String.valueOf(e.getMessage()));
            }
        }
        boolean wrong = mods.size() < count;
        if (!wrong || !request.getAtomic()) {
            List<FlowModResult> results = bridge.apply(mods, request.getAtomic(),
                    new ChangeOrigin(request.getElectionId(), request.getId()));
            for (int i = 0; i < results.size(); i++) {
                statuses[places.get(i)] = status(results.get(i));
            }
        }
        WriteResponse.Builder response = WriteResponse.newBuilder();
        for (UpdateStatus status : statuses) {
            response.addStatuses(status == null ? NOT_APPLIED : status);
        }
        return response.build();
    }

    private static final UpdateStatus NOT_APPLIED = UpdateStatus.newBuilder().setCode(Status.Code.ABORTED.value())
            .setMessage("not applied, since another update of the request is wrong").build();

    @Override
    public StreamObserver<WriteFileRequest> writeFile(StreamObserver<WriteFileResponse> client) {
        return new FlowFile(turnout, elections, client);
    }

    static UpdateStatus status(FlowModResult result) {
        return switch (result.status()) {
            case OK -> UpdateStatus.getDefaultInstance();
            case FAILED -> refused(result.error(), result.message());
            case NOT_APPLIED -> NOT_APPLIED;
        };
    }

    static UpdateStatus refused(@Nullable OfError error, String message) {
        boolean isFull = error == OfError.OFPFMFC_TABLE_FULL || error == OfError.OFPMMFC_OUT_OF_METERS;
        Status.Code code = isFull ? Status.Code.RESOURCE_EXHAUSTED : Status.Code.INVALID_ARGUMENT;
        return UpdateStatus.newBuilder().setCode(code.value()).setOpenflowError(error == null ? "" : error.name())
                .setMessage(message).build();
    }

    @Override
    public void read(ReadRequest request, StreamObserver<ReadResponse> client) {
        Iterator<ReadResponse> pages;
        try {
            pages = pages(request);
        } catch (RuntimeException e) {
            client.onError(Refusal.ofText(e));
            return;
        }
        Pages.send(client, pages);
    }

    private Iterator<ReadResponse> pages(ReadRequest request) {
        Bridge bridge = turnout.bridge(request.getBridge());
        FlowMessages messages = new FlowMessages(bridge.portNames());
        GroupMessages groups = new GroupMessages(bridge.portNames());
        BridgeMessages figures = new BridgeMessages(turnout, bridge);
        return switch (request.getQueryCase()) {
            case FLOWS -> messages.pages(bridge.flowIterator(messages.filter(request.getFlows())),
                    request.getFlows().getNames());
            case FLOW_TEXT -> messages.text(bridge.flowIterator(messages.filter(request.getFlowText().getFilter())),
                    request.getFlowText());
            case AGGREGATE -> {
                FlowFilter filter = messages.filter(request.getAggregate());
                FlowAggregate sums = bridge.aggregate(filter);
                yield List.of(ReadResponse.newBuilder().setAggregate(AggregateStats.newBuilder()
                        .setPackets(sums.packets()).setBytes(sums.bytes()).setFlows(sums.flows())).build()).iterator();
            }
            case TABLES -> List.of(figures.tables()).iterator();
            case PORTS -> List.of(figures.ports(request.getPorts().getPort())).iterator();
            case FDB -> List.of(figures.fdb()).iterator();
            case GROUPS -> groups.groups(bridge, request.getGroups());
            case GROUP_STATS -> groups.stats(bridge, request.getGroupStats());
            case GROUP_FEATURES -> List.of(groups.features()).iterator();
            case METERS -> MeterMessages.meters(bridge, request.getMeters());
            case METER_STATS -> MeterMessages.stats(bridge, request.getMeterStats());
            case METER_FEATURES -> List.of(MeterMessages.features()).iterator();
            case TABLE_FEATURES -> List.of(figures.tableFeatures()).iterator();
            case QUERY_NOT_SET -> throw new IllegalArgumentException("the request asks for nothing; expected one of: "
                    + "flows, flow_text, aggregate, tables, ports, fdb, groups, group_stats, group_features, meters, "
                    + "meter_stats, meter_features, table_features");
        };
    }
}
