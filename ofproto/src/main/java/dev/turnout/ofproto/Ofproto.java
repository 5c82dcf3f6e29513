package dev.turnout.ofproto;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

import dev.turnout.flow.DpMeters;
import dev.turnout.flow.Fields;
import dev.turnout.flow.FlowKey;
import dev.turnout.flow.FlowLayout;
import dev.turnout.ofproto.classifier.Wildcards;
import dev.turnout.openflow.Octets;
import org.jspecify.annotations.Nullable;

/**
 * The OpenFlow side of a switch: all bridges, and what joins them to the datapath.
 *
 * <p>Thread rules: any thread. Changes of bridges and ports take the switch's lock, which is the outermost of the module; what a translation
 * reads is an immutable {@link Topology}, replaced as a whole, and the tables. Every change is published before the change sequence grows.
 */
public final class Ofproto {
    private final LongSupplier clock;
    private final DpMeters dpMeters;
    private final FlowRemovals flowRemovals = new FlowRemovals();
    private final ReentrantLock lock = new ReentrantLock();
    private final ConcurrentHashMap<String, Bridge> bridges = new ConcurrentHashMap<>();
    private final AtomicReference<Topology> topology = new AtomicReference<>(Topology.EMPTY);
    private final AtomicLong changeSequence = new AtomicLong(1);
    private final AtomicLong creditedUpToNs;
    private final CopyOnWriteArrayList<PacketInListener> packetInListeners = new CopyOnWriteArrayList<>();
    private final SharedStates<UserspaceState> userspaceStates;
    private final SharedStates<FrozenState> frozenStates;
    private final CopyOnWriteArrayList<FlowSampleListener> sampleListeners = new CopyOnWriteArrayList<>();
    private final PausedPackets paused = new PausedPackets();
    private final XlateDrops drops = new XlateDrops();
    private final DatapathSupport datapathSupport;
    private final Translator translator;

    /** An empty switch without meters and connection tracking, as {@link #Ofproto(LongSupplier, DpMeters, DatapathSupport)} makes one. */
    public Ofproto(LongSupplier clock) {
        this(clock, DatapathSupport.BASIC);
    }

    /** An empty switch without meters, over a datapath that can do this. */
    public Ofproto(LongSupplier clock, DatapathSupport datapathSupport) {
        this(clock, NoMeters.INSTANCE, datapathSupport);
    }

    /**
     * An empty switch.
     *
     * @param clock
     *            gives nanoseconds, as {@link System#nanoTime}; all times of this module are on it
     * @param dpMeters
     *            the datapath's meters
     * @param datapathSupport
     *            what else the datapath can do
     */
    public Ofproto(LongSupplier clock, DpMeters dpMeters, DatapathSupport datapathSupport) {
        this.clock = clock;
        this.dpMeters = dpMeters;
        this.datapathSupport = datapathSupport;
        creditedUpToNs = new AtomicLong(clock.getAsLong());
        userspaceStates = new SharedStates<>(clock);
        frozenStates = new SharedStates<>(clock);
        translator = new Translator(this, clock, userspaceStates, frozenStates, Wildcards::new);
    }

    // --- bridges -------------------------------------------------------------------------------------------------------------------------

    /**
     * Adds a bridge.
     *
     * @throws IllegalArgumentException
     *             if there is one of that name
     */
    public Bridge addBridge(String name, FailMode failMode, long datapathId) {
        lock.lock();
        try {
            if (bridges.containsKey(name)) {
                throw new IllegalArgumentException("bridge " + name + " exists already");
            }
            Bridge bridge = new Bridge(this, name, failMode, datapathId);
            bridges.put(name, bridge);
            return bridge;
        } finally {
            lock.unlock();
        }
    }

    /** Removes a bridge with its ports and flows; false if there is none of that name. */
    public boolean removeBridge(String name) {
        lock.lock();
        try {
            Bridge bridge = bridges.remove(name);
            if (bridge == null) {
                return false;
            }
            Map<String, PortRef> left = new HashMap<>(topology.get().all());
            left.values().removeIf(ref -> ref.bridge() == bridge);
            bridge.setPortList(PortList.EMPTY);
            publish(left);
            bridge.close();
            return true;
        } finally {
            lock.unlock();
        }
    }

