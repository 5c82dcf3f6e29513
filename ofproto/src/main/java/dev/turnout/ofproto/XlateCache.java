package dev.turnout.ofproto;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

import org.jspecify.annotations.Nullable;

/**
 * What a translation touched and must be credited with the packets of its megaflow: flows, tables, groups, patch ports, learned MAC addresses,
 * learned flows; so it also says what the megaflow was made of. It holds the translation's references (what to tell the controller, where to go on after a recirculation), until
 * {@link #close}.
 *
 * <p>Thread rules: {@link #credit} from any thread; {@link #close} once, by the owner.
 */
public final class XlateCache implements AutoCloseable {
    /** A table that was looked at, and the flow that matched; null is a miss. */
    record Lookup(Bridge bridge, RuleTable table, @Nullable Rule rule) {
    }

    record PatchHop(PatchStats from, PatchStats to) {
    }

    /** The sender's address, as NORMAL learns it. */
    record Learned(Bridge bridge, int vlan, long mac, int port) {
    }

    /** A learned address that NORMAL sent the packet to; not credited. */
    record Destination(Bridge bridge, int vlan, long mac, int port) {
    }

    record LearnedBy(Bridge bridge, LearnedFlow flow) {
    }

    /** {@code bucket} is an index, or {@link GroupExecution#EVERY_BUCKET}. */
    record GroupHit(Bridge bridge, Group group, int bucket) {
    }

    /** A meter that the translation holds. */
    record MeterHit(Bridge bridge, Meter meter) implements Held {
        @Override
        public void release() {
            meter.release();
        }
    }

    /** A state that the translation holds a reference to. */
    record Reference(SharedStates<?> states, int id) implements Held {
        @Override
        public void release() {
            states.release(id);
        }
    }

    /** A flow whose timeouts a closing TCP connection shortens: {@code fin_timeout}. */
    record FinTimeout(Bridge bridge, Rule rule, int idleTimeout, int hardTimeout) {
        private void seen(int tcpFlags) {
            if ((tcpFlags & TCP_FIN_RST) != 0) {
                bridge.tables().shortenTimeouts(rule, idleTimeout, hardTimeout);
            }
        }
    }

    private static final int TCP_FIN_RST = 0x5;

    /** A cache in the making. Thread rules: one owner. */
    static final class Builder {
        private final List<Lookup> lookups = new ArrayList<>();
        private final List<PatchHop> hops = new ArrayList<>();
        private final List<Learned> learned = new ArrayList<>();
        private final List<Destination> destinations = new ArrayList<>();
        private final List<LearnedBy> flows = new ArrayList<>();
        private final List<GroupHit> groups = new ArrayList<>();
        private final List<FinTimeout> finTimeouts = new ArrayList<>();
        private final List<Held> references = new ArrayList<>();

        void lookup(Bridge bridge, RuleTable table, @Nullable Rule rule) {
            lookups.add(new Lookup(bridge, table, rule));
        }

        /** A way over patch ports; one that has just gone has no counters any more. */
        void hop(@Nullable PatchStats from, @Nullable PatchStats to) {
            if (from != null && to != null) {
                hops.add(new PatchHop(from, to));
            }
        }

        void learned(Bridge bridge, int vlan, long mac, int port) {
            learned.add(new Learned(bridge, vlan, mac, port));
        }

        void destination(Bridge bridge, int vlan, long mac, int port) {
            destinations.add(new Destination(bridge, vlan, mac, port));
        }

        void learned(Bridge bridge, LearnedFlow flow) {
            flows.add(new LearnedBy(bridge, flow));
        }

        void group(Bridge bridge, Group group, int bucket) {
            groups.add(new GroupHit(bridge, group, bucket));
        }

        void finTimeout(Bridge bridge, Rule rule, int idleTimeout, int hardTimeout) {
            finTimeouts.add(new FinTimeout(bridge, rule, idleTimeout, hardTimeout));
        }

