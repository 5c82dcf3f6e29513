package dev.turnout.ofproto;

import dev.turnout.flow.Fields;
import dev.turnout.flow.FlowLayout;
import org.jspecify.annotations.Nullable;

/**
 * The NORMAL action: a VLAN-aware learning switch (IEEE 802.1Q), in the order of Open vSwitch: admit by VLAN, drop what bridges must not
 * forward, learn the source, send to where the destination was learned, or flood the VLAN.
 *
 * <p>Thread rules: stateless.
 */
final class NormalForwarding {
    private static final int VID = 0xfff;
    private static final int PCP = 0xe000;
    private static final int ETH_TYPE_VLAN = 0x8100;

    private NormalForwarding() {
    }

    static void forward(XlateContext ctx) {
        FlowState flow = ctx.flow;
        int inPort = flow.inPort();
        @Nullable
        PortInfo in = ctx.ports().byNumber(inPort);
        if (in == null && !flow.isFromController()) {
            ctx.note("the bridge has no such input port: not forwarded");
            return;
        }
        PortVlan inVlan = in == null ? PortVlan.TRUNK_ALL : in.vlan();
        flow.wildcards.lookAt(FlowLayout.ETH_SRC_VLAN, FlowLayout.VLAN_PRESENT | VID);
        boolean tagged = Prerequisites.hasVlan(flow.words);
        if (!tagged && Prerequisites.ethType(flow.words) == ETH_TYPE_VLAN) {
            ctx.note("the VLAN tag is cut short: not forwarded");
            return;
        }
        int vid = tagged ? (int) Fields.VLAN_TCI.get(flow.words) & VID : 0;
        if (!inVlan.admits(vid)) {
            ctx.note("the port does not admit the VLAN: not forwarded");
            return;
        }
        int vlan = inVlan.vlanOf(vid);
        long dst = flow.read(Fields.ETH_DST);
        if (in != null && ReservedMulticast.contains(dst)) {
            ctx.note("addressed to a link protocol: not forwarded");
            return;
        }
        long src = flow.read(Fields.ETH_SRC);
        if (in != null) {
            learn(ctx, vlan, src, inPort);
        }
        int learned = isMulticast(dst) ? -1 : ctx.bridge().macTable().lookup(vlan, dst);
        @Nullable
        PortInfo out = learned < 0 ? null : ctx.ports().byNumber(learned);
        if (out == null) { // not known, or on a port that has just gone
            ctx.note(isMulticast(dst) ? "multicast: flooded" : "the destination is not learned: flooded");
            flood(ctx, inPort, vlan);
            return;
        }
        ctx.cache().destination(ctx.bridge(), vlan, dst, learned);
        if (learned == inPort) {
            ctx.note("the destination was learned on the input port: not forwarded");
        } else {
            ctx.note("to where the destination was learned");
            output(ctx, out, vlan);
        }
    }

    /** Notes the packet's sender: at once if side effects are allowed, and whenever packets are credited. */
    private static void learn(XlateContext ctx, int vlan, long mac, int inPort) {
        MacTable table = ctx.bridge().macTable();
        if (ctx.hasSideEffects()) {
            table.learn(vlan, mac, inPort, ctx.nowNs(), false);
        }
        ctx.cache().learned(ctx.bridge(), vlan, mac, inPort);
    }

    private static boolean isMulticast(long mac) {
        return (mac & 1L << 40) != 0;
    }

    private static void flood(XlateContext ctx, int inPort, int vlan) {
        PortList ports = ctx.ports();
        for (int i = 0; i < ports.size(); i++) {
            PortInfo port = ports.at(i);
            if (port.ofPort() != inPort && port.vlan().carries(vlan)) {
                output(ctx, port, vlan);
            }
        }
    }

    /** Sends a frame of a VLAN with the tag that the port's mode asks for. */
    private static void output(XlateContext ctx, PortInfo port, int vlan) {
        FlowState flow = ctx.flow;
        boolean tagged = Prerequisites.hasVlan(flow.words);
        int tci = (int) Fields.VLAN_TCI.get(flow.words);
        boolean untag = port.vlan().untags(vlan);
        boolean keeps = tagged ? !untag && vlan != 0 && (tci & VID) == vlan : untag || vlan == 0;
        if (keeps) {
            ctx.portOutput.output(port.ofPort());
            return;
        }
        // From here the packet changes: its tags are looked at as a whole.
        FlowState.Saved saved = flow.save();
        flow.lookAtVlans();
        int pcp = untag || !tagged ? 0 : tci & PCP;
        int out = (untag ? 0 : vlan) | pcp;
        flow.putVlan(out == 0 ? 0 : out | FlowLayout.VLAN_PRESENT);
        ctx.portOutput.output(port.ofPort());
        flow.restore(saved);
    }
}
