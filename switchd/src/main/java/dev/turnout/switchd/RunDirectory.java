package dev.turnout.switchd;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

import org.jspecify.annotations.Nullable;

/**
 * The run directory, held by one switch at a time: a lock on {@code turnout.pid}, which names the process. The kernel drops
 * the lock with the process, so a crash leaves nothing to clean up.
 */
final class RunDirectory implements AutoCloseable {
    /** The control socket's name. */
    static final String SOCKET = "turnout.sock";
    private static final String PID = "turnout.pid";

    private final Path path;
    private final FileChannel pidFile;

    private RunDirectory(Path path, FileChannel pidFile) {
        this.path = path;
        this.pidFile = pidFile;
    }

    /** Makes the directory where it is missing, and takes it. */
    static RunDirectory open(Path path) throws IOException {
        try {
            Files.createDirectories(path);
        } catch (IOException e) {
            throw new IOException("cannot make the run directory " + path + ": " + e.getMessage()
                    + "; choose one with --run-dir", e);
        }
        FileChannel file = FileChannel.open(path.resolve(PID), StandardOpenOption.CREATE, StandardOpenOption.READ,
                StandardOpenOption.WRITE);
        try {
            if (tryLock(file) == null) {
                String pid = read(file);
                throw new IOException("the run directory " + path + " is in use"
                        + (pid.isEmpty() ? "" : " by process " + pid) + "; choose another with --run-dir");
            }
            file.truncate(0);
            file.write(StandardCharsets.US_ASCII.encode(ProcessHandle.current().pid() + "\n"), 0);
            return new RunDirectory(path, file);
        } catch (IOException e) {
            file.close();
            throw e;
        }
    }

    private static @Nullable FileLock tryLock(FileChannel file) throws IOException {
        try {
            return file.tryLock();
        } catch (OverlappingFileLockException e) {
            return null; // another switch of this process has it
        }
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
        pidFile.truncate(0);
        pidFile.close();
    }
}
