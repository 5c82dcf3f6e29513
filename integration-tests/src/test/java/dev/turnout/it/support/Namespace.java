package dev.turnout.it.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;

import dev.turnout.bench.lab.Host;
import dev.turnout.bench.lab.Lab;

/**
 * A network namespace that exists from {@link #create} to {@link #close}. Code runs inside it by {@link #call}: on a platform thread that has entered the
 * namespace, so that sockets which it opens and threads which it starts belong there.
 */
public final class Namespace implements AutoCloseable {
    private static final AtomicInteger NUMBER = new AtomicInteger();

    private final String name;

    private Namespace(String name) {
        this.name = name;
    }

    /** Makes a namespace whose name no other test run uses, with its loopback interface up. */
    public static Namespace create() {
        Namespace namespace = new Namespace("to-" + ProcessHandle.current().pid() + "-" + NUMBER.incrementAndGet());
        run("ip", "netns", "add", namespace.name);
        namespace.ip("link", "set", "lo", "up");
        return namespace;
    }

    public String name() {
        return name;
    }

    /** Runs {@code ip} inside the namespace and returns what it printed. */
    public String ip(String... arguments) {
        List<String> command = new ArrayList<>(List.of("ip", "-n", name));
        command.addAll(List.of(arguments));
        return run(command.toArray(String[]::new));
    }

    /** Joins an interface of this namespace to one of another by a veth pair, both up. */
    public void veth(String mine, Namespace other, String theirs) {
        run("ip", "link", "add", mine, "netns", name, "type", "veth", "peer", "name", theirs, "netns", other.name);
        ip("link", "set", mine, "up");
        other.ip("link", "set", theirs, "up");
    }

    /** Runs code inside the namespace and waits for it. */
    public <T> T call(Callable<T> code) {
        FutureTask<T> task = start(code);
        try {
            return task.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("in namespace " + name + ": " + e.getCause(), e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Runs code inside the namespace, on a thread of its own. */
    public <T> FutureTask<T> start(Callable<T> code) {
        FutureTask<T> task = new FutureTask<>(() -> {
            Host.enter(name);
            return code.call();
        });
        Thread thread = new Thread(task, "in-" + name);
        thread.setDaemon(true);
        thread.start();
        return task;
    }

    @Override
    public void close() {
        run("ip", "netns", "del", name);
    }

    private static String run(String... command) {
        try {
            return Lab.run(command);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
