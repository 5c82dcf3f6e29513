package dev.turnout.ofproto.model;

import java.util.ArrayList;
import java.util.List;

import dev.turnout.flow.ConnectionHash;
import dev.turnout.flow.Field;
import dev.turnout.flow.Fields;
import dev.turnout.flow.FlowKey;
import dev.turnout.flow.FlowLayout;
import dev.turnout.ofproto.HashOracle;
import dev.turnout.ofproto.LearnedText;
import dev.turnout.ofproto.PortInfo;
import dev.turnout.ofproto.PortVlan;
import dev.turnout.openflow.FieldValue;
import dev.turnout.openflow.FlowMod;
import dev.turnout.openflow.GroupBucket;
import dev.turnout.openflow.GroupMod;
import dev.turnout.openflow.GroupSelection;
import dev.turnout.openflow.OfAction;
import dev.turnout.openflow.OfAction.PacketInReason;
import dev.turnout.openflow.OfPorts;
import dev.turnout.openflow.Subfield;
import dev.turnout.packet.PacketPool;
import org.jspecify.annotations.Nullable;

/** One packet's way through a {@link NaiveSwitch}. */
final class NaiveWalk {
    /** A limit was reached: the packet is dropped as a whole. */
    static final class Overflow extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    private static final class Exit extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    private static final int MAX_NESTING = 16;

    private final NaiveSwitch owner;
    private final PacketPool pool;
    private NaiveBridge bridge;
    private NaivePacket packet;
    private List<OfAction> actionSet = new ArrayList<>();
    final List<String> sent = new ArrayList<>();
    private int depth;
    private int nested;
    private int lookups;
    private int table;
    private @Nullable FlowMod flow;
    private boolean inActionSet;
    private List<FieldValue> stack = new ArrayList<>();
    /** The flow that began the pipeline: the action set counts as its. */
    private @Nullable FlowMod first;
    private boolean inGroup;
    private final boolean learning;
    private final List<String> taught;

    NaiveWalk(NaiveSwitch owner, PacketPool pool, NaiveBridge bridge, NaivePacket packet, boolean learning,
            List<String> taught) {
        this.owner = owner;
        this.pool = pool;
        this.bridge = bridge;
        this.packet = packet;
        this.learning = learning;
        this.taught = taught;
    }

    void pipeline() {
        FlowMod found = bridge.lookUp(0, packet.fields);
        if (found == null && bridge.standalone && bridge.isEmpty(0)) {
            normal();
        }
        run(found, 0);
    }

    /** Executes a flow's actions, then the action set as part of the same flow, unless something ends it all. */
    private void run(@Nullable FlowMod found, int at) {
        first = found;
        flow = found;
        table = at;
        try {
            if (found != null) {
                noteConjunction(found);
                executeAll(found.actions());
            }
            endWithActionSet();
        } catch (Exit e) {
            // the packet's way ends here
        }
    }

    private void endWithActionSet() {
        List<OfAction> set = NaiveActionSet.ordered(actionSet);
        actionSet = new ArrayList<>();
        flow = first;
        table = 0;
        inActionSet = true;
        executeAll(set);
        inActionSet = false;
    }

    /** The packet is parsed anew. */
    private void recirculate() {
        owner.mayRecirculate++;
        owner.sure &= owner.mayRecirculate < 100 && packet.tags.size() <= 2;
        packet.reparse(pool);
        packet.passBegins();
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
        follow(found, to, to <= table);
    }

