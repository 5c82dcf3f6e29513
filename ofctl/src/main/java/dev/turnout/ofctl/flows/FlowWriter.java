package dev.turnout.ofctl.flows;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

import com.google.protobuf.UnsafeByteOperations;
import dev.turnout.ofctl.CliException;
import dev.turnout.ofctl.Console;
import dev.turnout.ofctl.transport.Calls;
import dev.turnout.ofctl.transport.Conversation;
import dev.turnout.ofctl.transport.Transport;
import dev.turnout.openflow.FlowCommand;
import dev.turnout.v1.FileOptions;
import dev.turnout.v1.FlowUpdate;
import dev.turnout.v1.LineStatus;
import dev.turnout.v1.UpdateStatus;
import dev.turnout.v1.WriteFileRequest;
import dev.turnout.v1.WriteFileResponse;
import dev.turnout.v1.WriteRequest;
import dev.turnout.v1.WriteResponse;

/**
 * Sends flows to a bridge. A flow of the command line has been read here. A file goes as it is, in pieces that end with a line: the switch
 * reads it while the rest is on its way, so that a hundred thousand flows are read once, and tells which lines were wrong.
 *
 * <p>Thread rules: one owner.
 */
final class FlowWriter {
    /** Long enough that a piece costs little by itself, far below the control socket's limit for a frame. */
    private static final int PIECE_BYTES = 1 << 17;
    private static final int MAX_LINE_BYTES = 8 << 20;

    private final Console console;
    private final BridgeClient bridge;
    private final Settings settings;

    FlowWriter(Console console, BridgeClient bridge, Settings settings) {
        this.console = console;
        this.bridge = bridge;
        this.settings = settings;
    }

    /**
     * Sends one update.
     *
     * @throws CliException
     *             if the switch refuses it
     */
    void update(FlowUpdate.Builder update) {
        WriteResponse response = bridge.write(
                WriteRequest.newBuilder().setAtomic(settings.bundle()).addUpdates(update));
        for (UpdateStatus status : response.getStatusesList()) {
            if (status.getCode() != 0) {
                throw new CliException(message(status));
            }
        }
    }

    /**
     * Sends a file of flows, {@code -} for standard input.
     *
     * @param options
     *            what to do with it; bridge, atomicity and versions are added
     */
    void file(String name, FileOptions.Builder options) {
        options.setBridge(bridge.name()).setAtomic(settings.bundle()).setVersions(settings.versions());
        try (InputStream in = FlowReader.open(name, console);
                Conversation<WriteFileRequest, WriteFileResponse> call = bridge.transport().open(Calls.writeFile())) {
            sendPieces(name, in, options, call);
            report(name, Transport.answer(Calls.writeFile(), call));
        } catch (IOException e) {
            throw new CliException(name + ": read failed (" + e.getMessage() + ")");
        }
    }

    private static void sendPieces(String name, InputStream in, FileOptions.Builder options,
            Conversation<WriteFileRequest, WriteFileResponse> call) throws IOException {
        WriteFileRequest.Builder piece = WriteFileRequest.newBuilder().setOptions(options);
        byte[] rest = new byte[0];
        while (true) {
            byte[] buffer = Arrays.copyOf(rest, rest.length + PIECE_BYTES);
            int length = rest.length + in.readNBytes(buffer, rest.length, PIECE_BYTES);
            boolean ended = length < buffer.length;
            int end = ended ? length : afterLastLine(buffer, length);
            if (end == 0 && !ended && length > MAX_LINE_BYTES) {
                throw new CliException(name + ": a line of more than " + MAX_LINE_BYTES + " bytes");
            }
            if (end > 0 || ended) {
                // The buffer is not written again.
                call.send(piece.setLines(UnsafeByteOperations.unsafeWrap(buffer, 0, end)).build());
                piece = WriteFileRequest.newBuilder();
            }
            if (ended) {
                return;
            }
            rest = Arrays.copyOfRange(buffer, end, length);
        }
    }

    private static int afterLastLine(byte[] buffer, int length) {
        int end = length;
        while (end > 0 && buffer[end - 1] != '\n') {
            end--;
        }
        return end;
    }

    private void report(String name, WriteFileResponse response) {
        for (LineStatus warning : response.getWarningsList()) {
            console.err().println("ofctl: " + located(name, warning, warning.getStatus().getMessage()));
        }
        int left = response.getTotalWarnings() - response.getWarningsCount();
        if (left > 0) {
            console.err().println("ofctl: " + left + " more warnings");
        }
        for (LineStatus refused : response.getRefusedList()) {
            console.err().println("ofctl: " + located(name, refused, message(refused.getStatus())));
        }
        Refusals.end(console, "flows", response.getTotalRefused(), response.getRefusedCount());
    }

    private static String located(String name, LineStatus line, String message) {
        return name + ":" + line.getLine() + ": " + message.replace('\n', ' ');
    }

    static FlowUpdate.Command command(FlowCommand command) {
        return switch (command) {
            case ADD -> FlowUpdate.Command.ADD;
            case MODIFY -> FlowUpdate.Command.MODIFY;
            case MODIFY_STRICT -> FlowUpdate.Command.MODIFY_STRICT;
            case DELETE -> FlowUpdate.Command.DELETE;
            case DELETE_STRICT -> FlowUpdate.Command.DELETE_STRICT;
        };
    }

    /** The OpenFlow error, where there is one, and the reason. */
    static String message(UpdateStatus status) {
        String error = status.getOpenflowError();
        if (error.isEmpty() || status.getMessage().contains(error)) {
            return status.getMessage();
        }
        return status.getMessage().isEmpty() ? error : error + ": " + status.getMessage();
    }
}
