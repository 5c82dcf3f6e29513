package dev.turnout.ofproto.model;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;

import dev.turnout.flow.DatapathActions;
import dev.turnout.flow.DpAction;
import dev.turnout.flow.Fields;
import dev.turnout.ofproto.model.FrameEditor.Part;

/** Executes datapath actions on a frame, one after the other, and notes what leaves. */
public final class NaiveDatapath {
    private final FrameEditor frame;
    private int mark;
    private final List<String> sent = new ArrayList<>();

    private NaiveDatapath(ModelPacket packet) {
        frame = new FrameEditor(packet.frame());
        mark = (int) packet.metadata().get(Fields.PKT_MARK);
    }

    /** What leaves, in the form of {@link Sent}, sorted. {@code controller} tells what becomes of a frame that goes there by a state's id. */
    public static List<String> execute(ModelPacket packet, DatapathActions actions,
            BiFunction<Integer, byte[], String> controller) {
        NaiveDatapath datapath = new NaiveDatapath(packet);
        for (DpAction action : actions.actions()) {
            datapath.execute(action, controller);
        }
        datapath.sent.sort(null);
        return datapath.sent;
    }

    private void execute(DpAction action, BiFunction<Integer, byte[], String> controller) {
        switch (action) {
            case DpAction.Output(int port) -> sent.add(Sent.toPort(port, mark, frame.bytes()));
            case DpAction.Userspace(int id) -> sent.add(controller.apply(id, frame.bytes()));
            case DpAction.PushVlan(int tpid, int tci) -> frame.pushVlan(tpid, tci);
            case DpAction.PopVlan() -> frame.popVlan();
            case DpAction.SetMark(int value, int mask) -> mark = (mark & ~mask) | (value & mask);
            case DpAction.SetEthernet(long src, long srcMask, long dst, long dstMask) -> {
                frame.put(Part.ETH_SRC, src, srcMask);
                frame.put(Part.ETH_DST, dst, dstMask);
            }
            case DpAction.SetIpv4 set -> {
                frame.put(Part.IPV4_SRC, set.src(), set.srcMask());
                frame.put(Part.IPV4_DST, set.dst(), set.dstMask());
                frame.put(Part.TOS, set.tos(), set.tosMask());
                frame.put(Part.TTL, set.ttl(), set.ttlMask());
            }
            case DpAction.SetIpv6 set -> {
                frame.put128(0, set.srcHigh(), set.srcLow(), set.srcHighMask(), set.srcLowMask());
                frame.put128(1, set.dstHigh(), set.dstLow(), set.dstHighMask(), set.dstLowMask());
                frame.put(Part.IPV6_LABEL, set.label(), set.labelMask());
                frame.put(Part.TOS, set.trafficClass(), set.trafficClassMask());
                frame.put(Part.TTL, set.hopLimit(), set.hopLimitMask());
            }
            case DpAction.SetPorts set -> {
                frame.put(Part.L4_SRC, set.src(), set.srcMask());
                frame.put(Part.L4_DST, set.dst(), set.dstMask());
            }
            case DpAction.SetIcmp set -> {
                frame.put(Part.ICMP_TYPE, set.type(), set.typeMask());
                frame.put(Part.ICMP_CODE, set.code(), set.codeMask());
            }
            case DpAction.SetArp set -> {
                frame.put(Part.ARP_OP, set.op(), set.opMask());
                frame.put(Part.ARP_SPA, set.spa(), set.spaMask());
                frame.put(Part.ARP_TPA, set.tpa(), set.tpaMask());
                frame.put(Part.ARP_SHA, set.sha(), set.shaMask());
                frame.put(Part.ARP_THA, set.tha(), set.thaMask());
            }
            case DpAction.SetNd set -> {
                frame.put128(2, set.targetHigh(), set.targetLow(), set.targetHighMask(), set.targetLowMask());
                frame.put(Part.ND_SLL, set.sll(), set.sllMask());
                frame.put(Part.ND_TLL, set.tll(), set.tllMask());
            }
            default -> throw new IllegalArgumentException("the model does not know " + action);
        }
    }
}
