package dev.turnout.ofproto.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

import dev.turnout.flow.Field;
import dev.turnout.flow.Fields;
import dev.turnout.flow.FlowKey;
import dev.turnout.flow.FlowLayout;
import dev.turnout.flow.FlowMask;
import dev.turnout.flow.Match;
import dev.turnout.ofproto.HashOracle;
import dev.turnout.ofproto.LearnedText;
import dev.turnout.ofproto.PortInfo;
import dev.turnout.ofproto.PortVlan;
import dev.turnout.openflow.FieldValue;
import dev.turnout.openflow.FlowCommand;
import dev.turnout.openflow.FlowMod;
import dev.turnout.openflow.OfAction;
import dev.turnout.openflow.OfAction.PacketInReason;
import dev.turnout.openflow.OfPorts;
import dev.turnout.openflow.Subfield;
import org.jspecify.annotations.Nullable;

/**
 * OpenFlow as its specification reads: a packet walks through the tables, each action changes it or sends it as it is at that moment.
 */
public final class NaiveSwitch {
    private static final class Overflow extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    private static final class Exit extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    private final List<NaiveBridge> bridges;
    /** What flows have made packets do that not every pipeline does. */
    final Set<String> features = new TreeSet<>();

    NaiveSwitch(List<NaiveBridge> bridges) {
        this.bridges = bridges;
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
        for (NaiveBridge bridge : bridges) {
            for (PortInfo port : bridge.ports) {
                if (port.dpPort() == dpPort) {
                    Walk walk = new Walk(bridge, new NaivePacket(packet, key, port.ofPort()),
                            learning, taught);
                    try {
                        walk.pipeline();
                    } catch (Overflow e) {
                        return List.of();
                    }
                    walk.sent.sort(null);
                    return walk.sent;
                }
            }
        }
        return List.of();
    }

    /** One packet's way. */
    private final class Walk {
        private NaiveBridge bridge;
        private NaivePacket packet;
        private List<OfAction> actionSet = new ArrayList<>();
        private final List<String> sent = new ArrayList<>();
        private int depth;
        private int lookups;
        private int table;
        private @Nullable FlowMod flow;
        private boolean inActionSet;
        private final boolean learning;
        private final List<String> taught;

        Walk(NaiveBridge bridge, NaivePacket packet, boolean learning, List<String> taught) {
            this.bridge = bridge;
            this.packet = packet;
            this.learning = learning;
            this.taught = taught;
        }

        void pipeline() {
            FlowMod first = bridge.lookUp(0, packet.fields);
            try {
                if (first == null && bridge.standalone && bridge.isEmpty(0)) {
                    normal();
                }
                flow = first;
                table = 0;
                if (first != null) {
                    noteConjunction(first);
                    executeAll(first.actions());
                }
            } catch (Exit e) {
                // the packet's way through the tables ends here
            }
            flow = first;
            table = 0;
            List<OfAction> set = ordered();
            actionSet = new ArrayList<>();
            inActionSet = true;
            try {
                executeAll(set);
            } catch (Exit e) {
                // from a resubmit out of the action set
            }
            inActionSet = false;
        }

        private void again(int to, int inPort) {
            if (depth >= 64 || lookups >= 4096) {
                throw new Overflow();
            }
            lookups++;
            int kept = (int) packet.get(Fields.IN_PORT);
            Fields.IN_PORT.set(packet.fields, inPort);
            FlowMod found = bridge.lookUp(to, packet.fields);
            Fields.IN_PORT.set(packet.fields, kept);
            if (found == null) {
                return;
            }
            noteConjunction(found);
            int formerTable = table;
            FlowMod formerFlow = flow;
            boolean deeper = to <= formerTable;
            depth += deeper ? 1 : 0;
            table = to;
            flow = found;
            executeAll(found.actions());
            flow = formerFlow;
            table = formerTable;
            depth -= deeper ? 1 : 0;
        }

        private void noteConjunction(FlowMod found) {
            if (Fields.CONJ_ID.isAnySet(found.match().mask().toWords())
                    && Fields.CONJ_ID.isAnySet(found.match().values())) {
                features.add("conjunction");
            }
        }

        private void executeAll(List<OfAction> actions) {
            for (OfAction action : actions) {
                if (!execute(action)) {
                    return;
                }
            }
        }

