package dev.turnout.switchd.metrics;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

import dev.turnout.core.DatapathPort;
import dev.turnout.core.DropReason;
import dev.turnout.core.ForwardingThread;
import dev.turnout.core.PortCounters;
import dev.turnout.core.PortCounters.Counter;
import dev.turnout.core.ThreadCounter;
import dev.turnout.flow.Malformed;
import dev.turnout.ofproto.Bridge;
import dev.turnout.ofproto.LearnCounts;
import dev.turnout.ofproto.PortInfo;
import dev.turnout.ofproto.XlateDrop;
import dev.turnout.revalidator.RevalidatorStats;
import dev.turnout.switchd.TurnoutSwitch;
import dev.turnout.switchd.Version;
import dev.turnout.switchd.controller.PacketIns;
import dev.turnout.upcall.DeleteReason;
import dev.turnout.upcall.UkeyState;
import dev.turnout.upcall.UpcallCounter;
import dev.turnout.upcall.UpcallStats;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tags;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;

/**
 * The switch's counters as Micrometer meters; {@code docs/metrics.md} lists them. Nothing is counted here: meters read what
 * the threads count anyway. Meters of ports and bridges come and go with them, compared at each scrape.
 *
 * <p>Thread rules: {@link #scrape} from any thread, one at a time.
 */
public final class SwitchMetrics {
    private final TurnoutSwitch turnout;
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    /** By the very bridge or port that they read: another one of the same name has meters of its own. */
    private final IdentityHashMap<Object, List<Meter>> dynamic = new IdentityHashMap<>();
    /** What the slow path had counted when the present scrape began. */
    private UpcallStats upcalls;
    private RevalidatorStats rounds;

    public SwitchMetrics(TurnoutSwitch turnout) {
        this.turnout = turnout;
        upcalls = turnout.upcalls().stats();
        rounds = turnout.revalidator().stats();
        gauge("turnout.build.info", "", "The program's version, in a label", Tags.of("version", Version.NUMBER),
                ignored -> 1);
        turnout.datapath().threads().forEach(this::thread);
        slowPath();
    }

    /** All meters in Prometheus' text format. */
    public synchronized String scrape() {
        upcalls = turnout.upcalls().stats();
        rounds = turnout.revalidator().stats();
        syncDynamic();
        return registry.scrape();
    }

    // --- forwarding threads -----------------------------------------------------------------------

    private void thread(ForwardingThread thread) {
        Tags tags = Tags.of("thread", Integer.toString(thread.id()));
        cache(thread, tags.and("cache", "emc"), ThreadCounter.EMC_HITS);
        cache(thread, tags.and("cache", "smc"), ThreadCounter.SMC_HITS);
        cache(thread, tags.and("cache", "megaflow"), ThreadCounter.MEGAFLOW_HITS);
        count(thread, tags, "received", "packets", "Packets received from ports", ThreadCounter.RECEIVED);
        count(thread, tags, "outputs", "packets", "Packets handed to a port", ThreadCounter.OUTPUTS);
        count(thread, tags, "misses", "packets", "Passes that matched no megaflow", ThreadCounter.MISSES);
        count(thread, tags, "lost.upcalls", "packets", "Misses that the slow path did not take",
                ThreadCounter.LOST_UPCALLS);
        count(thread, tags, "subtable.lookups", "", "Tables of the classifier visited by passes it decided",
                ThreadCounter.SUBTABLE_LOOKUPS);
        count(thread, tags, "recirculations", "packets", "Passes after the first", ThreadCounter.RECIRCULATIONS);
        count(thread, tags, "commands", "", "Commands executed", ThreadCounter.COMMANDS);
        count(thread, tags, "parks", "", "Times that the thread went to sleep", ThreadCounter.PARKS);
        count(thread, tags.and("kind", "busy"), "cycles", "", "Cycles by whether there was anything to do",
                ThreadCounter.BUSY_CYCLES);
        count(thread, tags.and("kind", "idle"), "cycles", "", "Cycles by whether there was anything to do",
                ThreadCounter.IDLE_CYCLES);
        gauge("turnout.thread.megaflows", "", "Megaflows installed", tags,
                ignored -> thread.count(ThreadCounter.MEGAFLOWS));
        counter("turnout.thread.cpu", "seconds", "Processor time", tags,
                ignored -> SwitchFigures.cpuTimeNs(thread) / 1e9);
        for (Malformed reason : Malformed.values()) {
            if (reason != Malformed.NONE) {
                counter("turnout.thread.malformed", "packets",
                        "Packets whose headers were truncated or lied, by what is wrong",
                        tags.and("reason", reason.name().toLowerCase(Locale.ROOT).replace('_', '-')),
                        ignored -> thread.malformed(reason));
            }
        }
        for (DropReason reason : DropReason.values()) {
            counter("turnout.thread.drops", "packets", "Packets dropped, by reason",
                    tags.and("reason", reason.text()), ignored -> thread.drops(reason));
        }
    }

