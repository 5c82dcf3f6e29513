package dev.turnout.ofproto;

import java.util.List;

import dev.turnout.flow.DpAction;
import dev.turnout.flow.Field;
import dev.turnout.flow.Fields;
import dev.turnout.flow.FlowLayout;
import dev.turnout.openflow.FieldValue;
import dev.turnout.openflow.Octets;
import dev.turnout.openflow.OfAction;
import dev.turnout.openflow.OfAction.PacketInReason;
import dev.turnout.openflow.OfPorts;
import dev.turnout.openflow.Subfield;

/**
 * What each OpenFlow action does to a translation. An action that changes a field the packet does not have does nothing, as OpenFlow's
 * prerequisites ask.
 *
 * <p>Thread rules: belongs to its {@link XlateContext}.
 */
final class ActionExecution {
    private static final int ENTIRE_PACKET = 0xffff;
    private static final int TCP = 6;

    private final XlateContext ctx;
    private final FlowState flow;
    private final GroupExecution groups;
    private final MeterExecution meters;
    private final ConntrackActions conntrack;
    private final UserspaceActions userspace;

    ActionExecution(XlateContext ctx) {
        this.ctx = ctx;
        this.flow = ctx.flow;
        groups = new GroupExecution(ctx);
        meters = new MeterExecution(ctx);
        conntrack = new ConntrackActions(ctx);
        userspace = new UserspaceActions(ctx, meters);
    }

    /** Executes an action of a flow in {@code table}. */
    void execute(OfAction action, int table) {
        switch (action) {
            case OfAction.Output(int port, int maxLength) -> output(port, maxLength);
            case OfAction.OutputReg(Subfield source, int maxLength) -> {
                long port = flow.read(source).low();
                if (port >= 0 && port <= 0xffff) {
                    output((int) port, maxLength);
                }
            }
            case OfAction.OutputTrunc(int port, int maxLength) -> outputTruncated(port, maxLength);
            case OfAction.Controller controller -> userspace.controller(controller);
            case OfAction.Resubmit(int port, int to, boolean withCt) -> {
                int number = to == 255 ? table : to;
                int inPort = port == OfPorts.IN_PORT ? flow.inPort() : port;
                if (withCt) {
                    ctx.resubmitByConnection(number, inPort);
                } else {
                    ctx.resubmit(number, inPort);
                }
            }
            case OfAction.GotoTable(int to) -> ctx.resubmit(to, flow.inPort());
            case OfAction.Group(int group) -> groups.execute(group);
            case OfAction.DecTtl(List<Integer> controllers) -> decrementTtl(controllers);
            case OfAction.Exit _ -> ctx.exit();
            case OfAction.WriteActions(List<OfAction> set) -> {
                if (!ctx.scope().writeActions(set, flow)) {
                    ctx.drop(XlateDrop.ACTIONS_TOO_LONG);
                }
            }
            case OfAction.ClearActions _ -> ctx.scope().clearActions(flow);
            case OfAction.WriteMetadata(long metadata, long mask) -> {
                long old = Fields.METADATA.get(flow.words);
                flow.writeMasked(FlowLayout.METADATA, (old & ~mask) | (metadata & mask), mask);
            }
            case OfAction.DebugRecirc _ -> ctx.recirculation.freeze();
            case OfAction.Clone(List<OfAction> actions) -> cloned(actions);
            case OfAction.Meter(int meter) -> meters.measure(meter);
            case OfAction.FinTimeout(int idle, int hard) -> finTimeout(idle, hard);
            case OfAction.Note _,OfAction.Conjunction _ -> {
            }
            case OfAction.Learn learn -> LearnExecution.execute(ctx, learn, ctx.currentFrame().rule);
            case OfAction.Multipath multipath -> HashedChoice.multipath(flow, multipath);
            case OfAction.Bundle bundle -> {
                int chosen = HashedChoice.bundle(ctx, bundle);
                if (bundle.destination() == null) {
                    output(chosen, 0);
                }
            }
            case OfAction.Sample sample -> userspace.sample(sample);
            case OfAction.CheckPktLarger(int length, Subfield destination) ->
                ctx.copies.checkLength(length, destination);
            case OfAction.Ct ct -> conntrack.track(ct);
            case OfAction.CtClear _ -> conntrack.clear();
            default -> change(action);
        }
    }