        /** False: the rest of the list is not executed. */
        private boolean execute(OfAction action) {
            int inPort = (int) packet.get(Fields.IN_PORT);
            switch (action) {
                case OfAction.Output(int port, int maxLength) -> output(port, maxLength);
                case OfAction.OutputReg(Subfield source, int maxLength) -> {
                    FieldValue port = packet.get(source);
                    if (port.bitLength() <= 16) {
                        output((int) port.low(), maxLength);
                    }
                }
                case OfAction.Controller c -> controller(c.reason(), c.maxLength());
                case OfAction.Resubmit(int port, int to, boolean _) ->
                    again(to == 255 ? table : to, port == OfPorts.IN_PORT ? inPort : port);
                case OfAction.GotoTable(int to) -> again(to, inPort);
                case OfAction.Exit _ -> throw new Exit();
                case OfAction.Note _ -> {
                }
                case OfAction.Learn learn -> learn(learn);
                case OfAction.Multipath multipath -> {
                    features.add("multipath " + multipath.algorithm());
                    load(multipath.destination(), HashOracle.link(packet.fields, multipath));
                }
                case OfAction.Bundle bundle -> bundle(bundle);
                case OfAction.DecTtl _ -> {
                    if (packet.isIp()) {
                        long ttl = packet.get(Fields.NW_TTL);
                        if (ttl <= 1) {
                            return false;
                        }
                        packet.set(Fields.NW_TTL, ttl - 1);
                    }
                }
                case OfAction.WriteActions(List<OfAction> set) -> {
                    actionSet.addAll(set);
                    noteActionSet();
                }
                case OfAction.ClearActions _ -> {
                    actionSet.clear();
                    noteActionSet();
                }
                case OfAction.WriteMetadata(long value, long mask) ->
                    packet.set(Fields.METADATA, FieldValue.of(value), FieldValue.of(mask));
                default -> change(action);
            }
            return true;
        }

        private void load(Subfield destination, long value) {
            packet.set(destination.field(), FieldValue.of(value).shiftLeft(destination.offset()), destination.mask());
        }

        private void bundle(OfAction.Bundle bundle) {
            features.add("bundle " + bundle.algorithm());
            int chosen = -1;
            if (bundle.algorithm() == OfAction.BundleAlgorithm.HRW) {
                chosen = HashOracle.member(packet.fields, bundle, i -> isUp(bundle.members().get(i)));
            } else {
                for (int i = 0; i < bundle.members().size() && chosen < 0; i++) {
                    chosen = isUp(bundle.members().get(i)) ? i : -1;
                }
            }
            int port = chosen < 0 ? OfPorts.NONE : bundle.members().get(chosen);
            Subfield destination = bundle.destination();
            if (destination == null) {
                output(port, 0);
            } else {
                load(destination, port);
            }
        }

        private boolean isUp(int number) {
            if (number >= OfPorts.MAX && number != OfPorts.LOCAL) {
                return true;
            }
            PortInfo port = bridge.port(number);
            return port != null && port.state().adminUp() && port.state().linkUp();
        }

        private void learn(OfAction.Learn learn) {
            long[] values = new long[FlowLayout.WORDS];
            long[] mask = new long[FlowLayout.WORDS];
            List<OfAction> actions = new ArrayList<>();
            for (OfAction.LearnSpec spec : learn.specs()) {
                switch (spec) {
                    case OfAction.LearnSpec.MatchOn(Subfield field, OfAction.LearnSource source) -> {
                        field.put(values, value(source));
                        field.put(mask, FieldValue.ones(field.bits()));
                    }
                    case OfAction.LearnSpec.LoadTo(OfAction.LearnSource source, Subfield to) -> actions.add(
                            new OfAction.SetField(to.field(), value(source).shiftLeft(to.offset()), to.mask(), true));
                    case OfAction.LearnSpec.OutputTo(Subfield source) -> {
                        FieldValue port = source.get(packet.fields);
                        if (port.bitLength() <= 16 && (port.low() < OfPorts.MAX || port.low() == OfPorts.IN_PORT
                                || port.low() == OfPorts.FLOOD || port.low() == OfPorts.ALL
                                || port.low() == OfPorts.LOCAL)) {
                            actions.add(new OfAction.Output((int) port.low(), 0));
                        }
                    }
                }
            }
            FlowMod mod = FlowMod.builder(FlowCommand.ADD).table(learn.table()).priority(learn.priority())
                    .match(new Match(values, FlowMask.of(mask))).cookie(learn.cookie())
                    .idleTimeout(learn.idleTimeout()).hardTimeout(learn.hardTimeout()).actions(actions).build();
            boolean may = bridge.mayLearn(mod, learn.limit());
            features.add(may ? "learn" : "learn over limit");
            if (learn.limit() == 0) {
                taught.add(LearnedText.of(mod));
            }
            if (may && learning) {
                bridge.learn(mod);
            }
            Subfield result = learn.resultDst();
            if (result != null) {
                load(result, may ? 1 : 0);
            }
        }

        private FieldValue value(OfAction.LearnSource source) {
            return switch (source) {
                case OfAction.LearnSource.Immediate(FieldValue value) -> value;
                case OfAction.LearnSource.FromField(Subfield field) -> field.get(packet.fields);
            };
        }

