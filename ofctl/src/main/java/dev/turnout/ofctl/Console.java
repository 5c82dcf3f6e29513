package dev.turnout.ofctl;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * What a command sees of the world: its streams, its environment, and whether a person watches. Tests bring their own.
 *
 * <p>Standard output is buffered; whoever writes something that somebody waits for flushes.
 *
 * @param out
 *            for results
 * @param err
 *            for the one line of an error, and for warnings
 * @param in
 *            read where a file is named {@code -}
 * @param environment
 *            the environment's variables
 * @param isTerminal
 *            whether {@code out} is a terminal: then ports are shown by their names
 */
public record Console(PrintStream out, PrintStream err, InputStream in, Map<String, String> environment,
        boolean isTerminal) {
    /** The process's own. */
    public static Console ofProcess() {
        PrintStream out = new PrintStream(new BufferedOutputStream(new FileOutputStream(FileDescriptor.out), 1 << 16),
                false,
                StandardCharsets.UTF_8);
        PrintStream err = new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);
        return new Console(out, err, System.in, System.getenv(), isTerminal("/proc/self/fd/1"));
    }

    /** Looks at the link rather than asking {@link System#console}, which costs a good deal of start-up time. */
    private static boolean isTerminal(String descriptor) {
        try {
            String file = Files.readSymbolicLink(Path.of(descriptor)).toString();
            return file.startsWith("/dev/pts/") || file.startsWith("/dev/tty") || file.equals("/dev/console");
        } catch (IOException | UnsupportedOperationException e) {
            return false;
        }
    }

    /** A variable of the environment, or null where it is unset or empty. */
    public @Nullable String variable(String name) {
        String value = environment.get(name);
        return value == null || value.isEmpty() ? null : value;
    }
}