    private void cache(ForwardingThread thread, Tags tags, ThreadCounter counter) {
        count(thread, tags, "cache.hits", "packets", "Passes decided by a cache", counter);
    }

    private void count(ForwardingThread thread, Tags tags, String name, String unit, String help,
            ThreadCounter counter) {
        counter("turnout.thread." + name, unit, help, tags, ignored -> thread.count(counter));
    }

    // --- slow path --------------------------------------------------------------------------------

    private void slowPath() {
        for (UpcallCounter counter : UpcallCounter.values()) {
            counter("turnout.upcall.events", "", "What the slow path did, by kind",
                    Tags.of("event", counter.text()), ignored -> upcalls.count(counter));
        }
        for (XlateDrop reason : XlateDrop.values()) {
            if (reason != XlateDrop.NONE) {
                counter("turnout.translation.drops", "",
                        "Translations that dropped a packet for no flow's sake, by reason",
                        Tags.of("reason", reason.text()),
                        ignored -> turnout.ofproto().translationDrops().getOrDefault(reason, 0L));
            }
        }
        for (UkeyState state : UkeyState.values()) {
            gauge("turnout.ukeys", "", "Ukeys in the table, by state",
                    Tags.of("state", state.name().toLowerCase(Locale.ROOT)),
                    ignored -> upcalls.ukeys().getOrDefault(state, 0));
        }
        for (DeleteReason reason : DeleteReason.values()) {
            counter("turnout.ukey.deletions", "", "Megaflows deleted, by reason",
                    Tags.of("reason", reason.name().toLowerCase(Locale.ROOT).replace('_', '-')),
                    ignored -> upcalls.deletions().getOrDefault(reason, 0L));
        }
        counter("turnout.ukey.illegal.transitions", "", "Moves of ukeys that are not allowed: always 0", Tags.empty(),
                ignored -> upcalls.illegalMoves());
        counter("turnout.ukey.backward.counters", "", "Times that a megaflow's counters went back: always 0",
                Tags.empty(), ignored -> upcalls.backwardCounters());
        gauge("turnout.upcall.waiting", "packets", "Packets that wait for the slow path", Tags.empty(),
                ignored -> upcalls.packetsHeld());
        gauge("turnout.flow.limit", "", "How many megaflows there may be now", Tags.empty(),
                ignored -> upcalls.flowLimit());
        counter("turnout.revalidator.rounds", "", "Rounds of revalidation", Tags.empty(), ignored -> rounds.rounds());
        counter("turnout.revalidator.translated", "", "Ukeys translated again", Tags.empty(),
                ignored -> rounds.translated());
        counter("turnout.revalidator.modified", "", "Megaflows that got other actions", Tags.empty(),
                ignored -> rounds.modified());
        gauge("turnout.revalidator.last.round", "seconds", "Duration of the last round", Tags.empty(),
                ignored -> rounds.roundNs() / 1e9);
    }

    // --- bridges and ports ------------------------------------------------------------------------

    private void syncDynamic() {
        IdentityHashMap<Object, Supplier<List<Meter>>> present = new IdentityHashMap<>();
        for (Bridge bridge : turnout.ofproto().bridges()) {
            present.put(bridge, () -> bridge(bridge));
            for (PortInfo port : bridge.ports()) {
                DatapathPort place = port.dpPort() == PortInfo.NO_DP_PORT
                        ? null
                        : turnout.datapath().port(port.dpPort());
                if (place != null) {
                    present.put(place, () -> port(bridge.name(), port.name(), place));
                }
            }
        }
        dynamic.entrySet().removeIf(entry -> {
            boolean gone = !present.containsKey(entry.getKey());
            if (gone) {
                entry.getValue().forEach(registry::remove);
            }
            return gone;
        });
        // After the removals: a meter that is there already would be found under its name, rather than made.
        present.forEach((object, meters) -> dynamic.computeIfAbsent(object, ignored -> meters.get()));
    }

