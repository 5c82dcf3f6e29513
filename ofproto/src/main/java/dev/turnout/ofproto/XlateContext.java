package dev.turnout.ofproto;

import java.util.ArrayList;
import java.util.List;

import dev.turnout.flow.DatapathActions;
import dev.turnout.flow.DpAction;
import dev.turnout.flow.Fields;
import dev.turnout.flow.FlowKey;
import dev.turnout.flow.FlowLayout;
import dev.turnout.ofproto.classifier.Classifier;
import dev.turnout.ofproto.classifier.Wildcards;
import dev.turnout.openflow.Octets;
import dev.turnout.openflow.OfAction;
import dev.turnout.openflow.OfAction.PacketInReason;
import dev.turnout.openflow.OfPorts;
import org.jspecify.annotations.Nullable;

/**
 * One translation: the walk through the tables.
 *
 * <p>A flow whose actions are being executed is a frame on a stack of its own, so that thousands of resubmits cost no Java stack; only entering
 * another bridge by a patch port recurses, at most {@link #MAX_DEPTH} times. The limits are those of the field: nesting 64 (a step to a later table
 * does not count), 4096 lookups, 64 kB of datapath actions; beyond them the whole packet is dropped.
 *
 * <p>Rules are looked up in the version that the bridge had when the translation entered it; {@link #isStale} says whether a purge has overtaken
 * that version, then the translation must be done again.
 *
 * <p>Thread rules: one owner; reused for one translation after the other.
 */
final class XlateContext {
    static final int MAX_DEPTH = 64;
    static final int MAX_RESUBMITS = 4096;
    /** An action of the datapath counts as so many of the 65536 bytes that actions may have. */
    private static final int ACTION_BYTES = 16;
    private static final int MAX_ACTIONS = 65536 / ACTION_BYTES;

    private static final RuleTables NO_TABLES = new RuleTables();

    /** A list of actions being executed. */
    private static final class Frame {
        List<OfAction> actions = List.of();
        int next;
        int table;
        @Nullable
        Rule rule;
        boolean deeper;
    }

    private record Visit(RuleTables tables, long version) {
    }

    final FlowState flow = new FlowState();
    private final Committer committer = new Committer();
    private final Classifier.Scratch scratch = new Classifier.Scratch();
    private final List<DpAction> out = new ArrayList<>();
    private final XlateCache.Builder cache = new XlateCache.Builder();
    private final ActionExecution execution = new ActionExecution(this);
    private final List<Frame> frames = new ArrayList<>();
    private final List<Visit> visits = new ArrayList<>();
    private final PacketInStates states;

    private @Nullable Bridge bridge;
    private Topology topology = Topology.EMPTY;
    private PortList ports = PortList.EMPTY;
    private RuleTables tables = NO_TABLES;
    private long version;
    private List<OfAction> actionSet = new ArrayList<>();
    private int top;
    private int depth;
    private int resubmits;
    private boolean exit;
    private boolean sideEffects;
    private boolean inActionSet;
    private boolean packetOut;
    private long nowNs;
    private XlateDrop drop = XlateDrop.NONE;

    XlateContext(PacketInStates states) {
        this.states = states;
    }

    // --- whole translations --------------------------------------------------------------------------------------------------------------

    XlateOut translate(XlateIn in, Topology now, Wildcards wildcards) {
        begin(now, in.sideEffects(), in.nowNs());
        int dpPort = (int) Fields.IN_PORT.get(in.key().words());
        PortRef ref = now.byDpPort(dpPort);
        flow.begin(in.key().words(), ref == null ? OfPorts.NONE : ref.port().ofPort(), wildcards);
        committer.begin(flow);
        if (Fields.RECIRC_ID.get(flow.words) != 0) {
            drop = XlateDrop.NO_RECIRC;
        } else if (ref == null) {
            drop = XlateDrop.NO_BRIDGE;
        } else {
            enter(ref.bridge());
            Rule first = lookUp(0, flow.inPort(), true);
            run(0);
            runActionSet(first);
        }
        return finish();
    }

    XlateOut packetOut(Bridge to, int inPort, List<OfAction> actions, FlowKey key, Topology now, long atNs,
            Wildcards wildcards) {
        begin(now, true, atNs);
        packetOut = true;
        flow.begin(key.words(), inPort, wildcards);
        committer.begin(flow);
        enter(to);
        push(actions, null, 0, false);
        run(0);
        runActionSet(null);
        return finish();
    }

