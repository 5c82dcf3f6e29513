package dev.turnout.ofctl.transport;

import dev.turnout.v1.AppctlRequest;
import dev.turnout.v1.AppctlResponse;
import dev.turnout.v1.GetVersionRequest;
import dev.turnout.v1.GetVersionResponse;
import dev.turnout.v1.ListBridgesRequest;
import dev.turnout.v1.ListBridgesResponse;
import dev.turnout.v1.ListPortsRequest;
import dev.turnout.v1.ListPortsResponse;
import dev.turnout.v1.ReadRequest;
import dev.turnout.v1.ReadResponse;
import dev.turnout.v1.StreamRequest;
import dev.turnout.v1.StreamResponse;
import dev.turnout.v1.TransactRequest;
import dev.turnout.v1.TransactResponse;
import dev.turnout.v1.WriteFileRequest;
import dev.turnout.v1.WriteFileResponse;
import dev.turnout.v1.WriteRequest;
import dev.turnout.v1.WriteResponse;

/** The methods that the command line uses. They are made on demand, so that a command loads only its own messages. */
public final class Calls {
    private Calls() {
    }

    public static Call<GetVersionRequest, GetVersionResponse> getVersion() {
        return new Call<>("turnout.v1.Switch/GetVersion", Call.Kind.UNARY, GetVersionRequest.parser(),
                GetVersionResponse.parser());
    }

    public static Call<TransactRequest, TransactResponse> transact() {
        return new Call<>("turnout.v1.Switch/Transact", Call.Kind.UNARY, TransactRequest.parser(),
                TransactResponse.parser());
    }

    public static Call<ListBridgesRequest, ListBridgesResponse> listBridges() {
        return new Call<>("turnout.v1.Switch/ListBridges", Call.Kind.UNARY, ListBridgesRequest.parser(),
                ListBridgesResponse.parser());
    }

    public static Call<ListPortsRequest, ListPortsResponse> listPorts() {
        return new Call<>("turnout.v1.Switch/ListPorts", Call.Kind.UNARY, ListPortsRequest.parser(),
                ListPortsResponse.parser());
    }

    public static Call<WriteRequest, WriteResponse> write() {
        return new Call<>("turnout.v1.Flows/Write", Call.Kind.UNARY, WriteRequest.parser(), WriteResponse.parser());
    }

    public static Call<WriteFileRequest, WriteFileResponse> writeFile() {
        return new Call<>("turnout.v1.Flows/WriteFile", Call.Kind.CLIENT_STREAMING, WriteFileRequest.parser(),
                WriteFileResponse.parser());
    }

    public static Call<ReadRequest, ReadResponse> read() {
        return new Call<>("turnout.v1.Flows/Read", Call.Kind.SERVER_STREAMING, ReadRequest.parser(),
                ReadResponse.parser());
    }

    public static Call<StreamRequest, StreamResponse> streamChannel() {
        return new Call<>("turnout.v1.StreamChannel/Open", Call.Kind.BIDIRECTIONAL, StreamRequest.parser(),
                StreamResponse.parser());
    }

    public static Call<AppctlRequest, AppctlResponse> appctl() {
        return new Call<>("turnout.v1.Control/Appctl", Call.Kind.SERVER_STREAMING, AppctlRequest.parser(),
                AppctlResponse.parser());
    }
}
