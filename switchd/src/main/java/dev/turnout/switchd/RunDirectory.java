package dev.turnout.switchd;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import dev.turnout.switchd.config.IoText;

/**
 * The run directory, held by one switch at a time: a lock on {@code turnout.pid}, which names the process. The kernel drops
 * the lock with the process, so a crash leaves nothing to clean up.
 */
final class RunDirectory implements AutoCloseable {
    /** The control socket's name. */
    static final String SOCKET = "turnout.sock";
    private static final String PID = "turnout.pid";

    /**
     * Directories that switches of this process hold. Asked before the file is opened: closing any descriptor of a file
     * gives up all locks that the process has on it.
     */
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private final Path path;
    private final Path realPath;
    private final FileChannel pidFile;

    private RunDirectory(Path path, Path realPath, FileChannel pidFile) {
        this.path = path;
        this.realPath = realPath;
        this.pidFile = pidFile;
    }

    /** Makes the directory where it is missing, and takes it. */
    static RunDirectory open(Path path) throws IOException {
        Path real;
        try {
            Files.createDirectories(path);
            real = path.toRealPath();
        } catch (IOException e) {
            throw new IOException("cannot make the run directory " + path + ": " + IoText.reason(e)
                    + "; choose one with --run-dir", e);
        }
        if (!HELD.add(real)) {
            throw inUse(path, Long.toString(ProcessHandle.current().pid()));
        }
        try {
            return new RunDirectory(path, real, lock(path));
        } catch (IOException e) {
            HELD.remove(real);
            throw e;
        }
    }

    private static FileChannel lock(Path path) throws IOException {
        FileChannel file;
        try {
            file = FileChannel.open(path.resolve(PID), StandardOpenOption.CREATE, StandardOpenOption.READ,
                    StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw new IOException("cannot use the run directory " + path + ": " + PID + ": " + IoText.reason(e)
                    + "; choose another with --run-dir", e);
        }
        try {
            if (file.tryLock() == null) {
                throw inUse(path, read(file));
            }
            file.truncate(0);
            file.write(StandardCharsets.US_ASCII.encode(ProcessHandle.current().pid() + "\n"), 0);
            return file;
        } catch (IOException e) {
            file.close();
            throw e;
        }
    }

    private static IOException inUse(Path path, String pid) {
        return new IOException("the run directory " + path + " is in use"
                + (pid.isEmpty() ? "" : " by process " + pid) + "; choose another with --run-dir");
    }

    private static String read(FileChannel file) throws IOException {
        ByteBuffer text = ByteBuffer.allocate(32);
        file.read(text, 0);
        return StandardCharsets.US_ASCII.decode(text.flip()).toString().strip();
    }

    Path path() {
        return path;
    }

    Path socket() {
        return path.resolve(SOCKET);
    }

    /** Lets the directory go. */
    @Override
    public void close() throws IOException {
        try (pidFile) {
            pidFile.truncate(0);
        } finally {
            HELD.remove(realPath);
        }
    }
}