    private void begin(Topology now, boolean effects, long atNs) {
        topology = now;
        sideEffects = effects;
        nowNs = atNs;
        out.clear();
        visits.clear();
        actionSet.clear();
        top = 0;
        depth = 0;
        resubmits = 0;
        exit = false;
        inActionSet = false;
        packetOut = false;
        drop = XlateDrop.NONE;
    }

    private XlateOut finish() {
        Wildcards wildcards = flow.wildcards;
        if ((wildcards.looked(FlowLayout.ETH_SRC_VLAN) & 0xffff) != 0) {
            // Bits of a tag mean nothing without the bit that says that there is one.
            wildcards.lookAtPacket(FlowLayout.ETH_SRC_VLAN, FlowLayout.VLAN_PRESENT);
        }
        DatapathActions actions = drop == XlateDrop.NONE ? new DatapathActions(out) : DatapathActions.DROP;
        return new XlateOut(actions, wildcards.toDatapathMask(), cache.build(states), drop != XlateDrop.NO_RECIRC,
                drop);
    }

    /** Whether rules may have been missed: then what came out must not be used. */
    boolean isStale() {
        for (Visit visit : visits) {
            if (visit.tables.isStale(visit.version)) {
                return true;
            }
        }
        return false;
    }

    private void enter(Bridge entered) {
        bridge = entered;
        ports = entered.portList();
        tables = entered.tables();
        for (Visit visit : visits) {
            if (visit.tables == tables) {
                version = visit.version;
                return;
            }
        }
        version = tables.version();
        visits.add(new Visit(tables, version));
    }

    Bridge bridge() {
        if (bridge == null) {
            throw new IllegalStateException("no bridge entered");
        }
        return bridge;
    }

    PortList ports() {
        return ports;
    }

    // --- the walk ------------------------------------------------------------------------------------------------------------------------

    /** Executes until the frames above {@code floor} are done. */
    private void run(int floor) {
        while (top > floor) {
            Frame frame = frames.get(top - 1);
            if (exit || drop != XlateDrop.NONE || frame.next == frame.actions.size()) {
                pop();
            } else {
                execution.execute(frame.actions.get(frame.next++), frame.table);
            }
        }
        exit = false;
    }

    /** Ends the pipeline; {@code first} is the flow of table 0 that began it. */
    private void runActionSet(@Nullable Rule first) {
        if (actionSet.isEmpty() || drop != XlateDrop.NONE) {
            return;
        }
        List<OfAction> ordered = ActionSet.inOrder(actionSet);
        actionSet.clear();
        int floor = top;
        inActionSet = true;
        push(ordered, first, 0, false);
        run(floor);
        inActionSet = false;
    }

    private void push(List<OfAction> actions, @Nullable Rule rule, int table, boolean deeper) {
        if (top == frames.size()) {
            frames.add(new Frame());
        }
        Frame frame = frames.get(top++);
        frame.actions = actions;
        frame.next = 0;
        frame.rule = rule;
        frame.table = table;
        frame.deeper = deeper;
        if (deeper) {
            depth++;
        }
    }

    private void pop() {
        Frame frame = frames.get(--top);
        if (frame.deeper) {
            depth--;
        }
        frame.actions = List.of();
        frame.rule = null;
    }

    /** Ends the list of actions that is being executed. */
    void returnFromList() {
        Frame frame = frames.get(top - 1);
        frame.next = frame.actions.size();
    }

    void exit() {
        exit = true;
    }

    /** Looks the packet up in a table for {@code resubmit} and {@code goto_table}, if the limits allow. */
    void resubmit(int table, int inPort) {
        if (mayResubmit()) {
            resubmits++;
            lookUp(table, inPort, false);
        }
    }

    private boolean mayResubmit() {
        if (depth >= MAX_DEPTH) {
            drop = XlateDrop.TOO_DEEP;
        } else if (resubmits >= MAX_RESUBMITS) {
            drop = XlateDrop.TOO_MANY_RESUBMITS;
        } else if (out.size() > MAX_ACTIONS) {
            drop = XlateDrop.ACTIONS_TOO_LONG;
        }
        return drop == XlateDrop.NONE;
    }

