package dev.turnout.ofproto;

import java.util.ArrayList;
import java.util.List;

import dev.turnout.flow.DatapathActions;
import dev.turnout.flow.DpAction;
import dev.turnout.flow.Fields;
import dev.turnout.flow.FlowKey;
import dev.turnout.flow.FlowLayout;
import dev.turnout.ofproto.FrozenState.FrozenFrame;
import dev.turnout.ofproto.XlateObserver.Level;
import dev.turnout.ofproto.classifier.Classifier;
import dev.turnout.ofproto.classifier.Wildcards;
import dev.turnout.openflow.OfAction;
import dev.turnout.openflow.OfPorts;
import org.jspecify.annotations.Nullable;

/**
 * One translation: the walk through the tables.
 *
 * <p>A flow whose actions are being executed is a frame on a stack of its own, so that thousands of resubmits cost no Java stack; only entering
 * another bridge by a patch port and actions on a copy recurse. The limits are those of the field: nesting {@link #MAX_DEPTH} (a step to a later table
 * does not count), {@link #MAX_RESUBMITS} lookups, 64 kB of datapath actions with nested ones; beyond them the whole packet is dropped. Datapath
 * actions may be nested {@link ActionSink#MAX_NESTING} deep.
 *
 * <p><b>Scopes.</b> What belongs to one bridge's pipeline (action set, stack, {@code exit}) is a {@link WalkScope}; a patch port begins one of its own, and
 * so does a list of actions on a copy ({@link Copies}). A recirculation ends its scope and nothing else ({@link Recirculation}): the outer
 * ones go on.
 *
 * <p>Rules are looked up in the version that the bridge had when the translation entered it; {@link #isStale} says whether a purge has overtaken
 * that version, then the translation must be done again. An {@link XlateObserver}, if there is one, is told each step; it changes nothing.
 *
 * <p>Thread rules: one owner; reused for one translation after the other.
 */
final class XlateContext {
    static final int MAX_DEPTH = 64;
    static final int MAX_RESUBMITS = 4096;
    /** Values on the stack: 64 kB of the widest. */
    private static final int MAX_STACK = 4096;

    private static final OfAction NORMAL = new OfAction.Output(OfPorts.NORMAL, 0);
    private static final RuleTables NO_TABLES = new RuleTables();
    private static final XlateObserver NOBODY = new XlateObserver() {
    };

    final FlowState flow = new FlowState();
    final ActionSink sink = new ActionSink();
    private final Classifier.Scratch scratch = new Classifier.Scratch();
    private final XlateCache.Builder cache = new XlateCache.Builder();
    final Recirculation recirculation = new Recirculation(this);
    final Copies copies = new Copies(this);
    final PortOutput portOutput = new PortOutput(this);
    private final ActionExecution execution = new ActionExecution(this);
    private final List<WalkFrame> frames = new ArrayList<>();
    private final TableVersions versions = new TableVersions();
    private final SharedStates<UserspaceState> userspaceStates;
    private final SharedStates<FrozenState> frozenStates;

    private XlateObserver observer = NOBODY;
    private boolean isObserved;
    private @Nullable WalkScope scope;
    private Topology topology = Topology.EMPTY;
    private PortList ports = PortList.EMPTY;
    private RuleTables tables = NO_TABLES;
    private long version;
    private int top;
    private int depth;
    private int resubmits;
    /** Basis of the hash that the packet came with, or null: what {@code dp_hash} of its key means. */
    private @Nullable Integer keyHash;
    private boolean sideEffects;
    private boolean uncacheable;
    private long nowNs;
    /** Whether a flow that was looked up has gone meanwhile, and its end is reported. */
    private boolean overtaken;
    private XlateDrop drop = XlateDrop.NONE;

