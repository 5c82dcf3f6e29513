package dev.turnout.bench.demo;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;

import dev.turnout.v1.AddBridge;
import dev.turnout.v1.AddPort;
import dev.turnout.v1.Assignment;
import dev.turnout.v1.FlowFilter;
import dev.turnout.v1.FlowStats;
import dev.turnout.v1.FlowUpdate;
import dev.turnout.v1.FlowsGrpc;
import dev.turnout.v1.GetStatsRequest;
import dev.turnout.v1.GetStatsResponse;
import dev.turnout.v1.Operation;
import dev.turnout.v1.ReadRequest;
import dev.turnout.v1.ReadResponse;
import dev.turnout.v1.Set;
import dev.turnout.v1.SwitchGrpc;
import dev.turnout.v1.TransactRequest;
import dev.turnout.v1.TransactResponse;
import dev.turnout.v1.UpdateStatus;
import dev.turnout.v1.WriteRequest;
import dev.turnout.v1.WriteResponse;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;

/**
 * A small gRPC controller of one bridge: what a program of yours would do.
 */
public final class Controller implements AutoCloseable {
    private static final int CLOSE_SECONDS = 5;

    private final ManagedChannel channel;
    private final SwitchGrpc.SwitchBlockingStub config;
    private final FlowsGrpc.FlowsBlockingStub flows;
    private final String bridge;

    /** Connects to a switch's gRPC server, HOST:PORT. */
    public Controller(String address, String bridge) {
        channel = NettyChannelBuilder.forTarget(address).usePlaintext().build();
        config = SwitchGrpc.newBlockingStub(channel);
        flows = FlowsGrpc.newBlockingStub(channel);
        this.bridge = bridge;
    }

    /** Makes the bridge, secure, with these interfaces as OpenFlow ports 1, 2... */
    public void addBridge(String... interfaces) throws IOException {
        TransactRequest.Builder request = TransactRequest.newBuilder();
        request.addOperations(Operation.newBuilder().setAddBridge(AddBridge.newBuilder().setName(bridge)));
        request.addOperations(Operation.newBuilder().setSet(Set.newBuilder().setTable("bridge").setRecord(bridge)
                .addAssignments(assignment("fail_mode", "secure"))));
        for (int i = 0; i < interfaces.length; i++) {
            request.addOperations(Operation.newBuilder().setAddPort(AddPort.newBuilder().setBridge(bridge)
                    .setName(interfaces[i]).addSettings(assignment("ofport_request", Integer.toString(i + 1)))));
        }
        TransactResponse response = config.transact(request.build());
        if (response.getProblemsCount() > 0) {
            throw new IOException(
                    response.getProblems(0).getPort() + ": " + response.getProblems(0).getMessage());
        }
    }

    private static Assignment assignment(String column, String value) {
        return Assignment.newBuilder().setColumn(column).setValue(value).build();
    }

    /** Adds flows, all or none. */
    public void add(String... texts) throws IOException {
        write(FlowUpdate.Command.ADD, texts);
    }

    /** Deletes what matches, with the very priority. */
    public void deleteStrict(String... texts) throws IOException {
        write(FlowUpdate.Command.DELETE_STRICT, texts);
    }

    private void write(FlowUpdate.Command command, String... texts) throws IOException {
        WriteRequest.Builder request = WriteRequest.newBuilder().setBridge(bridge).setAtomic(true);
        for (String text : texts) {
            request.addUpdates(FlowUpdate.newBuilder().setCommand(command).setText(text));
        }
        WriteResponse response = flows.write(request.build());
        for (int i = 0; i < texts.length; i++) {
            UpdateStatus status = response.getStatuses(i);
            if (status.getCode() != 0) {
                throw new IOException(texts[i] + ": " + status.getMessage());
            }
        }
    }

    /** All flows with their counters. */
    public List<FlowStats> dump() {
        List<FlowStats> found = new ArrayList<>();
        Iterator<ReadResponse> responses = flows
                .read(ReadRequest.newBuilder().setBridge(bridge).setFlows(FlowFilter.newBuilder()).build());
        responses.forEachRemaining(response -> found.addAll(response.getFlowsList()));
        return found;
    }

    /** What the switch has counted. */
    public GetStatsResponse stats() {
        return config.getStats(GetStatsRequest.getDefaultInstance());
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
}