    public @Nullable Bridge bridge(String name) {
        return bridges.get(name);
    }

    /** The bridges, by name. */
    public List<Bridge> bridges() {
        List<Bridge> list = new ArrayList<>(bridges.values());
        list.sort(Comparator.comparing(Bridge::name));
        return list;
    }

    // --- ports ---------------------------------------------------------------------------------------------------------------------------

    Topology topology() {
        return topology.getAcquire();
    }

    PortInfo addPort(Bridge bridge, PortInfo port) {
        lock.lock();
        try {
            PortRef taken = topology().byName(port.name());
            if (taken != null) {
                throw new IllegalArgumentException(
                        "port " + port.name() + " exists already on bridge " + taken.bridge().name());
            }
            PortInfo added = port.withOfPort(bridge.giveNumber(port));
            replace(bridge, added);
            return added;
        } finally {
            lock.unlock();
        }
    }

    PortInfo updatePort(Bridge bridge, PortInfo port) {
        lock.lock();
        try {
            PortInfo old = bridge.port(port.name());
            if (old == null) {
                throw new IllegalArgumentException("no port " + port.name() + " on bridge " + bridge.name());
            }
            boolean keeps = port.ofPort() == 0 || port.ofPort() == old.ofPort();
            PortInfo updated = port.withOfPort(keeps ? old.ofPort() : bridge.giveNumber(port));
            replace(bridge, updated);
            if (updated.ofPort() != old.ofPort() || !updated.vlan().equals(old.vlan())) {
                bridge.macTable().flush(old.ofPort());
            }
            return updated;
        } finally {
            lock.unlock();
        }
    }

    boolean removePort(Bridge bridge, String name) {
        lock.lock();
        try {
            PortInfo old = bridge.port(name);
            if (old == null) {
                return false;
            }
            bridge.setPortList(bridge.portList().without(name));
            Map<String, PortRef> left = new HashMap<>(topology().all());
            left.remove(name);
            publish(left);
            bridge.forgetPatchStats(name);
            bridge.macTable().flush(old.ofPort());
            return true;
        } finally {
            lock.unlock();
        }
    }

    private void replace(Bridge bridge, PortInfo port) {
        if (port.isPatch()) {
            bridge.keepPatchStats(port.name());
        }
        bridge.setPortList(bridge.portList().with(port));
        Map<String, PortRef> all = new HashMap<>(topology().all());
        all.put(port.name(), new PortRef(bridge, port));
        publish(all);
    }

    private void publish(Map<String, PortRef> ports) {
        topology.setRelease(new Topology(ports));
        changed();
    }

    // --- translation ---------------------------------------------------------------------------------------------------------------------

    public Translator translator() {
        return translator;
    }

    /**
     * Grows with every change that can change a translation. Read it before translating: a translation is stale when it has moved since.
     */
    public long changeSequence() {
        return changeSequence.getAcquire();
    }

    void changed() {
        changeSequence.incrementAndGet();
    }

    long nowNs() {
        return clock.getAsLong();
    }

    // --- time ----------------------------------------------------------------------------------------------------------------------------

    /** Removes flows and MAC addresses whose time is over; to be called at least a few times a second. Returns how many went. */
    public int expire(long nowNs) {
        long creditedNs = creditedUpToNs.get();
        int count = 0;
        for (Bridge bridge : bridges.values()) {
            count += bridge.expire(nowNs, creditedNs);
        }
        flowRemovals.expire(nowNs);
        paused.forgetOld(nowNs);
        return count;
    }

    /**
     * Says that all packets that passed before this time have been credited. Idle timeouts count up to here only, so that a flow under cached
     * traffic never expires for counters that are late. To be called by the revalidator after each round, with the time when it began.
     */
    public void countersCreditedUpTo(long timeNs) {
        creditedUpToNs.accumulateAndGet(timeNs, (old, now) -> now - old > 0 ? now : old);
    }

