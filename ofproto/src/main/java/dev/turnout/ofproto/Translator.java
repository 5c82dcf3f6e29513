package dev.turnout.ofproto;

import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

import dev.turnout.flow.FlowKey;
import dev.turnout.flow.FlowMask;
import dev.turnout.flow.Match;
import dev.turnout.ofproto.classifier.Wildcards;
import dev.turnout.openflow.OfAction;
import dev.turnout.openflow.OfError;
import dev.turnout.openflow.OfPorts;
import org.jspecify.annotations.Nullable;

/**
 * Turns a packet's walk through the OpenFlow tables into datapath actions and the mask of the bits that it looked at.
 *
 * <p>The rule that everything rests on: for every packet that agrees with this one in those bits, the translation would give the same actions, as
 * long as {@link Ofproto#changeSequence} has not moved.
 *
 * <p>Thread rules: any thread. It never waits for a lock, but for the few instructions that packet-in states are looked up in.
 */
public final class Translator {
    private static final int ETHERNET_HEADER = 14;
    /**
     * Further tries at a translation have no effects: those of the former tries stand, and a translation whose own learning overtakes it, over and over,
     * must come to an end.
     */
    private static final int TRIES_WITH_EFFECTS = 4;

    private final Ofproto ofproto;
    private final LongSupplier clock;
    private final SharedStates<PacketInState> packetInStates;
    private final SharedStates<FrozenState> frozenStates;
    private final Supplier<Wildcards> wildcards;
    /** Contexts that no thread uses now. Not thread-locals: those would outlive the switch with the threads that used it. */
    private final Queue<XlateContext> contexts = new ConcurrentLinkedQueue<>();

    Translator(Ofproto ofproto, LongSupplier clock, SharedStates<PacketInState> packetInStates,
            SharedStates<FrozenState> frozenStates, Supplier<Wildcards> wildcards) {
        this.ofproto = ofproto;
        this.clock = clock;
        this.packetInStates = packetInStates;
        this.frozenStates = frozenStates;
        this.wildcards = wildcards;
    }

    /** The same translator, but blind: looking at these bits leaves no trace. For the tests that prove that the tests would notice. */
    Translator blindTo(FlowMask bits) {
        return new Translator(ofproto, clock, packetInStates, frozenStates, () -> new Wildcards(bits));
    }

    /** Translates a packet from the datapath; one that comes back from a recirculation goes on where it was. */
    public XlateOut translate(XlateIn in) {
        return translate(in, null);
    }

    /** Translates a packet from the datapath and tells an observer, if there is one, how. */
    XlateOut translate(XlateIn in, @Nullable XlateObserver observer) {
        XlateContext ctx = context();
        ctx.observe(observer);
        for (int tries = 0;; tries++) {
            boolean effects = in.sideEffects() && tries < TRIES_WITH_EFFECTS;
            XlateOut out = ctx.translate(in, ofproto.topology(), effects, wildcards.get());
            if (!ctx.isStale()) {
                giveBack(ctx);
                return out;
            }
            out.cache().close();
            if (observer != null) {
                observer.restarted();
            }
        }
    }

    private void giveBack(XlateContext ctx) {
        ctx.forget();
        contexts.add(ctx);
    }

    /**
     * Translates a packet-out. The flow-mod checks hold for its actions, too.
     *
     * @param bridge
     *            where it is sent
     * @param inPort
     *            the OpenFlow port that it counts as received on, perhaps {@code OfPorts.CONTROLLER} or {@code NONE}
     * @param actions
     *            what to do; {@code output:TABLE} sends it through the flow tables
     * @param key
     *            the packet's key; its {@code in_port} is ignored
     * @param frameLength
     *            bytes of the frame
     * @throws FlowModException
     *             if the actions or the port are refused
     */
    public XlateOut packetOut(Bridge bridge, int inPort, List<OfAction> actions, FlowKey key, int frameLength) {
        boolean portExists = inPort == OfPorts.CONTROLLER || inPort == OfPorts.NONE || inPort == OfPorts.LOCAL
                || bridge.port(inPort) != null;
        if (!portExists) {
            throw new FlowModException(OfError.OFPBRC_BAD_PORT,
                    "in_port=" + inPort + ": no such port on " + bridge.name());
        }
        if (frameLength < ETHERNET_HEADER) {
            throw new FlowModException(OfError.OFPBRC_BAD_PACKET,
                    "packet of " + frameLength + " bytes: too short for an Ethernet header");
        }
        ActionChecker.check(actions, exactMatch(key), 0, bridge.meters());
        ActionChecker.checkGroups(actions, bridge.tables().groups(), bridge.tables().version());
        XlateContext ctx = context();
        for (int tries = 0;; tries++) {
            XlateOut out = ctx.packetOut(bridge, inPort, actions, key, ofproto.topology(), tries < TRIES_WITH_EFFECTS,
                    clock.getAsLong(), wildcards.get());
            if (!ctx.isStale()) {
                giveBack(ctx);
                return out;
            }
            out.cache().close();
        }
    }

    /** One that the caller alone uses; it is given back unless the translation throws. */
    private XlateContext context() {
        XlateContext free = contexts.poll();
        return free != null ? free : new XlateContext(packetInStates, frozenStates);
    }

    private static Match exactMatch(FlowKey key) {
        long[] ones = key.words().clone();
        Arrays.fill(ones, -1L);
        return new Match(key.words(), FlowMask.of(ones));
    }
}
