package dev.turnout.ofproto.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

import dev.turnout.flow.Fields;
import dev.turnout.flow.FlowKey;
import dev.turnout.flow.FlowLayout;
import dev.turnout.ofproto.LearnedText;
import dev.turnout.ofproto.PortInfo;
import dev.turnout.packet.PacketPool;

/**
 * OpenFlow as its specification reads: a packet walks through the tables, each action changes it or sends it as it is at that moment.
 */
public final class NaiveSwitch {
    private final List<NaiveBridge> bridges;
    private final PacketPool pool;
    /** What flows have made packets do that not every pipeline does. */
    final Set<String> features = new TreeSet<>();
    boolean sure = true;
    int mayRecirculate;
    boolean branched;

    NaiveSwitch(List<NaiveBridge> bridges, PacketPool pool) {
        this.bridges = bridges;
        this.pool = pool;
    }

    /**
     * Whether the last result is what a switch must do. It is not where limits were reached of which a switch counts only what it does between two
     * recirculations, of packets with more tags than a key can
     * show, and where datapath actions would be nested too deep.
     */
    public boolean isSure() {
        return sure;
    }

    /** How often the last packet may have been recirculated. */
    public int mayRecirculate() {
        return mayRecirculate;
    }

    /** Whether a switch had two ways to translate, and the packet took one. */
    public boolean hasBranched() {
        return branched;
    }

    List<NaiveBridge> bridges() {
        return bridges;
    }

    /** What leaves the switch when this packet comes in, in the form of {@link Sent}, sorted. Nothing is learned. */
    public List<String> process(ModelPacket packet, FlowKey key) {
        return process(packet, key, false, new ArrayList<>());
    }

    /**
     * As above.
     *
     * @param learning
     *            whether flows and addresses are learned from the packet
     * @param taught
     *            gets what flows without a limit it teaches, in the form of {@link LearnedText}, in order
     */
    List<String> process(ModelPacket packet, FlowKey key, boolean learning, List<String> taught) {
        bridges.forEach(NaiveBridge::beginPacket);
        int dpPort = (int) key.get(Fields.IN_PORT);
        sure = true;
        mayRecirculate = 0;
        branched = false;
        for (NaiveBridge bridge : bridges) {
            for (PortInfo port : bridge.ports) {
                if (port.dpPort() == dpPort) {
                    NaiveWalk walk = new NaiveWalk(this, pool, bridge, new NaivePacket(packet, key, port.ofPort()),
                            learning, taught);
                    try {
                        walk.pipeline();
                    } catch (NaiveWalk.Overflow e) {
                        sure &= mayRecirculate == 0;
                        return List.of();
                    }
                    walk.sent.sort(null);
                    return walk.sent;
                }
            }
        }
        return List.of();
    }

    /** Metadata and registers that are not zero. */
    public static String describe(long[] words) {
        StringBuilder text = new StringBuilder();
        for (int word = FlowLayout.METADATA; word < FlowLayout.WORDS; word++) {
            if (words[word] != 0) {
                text.append(word).append('=').append(Long.toHexString(words[word])).append(',');
            }
        }
        return text.toString();
    }
}
