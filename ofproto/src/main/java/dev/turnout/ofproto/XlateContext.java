package dev.turnout.ofproto;

import java.util.ArrayList;
import java.util.List;

import dev.turnout.flow.DatapathActions;
import dev.turnout.flow.DpAction;
import dev.turnout.flow.Fields;
import dev.turnout.flow.FlowKey;
import dev.turnout.flow.FlowLayout;
import dev.turnout.flow.FlowMask;
import dev.turnout.ofproto.FrozenState.FrozenFrame;
import dev.turnout.ofproto.XlateObserver.Level;
import dev.turnout.ofproto.classifier.Classifier;
import dev.turnout.ofproto.classifier.Wildcards;
import dev.turnout.openflow.FieldValue;
import dev.turnout.openflow.MeterConfig;
import dev.turnout.openflow.Octets;
import dev.turnout.openflow.OfAction;
import dev.turnout.openflow.OfAction.PacketInReason;
import dev.turnout.openflow.OfPorts;
import org.jspecify.annotations.Nullable;

/**
 * One translation: the walk through the tables.
 *
 * <p>A flow whose actions are being executed is a frame on a stack of its own, so that thousands of resubmits cost no Java stack; only entering
 * another bridge by a patch port and actions on a copy recurse. The limits are those of the field: nesting {@link #MAX_DEPTH} (a step to a later table
 * does not count), {@link #MAX_RESUBMITS} lookups, 64 kB of datapath actions with nested ones; beyond them the whole packet is dropped. Datapath
 * actions may be nested {@link #MAX_NESTING} deep, since no datapath takes more.
 *
 * <p><b>Scopes.</b> What belongs to one bridge's pipeline (action set, stack, {@code exit}) is a {@link Scope}; a patch port begins one of its own, and
 * so does a list of actions on a copy ({@link #onCopy}). A recirculation ends its scope and nothing else ({@link #freezeAndRecirculate}): the outer
 * ones go on.
 *
 * <p><b>Recirculation.</b> What is left of the scope's frames becomes a {@link FrozenState}; when the packet comes back with its id, the walk goes on
 * from it. The cache holds the id's reference.
 *
 * <p>Rules are looked up in the version that the bridge had when the translation entered it; {@link #isStale} says whether a purge has overtaken
 * that version, then the translation must be done again. An {@link XlateObserver}, if there is one, is told each step; it changes nothing.
 *
 * <p>Thread rules: one owner; reused for one translation after the other.
 */
final class XlateContext {
    static final int MAX_DEPTH = 64;
    static final int MAX_RESUBMITS = 4096;
    /** How deep datapath actions may be nested in others. */
    static final int MAX_NESTING = 16;
    /** An action of the datapath counts as so many of the 65536 bytes that actions may have. */
    private static final int ACTION_BYTES = 16;
    static final int MAX_ACTIONS = 65536 / ACTION_BYTES;

    private static final OfAction NORMAL = new OfAction.Output(OfPorts.NORMAL, 0);
    private static final RuleTables NO_TABLES = new RuleTables();
    private static final XlateObserver NOBODY = new XlateObserver() {
    };

    /** A list of actions being executed. */
    private static final class Frame {
        List<OfAction> actions = List.of();
        int next;
        int table;
        @Nullable
        Rule rule;
        boolean deeper;
        boolean observed;
    }

    /** The pipeline of one bridge, or of a copy. */
    private static final class Scope {
        final Bridge bridge;
        /** Frames below are not its own. */
        final int floor;
        List<OfAction> actionSet = new ArrayList<>();
        List<FieldValue> stack = new ArrayList<>();
        /** The flow that began the pipeline; the action set counts as its. */
        @Nullable
        Rule first;
        boolean inActionSet;
        boolean inGroup;
        boolean exit;
        boolean frozen;

        Scope(Bridge bridge, int floor) {
            this.bridge = bridge;
            this.floor = floor;
        }
    }

    private record Visit(RuleTables tables, long version) {
    }

    final FlowState flow = new FlowState();
    private final Committer committer = new Committer();
    private final Classifier.Scratch scratch = new Classifier.Scratch();
    private final XlateCache.Builder cache = new XlateCache.Builder();
    private final ActionExecution execution = new ActionExecution(this);
    private final List<Frame> frames = new ArrayList<>();
    private final List<Visit> visits = new ArrayList<>();
    private final SharedStates<PacketInState> packetInStates;
    private final SharedStates<FrozenState> frozenStates;

