package dev.turnout.ofproto;

import java.util.List;

import dev.turnout.flow.DpAction;
import dev.turnout.flow.Fields;
import dev.turnout.flow.FlowLayout;
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

    ActionExecution(XlateContext ctx) {
        this.ctx = ctx;
        groups = new GroupExecution(ctx);
        this.flow = ctx.flow;
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
            case OfAction.Controller controller ->
                ctx.sendToController(controller.reason(), controller.maxLength(), controller.controllerId(),
                        controller.userdata(), controller.meter());
            case OfAction.Resubmit(int port, int to, boolean _) ->
                ctx.resubmit(to == 255 ? table : to, port == OfPorts.IN_PORT ? flow.inPort() : port);
            case OfAction.GotoTable(int to) -> ctx.resubmit(to, flow.inPort());
            case OfAction.Group(int group) -> groups.execute(group);
            case OfAction.DecTtl(List<Integer> controllers) -> decrementTtl(controllers);
            case OfAction.Exit _ -> ctx.exit();
            case OfAction.WriteActions(List<OfAction> set) -> ctx.writeActions(set);
            case OfAction.ClearActions _ -> ctx.clearActions();
            case OfAction.WriteMetadata(long metadata, long mask) -> {
                long old = Fields.METADATA.get(flow.words);
                flow.writeMasked(FlowLayout.METADATA, (old & ~mask) | (metadata & mask), mask);
            }
            case OfAction.DebugRecirc _ -> ctx.freezeAndRecirculate();
            case OfAction.Clone(List<OfAction> actions) -> cloned(actions);
            case OfAction.Meter(int meter) -> ctx.meter(meter);
            case OfAction.FinTimeout(int idle, int hard) -> {
                if (Prerequisites.isIp(flow.words) && flow.read(Fields.IP_PROTO) == TCP) {
                    ctx.finTimeout(idle, hard);
                }
            }
            case OfAction.Note _,OfAction.Conjunction _ -> {
            }
            case OfAction.Learn learn -> ctx.learn(learn);
            case OfAction.Multipath multipath -> HashedChoice.multipath(flow, multipath);
            case OfAction.Bundle bundle -> {
                int chosen = HashedChoice.bundle(ctx, bundle);
                if (bundle.destination() == null) {
                    output(chosen, 0);
                }
            }
            default -> change(action);
        }
    }

    /** Executes actions on a copy, the action set included; a datapath action of its own only where the copy is changed. */
    private void cloned(List<OfAction> actions) {
        ctx.commit();
        List<DpAction> nested = ctx.nested(() -> ctx.onCopy(actions, true, "clone"));
        if (nested.stream().allMatch(ActionExecution::leavesPacketAlone)) {
            nested.forEach(ctx::emit);
        } else {
            ctx.emit(new DpAction.Clone(nested));
        }
    }

    private static boolean leavesPacketAlone(DpAction action) {
        return action instanceof DpAction.Output || action instanceof DpAction.Userspace
                || action instanceof DpAction.Recirc || action instanceof DpAction.Clone;
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
            default -> changeIp(action);
        }
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
                ctx.sendToController(PacketInReason.INVALID_TTL, ENTIRE_PACKET, id, Octets.EMPTY, 0);
            }
        }
        ctx.returnFromList();
    }

    private void output(int port, int maxLength) {
        int inPort = flow.inPort();
        switch (port) {
            case OfPorts.IN_PORT -> ctx.output(inPort);
            case OfPorts.TABLE -> ctx.resubmit(0, inPort);
            case OfPorts.NORMAL -> NormalForwarding.forward(ctx);
            case OfPorts.FLOOD, OfPorts.ALL -> {
                PortList ports = ctx.ports();
                for (int i = 0; i < ports.size(); i++) {
                    if (ports.at(i).ofPort() != inPort) {
                        ctx.output(ports.at(i).ofPort());
                    }
                }
            }
            case OfPorts.CONTROLLER -> ctx.sendToController(ctx.outputReason(), maxLength, 0, Octets.EMPTY, 0);
            case OfPorts.NONE -> {
            }
            default -> {
                if (port != inPort) {
                    ctx.output(port);
                }
            }
        }
    }
}
