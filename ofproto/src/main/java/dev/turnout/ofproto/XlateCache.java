package dev.turnout.ofproto;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

import org.jspecify.annotations.Nullable;

/**
 * What a translation touched and must be credited with the packets of its megaflow: flows, tables, groups, patch ports, learned MAC addresses,
 * learned flows. It also holds the translation's references (what to tell the controller, where to go on after a recirculation), until
 * {@link #close}.
 *
 * <p>Thread rules: {@link #credit} from any thread; {@link #close} once, by the owner.
 */
public final class XlateCache implements AutoCloseable {
    private record TableHit(RuleTable table, boolean matched) {
    }

    private record PatchHop(PatchStats from, PatchStats to) {
    }

    private record Learned(MacTable table, int vlan, long mac, int port) {
    }

    private record LearnedBy(FlowLearner learner, LearnedFlow flow) {
    }

    /** {@code bucket} may be {@link GroupExecution#EVERY_BUCKET}. */
    private record GroupHit(Group group, int bucket) {
    }

    /** A state that the translation holds a reference to. */
    private record Reference(SharedStates<?> states, int id) implements Held {
        @Override
        public void release() {
            states.release(id);
        }
    }

    /** A flow whose timeouts a closing TCP connection shortens: {@code fin_timeout}. */
    private record FinTimeout(RuleTables tables, Rule rule, int idleTimeout, int hardTimeout) {
        void seen(int tcpFlags) {
            if ((tcpFlags & TCP_FIN_RST) != 0) {
                tables.shortenTimeouts(rule, idleTimeout, hardTimeout);
            }
        }
    }

    private static final int TCP_FIN_RST = 0x5;

    /** A cache in the making. Thread rules: one owner. */
    static final class Builder {
        private final List<RuleStats> rules = new ArrayList<>();
        private final List<TableHit> tables = new ArrayList<>();
        private final List<PatchHop> hops = new ArrayList<>();
        private final List<Learned> learned = new ArrayList<>();
        private final List<LearnedBy> flows = new ArrayList<>();
        private final List<GroupHit> groups = new ArrayList<>();
        private final List<FinTimeout> finTimeouts = new ArrayList<>();
        private final List<Held> references = new ArrayList<>();

        void rule(RuleStats stats) {
            rules.add(stats);
        }

        void table(RuleTable table, boolean matched) {
            tables.add(new TableHit(table, matched));
        }

        /** A way over patch ports; one that has just gone has no counters any more. */
        void hop(@Nullable PatchStats from, @Nullable PatchStats to) {
            if (from != null && to != null) {
                hops.add(new PatchHop(from, to));
            }
        }

        void learned(MacTable table, int vlan, long mac, int port) {
            learned.add(new Learned(table, vlan, mac, port));
        }

        void learned(FlowLearner learner, LearnedFlow flow) {
            flows.add(new LearnedBy(learner, flow));
        }

        void group(Group group, int bucket) {
            groups.add(new GroupHit(group, bucket));
        }

        void finTimeout(RuleTables of, Rule rule, int idleTimeout, int hardTimeout) {
            finTimeouts.add(new FinTimeout(of, rule, idleTimeout, hardTimeout));
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
            rules.clear();
            tables.clear();
            hops.clear();
            learned.clear();
            flows.clear();
            groups.clear();
            finTimeouts.clear();
            references.clear();
            return cache;
        }
    }

    private final RuleStats[] rules;
    private final TableHit[] tables;
    private final List<PatchHop> hops;
    private final List<Learned> learned;
    private final List<LearnedBy> flows;
    private final List<GroupHit> groups;
    private final List<FinTimeout> finTimeouts;
    private final List<Held> references;
    private final AtomicBoolean closed = new AtomicBoolean();

    private XlateCache(Builder builder) {
        rules = builder.rules.toArray(new RuleStats[0]);
        tables = builder.tables.toArray(new TableHit[0]);
        hops = List.copyOf(builder.hops);
        learned = List.copyOf(builder.learned);
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
        for (RuleStats rule : rules) {
            rule.credit(packets, bytes, usedNs);
        }
        for (TableHit hit : tables) {
            hit.table.lookups.add(packets);
            if (hit.matched) {
                hit.table.matches.add(packets);
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
            entry.table.learn(entry.vlan, entry.mac, entry.port, usedNs, true);
        }
        for (LearnedBy entry : flows) {
            FlowLearner.Outcome ignored = entry.learner.learn(entry.flow, usedNs);
        }
    }

    /** The flows that credited packets teach. */
    List<LearnedFlow> learnedFlows() {
        return flows.stream().map(LearnedBy::flow).toList();
    }

    /** Gives the references back. A second call does nothing. */
    @Override
    public void close() {
        if (!references.isEmpty() && closed.compareAndSet(false, true)) {
            references.forEach(Held::release);
        }
    }
}