    // --- flows that go -------------------------------------------------------------------------------------------------------------------

    /** Adds a listener of flows that go; those with {@code send_flow_rem}, with their final counters. */
    public void addFlowRemovedListener(FlowRemoved.Listener listener) {
        flowRemovals.add(listener);
    }

    public void removeFlowRemovedListener(FlowRemoved.Listener listener) {
        flowRemovals.remove(listener);
    }

    FlowRemovals flowRemovals() {
        return flowRemovals;
    }

    DpMeters dpMeters() {
        return dpMeters;
    }

    // --- packet-ins ----------------------------------------------------------------------------------------------------------------------

    public void addPacketInListener(PacketInListener listener) {
        packetInListeners.add(listener);
    }

    public void removePacketInListener(PacketInListener listener) {
        packetInListeners.remove(listener);
    }

    /**
     * Sends a packet to the controllers or collectors: what {@code DpAction.Userspace} of kind {@code CONTROLLER} or {@code FLOW_SAMPLE} asks for.
     *
     * @param stateId
     *            of the action
     * @param frame
     *            the frame as it is when the action is reached
     * @param key
     *            its key
     * @return false if the id is not (or no longer) known
     */
    public boolean packetIn(int stateId, byte[] frame, FlowKey key) {
        switch (userspaceStates.get(stateId)) {
            case null -> {
                return false;
            }
            case PacketInState state -> packetIn(state, frame, key);
            case SampleState state -> {
                FlowSample sample = new FlowSample(state.bridge(), state.probability(), state.collectorSetId(),
                        state.obsDomainId(), state.obsPointId(), state.samplingPort(), state.direction(),
                        state.inPort(), frame, key);
                sampleListeners.forEach(listener -> listener.onSample(sample));
            }
        }
        return true;
    }

    private void packetIn(PacketInState state, byte[] frame, FlowKey key) {
        FlowKey full = key.copy();
        System.arraycopy(state.pipeline().words(), FlowLayout.DATAPATH_WORDS, full.words(), FlowLayout.DATAPATH_WORDS,
                FlowLayout.WORDS - FlowLayout.DATAPATH_WORDS);
        full.set(Fields.IN_PORT, state.pipeline().get(Fields.IN_PORT));
        byte[] sent = frame.length <= state.maxLength() ? frame : Arrays.copyOf(frame, state.maxLength());
        FrozenState continuation = state.continuation();
        Octets token = continuation == null ? Octets.EMPTY : paused.add(continuation, key, nowNs());
        PacketIn packetIn = new PacketIn(state.bridge(), state.table(), state.cookie(), state.reason(),
                state.controllerId(), state.userdata(), frame.length, sent, full, token);
        for (PacketInListener listener : packetInListeners) {
            listener.onPacketIn(packetIn);
        }
    }

    public void addSampleListener(FlowSampleListener listener) {
        sampleListeners.add(listener);
    }

    public void removeSampleListener(FlowSampleListener listener) {
        sampleListeners.remove(listener);
    }

    /** Packets that were paused and wait for a controller to have them resumed; for tests and metrics. */
    public int pausedPackets() {
        return paused.size();
    }

    /**
     * How many packets were dropped without a flow having said so, by reason ({@link XlateDrop#text} names it). Counted are translations of packets, not
     * revalidations; packets that a megaflow drops for such a reason count with the megaflow.
     */
    public Map<XlateDrop, Long> translationDrops() {
        return drops.read();
    }

    XlateDrops drops() {
        return drops;
    }

    PausedPackets paused() {
        return paused;
    }

    DatapathSupport datapathSupport() {
        return datapathSupport;
    }

    /** Packet-in states that are referenced, or were a moment ago; for tests and metrics. */
    public int packetInStates() {
        return userspaceStates.size();
    }

    /** Where packets with a recirculation id go on; null if the id is not (or no longer) known. */
    @Nullable
    FrozenState frozenState(int recircId) {
        return frozenStates.get(recircId);
    }

    /** Recirculation ids that are referenced, or were a moment ago; for tests and metrics. */
    public int frozenStates() {
        return frozenStates.size();
    }
}
