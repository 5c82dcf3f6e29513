package dev.turnout.bench.lab;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A set of hosts, each a network namespace joined to this one by a veth pair, whose near end a switch can attach to.
 *
 * <p>Thread rules: one thread builds and closes it; the shutdown hook may close it, too.
 */
public final class Lab implements AutoCloseable {
    private static final AtomicInteger COUNT = new AtomicInteger();
    private static final int COMMAND_SECONDS = 20;

    private final int number = COUNT.incrementAndGet();
    private final String prefix = "to-" + ProcessHandle.current().pid() + "-" + number;
    private final List<Host> hosts = new ArrayList<>();
    private final List<Cable> cables = new ArrayList<>();
    private final Thread hook = new Thread(this::removeAll, "lab-cleanup");
    private boolean closed;

    /** Opens an empty laboratory. */
    public Lab() {
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /**
     * Adds a host: namespace, veth pair with its offloads on, address, both ends up.
     *
     * @param label
     *            short and unique in the lab; becomes part of the names
     * @param address
     *            with prefix length, {@code 10.9.0.1/24}
     */
    public synchronized Host addHost(String label, String address) throws IOException {
        Capabilities.require();
        String namespace = prefix + "-" + label;
        String near = interfaceName(label);
        run("ip", "netns", "add", namespace);
        Host host = new Host(namespace, near, "eth0", address);
        hosts.add(host);
        run("ip", "link", "add", near, "type", "veth", "peer", "name", "eth0", "netns", namespace);
        run("ip", "-n", namespace, "link", "set", "lo", "up");
        run("ip", "-n", namespace, "addr", "add", address, "dev", "eth0");
        run("ip", "-n", namespace, "link", "set", "eth0", "up");
        run("ip", "link", "set", near, "up");
        // Nobody but the laboratory's own programs shall send: no IPv6 autoconfiguration chatter.
        host.writeSysctl("net/ipv6/conf/eth0/disable_ipv6", "1");
        return host;
    }

    /**
     * The two ends of a veth pair in this namespace, for joining switches.
     *
     * @param left
     *            one end's name
     * @param right
     *            the other's
     */
    public record Cable(String left, String right) {
    }

    /** Adds a cable, both ends up; the label as in {@link #addHost}. */
    public synchronized Cable addCable(String label) throws IOException {
        Cable cable = new Cable(interfaceName(label + "l"), interfaceName(label + "r"));
        run("ip", "link", "add", cable.left(), "type", "veth", "peer", "name", cable.right());
        cables.add(cable);
        run("ip", "link", "set", cable.left(), "up");
        run("ip", "link", "set", cable.right(), "up");
        return cable;
    }

    private String interfaceName(String label) {
        String name = "to" + Long.toString(ProcessHandle.current().pid() % 1679616, 36) + number + label;
        if (name.length() > 15) {
            throw new IllegalArgumentException("interface name " + name + " is longer than 15 characters");
        }
        return name;
    }

    /** Removes all hosts and cables. */
    @Override
    public void close() {
        removeAll();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            return; // the process is ending, the hook runs or has run
        }
    }

    private synchronized void removeAll() {
        if (closed) {
            return;
        }
        closed = true;
        for (Host host : hosts) {
            host.close();
            removeLink(host.nearInterface());
            try {
                run("ip", "netns", "del", host.namespace());
            } catch (IOException e) {
                System.err.println("cannot remove " + host.namespace() + ": " + e.getMessage());
            }
        }
        for (Cable cable : cables) {
            removeLink(cable.left());
        }
    }

    private static void removeLink(String name) {
        try {
            run("ip", "link", "del", name);
        } catch (IOException e) {
            return; // gone already, by a test that removed it
        }
    }

    /**
     * Runs a command to its end and returns what it printed.
     *
     * @throws IOException
     *             if it is not there, fails or takes too long; the message holds its output
     */
    public static String run(String... command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        try {
            if (!process.waitFor(COMMAND_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IOException(String.join(" ", command) + " took more than " + COMMAND_SECONDS + " s");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            process.destroyForcibly();
            throw new IOException("interrupted in " + String.join(" ", command), e);
        }
        if (process.exitValue() != 0) {
            throw new IOException(String.join(" ", command) + ": " + output);
        }
        return output;
    }
}
