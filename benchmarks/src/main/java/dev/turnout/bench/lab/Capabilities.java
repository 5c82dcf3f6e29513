package dev.turnout.bench.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/** What a process needs to make namespaces, interfaces and raw sockets. Root has it all. */
public final class Capabilities {
    private static final int CAP_NET_ADMIN = 12;
    private static final int CAP_NET_RAW = 13;
    private static final int CAP_SYS_ADMIN = 21;

    private Capabilities() {
    }

    /** What this process lacks, in words; empty if nothing. */
    public static Optional<String> missing() {
        if (!Files.isDirectory(Path.of("/proc/self/ns"))) {
            return Optional.of("this system has no Linux namespaces");
        }
        try (Stream<String> status = Files.lines(Path.of("/proc/self/status"))) {
            String line = status.filter(l -> l.startsWith("CapEff:")).findFirst().orElse("CapEff: 0");
            return missing(Long.parseUnsignedLong(line.substring(7).strip(), 16));
        } catch (IOException e) {
            return Optional.of("cannot read /proc/self/status: " + e.getMessage());
        }
    }

    /** The first capability that a set of effective ones lacks. */
    public static Optional<String> missing(long effective) {
        if ((effective >>> CAP_SYS_ADMIN & 1) == 0) {
            return Optional.of("no CAP_SYS_ADMIN");
        }
        if ((effective >>> CAP_NET_ADMIN & 1) == 0) {
            return Optional.of("no CAP_NET_ADMIN");
        }
        return (effective >>> CAP_NET_RAW & 1) == 0 ? Optional.of("no CAP_NET_RAW") : Optional.empty();
    }

    /** Fails with one line where something is missing. */
    public static void require() throws IOException {
        Optional<String> missing = missing();
        if (missing.isPresent()) {
            throw new IOException("needs root, for namespaces and interfaces: " + missing.get());
        }
    }
}