    /**
     * Whether an action needs what is behind the Ethernet header and the tags, or changes it. Of a packet whose last label was popped that is not known.
     */
    boolean needsHeaders(OfAction action) {
        int type = Prerequisites.ethType(flow.words);
        // A tag, or a length: only a parse tells what the packet is.
        boolean odd = type == 0x8100 || type == 0x88a8 || type < 0x600;
        return switch (action) {
            case OfAction.Output(int port, int _) -> outputNeedsHeaders(port, odd);
            case OfAction.OutputTrunc _,OfAction.Note _,OfAction.Exit _,OfAction.ClearActions _ -> false;
            case OfAction.WriteActions _,OfAction.WriteMetadata _,OfAction.SetTunnel _ -> false;
            case OfAction.Meter _,OfAction.Conjunction _ -> false;
            case OfAction.OutputReg _ -> ctx.ports().hasPatch();
            case OfAction.SetVlanVid _,OfAction.SetVlanPcp _,OfAction.StripVlan _,OfAction.PushVlan _ -> odd;
            case OfAction.SetEthSrc _,OfAction.SetEthDst _ -> odd;
            case OfAction.SetField set -> odd || isInHeaders(set.field());
            case OfAction.Move(Subfield from, Subfield to) ->
                odd || isInHeaders(from.field()) || isInHeaders(to.field());
            case OfAction.StackPush(Subfield from) -> odd || isInHeaders(from.field());
            case OfAction.StackPop(Subfield to) -> odd || isInHeaders(to.field());
            default -> true;
        };
    }

    private boolean outputNeedsHeaders(int port, boolean odd) {
        return switch (port) {
            case OfPorts.CONTROLLER, OfPorts.NONE -> false;
            case OfPorts.TABLE -> true;
            case OfPorts.NORMAL -> odd || ctx.ports().hasPatch();
            case OfPorts.IN_PORT, OfPorts.FLOOD, OfPorts.ALL -> ctx.ports().hasPatch();
            default -> {
                PortInfo out = ctx.ports().byNumber(port);
                yield out != null && out.isPatch();
            }
        };
    }

    private static boolean isInHeaders(Field field) {
        return switch (field.prerequisite()) {
            case NONE, ETHERNET, VLAN_VID, CT -> false;
            default -> true;
        };
    }

    /** Notes that the flow's timeouts become shorter once the connection closes. */
    private void finTimeout(int idle, int hard) {
        Rule rule = ctx.currentFrame().rule;
        if (rule != null && Prerequisites.isIp(flow.words) && flow.read(Fields.IP_PROTO) == TCP) {
            ctx.cache().finTimeout(ctx.bridge(), rule, idle, hard);
        }
    }

    private void outputTruncated(int port, int maxLength) {
        int inPort = flow.inPort();
        PortInfo out = ctx.ports().byNumber(port == OfPorts.IN_PORT ? inPort : port);
        if (out == null || out.isPatch() || out.dpPort() == PortInfo.NO_DP_PORT) {
            ctx.note("a frame can be cut for a port of the datapath only");
        } else if (port != inPort && !ctx.isDropped()) {
            ctx.sink.commit(flow);
            ctx.sink.emit(new DpAction.Trunc(maxLength));
            ctx.sink.emit(new DpAction.Output(out.dpPort()));
        }
    }

    /** Executes actions on a copy, the action set included; a datapath action of its own only where the copy is changed. */
    private void cloned(List<OfAction> actions) {
        ctx.sink.commit(flow);
        boolean[] exit = new boolean[1];
        List<DpAction> nested = ctx.copies.nested(() -> exit[0] = ctx.copies.onCopy(actions, "clone"));
        if (exit[0]) {
            ctx.exit(); // as in the field: exit ends all that is left, not the copy alone
        }
        ctx.sink.emitOnCopy(nested);
    }

    /** Actions that change the packet. */
    private void change(OfAction action) {
        switch (action) {
            case OfAction.SetField set -> flow.write(set);
            case OfAction.Move(Subfield source, Subfield destination) -> flow.move(source, destination);
            case OfAction.SetVlanVid(int vid, boolean push) -> flow.setVlan(0xfff, vid, push);
            case OfAction.SetVlanPcp(int pcp, boolean push) -> flow.setVlan(0xe000, pcp << 13, push);
            case OfAction.PushVlan(int ethType) -> flow.pushVlan(ethType << 16 | FlowLayout.VLAN_PRESENT);
            case OfAction.StripVlan _ -> flow.popVlan();
            case OfAction.SetEthSrc(long mac) -> flow.write(Fields.ETH_SRC, mac);
            case OfAction.SetEthDst(long mac) -> flow.write(Fields.ETH_DST, mac);
            case OfAction.SetIpv4Src(int address) -> {
                if (Prerequisites.isIpv4(flow.words)) {
                    flow.write(Fields.IPV4_SRC, address);
                }
            }
            case OfAction.SetIpv4Dst(int address) -> {
                if (Prerequisites.isIpv4(flow.words)) {
                    flow.write(Fields.IPV4_DST, address);
                }
            }
            case OfAction.SetTunnel(long id, boolean _) -> flow.write(Fields.TUN_ID, id);
            case OfAction.StackPush(Subfield source) -> ctx.scope().stack
                    .add(flow.hold(source.field()) ? flow.read(source) : FieldValue.ZERO);
            case OfAction.StackPop(Subfield destination) -> pop(destination);
            case OfAction.PushMpls(int ethType) -> pushLabel(ethType);
            case OfAction.PopMpls(int ethType) -> {
                if (!flow.popLabel(ethType)) {
                    ctx.drop(XlateDrop.TOO_MANY_LABELS);
                } else if (flow.isStale()) {
                    ctx.note("what is inside is not known before the packet is parsed anew");
                }
            }
            case OfAction.DecMplsTtl _ -> decrementLabelTtl();
            case OfAction.SetMplsLabel(int label) -> setLabel(Fields.MPLS_LABEL, label);
            case OfAction.SetMplsTc(int tc) -> setLabel(Fields.MPLS_TC, tc);
            case OfAction.SetMplsTtl(int ttl) -> setLabel(Fields.MPLS_TTL, ttl);
            default -> changeIp(action);
        }
    }

