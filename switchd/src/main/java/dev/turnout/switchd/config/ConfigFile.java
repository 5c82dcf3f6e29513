package dev.turnout.switchd.config;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import dev.turnout.switchd.config.SwitchSettings.FlowLine;
import org.jspecify.annotations.Nullable;

/**
 * The daemon's configuration file. Every key is optional; {@code docs/configuration.md} lists them.
 *
 * <p>Nothing but the file is looked at: what it says may still fail to come about, an interface that is not there for
 * instance.
 */
public final class ConfigFile {
    private ConfigFile() {
    }

    /** Reads a file into settings that begin with what {@code builder} has. */
    public static SwitchSettings.Builder read(Path file, SwitchSettings.Builder builder) throws ConfigException {
        YamlMap root = YamlMap.read(file);
        builder.forwardingThreads((int) root.integer("forwarding-threads", 1, 1, 64))
                .handlerThreads((int) root.integer("n-handler-threads", SwitchSettings.SLOW_THREADS, 1, 64))
                .revalidatorThreads((int) root.integer("n-revalidator-threads", SwitchSettings.SLOW_THREADS, 1, 64))
                .maxIdleMs((int) root.integer("max-idle", 10_000, 500, 3_600_000))
                .maxRevalidatorMs((int) root.integer("max-revalidator", 500, 100, 60_000))
                .minRevalidatePps((int) root.integer("min-revalidate-pps", 5, 0, 1_000_000))
                .flowLimit((int) root.integer("flow-limit", 200_000, 1000, 10_000_000))
                .emcInsertInvProb((int) root.integer("emc-insert-inv-prob", 100, 0, Integer.MAX_VALUE))
                .smcEnable(root.bool("smc-enable", true))
                .smallBuffers((int) root.integer("packet-buffers", 4096, 512, 1_048_576))
                .largeBuffers((int) root.integer("large-packet-buffers", 256, 16, 65_536))
                .spinMicros((int) root.integer("spin", 50, 0, 1_000_000))
                .ioUring(root.bool("io-uring", true));
        String runDir = root.string("run-dir", "");
        if (!runDir.isEmpty()) {
            builder.runDir(Path.of(runDir));
        }
        String grpc = root.string("grpc", "");
        if (!grpc.isEmpty()) {
            builder.grpc(listen(root, "grpc", grpc));
        }
        String metrics = root.string("metrics", "");
        if (!metrics.isEmpty()) {
            builder.metrics(listen(root, "metrics", metrics));
        }
        Map<String, List<FlowLine>> flows = new HashMap<>();
        builder.network(NetworkYaml.read(root.map("bridges"),
                (bridge, map) -> flows.put(bridge, flows(file, map))));
        builder.flows(flows);
        root.close();
        return builder;
    }

    private static @Nullable Listen listen(YamlMap root, String key, String text) throws ConfigException {
        try {
            return Listen.parse(text);
        } catch (IllegalArgumentException e) {
            throw root.error(key, String.valueOf(e.getMessage()));
        }
    }

    private static List<FlowLine> flows(Path file, YamlMap bridge) throws ConfigException {
        List<FlowLine> flows = new ArrayList<>();
        for (Map.Entry<String, Integer> flow : bridge.stringLines("flows")) {
            flows.add(new FlowLine(flow.getKey(), bridge.file() + ":" + flow.getValue()));
        }
        String name = bridge.string("flows-file", "");
        if (!name.isEmpty()) {
            Path path = file.toAbsolutePath().resolveSibling(name);
            try {
                List<String> lines = Files.readAllLines(path, StandardCharsets.UTF_8);
                for (int i = 0; i < lines.size(); i++) {
                    String line = lines.get(i).replaceFirst("#.*", "").strip();
                    if (!line.isEmpty()) {
                        flows.add(new FlowLine(line, path + ":" + (i + 1)));
                    }
                }
            } catch (IOException e) {
                throw bridge.error("flows-file", "cannot read " + path + ": " + IoText.reason(e));
            }
        }
        return flows;
    }
}
