package dev.turnout.bench.veth;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import com.sun.management.ThreadMXBean;
import dev.turnout.bench.lab.Daemon;
import dev.turnout.bench.lab.Host;
import dev.turnout.bench.lab.Lab;
import dev.turnout.core.ThreadCounter;
import dev.turnout.switchd.TurnoutSwitch;
import dev.turnout.switchd.config.ConfigException;
import dev.turnout.switchd.config.ConfigFile;
import dev.turnout.switchd.config.SwitchSettings;
import org.jspecify.annotations.Nullable;

/** What joins the two hosts while something is measured. */
interface JoinedBy extends AutoCloseable {
    /** What is in use, for the result. */
    String description();

    /** CPU seconds that it has used; 0 where nobody can tell. */
    double cpuSeconds() throws IOException;

    /** Packets that its forwarding thread has received, and the bytes of heap that the thread has allocated; null where another process does it. */
    default @Nullable Work work() {
        return null;
    }

    /** See {@link #work}. */
    record Work(long packets, long allocatedBytes) {
    }

    @Override
    void close() throws IOException;

    /** The daemon with a bridge of two ports and a rule for each direction. */
    static JoinedBy daemon(Host a, Host b, String receiveMode) throws IOException {
        Path file = configuration(a, b, receiveMode);
        try {
            Daemon daemon = new Daemon("--config", file.toString(), "--grpc", "none", "--metrics", "none");
            return of("turnout", daemon.pid(), daemon::close);
        } finally {
            Files.delete(file);
        }
    }

    private static Path configuration(Host a, Host b, String receiveMode) throws IOException {
        StringBuilder config = new StringBuilder("""
                bridges:
                  br0:
                    fail-mode: secure
                    flows: ["in_port=1,actions=output:2", "in_port=2,actions=output:1"]
                    ports:
                """);
        int number = 1;
        for (Host host : List.of(a, b)) {
            config.append("      ").append(host.nearInterface()).append(": {ofport: ").append(number++);
            config.append(receiveMode.isEmpty() ? "}\n" : ", options: {receive-mode: " + receiveMode + "}}\n");
        }
        Path file = Files.createTempFile("turnout-veth", ".yaml");
        Files.writeString(file, config);
        return file;
    }

    /** The same switch inside this process, where its forwarding thread's allocations can be seen. */
    static JoinedBy embedded(Host a, Host b, String receiveMode) throws IOException {
        Path file = configuration(a, b, receiveMode);
        try {
            TurnoutSwitch turnout = TurnoutSwitch.start(ConfigFile.read(file, SwitchSettings.builder()).build());
            return new Embedded(turnout);
        } catch (ConfigException e) {
            throw new IOException(e.getMessage(), e);
        } finally {
            Files.delete(file);
        }
    }

    /** A switch inside this process with one forwarding thread. */
    record Embedded(TurnoutSwitch turnout) implements JoinedBy {
        private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

        private long thread() {
            return turnout.datapath().threads().get(0).thread().threadId();
        }

        @Override
        public String description() {
            return "turnout-embedded";
        }

        @Override
        public double cpuSeconds() {
            return THREADS.getThreadCpuTime(thread()) / 1e9;
        }

        @Override
        public Work work() {
            return new Work(turnout.datapath().count(ThreadCounter.RECEIVED),
                    THREADS.getThreadAllocatedBytes(thread()));
        }

        @Override
        public void close() throws IOException {
            turnout.close();
        }
    }

    /** The ports alone, in a process of their own: what they can do without the switch above them. */
    static JoinedBy ports(Host a, Host b, String receiveMode) throws IOException {
        List<String> command = new ArrayList<>(
                List.of(System.getProperty("java.home") + "/bin/java", "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow", "-XX:+UseSerialGC", "-cp",
                        System.getProperty("java.class.path"),
                        TwoPortSwitch.class.getName(), a.nearInterface(), b.nearInterface()));
        if (!receiveMode.isEmpty()) {
            command.add(receiveMode);
        }
        Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        BufferedReader output = new BufferedReader(
                new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        String line = output.readLine();
        if (line == null || !line.startsWith("ready ")) {
            process.destroy();
            throw new IOException("the ports could not be opened");
        }
        return of("turnout-ports", process.pid(), () -> {
            process.getOutputStream().close(); // the end of its input ends it
            process.onExit().join();
        });
    }

    /** The kernel's bridge. */
    static JoinedBy bridge(Host a, Host b) throws IOException {
        String name = a.nearInterface() + "b";
        Lab.run("ip", "link", "add", name, "type", "bridge");
        for (Host host : List.of(a, b)) {
            Lab.run("ip", "link", "set", host.nearInterface(), "master", name);
        }
        Lab.run("ip", "link", "set", name, "up");
        return of("linux-bridge", -1, () -> Lab.run("ip", "link", "del", name));
    }

    /** Ends what joins. */
    @FunctionalInterface
    interface End {
        void run() throws IOException;
    }

    private static JoinedBy of(String description, long pid, End end) {
        return new JoinedBy() {
            @Override
            public String description() {
                return description;
            }

            @Override
            public double cpuSeconds() throws IOException {
                return pid < 0 ? 0 : Counters.cpuSeconds(pid);
            }

            @Override
            public void close() throws IOException {
                end.run();
            }
        };
    }

    /** The kinds by name: {@code daemon}, {@code embedded}, {@code ports}, {@code bridge}. */
    static JoinedBy open(String kind, Host a, Host b, String receiveMode) throws IOException {
        Map<String, Opener> openers = Map.of("daemon", () -> daemon(a, b, receiveMode), "embedded",
                () -> embedded(a, b, receiveMode), "ports", () -> ports(a, b, receiveMode), "bridge",
                () -> bridge(a, b));
        Opener opener = openers.get(kind);
        if (opener == null) {
            throw new IllegalArgumentException("'" + kind + "' is not one of daemon, embedded, ports, bridge");
        }
        return opener.open();
    }

    /** Begins to join. */
    @FunctionalInterface
    interface Opener {
        JoinedBy open() throws IOException;
    }
}