        /** Takes over a meter that is held. */
        void meter(Bridge bridge, Meter meter) {
            references.add(new MeterHit(bridge, meter));
        }

        /** Takes over what is held for the translation. */
        void hold(Held held) {
            references.add(held);
        }

        /** Takes over a reference that was acquired. */
        void state(SharedStates<?> states, int id) {
            references.add(new Reference(states, id));
        }

        /** The cache; begins another one. */
        XlateCache build() {
            XlateCache cache = new XlateCache(this);
            lookups.clear();
            hops.clear();
            learned.clear();
            destinations.clear();
            flows.clear();
            groups.clear();
            finTimeouts.clear();
            references.clear();
            return cache;
        }
    }

    private final Lookup[] lookups;
    private final List<PatchHop> hops;
    private final List<Learned> learned;
    private final List<Destination> destinations;
    private final List<LearnedBy> flows;
    private final List<GroupHit> groups;
    private final List<FinTimeout> finTimeouts;
    private final List<Held> references;
    private final AtomicBoolean closed = new AtomicBoolean();

    private XlateCache(Builder builder) {
        lookups = builder.lookups.toArray(new Lookup[0]);
        hops = List.copyOf(builder.hops);
        learned = List.copyOf(builder.learned);
        destinations = List.copyOf(builder.destinations);
        flows = List.copyOf(builder.flows);
        groups = List.copyOf(builder.groups);
        finTimeouts = List.copyOf(builder.finTimeouts);
        references = List.copyOf(builder.references);
    }

    /**
     * Attributes packets of the megaflow that were not yet attributed.
     *
     * @param packets
     *            how many
     * @param bytes
     *            their bytes
     * @param usedNs
     *            when the last of them passed, on the clock of {@link Ofproto}
     * @param tcpFlags
     *            TCP flags seen in the megaflow's packets so far
     */
    public void credit(long packets, long bytes, long usedNs, int tcpFlags) {
        if (packets == 0) {
            return;
        }
        for (Lookup lookup : lookups) {
            lookup.table.lookups.add(packets);
            Rule rule = lookup.rule;
            if (rule != null) {
                lookup.table.matches.add(packets);
                rule.stats().credit(packets, bytes, usedNs);
            }
        }
        for (PatchHop hop : hops) {
            hop.from.sent(packets, bytes);
            hop.to.received(packets, bytes);
        }
        for (GroupHit hit : groups) {
            hit.group.hits().credit(packets, bytes);
            if (hit.bucket == GroupExecution.EVERY_BUCKET) {
                hit.group.buckets().forEach(bucket -> bucket.hits().credit(packets, bytes));
            } else {
                hit.group.buckets().get(hit.bucket).hits().credit(packets, bytes);
            }
        }
        for (FinTimeout timeout : finTimeouts) {
            timeout.seen(tcpFlags);
        }
        for (Learned entry : learned) {
            entry.bridge.macTable().learn(entry.vlan, entry.mac, entry.port, usedNs, true);
        }
        for (LearnedBy entry : flows) {
            FlowLearner.Outcome ignored = entry.bridge.learner().learn(entry.flow, usedNs);
        }
    }

    // --- what it depends on, for traces --------------------------------------------------------------------------------------------------

    /** The tables that were looked at, in order. */
    List<Lookup> lookups() {
        return List.of(lookups);
    }

    List<GroupHit> groups() {
        return groups;
    }

    List<PatchHop> hops() {
        return hops;
    }

    List<Learned> learnedAddresses() {
        return learned;
    }

    List<Destination> destinations() {
        return destinations;
    }

    /** The flows that credited packets teach. */
    List<LearnedBy> learnedFlows() {
        return flows;
    }

    List<FinTimeout> finTimeouts() {
        return finTimeouts;
    }

    /** What the translation holds until {@link #close}. */
    List<Held> references() {
        return references;
    }

    /** Gives the references back. A second call does nothing. */
    @Override
    public void close() {
        if (!references.isEmpty() && closed.compareAndSet(false, true)) {
            references.forEach(Held::release);
        }
    }
}
