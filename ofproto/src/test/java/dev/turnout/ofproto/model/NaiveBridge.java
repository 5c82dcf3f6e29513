package dev.turnout.ofproto.model;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

import dev.turnout.flow.Fields;
import dev.turnout.ofproto.Bridge;
import dev.turnout.ofproto.FailMode;
import dev.turnout.ofproto.FdbEntry;
import dev.turnout.ofproto.PortInfo;
import dev.turnout.openflow.FlowCommand;
import dev.turnout.openflow.FlowFilter;
import dev.turnout.openflow.FlowMod;
import dev.turnout.openflow.GroupMod;
import dev.turnout.openflow.OfAction;
import org.jspecify.annotations.Nullable;

/** A bridge as the naive switch sees it: lists. */
final class NaiveBridge {
    final String name;
    final boolean standalone;
    final List<PortInfo> ports;
    final List<FlowMod> flows = new ArrayList<>();
    /** The flows as of the beginning of the packet: what it learns does not change its own way. */
    private List<FlowMod> seen = flows;
    private final List<FdbEntry> learned;
    final Map<Integer, GroupMod> groups = new TreeMap<>();

    NaiveBridge(Bridge bridge, long nowNs) {
        name = bridge.name();
        standalone = bridge.failMode() == FailMode.STANDALONE;
        ports = bridge.ports();
        bridge.flows(FlowFilter.ALL)
                .forEach(flow -> flows.add(FlowMod.builder(FlowCommand.ADD).table(flow.table())
                        .priority(flow.priority()).match(flow.match()).cookie(flow.cookie()).flags(flow.flags())
                        .idleTimeout(flow.idleTimeout()).hardTimeout(flow.hardTimeout()).actions(flow.actions())
                        .build()));
        learned = new ArrayList<>(bridge.macTable().entries(nowNs));
        bridge.groups(GroupMod.ALL_GROUPS).forEach(group -> groups.put(group.group(), group));
    }

    void beginPacket() {
        seen = List.copyOf(flows);
    }

    // --- learning ------------------------------------------------------------------------------------------------------------------------

    void learn(int vlan, long mac, int port) {
        if ((mac >>> 40 & 1) == 0) {
            learned.removeIf(entry -> entry.vlan() == vlan && entry.mac() == mac);
            learned.add(new FdbEntry(port, vlan, mac, 0));
        }
    }

    /** Whether the flow is there, or could be added. */
    boolean mayLearn(FlowMod mod, int limit) {
        return flows.stream().anyMatch(flow -> isSameMatch(flow, mod)) || limit == 0
                || flows.stream().filter(flow -> flow.table() == mod.table() && flow.cookie() == mod.cookie())
                        .count() < limit;
    }

    private static boolean isSameMatch(FlowMod a, FlowMod b) {
        return a.table() == b.table() && a.priority() == b.priority() && a.match().equals(b.match());
    }

    /** A strict modification, which adds what is not there. */
    void learn(FlowMod mod) {
        for (int i = 0; i < flows.size(); i++) {
            FlowMod old = flows.get(i);
            if (isSameMatch(old, mod)) {
                FlowMod.Builder changed = old.toBuilder().actions(mod.actions());
                replace(i, (mod.cookie() == -1 ? changed : changed.cookie(mod.cookie())).build());
                return;
            }
        }
        flows.add(mod.toBuilder().command(FlowCommand.ADD).build());
    }

    private void replace(int index, FlowMod changed) {
        Set<List<Long>> before = learners();
        flows.set(index, changed);
        removeOrphans(before);
    }

    /** Removes flows, and those that nobody learns any more. */
    void remove(FlowMod flow) {
        Set<List<Long>> before = learners();
        flows.remove(flow);
        removeOrphans(before);
    }

