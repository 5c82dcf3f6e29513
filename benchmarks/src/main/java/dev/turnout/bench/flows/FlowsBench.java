package dev.turnout.bench.flows;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

import dev.turnout.bench.lab.Daemon;
import dev.turnout.v1.FlowUpdate;
import dev.turnout.v1.FlowsGrpc;
import dev.turnout.v1.UpdateStatus;
import dev.turnout.v1.WriteRequest;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;

/**
 * {@code bench flows}: N flows, exact five-tuples of TCP, are added one by one, listed, replaced by themselves, modified, deleted, added in one bundle
 * and deleted again, each by a command as a user would give it; then over gRPC from this process, without the command line.
 */
public final class FlowsBench {
    private static final String USAGE = """
            usage: turnout bench flows [N...] [OPTION...]

              N                      how many flows (10000 100000 1000000)
              --json                 one JSON object per result
              --reps R               samples per figure (3)

            add-flows, dump-flows, replace-same, mod-flows, del-flows, add-bundle: seconds of the command, with its start, its
            reading and its printing. grpc-batch, grpc-delete: seconds of one request over gRPC with N flow-mods, at most 150000.
            memory: bytes that a flow takes of the daemon's heap; memory-rss: growth of the daemon's resident memory by the
            first add, per flow, garbage and what the compiler needed included.""";
    private static final List<Integer> DEFAULT_COUNTS = List.of(10_000, 100_000, 1_000_000);
    private static final int MAX_FLOWS = 4_000_000;
    /** A request may have 16 MiB. */
    private static final int MAX_BATCH = 150_000;
    /** Removed flows are unlinked within a second. */
    private static final long PURGE_MS = 1100;
    private static final String BRIDGE = "br0";

    private final PrintStream out;
    private final boolean json;
    private final int repetitions;

    private FlowsBench(PrintStream out, boolean json, int repetitions) {
        this.out = out;
        this.json = json;
        this.repetitions = repetitions;
    }

    /**
     * Runs the benchmark.
     *
     * @throws IllegalArgumentException
     *             for a wrong argument; the message names it
     */
    public static void run(List<String> arguments, PrintStream out) throws IOException, InterruptedException {
        if (arguments.contains("--help") || arguments.contains("-h")) {
            out.println(USAGE);
            return;
        }
        boolean json = false;
        int repetitions = 3;
        List<Integer> counts = new ArrayList<>();
        for (int i = 0; i < arguments.size(); i++) {
            String argument = arguments.get(i);
            if (argument.equals("--json")) {
                json = true;
            } else if (argument.equals("--reps")) {
                if (++i == arguments.size()) {
                    throw new IllegalArgumentException("flows: --reps needs a value");
                }
                repetitions = number("--reps", arguments.get(i), 1000);
            } else if (argument.startsWith("-")) {
                throw new IllegalArgumentException("flows: unknown option '" + argument + "' (--help lists them)");
            } else {
                counts.add(number("N", argument, MAX_FLOWS));
            }
        }
        FlowsBench bench = new FlowsBench(out, json, repetitions);
        for (int count : counts.isEmpty() ? DEFAULT_COUNTS : counts) {
            bench.measure(count);
        }
    }

