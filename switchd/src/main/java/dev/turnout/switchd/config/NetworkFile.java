package dev.turnout.switchd.config;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;

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

    /** YAML's mark for the end of a document. */
    private static final String END = "...";

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
        requireEnd();
        NetworkConfig config = NetworkYaml.read(root.map("bridges"), (bridge, map) -> {
        });
        root.close();
        return config;
    }

    /** The beginning of a YAML document is mostly one, too: only its end tells that it is whole. */
    private void requireEnd() throws ConfigException {
        try {
            List<String> lines = Files.readAllLines(file, StandardCharsets.UTF_8);
            if (lines.isEmpty() || !lines.getLast().equals(END)) {
                throw new ConfigException(file.toString(), Math.max(1, lines.size()), "the file is cut off: expected \""
                        + END + "\" as its last line; restore the file, or remove it to begin without bridges");
            }
        } catch (IOException e) {
            throw new ConfigException(file.toString(), "cannot be read: " + IoText.reason(e));
        }
    }

    /** Keeps a configuration; when it returns it is on disk. */
    public void save(NetworkConfig config) throws IOException {
        ByteBuffer text = StandardCharsets.UTF_8.encode(
                "# Bridges and ports as vsctl has set them. The switch writes this file; edit it only while it is down.\n"
                        + NetworkYaml.write(config) + END + "\n");
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