    private List<Meter> bridge(Bridge bridge) {
        Tags tags = Tags.of("bridge", bridge.name());
        return List.of(
                gauge("turnout.bridge.flows", "", "Flows in the bridge's tables", tags,
                        ignored -> bridge.flowCount()),
                packetIns(tags, "passed", bridge, PacketIns.Counts::passed),
                packetIns(tags, "delayed", bridge, PacketIns.Counts::delayed),
                packetIns(tags, "dropped", bridge, PacketIns.Counts::dropped),
                learns(tags, "learned", bridge, LearnCounts::learned),
                learns(tags, "over_limit", bridge, LearnCounts::overLimit),
                learns(tags, "refused", bridge, LearnCounts::refused));
    }

    private Meter learns(Tags tags, String outcome, Bridge bridge, ToDoubleFunction<LearnCounts> count) {
        return counter("turnout.bridge.learn", "flows",
                "Flows that learn was to make or change, by what became of them", tags.and("outcome", outcome),
                ignored -> count.applyAsDouble(bridge.learnCounts()));
    }

    private Meter packetIns(Tags tags, String outcome, Bridge bridge, ToDoubleFunction<PacketIns.Counts> count) {
        return counter("turnout.bridge.packet.ins", "packets",
                "Packets for the controllers, by what the rate limit did with them", tags.and("outcome", outcome),
                ignored -> count.applyAsDouble(turnout.packetIns().counts(bridge)));
    }

    private List<Meter> port(String bridge, String name, DatapathPort place) {
        Tags tags = Tags.of("bridge", bridge, "port", name);
        List<Meter> meters = new ArrayList<>();
        meters.add(port("receive", "packets", "Packets received", tags, place, Counter.RX_PACKETS));
        meters.add(port("receive", "bytes", "Bytes received", tags, place, Counter.RX_BYTES));
        meters.add(port("receive.dropped", "packets", "Frames lost before they became packets", tags, place,
                Counter.RX_DROPPED));
        meters.add(port("receive.errors", "", "Failed reads", tags, place, Counter.RX_ERRORS));
        meters.add(port("transmit", "packets", "Packets sent", tags, place, Counter.TX_PACKETS));
        meters.add(port("transmit", "bytes", "Bytes sent", tags, place, Counter.TX_BYTES));
        meters.add(port("transmit.dropped", "packets", "Packets that found the queue full", tags, place,
                Counter.TX_DROPPED));
        meters.add(port("transmit.errors", "", "Failed writes", tags, place, Counter.TX_ERRORS));
        meters.add(gauge("turnout.port.up", "", "Whether packets can pass", tags,
                ignored -> place.port().linkState().isForwarding() ? 1 : 0));
        return meters;
    }

    private Meter port(String name, String unit, String help, Tags tags, DatapathPort place, Counter counter) {
        return counter("turnout.port." + name, unit, help, tags, ignored -> sum(place, counter));
    }

    private static long sum(DatapathPort place, Counter counter) {
        long sum = 0;
        for (PortCounters counters : place.threadCounters()) {
            sum += counters.get(counter);
        }
        return sum;
    }

    /** The meter holds this object weakly; whoever serves it holds it. */
    private Meter counter(String name, String unit, String help, Tags tags, ToDoubleFunction<SwitchMetrics> value) {
        // The unit is part of the name, so that packets and bytes of one thing are two metrics.
        String full = unit.isEmpty() ? name : name + "." + unit;
        return FunctionCounter.builder(full, this, value).description(help).tags(tags).register(registry);
    }

    private Meter gauge(String name, String unit, String help, Tags tags, ToDoubleFunction<SwitchMetrics> value) {
        String full = unit.isEmpty() ? name : name + "." + unit;
        return Gauge.builder(full, this, value).description(help).tags(tags).register(registry);
    }
}