    private static int number(String name, String text, int max) {
        try {
            int value = Integer.parseInt(text);
            if (value >= 1 && value <= max) {
                return value;
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("flows: " + name + ": '" + text + "' is not a number", e);
        }
        throw new IllegalArgumentException("flows: " + name + ": " + text + " is not between 1 and " + max);
    }

    private static String rule(int i) {
        return "priority=100,tcp,in_port=1,nw_src=10." + (i >> 16 & 255) + '.' + (i >> 8 & 255) + '.' + (i & 255)
                + ",nw_dst=20.0.0.1,tp_src=" + (1024 + i % 60_000) + ",tp_dst=80,actions=output:2";
    }

    private void measure(int count) throws IOException, InterruptedException {
        Path rules = Files.createTempFile("turnout-flows", ".txt");
        try (Daemon daemon = new Daemon("--grpc", "127.0.0.1:0", "--metrics", "none")) {
            try (BufferedWriter writer = Files.newBufferedWriter(rules)) {
                for (int i = 0; i < count; i++) {
                    writer.write(rule(i));
                    writer.write('\n');
                }
            }
            daemon.turnout("vsctl", "add-br", BRIDGE, "--", "set", "bridge", BRIDGE, "datapath_type=dummy",
                    "fail_mode=secure");
            Measured measured = new Measured("turnout", "flows-" + count);
            commands(daemon, rules.toString(), count, measured);
            if (count <= MAX_BATCH) {
                batches(daemon, count, measured);
            }
            measured.print(out, json);
        } finally {
            Files.deleteIfExists(rules);
        }
    }

    private void commands(Daemon daemon, String rules, int count, Measured measured)
            throws IOException, InterruptedException {
        DaemonFigures figures = new DaemonFigures(daemon.pid());
        double live = figures.liveBytes();
        double resident = figures.residentBytes();
        double residentPerFlow = 0;
        for (int i = 0; i < repetitions; i++) {
            command(daemon, figures, measured, "add-flows", 0, "add-flows", BRIDGE, rules);
            if (i == 0) {
                // Later repetitions reuse memory: only the first one tells.
                residentPerFlow = (figures.residentBytes() - resident) / count;
            }
            command(daemon, figures, measured, "dump-flows", count + 1, "dump-flows", BRIDGE);
            command(daemon, figures, measured, "replace-same", 0, "replace-flows", BRIDGE, rules);
            command(daemon, figures, measured, "mod-flows", 0, "mod-flows", BRIDGE, "tcp,actions=output:3");
            command(daemon, figures, measured, "del-flows", 0, "del-flows", BRIDGE);
            TimeUnit.MILLISECONDS.sleep(PURGE_MS);
            command(daemon, figures, measured, "add-bundle", 0, "--bundle", "add-flows", BRIDGE, rules);
            if (i == 0) {
                measured.add("memory", "bytes/flow", (figures.liveBytes() - live) / count, -1);
                measured.add("memory-rss", "bytes/flow", residentPerFlow, -1);
            }
            command(daemon, figures, measured, "del-flows", 0, "del-flows", BRIDGE);
            TimeUnit.MILLISECONDS.sleep(PURGE_MS);
        }
    }

    /** Runs a command of {@code ofctl} and takes its time. */
    private static void command(Daemon daemon, DaemonFigures figures, Measured measured, String name, long lines,
            String... arguments) throws IOException, InterruptedException {
        double cpu = figures.cpuSeconds();
        long began = System.nanoTime();
        Process process = daemon.start("ofctl", arguments);
        process.getOutputStream().close();
        long printed = 0;
        try (InputStream in = process.getInputStream()) {
            byte[] buffer = new byte[1 << 16];
            for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
                for (int i = 0; i < length; i++) {
                    printed += buffer[i] == '\n' ? 1 : 0;
                }
            }
        }
        int code = process.waitFor();
        double seconds = (System.nanoTime() - began) / 1e9;
        if (code != 0 || printed != lines) {
            throw new IOException("ofctl " + String.join(" ", Arrays.asList(arguments)) + ": exit code " + code + ", "
                    + printed + " lines instead of " + lines);
        }
        TimeUnit.MILLISECONDS.sleep(50); // what the daemon still has to do belongs to it, too
        measured.add(name, "s", seconds, figures.cpuSeconds() - cpu);
    }

    private void batches(Daemon daemon, int count, Measured measured) throws IOException, InterruptedException {
        DaemonFigures figures = new DaemonFigures(daemon.pid());
        WriteRequest.Builder batch = WriteRequest.newBuilder().setBridge(BRIDGE).setAtomic(true);
        for (int i = 0; i < count; i++) {
            batch.addUpdates(FlowUpdate.newBuilder().setText(rule(i)));
        }
        WriteRequest add = batch.build();
        WriteRequest delete = WriteRequest.newBuilder().setBridge(BRIDGE).addUpdates(FlowUpdate.newBuilder()
                .setCommand(FlowUpdate.Command.DELETE).setText("")).build();
        ManagedChannel channel = NettyChannelBuilder.forTarget(daemon.grpc()).usePlaintext()
                .maxInboundMessageSize(1 << 24).build();
        try {
            FlowsGrpc.FlowsBlockingStub stub = FlowsGrpc.newBlockingStub(channel);
            for (int i = 0; i < repetitions; i++) {
                request(stub, add, figures, measured, "grpc-batch");
                request(stub, delete, figures, measured, "grpc-delete");
                TimeUnit.MILLISECONDS.sleep(PURGE_MS);
            }
        } finally {
            channel.shutdownNow();
        }
    }

    private static void request(FlowsGrpc.FlowsBlockingStub stub, WriteRequest request, DaemonFigures figures,
            Measured measured, String name) throws IOException {
        double cpu = figures.cpuSeconds();
        long began = System.nanoTime();
        List<UpdateStatus> statuses = stub.write(request).getStatusesList();
        double seconds = (System.nanoTime() - began) / 1e9;
        if (statuses.size() != request.getUpdatesCount() || statuses.stream().anyMatch(one -> one.getCode() != 0)) {
            throw new IOException(name + ": the switch refused flows");
        }
        measured.add(name, "s", seconds, figures.cpuSeconds() - cpu);
    }
}