    private void removeOrphans(Set<List<Long>> before) {
        Set<List<Long>> gone = new HashSet<>(before);
        gone.removeAll(learners());
        for (List<Long> tableAndCookie : gone) {
            List<FlowMod> orphans = flows.stream().filter(flow -> flow.table() == tableAndCookie.get(0)
                    && flow.cookie() == tableAndCookie.get(1)).toList();
            orphans.forEach(this::remove);
        }
    }

    /** Tables and cookies that flows learn into and want deleted with them. */
    private Set<List<Long>> learners() {
        Set<List<Long>> found = new HashSet<>();
        for (FlowMod flow : flows) {
            for (OfAction action : flow.actions()) {
                if (action instanceof OfAction.Learn learn && learn.deleteLearned()) {
                    found.add(List.of((long) learn.table(), learn.cookie()));
                }
            }
        }
        return found;
    }

    @Nullable
    PortInfo port(int number) {
        for (PortInfo port : ports) {
            if (port.ofPort() == number) {
                return port;
            }
        }
        return null;
    }

    int learnedPort(int vlan, long mac) {
        for (FdbEntry entry : learned) {
            if (entry.vlan() == vlan && entry.mac() == mac) {
                return entry.ofPort();
            }
        }
        return -1;
    }

    /** The matching flow of highest priority, or the one that the highest complete conjunction above it leads to. */
    @Nullable
    FlowMod lookUp(int table, long[] packet) {
        FlowMod plain = search(table, packet);
        TreeSet<Integer> priorities = new TreeSet<>();
        for (FlowMod flow : seen) {
            if (flow.table() == table && isConjunctive(flow)) {
                priorities.add(flow.priority());
            }
        }
        for (int priority : priorities.descendingSet()) {
            if (plain != null && plain.priority() >= priority) {
                break;
            }
            long id = complete(table, packet, priority);
            if (id >= 0) {
                long[] withId = packet.clone();
                Fields.CONJ_ID.set(withId, id);
                FlowMod found = search(table, withId);
                if (found != null) {
                    return found;
                }
            }
        }
        return plain;
    }

    /** The lowest id of a conjunction of which each clause has a matching flow of this priority, or -1. */
    private long complete(int table, long[] packet, int priority) {
        TreeMap<Long, Set<Integer>> missing = new TreeMap<>();
        for (FlowMod flow : seen) {
            if (flow.table() == table && flow.priority() == priority && matches(flow, packet)) {
                for (OfAction action : flow.actions()) {
                    if (action instanceof OfAction.Conjunction(int id, int clause, int clauses)) {
                        missing.computeIfAbsent(Integer.toUnsignedLong(id), _ -> allClauses(clauses)).remove(clause);
                    }
                }
            }
        }
        for (Map.Entry<Long, Set<Integer>> entry : missing.entrySet()) {
            if (entry.getValue().isEmpty()) {
                return entry.getKey();
            }
        }
        return -1;
    }

    private static Set<Integer> allClauses(int clauses) {
        Set<Integer> all = new HashSet<>();
        for (int clause = 0; clause < clauses; clause++) {
            all.add(clause);
        }
        return all;
    }

    private static boolean isConjunctive(FlowMod flow) {
        return flow.actions().stream().anyMatch(OfAction.Conjunction.class::isInstance);
    }

    private static boolean matches(FlowMod flow, long[] packet) {
        boolean matches = true;
        for (int word = 0; word < packet.length; word++) {
            matches &= ((packet[word] ^ flow.match().values()[word]) & flow.match().mask().word(word)) == 0;
        }
        return matches;
    }

    /** Linear search among flows that match by themselves. */
    private @Nullable FlowMod search(int table, long[] packet) {
        FlowMod best = null;
        for (FlowMod flow : seen) {
            boolean candidate = flow.table() == table && (best == null || flow.priority() > best.priority());
            if (candidate && !isConjunctive(flow) && matches(flow, packet)) {
                best = flow;
            }
        }
        return best;
    }

    boolean isEmpty(int table) {
        return seen.stream().noneMatch(flow -> flow.table() == table);
    }
}
