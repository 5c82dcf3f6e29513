package dev.turnout.switchd.config;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

import dev.turnout.switchd.network.NetworkConfig;

/**
 * The file in the run directory that keeps bridges and ports over restarts, in the syntax of the configuration's section
 * {@code bridges}. It is replaced as a whole: whoever reads it, also after a crash, sees one configuration or the next.
 *
 * <p>Thread rules: one thread at a time.
 */
public final class NetworkFile {
    /** Its name in the run directory. */
    public static final String NAME = "network.yaml";

    private final Path file;
    private final Path temporary;

    public NetworkFile(Path runDir) {
        file = runDir.resolve(NAME);
        temporary = runDir.resolve(NAME + ".new");
    }

    /** What is kept; nothing if there is no file yet. */
    public NetworkConfig load() throws ConfigException {
        if (!Files.exists(file)) {
            return NetworkConfig.EMPTY;
        }
        YamlMap root = YamlMap.read(file);
        NetworkConfig config = NetworkYaml.read(root.map("bridges"), (bridge, map) -> {
        });
        root.close();
        return config;
    }

    /** Keeps a configuration; when it returns it is on disk. */
    public void save(NetworkConfig config) throws IOException {
        ByteBuffer text = StandardCharsets.UTF_8.encode(
                "# Bridges and ports as vsctl has set them. The switch writes this file; edit it only while it is down.\n"
                        + NetworkYaml.write(config));
        try (FileChannel out = FileChannel.open(temporary, StandardOpenOption.CREATE, StandardOpenOption.WRITE,
                StandardOpenOption.TRUNCATE_EXISTING)) {
            while (text.hasRemaining()) {
                out.write(text);
            }
            out.force(true);
        }
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        try (FileChannel directory = FileChannel.open(file.toAbsolutePath().getParent(), StandardOpenOption.READ)) {
            directory.force(true);
        }
    }
}