    private void pop(Subfield destination) {
        List<FieldValue> stack = ctx.scope().stack;
        if (stack.isEmpty()) {
            ctx.note("stack underflow");
        } else {
            flow.writeOrSkip(destination, stack.removeLast());
        }
    }

    private void pushLabel(int ethType) {
        if (!Prerequisites.isMpls(flow.words)) {
            ctx.sink.commit(flow); // what changed of the headers that can no longer be seen
        }
        if (!flow.pushLabel(ethType)) {
            ctx.drop(XlateDrop.TOO_MANY_LABELS);
        }
    }

    private void setLabel(Field field, int value) {
        if (Prerequisites.isMpls(flow.words)) {
            flow.write(field, value);
        }
    }

    /** As in the field, a packet without a label ends the list, too. */
    private void decrementLabelTtl() {
        if (Prerequisites.isMpls(flow.words)) {
            int ttl = (int) flow.read(Fields.MPLS_TTL);
            if (ttl > 1) {
                flow.write(Fields.MPLS_TTL, ttl - 1);
                return;
            }
            if (ctx.bridge().isInvalidTtlToController()) {
                userspace.toController(PacketInReason.INVALID_TTL, ENTIRE_PACKET, 0, Octets.EMPTY);
            }
        }
        ctx.returnFromList();
    }

    private void changeIp(OfAction action) {
        if (!Prerequisites.isIp(flow.words)) {
            return;
        }
        switch (action) {
            case OfAction.SetIpDscp(int tos) -> flow.write(Fields.IP_DSCP, tos >>> 2);
            case OfAction.SetIpEcn(int ecn) -> flow.write(Fields.IP_ECN, ecn);
            case OfAction.SetIpTtl(int ttl) -> flow.write(Fields.NW_TTL, ttl);
            case OfAction.SetL4Src(int port) -> {
                if (hasPorts()) {
                    flow.write(Fields.TCP_SRC, port);
                }
            }
            case OfAction.SetL4Dst(int port) -> {
                if (hasPorts()) {
                    flow.write(Fields.TCP_DST, port);
                }
            }
            default -> throw new IllegalStateException("an action got past the checks: " + ActionChecker.name(action));
        }
    }

    private boolean hasPorts() {
        if (Prerequisites.isLaterFragment(flow.words)) {
            return false;
        }
        int protocol = (int) flow.read(Fields.IP_PROTO);
        return protocol == 6 || protocol == 17 || protocol == 132;
    }

    private void decrementTtl(List<Integer> controllers) {
        if (!Prerequisites.isIp(flow.words)) {
            return;
        }
        int ttl = (int) flow.read(Fields.NW_TTL);
        if (ttl > 1) {
            flow.write(Fields.NW_TTL, ttl - 1);
            return;
        }
        if (ctx.bridge().isInvalidTtlToController()) {
            for (int id : controllers.isEmpty() ? List.of(0) : controllers) {
                userspace.toController(PacketInReason.INVALID_TTL, ENTIRE_PACKET, id, Octets.EMPTY);
            }
        }
        ctx.returnFromList();
    }

    private void output(int port, int maxLength) {
        int inPort = flow.inPort();
        switch (port) {
            case OfPorts.IN_PORT -> ctx.portOutput.output(inPort);
            case OfPorts.TABLE -> ctx.resubmit(0, inPort);
            case OfPorts.NORMAL -> NormalForwarding.forward(ctx);
            case OfPorts.FLOOD, OfPorts.ALL -> {
                PortList ports = ctx.ports();
                for (int i = 0; i < ports.size(); i++) {
                    if (ports.at(i).ofPort() != inPort) {
                        ctx.portOutput.output(ports.at(i).ofPort());
                    }
                }
            }
            case OfPorts.CONTROLLER -> userspace.toController(userspace.outputReason(), maxLength, 0, Octets.EMPTY);
            case OfPorts.NONE -> {
            }
            default -> {
                if (port != inPort) {
                    ctx.portOutput.output(port);
                }
            }
        }
    }
}