    XlateContext(SharedStates<UserspaceState> userspaceStates, SharedStates<FrozenState> frozenStates) {
        this.userspaceStates = userspaceStates;
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
                goOn(state, key, key, wildcards);
            }
        } else if (ref == null) {
            flow.begin(key, OfPorts.NONE, wildcards);
            drop(XlateDrop.NO_BRIDGE);
        } else {
            flow.begin(key, ref.port().ofPort(), wildcards);
            sink.begin(flow, null);
            enter(new WalkScope(ref.bridge(), 0));
            pipeline();
        }
        return finish();
    }

    XlateOut packetOut(Bridge to, int inPort, List<OfAction> actions, FlowKey key, Topology now, boolean effects,
            long atNs, Wildcards wildcards) {
        begin(now, effects, atNs, wildcards);
        flow.begin(key.words(), inPort, wildcards);
        sink.begin(flow, null);
        WalkScope whole = new WalkScope(to, 0);
        whole.packetOut = true;
        enter(whole);
        push(actions, null, 0, false);
        run(0);
        runActionSet();
        return finish();
    }

    /** Goes on with a packet that was paused, as it is now; what its former metadata was is the pipeline's to set again. */
    XlateOut resume(FrozenState state, FlowKey key, FlowKey former, Topology now, boolean effects, long atNs,
            Wildcards wildcards) {
        begin(now, effects, atNs, wildcards);
        goOn(state, key.words(), former.words(), wildcards);
        return finish();
    }

    private void begin(Topology now, boolean effects, long atNs, Wildcards wildcards) {
        topology = now;
        sideEffects = effects;
        nowNs = atNs;
        sink.clear();
        versions.clear();
        top = 0;
        depth = 0;
        resubmits = 0;
        keyHash = null;
        overtaken = false;
        uncacheable = false;
        drop = XlateDrop.NONE;
        wildcards.observe(isObserved ? observer : null);
    }

    private XlateOut finish() {
        Wildcards wildcards = flow.wildcards;
        if ((wildcards.looked(FlowLayout.ETH_SRC_VLAN) & 0xffff) != 0) {
            // Bits of a tag mean nothing without the bit that says that there is one.
            wildcards.lookAtPacket(FlowLayout.ETH_SRC_VLAN, FlowLayout.VLAN_PRESENT);
        }
        if (drop == XlateDrop.NONE && (sink.isTooLong() || sink.isTooDeep())) {
            drop(sink.isTooLong() ? XlateDrop.ACTIONS_TOO_LONG : XlateDrop.NESTED_TOO_DEEP);
        }
        DatapathActions actions = drop == XlateDrop.NONE ? new DatapathActions(sink.actions()) : DatapathActions.DROP;
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
        versions.clear();
    }

    /** Whether rules may have been missed, or one has gone whose end is reported: then what came out must not be used. */
    boolean isStale() {
        return overtaken || versions.isStale();
    }

    private void enter(WalkScope entered) {
        scope = entered;
        ports = entered.bridge.portList();
        tables = entered.bridge.tables();
        version = versions.versionOf(tables);
    }

    /** The pipeline that is being executed. */
    WalkScope scope() {
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
        WalkScope now = scope();
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
        WalkScope now = scope();
        while (top > floor) {
            WalkFrame frame = frames.get(top - 1);
            if (now.exit || now.frozen || drop != XlateDrop.NONE || frame.next == frame.actions.size()) {
                pop();
                continue;
            }
            OfAction action = frame.actions.get(frame.next);
            if (flow.isStale() && execution.needsHeaders(action)) {
                recirculation.freeze();
                continue;
            }
            frame.next++;
            observer.action(action);
            execution.execute(action, frame.table);
        }
    }

    /** Ends the scope's pipeline. */
    private void runActionSet() {
        WalkScope now = scope();
        if (now.actionSet.isEmpty() || now.exit || now.frozen || drop != XlateDrop.NONE) {
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

    private WalkFrame push(List<OfAction> actions, @Nullable Rule rule, int table, boolean deeper) {
        if (top == frames.size()) {
            frames.add(new WalkFrame());
        }
        WalkFrame frame = frames.get(top++);
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
        WalkFrame frame = frames.get(--top);
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
        WalkFrame frame = frames.get(top - 1);
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

    /** Looks the packet up with the addresses and ports of its connection's first packet in the place of its own. */
    void resubmitByConnection(int table, int inPort) {
        if (!flow.hasConnection()) {
            observer.note("the packet has no connection");
        } else if (mayResubmit()) {
            resubmits++;
            boolean deeper = top > 0 && table <= frames.get(top - 1).table;
            flow.swapTuple();
            lookUp(table, inPort, deeper);
            flow.swapTuple();
        }
    }

    /** Whether the limits allow to go deeper; else the packet is dropped. */
    boolean mayResubmit() {
        if (drop == XlateDrop.NONE) {
            if (depth >= MAX_DEPTH) {
                drop(XlateDrop.TOO_DEEP);
            } else if (resubmits >= MAX_RESUBMITS) {
                drop(XlateDrop.TOO_MANY_RESUBMITS);
            } else if (sink.isTooLong()) {
                drop(XlateDrop.ACTIONS_TOO_LONG);
            } else if (scope().stack.size() > MAX_STACK) {
                drop(XlateDrop.STACK_TOO_DEEP);
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

    // --- copies --------------------------------------------------------------------------------------------------------------------------

    /** Executes what is left of lists of actions in a scope of its own, then comes back to the packet and the scope as they are now. */
    void within(WalkScope inner, List<FrozenFrame> left, String what) {
        WalkScope outer = scope();
        FlowState.Saved saved = flow.save();
        scope = inner;
        observer.entered(Level.COPY, what);
        goOnWith(left, inner.floor);
        observer.left();
        scope = outer;
        flow.restore(saved);
    }

    /** A scope for a copy of the packet. */
    WalkScope copyOfScope() {
        return scope().copy(top);
    }

    /** Counts a walk more, of which the first step is a level deeper. */
    void countWalk(Runnable walk) {
        resubmits++;
        depth++;
        walk.run();
        depth--;
    }

    /** Counts a walk more on the same level. */
    void countWalk() {
        resubmits++;
    }

    /** For observers: a group's bucket is about to be executed. */
    void chose(Group group, Group.Bucket bucket) {
        observer.chose(group, bucket);
    }

    /** Executes what is left of lists of actions, then the action set, unless that is being executed. */
    private void goOnWith(List<FrozenFrame> left, int floor) {
        for (FrozenFrame frame : left) {
            push(frame.actions(), frame.rule(), frame.table(), false);
        }
        run(floor);
        if (!scope().inActionSet) {
            runActionSet();
        }
    }

    // --- recirculation -------------------------------------------------------------------------------------------------------------------

    /** What is left of this scope's lists of actions, the innermost last. */
    List<FrozenFrame> framesLeft() {
        List<FrozenFrame> left = new ArrayList<>();
        for (int i = scope().floor; i < top; i++) {
            WalkFrame frame = frames.get(i);
            if (frame.next < frame.actions.size()) {
                left.add(new FrozenFrame(frame.actions.subList(frame.next, frame.actions.size()), frame.rule,
                        frame.table));
            }
        }
        return left;
    }

    /** An id for a state to come back to; the cache holds its reference. */
    int acquire(FrozenState state) {
        int id = frozenStates.acquire(state);
        cache.state(frozenStates, id);
        observer.frozen(id, state, flow.words);
        return id;
    }

    /** An id for the datapath to come back with; the cache holds its reference. */
    int acquire(UserspaceState state) {
        int id = userspaceStates.acquire(state);
        cache.state(userspaceStates, id);
        return id;
    }

    /** Whether the packet came with a hash of this basis. */
    boolean hasHash(int basis) {
        return keyHash != null && keyHash == basis;
    }

    /** Goes on where a packet was recirculated, or paused. */
    private void goOn(FrozenState state, long[] key, long[] metadata, Wildcards wildcards) {
        flow.begin(key, state.inPort(), wildcards);
        keyHash = state.hashBasis();
        sink.begin(flow, keyHash);
        flow.setMetadata(metadata);
        flow.thaw(state.kept(), state.mask());
        WalkScope now = new WalkScope(state.bridge(), 0);
        now.actionSet.addAll(state.actionSet());
        now.stack.addAll(state.stack());
        now.first = state.first();
        now.packetOut = state.packetOut();
        now.inActionSet = state.inActionSet();
        now.inGroup = state.inGroup();
        enter(now);
        observer.entered(Level.THAWED, "");
        if (state.table() != FrozenState.NO_TABLE) {
            now.first = lookUp(state.table(), flow.inPort(), false);
        }
        goOnWith(state.frames(), 0);
        observer.left();
    }

    // --- what actions ask for ------------------------------------------------------------------------------------------------------------

    Topology topology() {
        return topology;
    }

    /** Walks through the bridge of a patch port's peer, then comes back to the packet and the bridge as they are now. */
    void walkThrough(PortRef peer) {
        WalkScope outer = scope();
        FlowState.Saved saved = flow.save();
        enter(new WalkScope(peer.bridge(), top));
        flow.enterBridge(peer.port().ofPort());
        observer.entered(Level.PATCH, peer.bridge().name());
        pipeline();
        observer.left();
        enter(outer);
        flow.restore(saved);
    }

    /** The list of actions that is being executed. */
    WalkFrame currentFrame() {
        return frames.get(top - 1);
    }

    /** Where what the translation touches is noted. */
    XlateCache.Builder cache() {
        return cache;
    }

    /** The group of the number, in the version that the translation sees. */
    @Nullable
    Group group(int number) {
        return tables.groups().find(number, version);
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

    /** Whether anybody reads what is noted. */
    boolean isObserved() {
        return isObserved;
    }

    /** For observers: the packet's connection is tracked. */
    void tracked(DpAction.Ct tracking) {
        observer.tracked(tracking);
    }

    /** For observers: a remark on the action at hand. */
    void note(String remark) {
        observer.note(remark);
    }
}
