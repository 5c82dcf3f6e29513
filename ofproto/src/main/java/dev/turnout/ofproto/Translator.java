package dev.turnout.ofproto;

import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

import dev.turnout.flow.Fields;
import dev.turnout.flow.FlowKey;
import dev.turnout.flow.FlowMask;
import dev.turnout.flow.Match;
import dev.turnout.ofproto.classifier.Wildcards;
import dev.turnout.openflow.Octets;
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
    private final SharedStates<UserspaceState> userspaceStates;
    private final SharedStates<FrozenState> frozenStates;
    private final Supplier<Wildcards> wildcards;
    /** Contexts that no thread uses now. Not thread-locals: those would outlive the switch with the threads that used it. */
    private final Queue<XlateContext> contexts = new ConcurrentLinkedQueue<>();

    Translator(Ofproto ofproto, LongSupplier clock, SharedStates<UserspaceState> userspaceStates,
            SharedStates<FrozenState> frozenStates, Supplier<Wildcards> wildcards) {
        this.ofproto = ofproto;
        this.clock = clock;
        this.userspaceStates = userspaceStates;
        this.frozenStates = frozenStates;
        this.wildcards = wildcards;
    }

    /** The same translator, but blind: looking at these bits leaves no trace. For the tests that prove that the tests would notice. */
    Translator blindTo(FlowMask bits) {
        return new Translator(ofproto, clock, userspaceStates, frozenStates, () -> new Wildcards(bits));
    }

    /** Translates a packet from the datapath; one that comes back from a recirculation goes on where it was. */
    public XlateOut translate(XlateIn in) {
        return translate(in, null);
    }

    /** Translates a packet from the datapath and tells an observer, if there is one, how. */
    XlateOut translate(XlateIn in, @Nullable XlateObserver observer) {
        XlateOut out = untilNotStale(observer, (ctx, effects) -> ctx.translate(in, ofproto.topology(),
                effects && in.sideEffects(), wildcards.get()));
        if (in.sideEffects()) {
            ofproto.drops().add(out.drop());
        }
        return out;
    }

    /** A translation, done once. */
    private interface Attempt {
        XlateOut translate(XlateContext ctx, boolean effects);
    }

    /** Translates, again where what the translation saw was purged meanwhile. Of the first tries alone effects are allowed. */
    private XlateOut untilNotStale(@Nullable XlateObserver observer, Attempt attempt) {
        XlateContext ctx = context();
        ctx.observe(observer);
        for (int tries = 0;; tries++) {
            XlateOut out = attempt.translate(ctx, tries < TRIES_WITH_EFFECTS);
            if (!ctx.isStale()) {
                ctx.forget();
                contexts.add(ctx);
                return out;
            }
            out.cache().close();
            if (observer != null) {
                observer.restarted();
            }
        }
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
        requireFrame(frameLength);
        ActionChecker.check(actions, exactMatch(key), 0, bridge.facilities());
        if (NestedActions.any(actions, OfAction.Conjunction.class::isInstance)) {
            throw new FlowModException(OfError.OFPBAC_BAD_TYPE,
                    "conjunction: this action is part of a flow's match, a packet-out has none");
        }
        ActionChecker.checkGroups(actions, bridge.tables().groups(), bridge.tables().version());
        XlateOut out = untilNotStale(null, (ctx, effects) -> ctx.packetOut(bridge, inPort, actions, key,
                ofproto.topology(), effects, clock.getAsLong(), wildcards.get()));
        ofproto.drops().add(out.drop());
        return out;
    }

    /**
     * What {@link #resume} gives.
     *
     * @param out
     *            what to do with the packet
     * @param datapathPort
     *            the datapath port that it came in by before it was paused
     */
    public record Resumed(XlateOut out, int datapathPort) {
    }

    /**
     * Goes on with a packet that {@code controller(pause)} sent to a controller, perhaps changed by it. What comes out is to be executed once, as a
     * packet-out's.
     *
     * @param bridge
     *            the bridge that sent it
     * @param continuation
     *            of the packet-in; good for once
     * @param key
     *            the key of the packet as it is now; its metadata is ignored, that of the paused packet counts
     * @param frameLength
     *            bytes of the frame
     * @throws FlowModException
     *             if the bridge does not know the continuation, or no longer, or the frame is none
     */
    public Resumed resume(Bridge bridge, Octets continuation, FlowKey key, int frameLength) {
        requireFrame(frameLength);
        long nowNs = clock.getAsLong();
        PausedPackets.Paused paused = ofproto.paused().take(continuation, nowNs);
        if (paused == null || !paused.state().bridge().equals(bridge) || !ofproto.bridges().contains(bridge)) {
            throw new FlowModException(OfError.OFPBRC_BUFFER_UNKNOWN, "continuation: no packet of " + bridge.name()
                    + " waits for it (a minute at most, and once)");
        }
        FlowKey plain = key.copy();
        plain.set(Fields.IN_PORT, paused.key().get(Fields.IN_PORT));
        plain.set(Fields.RECIRC_ID, 0);
        XlateOut out = untilNotStale(null, (ctx, effects) -> ctx.resume(paused.state(), plain, paused.key(),
                ofproto.topology(), effects, nowNs, wildcards.get()));
        ofproto.drops().add(out.drop());
        return new Resumed(out, (int) paused.key().get(Fields.IN_PORT));
    }

    private static void requireFrame(int frameLength) {
        if (frameLength < ETHERNET_HEADER) {
            throw new FlowModException(OfError.OFPBRC_BAD_PACKET,
                    "packet of " + frameLength + " bytes: too short for an Ethernet header");
        }
    }

    /** One that the caller alone uses; it is given back unless the translation throws. */
    private XlateContext context() {
        XlateContext free = contexts.poll();
        return free != null ? free : new XlateContext(userspaceStates, frozenStates);
    }

    private static Match exactMatch(FlowKey key) {
        long[] ones = key.words().clone();
        Arrays.fill(ones, -1L);
        return new Match(key.words(), FlowMask.of(ones));
    }
}
