package dev.turnout.ofproto;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

import dev.turnout.flow.DatapathFlowText;
import dev.turnout.flow.Field;
import dev.turnout.flow.Fields;
import dev.turnout.flow.FlowKey;
import dev.turnout.flow.FlowLayout;
import dev.turnout.flow.FlowMask;
import dev.turnout.flow.Match;
import dev.turnout.ofproto.TraceTree.Recirculated;
import dev.turnout.openflow.MatchPrinter;
import dev.turnout.openflow.PortNames;

/**
 * Says what the switch would do with a packet, and why: {@code ofproto/trace}. It is the translator itself that does it, with an observer
 * ({@link TraceTree}), without side effects: nothing is learned, counted or installed.
 *
 * <p>What is recirculated is followed: the packet comes back as the pipeline had it, where the datapath would hash, with the hash 0.
 *
 * <p>Thread rules: any thread.
 */
public final class Tracer {
    /** Recirculations that are followed; more are named only. */
    private static final int MAX_RECIRCULATIONS = 64;
    private static final String RULE = "-".repeat(79);

    private final Ofproto ofproto;

    public Tracer(Ofproto ofproto) {
        this.ofproto = ofproto;
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
        long[] words = flow.values();
        int inPort = (int) Fields.IN_PORT.get(words);
        PortInfo port = bridge.port(inPort);
        if (port == null) {
            throw new IllegalArgumentException("in_port=" + inPort + ": no such port on " + bridge.name());
        }
        if (port.dpPort() == PortInfo.NO_DP_PORT) {
            throw new IllegalArgumentException(
                    "in_port=" + inPort + ": " + port.name() + " is not in the datapath and receives nothing");
        }
        StringBuilder out = new StringBuilder("Flow: ").append(MatchPrinter.format(flow, PortNames.NONE))
                .append("\n\n");
        out.append("bridge(\"").append(bridge.name()).append("\")\n");
        out.append("-".repeat(bridge.name().length() + 10)).append('\n');
        FlowKey key = new FlowKey(words.clone());
        Fields.IN_PORT_OXM.set(key.words(), port.dpPort());
        List<XlateCache> held = new ArrayList<>();
        try {
            Deque<Recirculated> left = new ArrayDeque<>(trace(key, flow, inPort, out, held));
            int followed = 0;
            while (!left.isEmpty() && followed++ < MAX_RECIRCULATIONS) {
                Recirculated next = left.poll();
                out.append('\n').append(RULE).append("\nrecirc(0x").append(Integer.toHexString(next.id()))
                        .append(") - resume").append(next.hashBasis() == null ? "" : " as if the hash were 0")
                        .append('\n').append(RULE).append("\n\n");
                left.addAll(trace(again(next, port), flow, inPort, out, held));
            }
            if (!left.isEmpty()) {
                out.append('\n').append(left.size()).append(" more recirculations are not followed\n");
            }
        } finally {
            held.forEach(XlateCache::close);
        }
        return out.toString();
    }

    private static FlowKey again(Recirculated from, PortInfo port) {
        FlowKey key = new FlowKey(from.words().clone());
        Fields.IN_PORT_OXM.set(key.words(), port.dpPort());
        key.set(Fields.RECIRC_ID, Integer.toUnsignedLong(from.id()));
        key.set(Fields.DP_HASH, 0);
        return key;
    }

    private List<Recirculated> trace(FlowKey key, Match shown, int inPort, StringBuilder out, List<XlateCache> held) {
        TraceTree tree = new TraceTree();
        XlateOut done = ofproto.translator().translate(new XlateIn(key, 0, 0, false, ofproto.nowNs()), tree);
        held.add(done.cache());
        tree.appendTree(out);
        out.append("\nFinal flow: ").append(change(key, shown, inPort, tree.end())).append('\n');
        out.append("Megaflow: ").append(DatapathFlowText.key(key, done.wildcards())).append('\n');
        out.append("Looked at, by what made it necessary:\n");
        tree.appendReasons(out, key.words());
        out.append("Datapath actions: ").append(DatapathFlowText.actions(done.actions())).append('\n');
        if (!done.cacheable()) {
            out.append("No megaflow is installed: ").append(done.whyNot()).append('\n');
        }
        return tree.recirculated();
    }

    private static String change(FlowKey key, Match shown, int inPort, long[] end) {
        long[] before = key.words().clone();
        Fields.IN_PORT_OXM.set(before, inPort);
        long[] mask = shown.mask().toWords();
        boolean changed = false;
        for (Field field : Fields.all()) {
            if (isShown(field) && differ(field, before, end)) {
                field.setAll(mask);
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
