package dev.turnout.bench.demo;

import java.io.IOException;
import java.io.PrintStream;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

import dev.turnout.bench.lab.Daemon;
import dev.turnout.bench.lab.Host;
import dev.turnout.bench.lab.Ping;
import dev.turnout.bench.lab.TcpTransfer;
import dev.turnout.bench.lab.UdpStream;
import dev.turnout.v1.FlowStats;
import dev.turnout.v1.GetStatsResponse;
import dev.turnout.v1.ThreadStats;

/**
 * What the demo does once hosts and switch are there, step by step, and what it says about it. A step that does not come out as
 * it must ends the demo with an error: it is a test, too.
 */
public final class Scene {
    private static final int PINGS = 200;
    private static final long TRANSFER_NS = TimeUnit.SECONDS.toNanos(3);
    private static final int UDP_PER_SECOND = 2000;
    private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(5);
    private static final String STOP_UDP = "priority=200,udp,in_port=1";

    private final PrintStream out;
    private final Host alice;
    private final Host bob;
    private final Daemon daemon;
    private final Controller controller;

    public Scene(PrintStream out, Host alice, Host bob, Daemon daemon, Controller controller) {
        this.out = out;
        this.alice = alice;
        this.bob = bob;
        this.daemon = daemon;
        this.controller = controller;
    }

    /** Plays all steps. */
    public void play() throws IOException {
        program();
        ping("Alice pings Bob");
        transfer();
        ping("Pings once more, now that the compiler has seen the switch's hot code");
        changeUnderTraffic();
        showCaches();
        showFlows();
    }

    private void program() throws IOException {
        controller.addBridge(alice.nearInterface(), bob.nearInterface());
        controller.add("priority=100,arp,actions=NORMAL", "priority=100,ip,in_port=1,nw_dst=10.9.0.2,actions=output:2",
                "priority=100,ip,in_port=2,nw_dst=10.9.0.1,actions=output:1", "priority=0,actions=drop");
        step("The switch runs (pid " + daemon.pid() + ") and was given a bridge, two ports and four rules over gRPC.");
    }

    private void ping(String what) throws IOException {
        Ping.Result first = Ping.run(alice, bob, 20, TimeUnit.MILLISECONDS.toNanos(5), TimeUnit.SECONDS.toNanos(1));
        require(first.received() > 0, "no ping was answered");
        Ping.Result result = Ping.run(alice, bob, PINGS, TimeUnit.MILLISECONDS.toNanos(2),
                TimeUnit.SECONDS.toNanos(1));
        require(result.received() == PINGS, result.received() + " of " + PINGS + " pings were answered");
        step("%s: %d of %d answered, half of them within %.0f µs, 99 %% within %.0f µs.", what, result.received(),
                PINGS,
                result.quantileNs(0.5) / 1e3, result.quantileNs(0.99) / 1e3);
    }

    private void transfer() throws IOException {
        TcpTransfer.Result there = TcpTransfer.run(alice, bob, 1, TRANSFER_NS);
        TcpTransfer.Result back = TcpTransfer.run(bob, alice, 1, TRANSFER_NS);
        step("TCP, one connection, every byte accounted for:");
        note("alice → bob  %6.2f Gbit/s  (%,d MB)", there.gigabitsPerSecond(), there.bytes() >> 20);
        note("bob → alice  %6.2f Gbit/s  (%,d MB)", back.gigabitsPerSecond(), back.bytes() >> 20);
    }

    private void changeUnderTraffic() throws IOException {
        try (UdpStream stream = new UdpStream(alice, bob, 64, UDP_PER_SECOND)) {
            await("the UDP stream to arrive", () -> stream.received() > UDP_PER_SECOND / 4);
            long before = System.nanoTime();
            controller.add(STOP_UDP + ",actions=drop");
            long written = System.nanoTime();
            // It has stopped when many more were sent and none of them has come.
            long[] quiet = {stream.received(), stream.sent()};
            await("the drop rule to take effect", () -> {
                if (stream.received() != quiet[0]) {
                    quiet[0] = stream.received();
                    quiet[1] = stream.sent();
                }
                return stream.sent() - quiet[1] > UDP_PER_SECOND / 4;
            });
            long last = stream.lastReceivedNs();
            step("Under a UDP stream of %,d packets/s a rule that drops it was added: the call took %.1f ms,",
                    UDP_PER_SECOND, (written - before) / 1e6);
            note("the last packet came %.1f ms after it began.", Math.max(0, last - before) / 1e6);
            long held = stream.received();
            before = System.nanoTime();
            controller.deleteStrict(STOP_UDP);
            await("the stream to come again", () -> stream.received() > held);
            note("The rule was deleted: the stream was back %.1f ms after that.", (System.nanoTime() - before) / 1e6);
        }
    }

    private void showCaches() {
        GetStatsResponse stats = controller.stats();
        step("Who decided each packet:");
        for (ThreadStats thread : stats.getThreadsList()) {
            long emc = counter(thread, "emc_hits");
            long smc = counter(thread, "smc_hits");
            long megaflow = counter(thread, "megaflow_hits");
            long miss = counter(thread, "misses");
            long all = Math.max(1, emc + smc + megaflow + miss);
            note("forwarding thread %d (%s), %,d packets", thread.getId(), thread.getIo(),
                    counter(thread, "received"));
            bar("exact-match cache", emc, all);
            bar("signature cache", smc, all);
            bar("megaflow classifier", megaflow, all);
            bar("slow path (upcalls)", miss, all);
            thread.getDropsMap().forEach((reason, count) -> note("  dropped: %s %,d", reason, count));
        }
        note("megaflows installed now: %d", stats.getSlowPathOrDefault("megaflows", 0));
    }

    private void bar(String name, long hits, long all) {
        double share = (double) hits / all;
        note("  %-20s %,14d  %6.2f %%  %s", name, hits, 100 * share, "█".repeat((int) Math.round(share * 30)));
    }

    private void showFlows() {
        step("The rules, with what they have forwarded:");
        for (FlowStats flow : controller.dump()) {
            String match = flow.getEntry().getMatch().isEmpty() ? "(anything)" : flow.getEntry().getMatch();
            note("  %,12d packets %,16d bytes   priority %-5d %s → %s", flow.getPackets(), flow.getBytes(),
                    flow.getEntry().getPriority(), match, flow.getEntry().getActions());
        }
        out.println();
    }

    private static long counter(ThreadStats thread, String name) {
        return thread.getCountersOrDefault(name, 0);
    }

    @SuppressWarnings("AnnotateFormatMethod") // no dependency on the annotations for two private methods
    private void step(String text, Object... values) {
        out.println("  • " + String.format(Locale.ROOT, text, values));
        out.flush();
    }

    @SuppressWarnings("AnnotateFormatMethod") // no dependency on the annotations for two private methods
    private void note(String text, Object... values) {
        out.println("      " + String.format(Locale.ROOT, text, values));
        out.flush();
    }

    private static void require(boolean condition, String otherwise) throws IOException {
        if (!condition) {
            throw new IOException(otherwise);
        }
    }

    private static void await(String what, BooleanSupplier condition) throws IOException {
        long deadline = System.nanoTime() + PATIENCE_NS;
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new IOException("waited in vain for " + what);
            }
            LockSupport.parkNanos(100_000);
        }
    }
}
