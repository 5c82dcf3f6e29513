package dev.turnout.bench;

import java.io.IOException;
import java.io.PrintStream;

import dev.turnout.bench.demo.Controller;
import dev.turnout.bench.demo.Scene;
import dev.turnout.bench.lab.Capabilities;
import dev.turnout.bench.lab.Daemon;
import dev.turnout.bench.lab.Host;
import dev.turnout.bench.lab.Lab;
import io.grpc.StatusRuntimeException;

/**
 * {@code ./turnout demo}: builds two hosts and a switch, programs the switch over gRPC, sends real traffic, changes a rule under
 * traffic, and shows what every cache did. Removes everything at the end, also on Ctrl-C.
 */
public final class Demo {
    private static final String BRIDGE = "br0";

    /** Whether this process is ending, which takes the switch away under the demo's hands. */
    private static volatile boolean isEnding;

    private Demo() {
    }

    /** Entry of the launcher. */
    public static void main(String[] arguments) {
        if (arguments.length > 0) {
            boolean help = arguments[0].equals("--help") || arguments[0].equals("-h");
            (help ? System.out : System.err).println(help
                    ? "usage: turnout demo\n\nTwo hosts, a switch between them, real traffic. Needs root; takes no arguments."
                    : "demo: takes no arguments, got '" + arguments[0] + "'");
            System.exit(help ? 0 : 1);
        }
        Runtime.getRuntime().addShutdownHook(new Thread(() -> isEnding = true, "demo-ends"));
        try {
            run(System.out);
        } catch (IOException | StatusRuntimeException e) {
            if (!isEnding) {
                System.err.println("demo: " + e.getMessage());
            }
            System.exit(1);
        }
        System.exit(0);
    }

    private static void run(PrintStream out) throws IOException {
        Capabilities.require();
        out.println();
        out.println("  Turnout: two hosts, one switch, real packets");
        out.println();
        out.println("      alice 10.9.0.1 ──── 1 [ " + BRIDGE + " ] 2 ──── bob 10.9.0.2");
        out.println();
        try (Lab lab = new Lab()) {
            Host alice = lab.addHost("alice", "10.9.0.1/24");
            Host bob = lab.addHost("bob", "10.9.0.2/24");
            try (Daemon daemon = new Daemon("--grpc", "127.0.0.1:0", "--metrics", "none");
                    Controller controller = new Controller(daemon.grpc(), BRIDGE)) {
                new Scene(out, alice, bob, daemon, controller).play();
            }
        }
        out.println("  Everything is removed again. Next: ./turnout help, docs/architecture.md");
        out.println();
    }
}
