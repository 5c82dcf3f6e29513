package dev.turnout.switchd.rpc;

import java.util.ArrayList;
import java.util.List;

import dev.turnout.switchd.SwitchException;
import dev.turnout.switchd.TurnoutSwitch;
import dev.turnout.switchd.Version;
import dev.turnout.switchd.metrics.SwitchFigures;
import dev.turnout.switchd.network.BridgeSettings;
import dev.turnout.switchd.network.NetworkTransaction;
import dev.turnout.switchd.network.PortSettings;
import dev.turnout.v1.AddPort;
import dev.turnout.v1.Assignment;
import dev.turnout.v1.Config;
import dev.turnout.v1.Get;
import dev.turnout.v1.GetConfigRequest;
import dev.turnout.v1.GetStatsRequest;
import dev.turnout.v1.GetStatsResponse;
import dev.turnout.v1.GetVersionRequest;
import dev.turnout.v1.GetVersionResponse;
import dev.turnout.v1.ListBridgesRequest;
import dev.turnout.v1.ListBridgesResponse;
import dev.turnout.v1.ListPortsRequest;
import dev.turnout.v1.ListPortsResponse;
import dev.turnout.v1.Operation;
import dev.turnout.v1.OperationResult;
import dev.turnout.v1.PortProblem;
import dev.turnout.v1.ReadConfig;
import dev.turnout.v1.Set;
import dev.turnout.v1.SwitchGrpc;
import dev.turnout.v1.TransactRequest;
import dev.turnout.v1.TransactResponse;
import io.grpc.stub.StreamObserver;
import org.jspecify.annotations.Nullable;

/** Bridges and ports over the API. */
final class SwitchService extends SwitchGrpc.SwitchImplBase {
    private final TurnoutSwitch turnout;
    private final Views views;

    SwitchService(TurnoutSwitch turnout) {
        this.turnout = turnout;
        this.views = new Views(turnout);
    }

    @Override
    public void getVersion(GetVersionRequest request, StreamObserver<GetVersionResponse> client) {
        Refusal.answer(client, () -> GetVersionResponse.newBuilder().setVersion(Version.NUMBER)
                .setDescription(Version.description()).build());
    }

    @Override
    public void getConfig(GetConfigRequest request, StreamObserver<Config> client) {
        Refusal.answer(client, () -> views.config(turnout.config()));
    }

    @Override
    public void listBridges(ListBridgesRequest request, StreamObserver<ListBridgesResponse> client) {
        Refusal.answer(client, () -> {
            ListBridgesResponse.Builder response = ListBridgesResponse.newBuilder();
            turnout.config().bridges().values().forEach(bridge -> response.addBridges(views.bridge(bridge, false)));
            return response.build();
        });
    }

    @Override
    public void listPorts(ListPortsRequest request, StreamObserver<ListPortsResponse> client) {
        Refusal.answer(client, () -> {
            BridgeSettings bridge = turnout.config().bridges().get(request.getBridge());
            if (bridge == null) {
                throw SwitchException.notFound("no bridge named " + request.getBridge());
            }
            return ListPortsResponse.newBuilder().addAllPorts(views.bridge(bridge, true).getPortsList()).build();
        });
    }

    @Override
    public void getStats(GetStatsRequest request, StreamObserver<GetStatsResponse> client) {
        Refusal.answer(client, () -> SwitchFigures.message(turnout));
    }

    @Override
    public void transact(TransactRequest request, StreamObserver<TransactResponse> client) {
        Refusal.answer(client, () -> transact(request));
    }

    private TransactResponse transact(TransactRequest request) {
        TransactResponse.Builder response = TransactResponse.newBuilder();
        List<String> problems = turnout.transact(transaction -> {
            response.clear();
            for (Operation operation : request.getOperationsList()) {
                response.addResults(run(transaction, operation));
            }
        });
        for (String port : problems) {
            response.addProblems(PortProblem.newBuilder().setPort(port)
                    .setMessage(turnout.state().port(port).error()));
        }
        return response.build();
    }

    private OperationResult run(NetworkTransaction transaction, Operation operation) {
        switch (operation.getKindCase()) {
            case ADD_BRIDGE -> transaction.addBridge(operation.getAddBridge().getName(),
                    operation.getAddBridge().getMayExist());
            case DELETE_BRIDGE -> transaction.deleteBridge(operation.getDeleteBridge().getName(),
                    operation.getDeleteBridge().getIfExists());
            case ADD_PORT -> addPort(transaction, operation.getAddPort());
            case DELETE_PORT -> transaction.deletePort(operation.getDeletePort().getBridge(),
                    operation.getDeletePort().getName(), operation.getDeletePort().getIfExists());
            case SET -> set(transaction, operation.getSet());
            case GET -> {
                return get(transaction, operation.getGet());
            }
            case READ_CONFIG -> {
                return read(transaction, operation.getReadConfig());
            }
            case KIND_NOT_SET -> throw SwitchException.invalid("an operation says nothing; expected one of: "
                    + "add_bridge, delete_bridge, add_port, delete_port, set, get, read_config");
        }
        return OperationResult.getDefaultInstance();
    }

    private static void addPort(NetworkTransaction transaction, AddPort request) {
        transaction.addPort(request.getBridge(), request.getName(), request.getMayExist(), port -> {
            PortSettings settings = port;
            for (Assignment assignment : request.getSettingsList()) {
                settings = NetworkTransaction.setPort(settings, assignment.getColumn(), key(assignment),
                        assignment.getValue());
            }
            return settings;
        });
    }

    private static void set(NetworkTransaction transaction, Set request) {
        if (request.getAssignmentsCount() == 0) {
            throw SwitchException.invalid("set " + request.getTable() + " " + request.getRecord()
                    + ": expected at least one COLUMN[:KEY]=VALUE");
        }
        for (Assignment assignment : request.getAssignmentsList()) {
            transaction.set(request.getTable(), request.getRecord(), request.getIfExists(), assignment.getColumn(),
                    key(assignment), assignment.getValue());
        }
    }

    private static OperationResult get(NetworkTransaction transaction, Get request) {
        List<String> values = new ArrayList<>();
        for (Get.Column column : request.getColumnsList()) {
            String value = transaction.get(request.getTable(), request.getRecord(), request.getIfExists(),
                    column.getColumn(), column.hasKey() ? column.getKey() : null);
            if (value != null) {
                values.add(value);
            }
        }
        return OperationResult.newBuilder().addAllValues(values).build();
    }

    private OperationResult read(NetworkTransaction transaction, ReadConfig request) {
        if (!request.getRequireBridge().isEmpty()) {
            BridgeSettings ignored = transaction.requireBridge(request.getRequireBridge());
        }
        if (!request.getRequirePort().isEmpty()) {
            BridgeSettings ignored = transaction.requirePort(request.getRequirePort());
        }
        return OperationResult.newBuilder().setConfig(views.config(transaction.current())).build();
    }

    private static @Nullable String key(Assignment assignment) {
        return assignment.hasKey() ? assignment.getKey() : null;
    }
}