    private XlateObserver observer = NOBODY;
    private boolean isObserved;
    private List<DpAction> out = new ArrayList<>();
    /** Actions beside {@link #out}: in the lists around it, and in lists that are done and nested in it. */
    private int actionsElsewhere;
    private int nesting;
    private @Nullable Scope scope;
    private Topology topology = Topology.EMPTY;
    private PortList ports = PortList.EMPTY;
    private RuleTables tables = NO_TABLES;
    private long version;
    private int top;
    private int depth;
    private int resubmits;
    /** Basis of the hash that the packet came with, or null: what {@code dp_hash} of its key means. */
    private @Nullable Integer keyHash;
    /** The same of the datapath's packet after the actions so far. */
    private @Nullable Integer packetHash;
    private boolean sideEffects;
    private boolean uncacheable;
    private long nowNs;
    /** Whether a flow that was looked up has gone meanwhile, and its end is reported. */
    private boolean overtaken;
    private XlateDrop drop = XlateDrop.NONE;

    XlateContext(SharedStates<PacketInState> packetInStates, SharedStates<FrozenState> frozenStates) {
        this.packetInStates = packetInStates;
        this.frozenStates = frozenStates;
    }

    /** Who is told of the translations from now on; null is nobody. */
    void observe(@Nullable XlateObserver now) {
        observer = now == null ? NOBODY : now;
        isObserved = now != null;
    }

    // --- whole translations --------------------------------------------------------------------------------------------------------------

    XlateOut translate(XlateIn in, Topology now, boolean effects, Wildcards wildcards) {
        begin(now, effects, in.nowNs(), wildcards);
        long[] key = in.key().words();
        int recircId = (int) Fields.RECIRC_ID.get(key);
        PortRef ref = now.byDpPort((int) Fields.IN_PORT.get(key));
        if (recircId != 0) {
            FrozenState state = frozenStates.get(recircId);
            if (state == null) {
                flow.begin(key, OfPorts.NONE, wildcards);
                drop(XlateDrop.NO_RECIRC);
            } else {
                goOn(state, key, wildcards);
            }
        } else if (ref == null) {
            flow.begin(key, OfPorts.NONE, wildcards);
            drop(XlateDrop.NO_BRIDGE);
        } else {
            flow.begin(key, ref.port().ofPort(), wildcards);
            committer.begin(flow);
            enter(new Scope(ref.bridge(), 0));
            pipeline();
        }
        return finish();
    }

    XlateOut packetOut(Bridge to, int inPort, List<OfAction> actions, FlowKey key, Topology now, boolean effects,
            long atNs, Wildcards wildcards) {
        begin(now, effects, atNs, wildcards);
        flow.begin(key.words(), inPort, wildcards);
        committer.begin(flow);
        enter(new Scope(to, 0));
        push(actions, null, 0, false);
        run(0);
        runActionSet();
        return finish();
    }

    private void begin(Topology now, boolean effects, long atNs, Wildcards wildcards) {
        topology = now;
        sideEffects = effects;
        nowNs = atNs;
        out = new ArrayList<>();
        actionsElsewhere = 0;
        nesting = 0;
        visits.clear();
        top = 0;
        depth = 0;
        resubmits = 0;
        keyHash = null;
        packetHash = null;
        overtaken = false;
        uncacheable = false;
        drop = XlateDrop.NONE;
        wildcards.observe(isObserved ? observer::lookedAt : null);
    }

    private XlateOut finish() {
        Wildcards wildcards = flow.wildcards;
        if ((wildcards.looked(FlowLayout.ETH_SRC_VLAN) & 0xffff) != 0) {
            // Bits of a tag mean nothing without the bit that says that there is one.
            wildcards.lookAtPacket(FlowLayout.ETH_SRC_VLAN, FlowLayout.VLAN_PRESENT);
        }
        if (drop == XlateDrop.NONE && size() > MAX_ACTIONS) {
            drop(XlateDrop.ACTIONS_TOO_LONG);
        }
        DatapathActions actions = drop == XlateDrop.NONE ? new DatapathActions(out) : DatapathActions.DROP;
        scope = null;
        observer.ended(flow.words);
        boolean cacheable = !uncacheable && drop != XlateDrop.NO_RECIRC;
        return new XlateOut(actions, wildcards.toDatapathMask(), cache.build(), cacheable, drop);
    }