        private void noteActionSet() {
            int port = 0xfff7;
            for (OfAction action : actionSet) {
                port = action instanceof OfAction.Output o ? o.port() : port;
            }
            Fields.ACTSET_OUTPUT.set(packet.fields, port);
        }

        private void change(OfAction action) {
            switch (action) {
                case OfAction.SetField set -> packet.set(set.field(), set.value(), set.mask());
                case OfAction.Move(Subfield from, Subfield to) -> {
                    if (packet.has(from.field()) && packet.has(to.field())) {
                        packet.set(to.field(), packet.get(from).shiftLeft(to.offset()), to.mask());
                    }
                }
                case OfAction.SetVlanVid(int vid, boolean push) -> {
                    if (push || packet.hasTag()) {
                        packet.setTci(((int) packet.get(Fields.VLAN_TCI) & 0xe000) | 0x1000 | vid);
                    }
                }
                case OfAction.SetVlanPcp(int pcp, boolean push) -> {
                    if (push || packet.hasTag()) {
                        packet.setTci(((int) packet.get(Fields.VLAN_TCI) & 0xfff) | 0x1000 | pcp << 13);
                    }
                }
                case OfAction.PushVlan(int tpid) -> packet.pushVlan(tpid, 0x1000);
                case OfAction.StripVlan _ -> packet.popVlan();
                case OfAction.SetEthSrc(long mac) -> packet.set(Fields.ETH_SRC, mac);
                case OfAction.SetEthDst(long mac) -> packet.set(Fields.ETH_DST, mac);
                case OfAction.SetIpv4Src(int address) -> packet.set(Fields.IPV4_SRC, address & 0xffffffffL);
                case OfAction.SetIpv4Dst(int address) -> packet.set(Fields.IPV4_DST, address & 0xffffffffL);
                case OfAction.SetIpDscp(int tos) -> packet.set(Fields.IP_DSCP, tos >> 2);
                case OfAction.SetIpEcn(int ecn) -> packet.set(Fields.IP_ECN, ecn);
                case OfAction.SetIpTtl(int ttl) -> packet.set(Fields.NW_TTL, ttl);
                case OfAction.SetTunnel(long id, boolean _) -> packet.set(Fields.TUN_ID, id);
                case OfAction.SetL4Src(int port) -> setPort(port, Fields.TCP_SRC, Fields.UDP_SRC, Fields.SCTP_SRC);
                case OfAction.SetL4Dst(int port) -> setPort(port, Fields.TCP_DST, Fields.UDP_DST, Fields.SCTP_DST);
                default -> throw new IllegalArgumentException("the model does not know " + action);
            }
        }

        private void setPort(int port, Field... choices) {
            for (Field field : choices) {
                packet.set(field, port);
            }
        }

        // --- output ----------------------------------------------------------------------------------------------------------------------

        private void output(int port, int maxLength) {
            int inPort = (int) packet.get(Fields.IN_PORT);
            switch (port) {
                case OfPorts.IN_PORT -> send(inPort);
                case OfPorts.TABLE -> again(0, inPort);
                case OfPorts.NORMAL -> normal();
                case OfPorts.CONTROLLER -> {
                    FlowMod now = flow;
                    boolean miss = now != null && now.priority() == 0 && now.match().mask().wordCount() == 0;
                    controller(inActionSet
                            ? PacketInReason.ACTION_SET
                            : miss ? PacketInReason.NO_MATCH : PacketInReason.ACTION, maxLength);
                }
                case OfPorts.ALL, OfPorts.FLOOD ->
                    bridge.ports.stream().filter(p -> p.ofPort() != inPort).forEach(p -> send(p.ofPort()));
                default -> {
                    if (port != inPort) {
                        send(port);
                    }
                }
            }
        }

        private void send(int number) {
            PortInfo port = bridge.port(number);
            if (port == null) {
                return;
            }
            if (!port.isPatch()) {
                sent.add(Sent.toPort(port.dpPort(), (int) packet.get(Fields.PKT_MARK), packet.frame.bytes()));
                return;
            }
            for (NaiveBridge other : bridges) {
                for (PortInfo peer : other.ports) {
                    if (peer.name().equals(port.peer()) && peer.peer().equals(port.name())) {
                        cross(other, peer);
                        return;
                    }
                }
            }
        }

        private void cross(NaiveBridge other, PortInfo peer) {
            if (depth >= 64 || lookups >= 4096) {
                throw new Overflow();
            }
            NaiveBridge formerBridge = bridge;
            NaivePacket formerPacket = packet;
            List<OfAction> formerSet = actionSet;
            FlowMod formerFlow = flow;
            int formerTable = table;
            boolean formerIn = inActionSet;
            lookups++;
            depth++;
            bridge = other;
            packet = packet.copy();
            forgetPipeline(peer.ofPort());
            actionSet = new ArrayList<>();
            inActionSet = false;
            pipeline();
            depth--;
            inActionSet = formerIn;
            table = formerTable;
            flow = formerFlow;
            actionSet = formerSet;
            packet = formerPacket;
            bridge = formerBridge;
        }

