package dev.turnout.ofproto;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

import dev.turnout.flow.DatapathActions;
import dev.turnout.flow.DatapathFlowText;
import dev.turnout.flow.DpAction;
import dev.turnout.flow.Field;
import dev.turnout.flow.Fields;
import dev.turnout.flow.FlowKey;
import dev.turnout.flow.FlowLayout;
import dev.turnout.flow.FlowMask;
import dev.turnout.flow.Json;
import dev.turnout.flow.Match;
import dev.turnout.ofproto.TraceTree.Recirculated;
import dev.turnout.openflow.CtStateText;
import dev.turnout.openflow.MatchPrinter;
import dev.turnout.openflow.PortNames;
import org.jspecify.annotations.Nullable;

/**
 * Says what the switch would do with a packet, and why: {@code ofproto/trace}. It is the translator itself that does it, with an observer
 * ({@link TraceTree}), without side effects: nothing is learned, counted or installed.
 *
 * <p>What is recirculated is followed: the packet comes back as the pipeline had it, where the datapath would hash, with the hash 0, and where it would
 * track the connection, with the states that were asked for ({@link TrackedPacket}).
 *
 * <p>Thread rules: any thread.
 */
public final class Tracer {
    /** Recirculations that are followed; more are named only. */
    private static final int MAX_RECIRCULATIONS = 64;
    private static final String RULE = "-".repeat(79);

    private final Ofproto ofproto;
    private final List<Integer> ctNext;

    /** One for which each tracked packet is the first of a new connection. */
    public Tracer(Ofproto ofproto) {
        this(ofproto, List.of());
    }

    /**
     * A tracer.
     *
     * @param ctNext
     *            {@code ct_state} of the packet as it comes back from the first tracking of its connection, the second, and so on; after these it is new
     *            and tracked
     * @throws IllegalArgumentException
     *             if there are such states and the datapath does not track connections
     */
    public Tracer(Ofproto ofproto, List<Integer> ctNext) {
        if (!ctNext.isEmpty() && !ofproto.datapathSupport().conntrack()) {
            throw new IllegalArgumentException(
                    "--ct-next: this datapath does not track connections, so no packet comes back from ct");
        }
        this.ofproto = ofproto;
        this.ctNext = List.copyOf(ctNext);
    }

    /**
     * One translation of the packet.
     *
     * @param from
     *            the recirculation that it goes on from, or null for the packet as it is received
     * @param tracked
     *            what tracking found on the way, or null
     */
    private record Pass(@Nullable Recirculated from, @Nullable TrackedPacket tracked, FlowKey key, TraceTree tree,
            XlateOut out) {
        int recircId() {
            return from == null ? 0 : from.id();
        }

        /** How the packet came to be as it is; "" for one that is received. */
        String how() {
            if (tracked != null) {
                return tracked.text();
            }
            return from == null || from.hashBasis() == null ? "" : "as if the hash were 0";
        }
    }

    /** A trace; its translations are held until it is closed. */
    private record Trace(Match flow, int inPort, List<Pass> passes, int notFollowed, int ctNextUnused)
            implements
                AutoCloseable {
        @Override
        public void close() {
            passes.forEach(pass -> pass.out.cache().close());
        }

        /** The packet that a pass begins with: what was given, and what has changed since. */
        String begin(Pass pass) {
            long[] words = pass.key.words().clone();
            Fields.IN_PORT_OXM.set(words, inPort);
            Fields.RECIRC_ID.set(words, 0);
            return change(passes.getFirst().key, flow, inPort, words);
        }
    }