    private void follow(FlowMod found, int to, boolean deeper) {
        noteConjunction(found);
        int formerTable = table;
        FlowMod formerFlow = flow;
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
            owner.features.add("conjunction");
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
            case OfAction.Controller c -> {
                controller(c.reason(), c.maxLength());
                if (c.pause()) {
                    recirculate();
                    packet.loseHash();
                    Fields.SKB_PRIORITY.set(packet.fields, 0);
                }
            }
            case OfAction.Resubmit(int port, int to, boolean withCt) -> {
                int number = to == 255 ? table : to;
                if (!withCt) {
                    again(number, port == OfPorts.IN_PORT ? inPort : port);
                } else if ((packet.get(Fields.CT_STATE) & 0x0b) != 0) {
                    againByConnection(number, port == OfPorts.IN_PORT ? inPort : port);
                }
            }
            case OfAction.GotoTable(int to) -> again(to, inPort);
            case OfAction.Exit _ -> throw new Exit();
            case OfAction.Note _ -> {
            }
            case OfAction.Group(int number) -> group(number);
            case OfAction.Learn learn -> learn(learn);
            case OfAction.Multipath multipath -> {
                owner.features.add("multipath " + multipath.algorithm());
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
            case OfAction.DecMplsTtl _ -> {
                if (packet.labels() == 0 || packet.get(Fields.MPLS_TTL) <= 1) {
                    return false;
                }
                packet.set(Fields.MPLS_TTL, packet.get(Fields.MPLS_TTL) - 1);
            }
            case OfAction.DebugRecirc _ -> recirculate();
            case OfAction.OutputTrunc(int port, int length) -> sendCut(port == OfPorts.IN_PORT ? inPort : port,
                    port != OfPorts.IN_PORT, length);
            case OfAction.Clone(List<OfAction> actions) -> onCopy(() -> {
                int recirculations = owner.mayRecirculate;
                try {
                    executeAll(actions);
                    if (!inActionSet) {
                        endWithActionSet();
                    }
                } catch (Exit e) {
                    // The original has gone on, if the copy was recirculated before it came to the exit.
                    owner.sure &= owner.mayRecirculate == recirculations;
                    throw e;
                }
            });
            case OfAction.Sample sample -> sent.add(Sent.sample(bridge.name, sample.collectorSetId(),
                    number(sample.obsDomainId()), number(sample.obsPointId()), inPort, packet.frame.bytes()));
            case OfAction.CheckPktLarger(int length, Subfield to) -> {
                owner.branched = true;
                owner.sure &= ++nested <= MAX_NESTING; // what is left is nested in the one way or the other
                boolean larger = packet.frame.length() > length;
                packet.set(to.field(), FieldValue.of(larger ? 1 : 0).shiftLeft(to.offset()), to.mask());
            }
            case OfAction.Ct ct -> track(ct);
            case OfAction.CtClear _ -> forgetConnection();
            default -> change(action);
        }
        return true;
    }

    private void load(Subfield destination, long value) {
        packet.set(destination.field(), FieldValue.of(value).shiftLeft(destination.offset()), destination.mask());
    }