        private void forgetPipeline(int inPort) {
            for (Field field : Fields.all()) {
                boolean pipeline = field.isStored()
                        && (field.word() >= FlowLayout.DATAPATH_WORDS || field.name().startsWith("tun_")
                                || field.name().startsWith("ct_"));
                if (pipeline) {
                    field.clear(packet.fields);
                }
            }
            Fields.IN_PORT.set(packet.fields, inPort);
            Fields.ACTSET_OUTPUT.set(packet.fields, 0xfff7);
        }

        private void controller(PacketInReason reason, int maxLength) {
            FlowMod by = flow;
            byte[] frame = packet.frame.bytes();
            byte[] first = java.util.Arrays.copyOf(frame, Math.min(frame.length, maxLength));
            sent.add(Sent.toController(bridge.name, table, by == null ? 0 : by.cookie(), reason,
                    (int) packet.get(Fields.IN_PORT), first,
                    describe(packet.fields)));
        }

        // --- NORMAL ----------------------------------------------------------------------------------------------------------------------

        private void normal() {
            int inPort = (int) packet.get(Fields.IN_PORT);
            PortInfo in = bridge.port(inPort);
            if (in == null || (!packet.hasTag() && packet.ethType() == 0x8100)) {
                return;
            }
            int tci = packet.hasTag() ? packet.tags.get(0)[1] : 0;
            int vlan = vlanOf(in.vlan(), tci & 0xfff);
            long dst = packet.get(Fields.ETH_DST);
            if (vlan < 0 || isReserved(dst)) {
                return;
            }
            if (learning) {
                bridge.learn(vlan, packet.get(Fields.ETH_SRC), inPort);
            }
            int learned = (dst >>> 40 & 1) != 0 ? -1 : bridge.learnedPort(vlan, dst);
            for (PortInfo port : bridge.ports) {
                boolean wanted = learned < 0 ? isMember(port.vlan(), vlan) : port.ofPort() == learned;
                if (wanted && port.ofPort() != inPort) {
                    sendTagged(port, vlan, tci & 0xe000);
                }
            }
        }

        private void sendTagged(PortInfo port, int vlan, int pcp) {
            NaivePacket before = packet.copy();
            PortVlan mode = port.vlan();
            boolean untag = mode.mode() == PortVlan.Mode.ACCESS
                    || (mode.mode() == PortVlan.Mode.NATIVE_UNTAGGED && mode.tag() == vlan);
            int tci = untag ? 0 : vlan | pcp;
            packet.setTci(tci == 0 ? 0 : tci | 0x1000);
            send(port.ofPort());
            packet = before;
        }

        /** The VLAN of a frame that comes in with this id, or -1 if it may not. */
        private int vlanOf(PortVlan port, int vid) {
            boolean trunked = port.trunks().isEmpty() || port.trunks().contains(vid);
            return switch (port.mode()) {
                case ACCESS -> vid == 0 ? port.tag() : -1;
                case TRUNK -> trunked ? vid : -1;
                case NATIVE_TAGGED, NATIVE_UNTAGGED -> vid == 0 ? port.tag() : trunked || vid == port.tag() ? vid : -1;
            };
        }

        private boolean isMember(PortVlan port, int vlan) {
            boolean trunked = port.trunks().isEmpty() || port.trunks().contains(vlan);
            return switch (port.mode()) {
                case ACCESS -> port.tag() == vlan;
                case TRUNK -> trunked;
                case NATIVE_TAGGED, NATIVE_UNTAGGED -> vlan != 0 && (trunked || port.tag() == vlan);
            };
        }

        private boolean isReserved(long mac) {
            return (mac >= 0x0180c2000000L && mac <= 0x0180c200000fL) || mac == 0x01000cccccccL;
        }

        // --- the action set --------------------------------------------------------------------------------------------------------------

        private List<OfAction> ordered() {
            List<OfAction> list = new ArrayList<>();
            OfAction end = null;
            OfAction[] first = new OfAction[3];
            List<OfAction> sets = new ArrayList<>();
            for (OfAction action : actionSet) {
                switch (action) {
                    case OfAction.StripVlan a -> first[0] = a;
                    case OfAction.PushVlan a -> first[1] = a;
                    case OfAction.DecTtl a -> first[2] = a;
                    case OfAction.Output a -> end = a;
                    case OfAction.Resubmit a -> end = end instanceof OfAction.Output ? end : a;
                    default -> sets.add(action);
                }
            }
            if (end == null) {
                return List.of();
            }
            for (OfAction action : first) {
                if (action != null) {
                    list.add(action);
                }
            }
            list.addAll(sets);
            list.add(end);
            return list;
        }
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