    /**
     * Traces a packet.
     *
     * @param bridge
     *            where it is received
     * @param flow
     *            its key, {@code in_port} as the OpenFlow number of a port of the bridge; the mask says which fields to print
     * @return the trace, lines of text
     * @throws IllegalArgumentException
     *             if the bridge has no such port, or it is one that receives nothing
     */
    public String trace(Bridge bridge, Match flow) {
        StringBuilder out = new StringBuilder("Flow: ").append(MatchPrinter.format(flow, PortNames.NONE))
                .append("\n\n");
        out.append("bridge(\"").append(bridge.name()).append("\")\n");
        out.append("-".repeat(bridge.name().length() + 10)).append('\n');
        try (Trace trace = follow(bridge, flow)) {
            for (Pass pass : trace.passes) {
                append(out, trace, pass);
            }
            if (trace.notFollowed > 0) {
                out.append('\n').append(trace.notFollowed).append(" more recirculations are not followed\n");
            }
            if (trace.ctNextUnused > 0) {
                out.append("\nThe connection is tracked less often than --ct-next is given: ")
                        .append(trace.ctNextUnused).append(" not used\n");
            }
        }
        return out.toString();
    }

    /**
     * The same as JSON: an object with {@code passes}, one for the packet as it is received and one for each time that it comes back. A pass has the
     * tree ({@code steps}), the megaflow and for each field that it looks at what made that necessary, the datapath's actions, why the packet is
     * dropped, and what the megaflow would use, some of it credited with its packets.
     */
    public String traceJson(Bridge bridge, Match flow) {
        Json out = new Json();
        try (Trace trace = follow(bridge, flow)) {
            out.object().field("bridge", bridge.name()).field("flow", MatchPrinter.format(flow, PortNames.NONE))
                    .name("passes").array();
            for (Pass pass : trace.passes) {
                write(out, trace, pass);
            }
            out.endArray().field("recirculations_not_followed", trace.notFollowed)
                    .field("ct_next_unused", trace.ctNextUnused).endObject();
        }
        return out.toString();
    }

    // --- the walk ------------------------------------------------------------------------------------------------------------------------

    @SuppressWarnings("MustBeClosedChecker")
    private Trace follow(Bridge bridge, Match flow) {
        int inPort = (int) Fields.IN_PORT.get(flow.values());
        PortInfo port = bridge.port(inPort);
        if (port == null) {
            throw new IllegalArgumentException("in_port=" + inPort + ": no such port on " + bridge.name());
        }
        if (port.dpPort() == PortInfo.NO_DP_PORT) {
            throw new IllegalArgumentException(
                    "in_port=" + inPort + ": " + port.name() + " is not in the datapath and receives nothing");
        }
        FlowKey key = new FlowKey(flow.values().clone());
        Fields.IN_PORT_OXM.set(key.words(), port.dpPort());
        List<Pass> passes = new ArrayList<>();
        passes.add(pass(null, null, key));
        Deque<Integer> states = new ArrayDeque<>(ctNext);
        Deque<Recirculated> left = new ArrayDeque<>(passes.getFirst().tree.recirculated());
        while (!left.isEmpty() && passes.size() <= MAX_RECIRCULATIONS) {
            Recirculated next = left.poll();
            DpAction.Ct tracking = next.tracking();
            TrackedPacket tracked = tracking == null ? null : new TrackedPacket(tracking, states.poll());
            Pass pass = pass(next, tracked, again(next, tracked, port));
            passes.add(pass);
            left.addAll(pass.tree.recirculated());
        }
        return new Trace(flow, inPort, passes, left.size(), states.size());
    }

    private static FlowKey again(Recirculated from, @Nullable TrackedPacket tracked, PortInfo port) {
        FlowKey key = new FlowKey(from.words().clone());
        Fields.IN_PORT_OXM.set(key.words(), port.dpPort());
        key.set(Fields.RECIRC_ID, Integer.toUnsignedLong(from.id()));
        key.set(Fields.DP_HASH, 0);
        if (tracked != null) {
            tracked.apply(key.words());
        }
        return key;
    }

    private Pass pass(@Nullable Recirculated from, @Nullable TrackedPacket tracked, FlowKey key) {
        TraceTree tree = new TraceTree();
        XlateOut out = ofproto.translator().translate(new XlateIn(key, 0, 0, false, ofproto.nowNs()), tree);
        return new Pass(from, tracked, key, tree, out);
    }

    // --- what came out -------------------------------------------------------------------------------------------------------------------