    /** Lets go of the bridges, and of what else the translation that is done has used. */
    void forget() {
        observe(null);
        topology = Topology.EMPTY;
        ports = PortList.EMPTY;
        tables = NO_TABLES;
        scope = null;
        visits.clear();
    }

    /** Whether rules may have been missed, or one has gone whose end is reported: then what came out must not be used. */
    boolean isStale() {
        if (overtaken) {
            return true;
        }
        for (Visit visit : visits) {
            if (visit.tables.isStale(visit.version)) {
                return true;
            }
        }
        return false;
    }

    private void enter(Scope entered) {
        scope = entered;
        ports = entered.bridge.portList();
        tables = entered.bridge.tables();
        for (Visit visit : visits) {
            if (visit.tables == tables) {
                version = visit.version;
                return;
            }
        }
        version = tables.version();
        visits.add(new Visit(tables, version));
    }

    private Scope scope() {
        if (scope == null) {
            throw new IllegalStateException("no bridge entered");
        }
        return scope;
    }

    Bridge bridge() {
        return scope().bridge;
    }

    PortList ports() {
        return ports;
    }

    // --- the walk ------------------------------------------------------------------------------------------------------------------------

    /** The walk of the scope that was just entered, from table 0. */
    private void pipeline() {
        Scope now = scope();
        now.first = lookUp(0, flow.inPort(), false);
        if (now.first == null && tables.table(0).flows() == 0 && now.bridge.failMode() == FailMode.STANDALONE) {
            observer.entered(Level.FLOW, "");
            observer.action(NORMAL);
            NormalForwarding.forward(this);
            observer.left();
        }
        run(now.floor);
        runActionSet();
    }

    /** Executes until the frames above {@code floor} are done. */
    private void run(int floor) {
        Scope now = scope();
        while (top > floor) {
            Frame frame = frames.get(top - 1);
            if (now.exit || now.frozen || drop != XlateDrop.NONE || frame.next == frame.actions.size()) {
                pop();
            } else {
                OfAction action = frame.actions.get(frame.next++);
                observer.action(action);
                execution.execute(action, frame.table);
            }
        }
        now.exit = false;
    }

    /** Ends the scope's pipeline. */
    private void runActionSet() {
        Scope now = scope();
        if (now.actionSet.isEmpty() || now.frozen || drop != XlateDrop.NONE) {
            return;
        }
        List<OfAction> ordered = ActionSet.inOrder(now.actionSet);
        now.actionSet.clear();
        int floor = top;
        now.inActionSet = true;
        observer.entered(Level.ACTION_SET, "");
        push(ordered, now.first, 0, false);
        run(floor);
        observer.left();
        now.inActionSet = false;
    }

    private Frame push(List<OfAction> actions, @Nullable Rule rule, int table, boolean deeper) {
        if (top == frames.size()) {
            frames.add(new Frame());
        }
        Frame frame = frames.get(top++);
        frame.actions = actions;
        frame.next = 0;
        frame.rule = rule;
        frame.table = table;
        frame.deeper = deeper;
        frame.observed = false;
        if (deeper) {
            depth++;
        }
        return frame;
    }

