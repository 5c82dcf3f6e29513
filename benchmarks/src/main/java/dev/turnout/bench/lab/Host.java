package dev.turnout.bench.lab;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import dev.turnout.core.io.Linux;
import dev.turnout.core.io.SystemCallException;
import dev.turnout.core.io.SystemCalls;

/**
 * A host of a {@link Lab}: a network namespace, and threads that live in it. Sockets that are opened on these threads belong
 * to the namespace, whoever uses them later.
 *
 * <p>Thread rules: any thread may submit work.
 */
public final class Host {
    private static final Path SYSCTL = Path.of("/proc/sys");

    private final String namespace;
    private final String nearInterface;
    private final String interfaceName;
    private final String address;
    private final ExecutorService threads;

    Host(String namespace, String nearInterface, String interfaceName, String address) {
        this.namespace = namespace;
        this.nearInterface = nearInterface;
        this.interfaceName = interfaceName;
        this.address = address.substring(0, address.indexOf('/'));
        threads = Executors.newCachedThreadPool(task -> {
            // Entering is per thread and for good, so these threads do nothing but this host's work.
            Thread thread = new Thread(() -> {
                enter(namespace);
                task.run();
            }, namespace);
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Moves the calling (platform) thread into a namespace, for good. */
    public static void enter(String namespace) {
        SystemCalls calls = SystemCalls.ofThread();
        try {
            String path = "/run/netns/" + namespace;
            int fd = (int) SystemCalls.check(calls.open(path, Linux.O_RDONLY | Linux.O_CLOEXEC), "open " + path);
            try {
                SystemCalls.check(calls.setns(fd, Linux.CLONE_NEWNET), "setns " + path, "CAP_SYS_ADMIN");
            } finally {
                calls.close(fd);
            }
        } catch (SystemCallException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
    }

    public String namespace() {
        return namespace;
    }

    /** The veth end in the switch's namespace. */
    public String nearInterface() {
        return nearInterface;
    }

    /** The veth end inside. */
    public String interfaceName() {
        return interfaceName;
    }

    /** The host's address. */
    public InetAddress address() {
        return InetAddress.ofLiteral(address);
    }

    /** Begins work inside. */
    public <T> Future<T> submit(Callable<T> work) {
        return threads.submit(work);
    }

    /** Does work inside and waits for it. */
    public <T> T call(Callable<T> work) throws IOException {
        return await(submit(work));
    }

    /** Waits for work that was submitted; its failure becomes an IOException that says what it was. */
    public static <T> T await(Future<T> work) throws IOException {
        try {
            return work.get();
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw cause instanceof IOException failure ? failure : new IOException(cause.toString(), cause);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            work.cancel(true);
            throw new IOException("interrupted", e);
        }
    }

    /** Runs an {@code ip} command for this namespace. */
    public String ip(String... arguments) throws IOException {
        String[] command = new String[arguments.length + 3];
        command[0] = "ip";
        command[1] = "-n";
        command[2] = namespace;
        System.arraycopy(arguments, 0, command, 3, arguments.length);
        return Lab.run(command);
    }

    /** Writes a setting below {@code /proc/sys} as this namespace sees it; where the kernel lacks it nothing happens. */
    public void writeSysctl(String name, String value) throws IOException {
        call(() -> {
            Path path = SYSCTL.resolve(name);
            if (Files.exists(path)) {
                Files.writeString(path, value);
            }
            return true;
        });
    }

    void close() {
        threads.shutdownNow();
    }
}