    private static void append(StringBuilder out, Trace trace, Pass pass) {
        if (pass.from != null) {
            out.append('\n').append(RULE).append("\nrecirc(0x").append(Integer.toHexString(pass.recircId()))
                    .append(") - resume").append(pass.how().isEmpty() ? "" : " " + pass.how())
                    .append('\n').append(RULE).append("\n\n");
        }
        if (pass.tracked != null) {
            out.append("Flow: ").append(trace.begin(pass)).append("\n\n");
        }
        XlateOut done = pass.out;
        TraceStep.append(out, pass.tree.steps());
        out.append("\nFinal flow: ").append(change(pass.key, trace.flow, trace.inPort, pass.tree.end())).append('\n');
        out.append("Megaflow: ").append(DatapathFlowText.key(pass.key, done.wildcards())).append('\n');
        out.append("Looked at, by what made it necessary:\n");
        pass.tree.appendReasons(out, pass.key.words());
        out.append("Datapath actions: ").append(DatapathFlowText.actions(done.actions())).append('\n');
        if (!done.cacheable()) {
            out.append("No megaflow is installed: ").append(done.whyNot()).append('\n');
        }
    }

    private static void write(Json out, Trace trace, Pass pass) {
        XlateOut done = pass.out;
        out.object().field("recirc_id", Integer.toUnsignedLong(pass.recircId()));
        if (!pass.how().isEmpty()) {
            out.field("resumed", pass.how());
        }
        if (pass.tracked != null) {
            pass.tracked.write(out.field("flow", trace.begin(pass)));
        }
        TraceStep.write(out.name("steps"), pass.tree.steps());
        out.field("final_flow", change(pass.key, trace.flow, trace.inPort, pass.tree.end()));
        out.name("megaflow").object().field("text", DatapathFlowText.key(pass.key, done.wildcards()));
        pass.tree.writeReasons(out.name("looked_at"), pass.key.words());
        out.field("installed", done.cacheable());
        if (!done.cacheable()) {
            out.field("why_not", done.whyNot());
        }
        out.endObject().name("datapath_actions").array();
        for (DpAction action : done.actions().actions()) {
            out.value(DatapathFlowText.actions(new DatapathActions(List.of(action))));
        }
        out.endArray();
        if (done.actions().actions().isEmpty()) {
            out.field("dropped", done.drop() == XlateDrop.NONE ? pass.tree.whyNothing() : done.drop().meaning());
        }
        new XlateReport(done.cache()).write(out.name("uses"));
        out.endObject();
    }

    private static String change(FlowKey key, Match shown, int inPort, long[] end) {
        long[] before = key.words().clone();
        Fields.IN_PORT_OXM.set(before, inPort);
        long[] mask = shown.mask().toWords();
        boolean changed = false;
        for (Field field : Fields.all()) {
            if (isShown(field) && differ(field, before, end)) {
                if (field.equals(Fields.CT_STATE)) {
                    field.set(mask, CtStateText.ALL); // the rest of its 16 bits means nothing
                } else {
                    field.setAll(mask);
                }
                changed = true;
            }
        }
        if (!changed) {
            return "unchanged";
        }
        long[] values = new long[FlowLayout.WORDS];
        for (int i = 0; i < values.length; i++) {
            values[i] = end[i] & mask[i];
        }
        return MatchPrinter.format(new Match(values, FlowMask.of(mask)), PortNames.NONE);
    }

    /** Views of several registers would show those that have not changed, and the action set is in the tree. */
    private static boolean isShown(Field field) {
        return field.isStored() && !field.equals(Fields.ACTSET_OUTPUT) && !field.name().startsWith("xreg")
                && !field.name().startsWith("xxreg");
    }

    private static boolean differ(Field field, long[] a, long[] b) {
        for (int i = 0; i < field.wordCount(); i++) {
            if (((a[field.word() + i] ^ b[field.word() + i]) & field.wordMask(i)) != 0) {
                return true;
            }
        }
        return false;
    }
}