    private void pop() {
        Frame frame = frames.get(--top);
        if (frame.deeper) {
            depth--;
        }
        if (frame.observed) {
            observer.left();
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
        scope().exit = true;
    }

    /** Drops the packet as a whole: a limit was reached. */
    void drop(XlateDrop reason) {
        drop = reason;
        observer.dropped(reason);
    }

    boolean isDropped() {
        return drop != XlateDrop.NONE;
    }

    /** Looks the packet up in a table for {@code resubmit} and {@code goto_table}, if the limits allow. */
    void resubmit(int table, int inPort) {
        if (mayResubmit()) {
            resubmits++;
            lookUp(table, inPort, top > 0 && table <= frames.get(top - 1).table);
        }
    }

    /** Whether the limits allow to go deeper; else the packet is dropped. */
    boolean mayResubmit() {
        if (drop == XlateDrop.NONE) {
            if (depth >= MAX_DEPTH) {
                drop(XlateDrop.TOO_DEEP);
            } else if (resubmits >= MAX_RESUBMITS) {
                drop(XlateDrop.TOO_MANY_RESUBMITS);
            } else if (size() > MAX_ACTIONS) {
                drop(XlateDrop.ACTIONS_TOO_LONG);
            }
        }
        return drop == XlateDrop.NONE;
    }

    private @Nullable Rule lookUp(int number, int inPort, boolean deeper) {
        RuleTable table = tables.table(number);
        observer.lookingUp(bridge(), number);
        int former = flow.swapInPort(inPort);
        Rule rule = table.classifier.lookup(flow.words, version, flow.wildcards, scratch);
        flow.swapInPort(former);
        observer.lookedUp(bridge(), number, rule);
        cache.lookup(bridge(), table, rule);
        if (rule != null) {
            hold(rule);
            observer.entered(Level.FLOW, "");
            push(rule.actions(), rule, number, deeper).observed = true;
        }
        return rule;
    }

    /** Holds the counters of a flow whose end will be reported; if that has begun, the translation is done again: {@link ReportedStats}. */
    private void hold(Rule rule) {
        if (rule.stats() instanceof ReportedStats stats) {
            overtaken |= !stats.hold();
            cache.hold(stats);
        }
    }

    // --- copies and recirculation --------------------------------------------------------------------------------------------------------

    /**
     * Executes actions on a copy of the packet and of all of the pipeline's state. {@code exit}, or a recirculation, ends the copy and nothing else.
     *
     * @param actions
     *            as if they were the current flow's
     * @param withActionSet
     *            whether the copy has the action set, too, and executes it in the end
     * @param what
     *            for observers: which copy
     */
    void onCopy(List<OfAction> actions, boolean withActionSet, String what) {
        onCopy(actions, withActionSet, scope().inGroup, what);
    }

    /** For observers: a group's bucket is about to be executed. */
    void chose(Group group, Group.Bucket bucket) {
        observer.chose(group, bucket);
    }

    /** Executes the actions of a group's bucket. */
    void bucket(List<OfAction> actions) {
        resubmits++;
        depth++;
        onCopy(actions, false, true, "");
        depth--;
    }

    private void onCopy(List<OfAction> actions, boolean withActionSet, boolean inGroup, String what) {
        Scope outer = scope();
        FlowState.Saved saved = flow.save();
        Frame by = frames.get(top - 1);
        Scope copy = new Scope(outer.bridge, top);
        copy.first = outer.first;
        copy.inActionSet = outer.inActionSet;
        copy.inGroup = inGroup;
        copy.stack.addAll(outer.stack);
        if (withActionSet) {
            copy.actionSet.addAll(outer.actionSet);
        }
        scope = copy;
        observer.entered(Level.COPY, what);
        push(actions, by.rule, by.table, false);
        run(copy.floor);
        runActionSet();
        observer.left();
        scope = outer;
        flow.restore(saved);
    }

    /**
     * Collects the datapath actions that {@code body} emits in a list of their own, for an action that has them nested and executes them on a copy.
     * What {@code body} makes of the pipeline's packet stays, see {@link #onCopy}; what its actions made of the datapath's packet does not.
     */
    List<DpAction> nested(Runnable body) {
        List<DpAction> around = out;
        Committer base = committer.copy();
        Integer hash = packetHash;
        List<DpAction> list = new ArrayList<>();
        if (++nesting > MAX_NESTING) {
            drop(XlateDrop.NESTED_TOO_DEEP);
        } else {
            actionsElsewhere += around.size();
            out = list;
            body.run();
            out = around;
            actionsElsewhere += list.size() - around.size();
            committer.restore(base);
            packetHash = hash;
        }
        nesting--;
        return list;
    }

    /** Brings the datapath's packet up to the pipeline's. */
    void commit() {
        committer.commit(flow, out);
    }

    /** Emits a datapath action. */
    void emit(DpAction action) {
        out.add(action);
    }

    private int size() {
        return actionsElsewhere + out.size();
    }

    /**
     * Ends the walk of this scope: the datapath sends the packet through its caches again, parsed anew, and what is left of the scope's actions is
     * executed then. Does nothing but end it where nothing is left to do.
     */
    void freezeAndRecirculate() {
        Scope now = scope();
        List<FrozenFrame> left = new ArrayList<>();
        for (int i = now.floor; i < top; i++) {
            Frame frame = frames.get(i);
            if (frame.next < frame.actions.size()) {
                left.add(new FrozenFrame(frame.actions.subList(frame.next, frame.actions.size()), frame.rule,
                        frame.table));
            }
        }
        if (!left.isEmpty() || !now.actionSet.isEmpty()) {
            recirculate(FrozenState.NO_TABLE, left, flow.written());
        }
        now.frozen = true;
    }

    /** Whether the packet came with a hash of this basis. */
    boolean hasHash(int basis) {
        return keyHash != null && keyHash == basis;
    }

    /** Lets the datapath hash and recirculate the packet; then the action at hand is executed, again. */
    void hashAndRecirculate(DpAction.Hash hash) {
        frames.get(top - 1).next--;
        commit();
        emit(hash);
        packetHash = hash.basis();
        freezeAndRecirculate();
    }

    /** The group of the number, in the version that the translation sees. */
    @Nullable
    Group group(int number) {
        return tables.groups().find(number, version);
    }

    /** Where what the translation touches is noted. */
    XlateCache.Builder cache() {
        return cache;
    }

    /** Whether packets sent to a port have a chance: it is up, has carrier, and is in the datapath, or leads to another bridge. */
    boolean isPortLive(int number) {
        PortInfo port = ports.byNumber(number);
        if (port == null || !port.state().adminUp() || !port.state().linkUp()) {
            return false;
        }
        return port.isPatch() ? topology.peerOf(port) != null : port.dpPort() != PortInfo.NO_DP_PORT;
    }

    /**
     * Lets the datapath send the packet, as it is now, through its caches again, to be looked up in a table then. The walk goes on with what it has.
     *
     * @param table
     *            0 to 254
     * @param written
     *            bits of the datapath's words that the pipeline keeps; not those of which the packet brings back better ones
     */
    void recirculateTo(int table, FlowMask written) {
        recirculate(table, List.of(), written);
    }

    private void recirculate(int table, List<FrozenFrame> left, FlowMask written) {
        Scope now = scope();
        committer.commit(flow, out);
        FrozenState state = new FrozenState(now.bridge, table, left, now.actionSet, now.stack, now.first,
                now.inActionSet, now.inGroup, packetHash, flow.inPort(), flow.keep(written), written);
        int id = frozenStates.acquire(state);
        cache.state(frozenStates, id);
        observer.frozen(id, state, flow.words);
        out.add(new DpAction.Recirc(id));
    }

    /** Goes on where a packet was recirculated. */
    private void goOn(FrozenState state, long[] key, Wildcards wildcards) {
        flow.resume(key, state.inPort(), state.kept(), state.mask(), wildcards);
        committer.begin(flow);
        Scope now = new Scope(state.bridge(), 0);
        now.actionSet.addAll(state.actionSet());
        now.stack.addAll(state.stack());
        now.first = state.first();
        now.inActionSet = state.inActionSet();
        now.inGroup = state.inGroup();
        keyHash = state.hashBasis();
        packetHash = keyHash;
        enter(now);
        observer.entered(Level.THAWED, "");
        if (state.table() == FrozenState.NO_TABLE) {
            for (FrozenFrame frame : state.frames()) {
                push(frame.actions(), frame.rule(), frame.table(), false);
            }
        } else {
            now.first = lookUp(state.table(), flow.inPort(), false);
        }
        run(0);
        if (!state.inActionSet()) {
            runActionSet();
        }
        observer.left();
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
        Scope outer = scope();
        resubmits++;
        depth++;
        enter(new Scope(peer.bridge(), top));
        flow.enterBridge(peer.port().ofPort());
        observer.entered(Level.PATCH, peer.bridge().name());
        pipeline();
        observer.left();
        depth--;
        enter(outer);
        flow.restore(saved);
    }

    /** The flow whose actions are being executed; null for a packet-out's. */
    @Nullable
    Rule currentRule() {
        return frames.get(top - 1).rule;
    }

    /** Measures the packet as it is now with a meter of the bridge. */
    void meter(int id) {
        Meter meter = held(id);
        if (meter != null) {
            out.add(new DpAction.Meter(meter.dpNumber()));
        }
    }

    /** A meter, held for this translation; null if there is none, or no more. */
    private @Nullable Meter held(int id) {
        Meter meter = bridge().meters().get(id);
        if (meter == null || !meter.tryHold()) {
            return null;
        }
        cache.meter(bridge(), meter);
        return meter;
    }

    /** Notes that the current flow's timeouts become shorter once the connection closes. */
    void finTimeout(int idleTimeout, int hardTimeout) {
        Rule rule = currentRule();
        if (rule != null) {
            cache.finTimeout(bridge(), rule, idleTimeout, hardTimeout);
        }
    }

    /**
     * Sends the packet as it is now to the controllers.
     *
     * @param meterId
     *            the meter of the action, 0 if it names none: then the virtual meter for packet-ins counts, if there is one
     */
    void sendToController(PacketInReason reason, int maxLength, int controllerId, Octets userdata, int meterId) {
        Frame frame = frames.get(top - 1);
        Rule rule = frame.rule;
        committer.commit(flow, out);
        FlowKey pipeline = flow.keep(FlowMask.EMPTY);
        pipeline.set(Fields.IN_PORT, flow.inPort());
        long cookie = rule == null ? -1 : rule.cookie();
        int id = packetInStates.acquire(new PacketInState(bridge(), frame.table, cookie, reason, controllerId, userdata,
                maxLength, pipeline));
        cache.state(packetInStates, id);
        DpAction userspace = new DpAction.Userspace(id);
        Meter meter = held(meterId == 0 ? MeterConfig.CONTROLLER : meterId);
        out.add(meter == null
                ? userspace
                : new DpAction.Clone(List.of(new DpAction.Meter(meter.dpNumber()), userspace)));
    }

    /** Why {@code output:CONTROLLER} sends a packet. */
    PacketInReason outputReason() {
        Rule rule = frames.get(top - 1).rule;
        if (rule == null) {
            return PacketInReason.PACKET_OUT;
        }
        if (scope().inGroup) {
            return PacketInReason.GROUP;
        }
        if (scope().inActionSet) {
            return PacketInReason.ACTION_SET;
        }
        return rule.isTableMiss() ? PacketInReason.NO_MATCH : PacketInReason.ACTION;
    }

    /** Notes the sender of a packet for NORMAL: at once if side effects are allowed, and whenever packets are credited. */
    void learn(int vlan, long mac, int inPort) {
        MacTable table = bridge().macTable();
        if (sideEffects) {
            table.learn(vlan, mac, inPort, nowNs, false);
        }
        cache.learned(bridge(), vlan, mac, inPort);
    }

    /** {@code learn}: makes a flow of the packet. */
    void learn(OfAction.Learn learn) {
        LearnExecution.execute(this, learn, currentRule());
    }

    /** Whether the translation may have effects. */
    boolean hasSideEffects() {
        return sideEffects;
    }

    long nowNs() {
        return nowNs;
    }

    /** What comes out is right for this packet only. */
    void avoidCaching() {
        uncacheable = true;
    }

    void writeActions(List<OfAction> actions) {
        List<OfAction> actionSet = scope().actionSet;
        actionSet.addAll(actions);
        for (OfAction action : actions) {
            if (action instanceof OfAction.Output(int to, int _)) {
                flow.write(Fields.ACTSET_OUTPUT, to);
            }
        }
        if (actionSet.size() > MAX_ACTIONS) {
            drop(XlateDrop.ACTIONS_TOO_LONG);
        }
    }

    void clearActions() {
        scope().actionSet.clear();
        flow.write(Fields.ACTSET_OUTPUT, FlowState.ACTSET_UNSET);
    }

    /** The packet's stack, the top last. */
    List<FieldValue> stack() {
        return scope().stack;
    }

    /** Whether anybody reads what is noted. */
    boolean isObserved() {
        return isObserved;
    }

    /** For observers: a remark on the action at hand. */
    void note(String remark) {
        observer.note(remark);
    }
}
