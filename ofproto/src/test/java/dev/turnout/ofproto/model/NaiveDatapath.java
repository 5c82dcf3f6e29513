package dev.turnout.ofproto.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import dev.turnout.flow.ConnectionHash;
import dev.turnout.flow.DatapathActions;
import dev.turnout.flow.DpAction;
import dev.turnout.flow.Fields;
import dev.turnout.flow.FlowKey;
import dev.turnout.flow.FlowLayout;
import dev.turnout.ofproto.model.FrameEditor.Part;

/** Executes datapath actions on a frame, one after the other, and notes what leaves. Sampling takes every packet. */
public final class NaiveDatapath {
    /** What a datapath asks for. */
    public interface SlowPath {
        /** What to do with a packet that has been recirculated. */
        DatapathActions recirculated(ModelPacket packet);

        /** The packet's key. */
        FlowKey parse(ModelPacket packet);

        /** What leaves for a packet that is handed over, in the form of {@link Sent}. */
        List<String> userspace(int stateId, ModelPacket packet);
    }

    private static final int NO_LIMIT = Integer.MAX_VALUE;

    private final SlowPath slowPath;
    private FrameEditor frame;
    private final FlowKey metadata;
    private int limit = NO_LIMIT;
    private final List<String> sent;

    private NaiveDatapath(SlowPath slowPath, FrameEditor frame, FlowKey metadata, List<String> sent) {
        this.slowPath = slowPath;
        this.frame = frame;
        this.metadata = metadata;
        this.sent = sent;
    }

    /** What leaves, in the form of {@link Sent}, sorted. */
    public static List<String> execute(ModelPacket packet, DatapathActions actions, SlowPath slowPath) {
        NaiveDatapath datapath = new NaiveDatapath(slowPath, new FrameEditor(packet.frame()),
                packet.metadata().copy(), new ArrayList<>());
        datapath.run(actions.actions());
        datapath.sent.sort(null);
        return datapath.sent;
    }

    private void run(List<DpAction> actions) {
        actions.forEach(this::execute);
    }

    private void runOnCopy(List<DpAction> actions) {
        new NaiveDatapath(slowPath, new FrameEditor(frame), metadata.copy(), sent).run(actions);
    }

    private ModelPacket cut() {
        byte[] bytes = frame.bytes();
        int length = Math.min(bytes.length, limit);
        limit = NO_LIMIT;
        return new ModelPacket(Arrays.copyOf(bytes, length), metadata.copy());
    }

    private void execute(DpAction action) {
        switch (action) {
            case DpAction.Output(int port) ->
                sent.add(Sent.toPort(port, (int) metadata.get(Fields.PKT_MARK), cut().frame()));
            case DpAction.Userspace(DpAction.Userspace.Kind _, int id) -> sent.addAll(slowPath.userspace(id, cut()));
            case DpAction.Clone(List<DpAction> nested) -> runOnCopy(nested);
            case DpAction.Sample(int _, List<DpAction> nested) -> runOnCopy(nested);
            case DpAction.CheckPktLen(int length, List<DpAction> greater, List<DpAction> lessEqual) ->
                runOnCopy(frame.length() > length ? greater : lessEqual);
            case DpAction.Recirc(int id) -> {
                FlowKey again = metadata.copy();
                again.set(Fields.RECIRC_ID, id);
                ModelPacket packet = new ModelPacket(frame.bytes(), again);
                List<DpAction> more = slowPath.recirculated(packet).actions();
                again = metadata.copy();
                new NaiveDatapath(slowPath, new FrameEditor(frame.bytes()), again, sent).run(more);
            }
            case DpAction.Hash(int basis) -> {
                FlowKey parsed = slowPath.parse(new ModelPacket(frame.bytes(), metadata));
                metadata.set(Fields.DP_HASH, ConnectionHash.of(parsed.words(), basis) & 0xffff_ffffL);
            }
            case DpAction.Trunc(int length) -> limit = length;
            case DpAction.Ct ct -> FakeConntrack.track(metadata, frame.bytes(), ct.zone(), ct.commit(),
                    ct.mark() & ct.markMask(), ct.labelLow() & ct.labelLowMask());
            case DpAction.CtClear() -> FakeConntrack.forget(metadata);
            case DpAction.PushVlan(int tpid, int tci) -> frame.pushVlan(tpid, tci);
            case DpAction.PopVlan() -> frame.popVlan();
            case DpAction.PushMpls(int type, int lse) -> frame.pushMpls(type, lse);
            case DpAction.PopMpls(int type) -> frame.popMpls(type);
            case DpAction.SetMpls(int lse, int mask) -> frame.setMpls(lse, mask);
            case DpAction.SetMark(int value, int mask) -> metadata.words()[FlowLayout.MARKS] = (metadata
                    .words()[FlowLayout.MARKS] & ~(mask & 0xffff_ffffL)) | (value & mask & 0xffff_ffffL);
            default -> set(action);
        }
    }

    private void set(DpAction action) {
        switch (action) {
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
