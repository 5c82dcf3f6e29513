package dev.turnout.switchd.rpc;

import java.util.ArrayList;
import java.util.List;

import dev.turnout.ofproto.Bridge;
import dev.turnout.ofproto.ChangeOrigin;
import dev.turnout.ofproto.FlowModResult;
import dev.turnout.openflow.FlowCommand;
import dev.turnout.openflow.FlowLines;
import dev.turnout.openflow.FlowMod;
import dev.turnout.openflow.OfError;
import dev.turnout.openflow.Protocols;
import dev.turnout.switchd.TurnoutSwitch;
import dev.turnout.v1.FileOptions;
import dev.turnout.v1.LineStatus;
import dev.turnout.v1.UpdateStatus;
import dev.turnout.v1.WriteFileRequest;
import dev.turnout.v1.WriteFileResponse;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import org.eclipse.collections.impl.list.mutable.primitive.IntArrayList;
import org.jspecify.annotations.Nullable;

/**
 * A file of flows on its way in. Its pieces are read as they come, while the client still sends; when it has ended, all of it is applied at once.
 *
 * <p>Thread rules: gRPC calls it on one thread at a time.
 */
final class FlowFile implements StreamObserver<WriteFileRequest>, FlowLines.Sink {
    private static final int MAX_REPORTED = 20;
    /** A million flows is what tables are made for; more than this in one file is a fault, and must not fill the memory. */
    private static final int MAX_FLOWS = 4_000_000;

    private final TurnoutSwitch turnout;
    private final Elections elections;
    private final StreamObserver<WriteFileResponse> client;
    private final WriteFileResponse.Builder response = WriteFileResponse.newBuilder();
    private final List<FlowMod> mods = new ArrayList<>();
    /** The line of each of {@link #mods}. */
    private final IntArrayList lines = new IntArrayList();
    private FileOptions options = FileOptions.getDefaultInstance();
    private @Nullable Bridge bridge;
    private @Nullable FlowLines reader;
    private boolean ended;

    FlowFile(TurnoutSwitch turnout, Elections elections, StreamObserver<WriteFileResponse> client) {
        this.turnout = turnout;
        this.elections = elections;
        this.client = client;
    }

    @Override
    public void onNext(WriteFileRequest piece) {
        if (ended) {
            return;
        }
        try {
            if (reader == null) {
                reader = begin(piece.getOptions());
            } else if (piece.hasOptions()) {
                throw new IllegalArgumentException("options come with the first piece only");
            }
            reader.read(piece.getLines().toStringUtf8());
        } catch (RuntimeException e) {
            refuse(e);
        }
    }

    private FlowLines begin(FileOptions first) {
        options = first;
        Bridge found = turnout.bridge(first.getBridge());
        elections.requirePrimary(found.name(), first.getElectionId());
        bridge = found;
        FlowCommand command = FlowMessages.command(first.getCommand(), first.getCommandValue());
        if (first.getReplace() && (command != FlowCommand.ADD || first.getMixed())) {
            throw new IllegalArgumentException("replace goes with command ADD alone");
        }
        Protocols allowed = allowed(first);
        return new FlowLines(found.portNames(), allowed, command, first.getMixed(), this);
    }

    private static Protocols allowed(FileOptions options) {
        return options.getVersions().isEmpty() ? Protocols.DEFAULT : Protocols.parse(options.getVersions());
    }

    @Override
    public void flow(int line, FlowMod mod) {
        if (mods.size() == MAX_FLOWS) {
            throw Status.RESOURCE_EXHAUSTED.withDescription("a file of more than " + MAX_FLOWS + " flows")
                    .asRuntimeException();
        }
        // Where something is wrong nothing is done: the rest is read for its faults only.
        if (response.getTotalRefused() == 0) {
            mods.add(mod);
            lines.add(line);
        }
    }

    @Override
    public void refused(int line, @Nullable OfError error, String message) {
        refused(line, FlowsService.refused(error, message));
    }

    private void refused(int line, UpdateStatus status) {
        if (response.getRefusedCount() < MAX_REPORTED) {
            response.addRefused(LineStatus.newBuilder().setLine(line).setStatus(status));
        }
        response.setTotalRefused(response.getTotalRefused() + 1);
    }

    @Override
    public void warning(int line, String message) {
        if (response.getWarningsCount() < MAX_REPORTED) {
            response.addWarnings(
                    LineStatus.newBuilder().setLine(line).setStatus(UpdateStatus.newBuilder().setMessage(message)));
        }
        response.setTotalWarnings(response.getTotalWarnings() + 1);
    }

    @Override
    public void onCompleted() {
        if (ended) {
            return;
        }
        try {
            Bridge into = bridge;
            if (into == null) {
                throw new IllegalArgumentException("the file has no options");
            }
            elections.requirePrimary(into.name(), options.getElectionId()); // it may have changed meanwhile
            if (response.getTotalRefused() == 0) {
                ChangeOrigin origin = new ChangeOrigin(options.getElectionId(), options.getId());
                report(options.getReplace()
                        ? into.replace(mods, options.getReadd(), options.getAtomic(), allowed(options).newest(),
                                origin)
                        : into.apply(mods, options.getAtomic(), origin));
            }
            ended = true;
            client.onNext(response.build());
            client.onCompleted();
        } catch (RuntimeException e) {
            refuse(e);
        }
    }

    private void report(List<FlowModResult> results) {
        for (int i = 0; i < results.size(); i++) {
            FlowModResult result = results.get(i);
            if (result.status() == FlowModResult.Status.FAILED) {
                refused(lines.get(i), FlowsService.status(result));
            }
        }
    }

    private void refuse(RuntimeException e) {
        ended = true;
        mods.clear();
        client.onError(Refusal.ofText(e));
    }

    @Override
    public void onError(Throwable cause) {
        ended = true; // the client has gone
        mods.clear();
    }
}