    private @Nullable Rule lookUp(int number, int inPort, boolean first) {
        RuleTable table = tables.table(number);
        int former = flow.swapInPort(inPort);
        Rule rule = table.classifier.lookup(flow.words, version, flow.wildcards, scratch);
        flow.swapInPort(former);
        cache.table(table, rule != null);
        if (rule != null) {
            cache.rule(rule.stats());
            boolean deeper = !first && top > 0 && number <= frames.get(top - 1).table;
            push(rule.actions(), rule, number, deeper);
        } else if (first && table.flows() == 0 && bridge().failMode() == FailMode.STANDALONE) {
            NormalForwarding.forward(this);
        }
        return rule;
    }

    // --- what actions ask for ------------------------------------------------------------------------------------------------------------

    /** Sends the packet as it is now to a port of the bridge, if there is one of that number. */
    void output(int ofPort) {
        PortInfo port = ports.byNumber(ofPort);
        if (port == null || drop != XlateDrop.NONE) {
            return;
        }
        if (port.isPatch()) {
            PortRef peer = topology.peerOf(port);
            if (peer != null && mayResubmit()) {
                crossPatch(port, peer);
            }
        } else if (port.dpPort() != PortInfo.NO_DP_PORT) {
            committer.commit(flow, out);
            out.add(new DpAction.Output(port.dpPort()));
        }
    }

    /** Goes on in the bridge of the patch port's peer, then comes back to the packet as it is now. */
    private void crossPatch(PortInfo port, PortRef peer) {
        cache.hop(bridge().patchStats(port.name()), peer.bridge().patchStats(peer.port().name()));
        FlowState.Saved saved = flow.save();
        Bridge formerBridge = bridge();
        List<OfAction> formerSet = actionSet;
        boolean formerInSet = inActionSet;
        int floor = top;
        resubmits++;
        depth++;
        actionSet = new ArrayList<>();
        inActionSet = false;
        enter(peer.bridge());
        flow.enterBridge(peer.port().ofPort());
        Rule first = lookUp(0, flow.inPort(), true);
        run(floor);
        runActionSet(first);
        depth--;
        inActionSet = formerInSet;
        actionSet = formerSet;
        enter(formerBridge);
        flow.restore(saved);
    }

    /** Sends the packet as it is now to the controllers. */
    void sendToController(PacketInReason reason, int maxLength, int controllerId, Octets userdata) {
        Frame frame = frames.get(top - 1);
        Rule rule = frame.rule;
        committer.commit(flow, out);
        FlowKey pipeline = new FlowKey();
        System.arraycopy(flow.words, FlowLayout.DATAPATH_WORDS, pipeline.words(), FlowLayout.DATAPATH_WORDS,
                FlowLayout.WORDS - FlowLayout.DATAPATH_WORDS);
        pipeline.set(Fields.IN_PORT, flow.inPort());
        long cookie = rule == null ? -1 : rule.cookie();
        int id = states.acquire(new PacketInStates.State(bridge(), frame.table, cookie, reason, controllerId, userdata,
                maxLength, pipeline));
        cache.state(id);
        out.add(new DpAction.Userspace(DpAction.Userspace.Kind.CONTROLLER, id));
    }

    /** Why {@code output:CONTROLLER} sends a packet. */
    PacketInReason outputReason() {
        Rule rule = frames.get(top - 1).rule;
        if (packetOut && rule == null) {
            return PacketInReason.PACKET_OUT;
        }
        if (inActionSet) {
            return PacketInReason.ACTION_SET;
        }
        return rule != null && rule.isTableMiss() ? PacketInReason.NO_MATCH : PacketInReason.ACTION;
    }

    /** Notes the sender of a packet for NORMAL: at once if side effects are allowed, and whenever packets are credited. */
    void learn(int vlan, long mac, int inPort) {
        MacTable table = bridge().macTable();
        if (sideEffects) {
            table.learn(vlan, mac, inPort, nowNs, false);
        }
        cache.learned(table, vlan, mac, inPort);
    }

    void writeActions(List<OfAction> actions) {
        actionSet.addAll(actions);
        int port = FlowState.ACTSET_UNSET;
        for (OfAction action : actionSet) {
            port = action instanceof OfAction.Output(int to, int _) ? to : port;
        }
        flow.write(Fields.ACTSET_OUTPUT, port);
    }

    void clearActions() {
        actionSet.clear();
        flow.write(Fields.ACTSET_OUTPUT, FlowState.ACTSET_UNSET);
    }
}