    private void bundle(OfAction.Bundle bundle) {
        owner.features.add("bundle " + bundle.algorithm());
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
        FlowMod mod = NaiveLearning.flow(learn, packet);
        boolean may = bridge.mayLearn(mod, learn.limit());
        owner.features.add(may ? "learn" : "learn over limit");
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

    // --- groups ----------------------------------------------------------------------------------------------------------------------

    private void group(int number) {
        GroupMod group = bridge.groups.get(number);
        if (group == null) {
            return;
        }
        GroupSelection selection = group.selection();
        owner.features.add("group " + group.type() + " " + selection.method());
        List<GroupBucket> buckets = group.buckets();
        switch (group.type()) {
            case ALL -> buckets.forEach(this::bucket);
            case INDIRECT -> buckets.forEach(this::bucket);
            case FAST_FAILOVER -> buckets.stream().filter(bucket -> isLive(bucket, 0)).findFirst()
                    .ifPresent(this::bucket);
            case SELECT -> {
                int chosen;
                if (selection.method().equals(GroupSelection.DP_HASH) && HashOracle.hasSlots(buckets)) {
                    hash((int) selection.parameter());
                    chosen = HashOracle.bucket(buckets, (int) packet.get(Fields.DP_HASH),
                            i -> isLive(buckets.get(i), 0));
                } else {
                    chosen = HashOracle.bucket(packet.fields, group, i -> isLive(buckets.get(i), 0));
                }
                if (chosen >= 0) {
                    bucket(buckets.get(chosen));
                }
            }
        }
    }

    /** The datapath hashes the packet and parses it anew, unless it has a hash of this basis. */
    private void hash(int basis) {
        Integer has = packet.hashBasis;
        if (has == null || has != basis) {
            packet.reparse(pool);
            packet.hashed(ConnectionHash.of(packet.fields, basis));
            recirculate();
            packet.hashBasis = basis;
        }
    }

    private void bucket(GroupBucket bucket) {
        List<OfAction> ordered = NaiveActionSet.ordered(bucket.actions());
        if (ordered.isEmpty()) {
            return;
        }
        if (depth >= 64 || lookups >= 4096) {
            throw new Overflow();
        }
        lookups++;
        NaivePacket outer = packet;
        int formerNested = nested--; // it is no datapath action of its own
        onCopy(() -> {
            sharePass(outer);
            actionSet = new ArrayList<>();
            inGroup = true;
            depth++;
            try {
                executeAll(ordered);
                if (!inActionSet) {
                    endWithActionSet();
                }
            } catch (Exit e) {
                // of this bucket alone
            }
        });
        nested = formerNested;
    }

    /** This copy and its original are one packet for the datapath, but where a label pushed could not be taken off. */
    private void sharePass(NaivePacket original) {
        if (packet.ethType() != FlowLayout.ETH_TYPE_NONE && packet.tags.size() <= 2) {
            packet.sharesPassWith(original);
        }
    }

    private boolean isLive(GroupBucket bucket, int level) {
        if (bucket.watchPort() == OfPorts.NONE && bucket.watchGroup() == FlowMod.ANY_GROUP) {
            return true;
        }
        if (bucket.watchPort() != OfPorts.NONE && isUp(bucket.watchPort())) {
            return true;
        }
        GroupMod watched = bridge.groups.get(bucket.watchGroup());
        return watched != null && level < 128
                && watched.buckets().stream().anyMatch(other -> isLive(other, level + 1));
    }

    private int number(OfAction.NumberOrField number) {
        Subfield source = number.source();
        return source == null ? number.number() : (int) source.get(packet.fields).low();
    }

    /** Executes on a copy of everything. */
    private void onCopy(Runnable what) {
        NaivePacket formerPacket = packet;
        List<OfAction> formerSet = actionSet;
        List<FieldValue> formerStack = stack;
        FlowMod formerFlow = flow;
        int formerTable = table;
        boolean formerIn = inActionSet;
        int formerDepth = depth;
        FlowMod formerFirst = first;
        boolean formerGroup = inGroup;
        owner.sure &= ++nested <= MAX_NESTING;
        packet = packet.copy();
        actionSet = new ArrayList<>(actionSet);
        stack = new ArrayList<>(stack);
        what.run();
        nested--;
        inGroup = formerGroup;
        first = formerFirst;
        depth = formerDepth;
        inActionSet = formerIn;
        table = formerTable;
        flow = formerFlow;
        stack = formerStack;
        actionSet = formerSet;
        packet = formerPacket;
    }

    /** The tracked packet goes on in a table of its own; this one counts as untracked from here on. */
    private void track(OfAction.Ct ct) {
        if (!packet.isIp()) {
            return;
        }
        int zone = number(ct.zone());
        NaivePacket marked = packet.copy();
        Fields.CT_MARK.clear(marked.fields);
        Fields.CT_LABEL.clear(marked.fields);
        for (OfAction action : ct.actions()) {
            if (action instanceof OfAction.SetField set) {
                marked.set(set.field(), set.value(), set.mask());
            }
        }
        FlowKey found = new FlowKey(packet.fields);
        FakeConntrack.track(found, packet.frame.bytes(), zone, ct.commit(), (int) marked.get(Fields.CT_MARK),
                marked.fields[FlowLayout.CT_LABEL + 1]);
        if (ct.recircTable() != OfAction.Ct.NO_RECIRC) {
            onCopy(() -> {
                packet.setConntrack(found);
                recirculate();
                FlowMod next = bridge.lookUp(ct.recircTable(), packet.fields);
                boolean was = inActionSet;
                run(next, ct.recircTable());
                inActionSet = was;
            });
        }
        forgetConnection();
    }

    private void forgetConnection() {
        FlowKey forgotten = new FlowKey(packet.fields);
        FakeConntrack.forget(forgotten);
        packet.setConntrack(forgotten);
    }

    private void againByConnection(int to, int inPort) {
        if (depth >= 64 || lookups >= 4096) {
            throw new Overflow();
        }
        lookups++;
        FlowKey asked = new FlowKey(packet.fields);
        Fields.IN_PORT.set(asked.words(), inPort);
        swap(asked, Fields.IP_PROTO, Fields.CT_NW_PROTO);
        swap(asked, Fields.TCP_SRC, Fields.CT_TP_SRC);
        swap(asked, Fields.TCP_DST, Fields.CT_TP_DST);
        boolean six = packet.ethType() == 0x86dd;
        swap(asked, six ? Fields.IPV6_SRC : Fields.IPV4_SRC, six ? Fields.CT_IPV6_SRC : Fields.CT_NW_SRC);
        swap(asked, six ? Fields.IPV6_DST : Fields.IPV4_DST, six ? Fields.CT_IPV6_DST : Fields.CT_NW_DST);
        FlowMod found = bridge.lookUp(to, asked.words());
        if (found != null) {
            follow(found, to, to <= table);
        }
    }

    private static void swap(FlowKey key, Field one, Field other) {
        FieldValue value = FieldValue.get(one, key.words());
        FieldValue.get(other, key.words()).put(one, key.words());
        value.put(other, key.words());
    }

    private void sendCut(int number, boolean notBack, int length) {
        PortInfo port = bridge.port(number);
        if (port != null && !port.isPatch() && !(notBack && number == (int) packet.get(Fields.IN_PORT))) {
            byte[] frame = packet.frame.bytes();
            sent.add(Sent.toPort(port.dpPort(), (int) packet.get(Fields.PKT_MARK),
                    java.util.Arrays.copyOf(frame, Math.min(frame.length, length))));
        }
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
            case OfAction.StackPush(Subfield from) -> stack
                    .add(packet.has(from.field()) ? from.get(packet.fields) : FieldValue.ZERO);
            case OfAction.StackPop(Subfield to) -> {
                if (!stack.isEmpty()) {
                    FieldValue value = stack.removeLast().and(FieldValue.ones(to.bits()));
                    packet.set(to.field(), value.shiftLeft(to.offset()), to.mask());
                }
            }
            case OfAction.PushMpls(int type) -> {
                if (packet.labels() == 3) {
                    throw new Overflow();
                }
                packet.pushMpls(type, pool);
            }
            case OfAction.PopMpls(int type) -> popMpls(type);
            case OfAction.SetMplsLabel(int label) -> packet.set(Fields.MPLS_LABEL, label);
            case OfAction.SetMplsTc(int tc) -> packet.set(Fields.MPLS_TC, tc);
            case OfAction.SetMplsTtl(int ttl) -> packet.set(Fields.MPLS_TTL, ttl);
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

    private void popMpls(int type) {
        int labels = packet.labels();
        if (labels == 0) {
            return;
        }
        if (labels == 3 && !packet.showsBottom()) {
            throw new Overflow();
        }
        if (labels == 1 || (type != 0x8847 && type != 0x8848)) {
            owner.mayRecirculate++;
            owner.sure &= packet.tags.size() <= 1 || (packet.tags.size() == 2 && type != 0x8100 && type != 0x88a8);
        }
        packet.popMpls(type, pool);
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
                controller(inGroup
                        ? PacketInReason.GROUP
                        : inActionSet
                                ? PacketInReason.ACTION_SET
                                : miss ? PacketInReason.NO_MATCH : PacketInReason.ACTION,
                        maxLength);
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
        for (NaiveBridge other : owner.bridges()) {
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
        List<FieldValue> formerStack = stack;
        FlowMod formerFirst = first;
        boolean formerGroup = inGroup;
        int formerDepth = depth;
        int formerNested = nested;
        lookups++;
        depth++;
        stack = new ArrayList<>();
        bridge = other;
        packet = packet.copy();
        sharePass(formerPacket);
        inGroup = false;
        forgetPipeline(peer.ofPort());
        actionSet = new ArrayList<>();
        inActionSet = false;
        pipeline();
        nested = formerNested;
        inGroup = formerGroup;
        first = formerFirst;
        depth = formerDepth;
        stack = formerStack;
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
        packet.setConntrack(new FlowKey(packet.fields));
    }

    private void controller(PacketInReason reason, int maxLength) {
        FlowMod by = flow;
        byte[] frame = packet.frame.bytes();
        byte[] first = java.util.Arrays.copyOf(frame, Math.min(frame.length, maxLength));
        sent.add(Sent.toController(bridge.name, table, by == null ? -1 : by.cookie(), reason,
                (int) packet.get(Fields.IN_PORT), first,
                NaiveSwitch.describe(packet.fields)));
    }

    // --- NORMAL ----------------------------------------------------------------------------------------------------------------------

    private void normal() {
        int inPort = (int) packet.get(Fields.IN_PORT);
        PortInfo in = bridge.port(inPort);
        if (in == null || (!packet.hasTag() && packet.ethType() == 0x8100)) {
            return;
        }
        int tci = packet.hasTag() ? packet.tags.get(0)[1] : 0;
        int vlan = NaiveVlans.vlanOf(in.vlan(), tci & 0xfff);
        long dst = packet.get(Fields.ETH_DST);
        if (vlan < 0 || NaiveVlans.isReserved(dst)) {
            return;
        }
        if (learning) {
            bridge.learn(vlan, packet.get(Fields.ETH_SRC), inPort);
        }
        int learned = (dst >>> 40 & 1) != 0 ? -1 : bridge.learnedPort(vlan, dst);
        for (PortInfo port : bridge.ports) {
            boolean wanted = learned < 0 ? NaiveVlans.isMember(port.vlan(), vlan) : port.ofPort() == learned;
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
}
