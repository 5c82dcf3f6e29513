package dev.turnout.openflow;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

import dev.turnout.flow.Field;
import dev.turnout.flow.Fields;
import dev.turnout.flow.Match;
import dev.turnout.openflow.OfAction.Address;
import dev.turnout.openflow.OfAction.LearnSource;
import dev.turnout.openflow.OfAction.LearnSpec;
import dev.turnout.openflow.OfAction.NumberOrField;

/** Draws matches and actions that a text can say, for the tests of printing and reading back. */
final class RandomFlows {
    private static final int[] ETH_TYPES = {0, EthTypes.IPV4, EthTypes.IPV6, EthTypes.ARP, EthTypes.RARP, EthTypes.MPLS,
        EthTypes.MPLS_MULTICAST, EthTypes.NSH, 0x88cc, EthTypes.IPV4, EthTypes.IPV6};
    private static final int[] IP_PROTOCOLS = {0, IpProtocols.TCP, IpProtocols.UDP, IpProtocols.SCTP, IpProtocols.ICMP,
        IpProtocols.ICMPV6, 47};

    private final RandomGenerator random;

    RandomFlows(RandomGenerator random) {
        this.random = random;
    }

    /** A match without fields that lack what they need. */
    Match match() {
        MatchBuilder match = new MatchBuilder();
        int ethType = ETH_TYPES[random.nextInt(ETH_TYPES.length)];
        if (ethType != 0) {
            match.set(Fields.ETH_TYPE, ethType);
        }
        int protocol = IP_PROTOCOLS[random.nextInt(IP_PROTOCOLS.length)];
        if (protocol != 0) {
            match.set(Fields.IP_PROTO, protocol);
        }
        int count = random.nextInt(8);
        for (int i = 0; i < count; i++) {
            addField(match, Fields.all().get(random.nextInt(Fields.all().size())));
        }
        if (match.ctFieldWithoutPrerequisite() != null) {
            return match();
        }
        match.normalize();
        return match.build();
    }

    private void addField(MatchBuilder match, Field field) {
        if (!field.isStored() || field.equals(Fields.ETH_TYPE) || field.equals(Fields.IP_PROTO)
                || field.equals(Fields.PACKET_TYPE) || FieldTable.of(field).exact() == 0) {
            return;
        }
        FieldText text = new FieldText(PortNames.NONE);
        if (field.equals(Fields.IP_FRAG)) {
            String name = pick(new String[]{"no", "yes", "first", "later", "not_later"});
            text.parse(FieldTable.of(field), name, 0, name.length());
            match.set(field, text);
            return;
        }
        FieldValue value = value(field.format() == Field.Format.OPENFLOW_PORT ? 15 : field.bits());
        FieldValue mask = mask(field);
        FieldValue masked = value.and(mask);
        text.value = masked.low();
        text.mask = mask.low();
        text.wideValue = masked;
        text.wideMask = mask;
        text.exact = mask.isOnes(field.bits());
        text.wild = mask.isZero();
        if (field.equals(Fields.VLAN_PCP) || field.equals(Fields.DL_VLAN_PCP) || field.equals(Fields.DL_VLAN)) {
            text.wild = false;
        }
        match.set(field, text);
    }

    private FieldValue mask(Field field) {
        boolean exact = !field.maskable() || field.equals(Fields.TUN_GBP_FLAGS) || random.nextInt(3) == 0;
        if (field.equals(Fields.TUN_FLAGS)) {
            return FieldValue.ONE;
        }
        if (field.equals(Fields.CT_STATE)) {
            return FieldValue.of(random.nextInt(1, 256));
        }
        if (exact) {
            return FieldValue.ones(field.bits());
        }
        if (random.nextBoolean()) {
            int length = random.nextInt(1, field.bits() + 1);
            return FieldValue.prefixMask(length, field.bits());
        }
        return value(field.bits());
    }

    private FieldValue value(int bits) {
        long[] words = new long[(bits + 63) / 64];
        for (int i = 0; i < words.length; i++) {
            words[i] = switch (random.nextInt(4)) {
                case 0 -> 0;
                case 1 -> random.nextInt(256);
                default -> random.nextLong();
            };
        }
        return FieldValue.ofWords(words).and(FieldValue.ones(bits));
    }

    /** Actions in an order that OpenFlow allows; they need not go with any match. */
    List<OfAction> instructions() {
        List<OfAction> list = new ArrayList<>();
        if (random.nextInt(8) == 0) {
            list.add(new OfAction.Meter(random.nextInt(1, 1000)));
        }
        list.addAll(actions(random.nextInt(6), 2));
        if (random.nextInt(8) == 0) {
            list.add(new OfAction.ClearActions());
        }
        if (random.nextInt(8) == 0) {
            list.add(new OfAction.WriteActions(actions(random.nextInt(4), 1)));
        }
        if (random.nextInt(8) == 0) {
            list.add(new OfAction.WriteMetadata(random.nextLong(), random.nextBoolean() ? -1 : random.nextLong()));
        }
        if (random.nextInt(4) == 0) {
            list.add(new OfAction.GotoTable(random.nextInt(255)));
        }
        return list;
    }

    private List<OfAction> actions(int count, int depth) {
        List<OfAction> list = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            list.add(action(depth));
        }
        return list;
    }

    private OfAction action(int depth) {
        return switch (random.nextInt(40)) {
            case 0, 1, 2 -> new OfAction.Output(random.nextInt(OfPorts.MAX));
            case 3 -> new OfAction.Output(random.nextInt(OfPorts.IN_PORT, OfPorts.CONTROLLER));
            case 4 -> new OfAction.Output(OfPorts.CONTROLLER, random.nextInt(0x10000));
            case 5 -> new OfAction.OutputReg(subfield(16), 0xffff);
            case 6 -> new OfAction.OutputTrunc(random.nextInt(OfPorts.MAX), random.nextInt(14, 100000));
            case 7 -> new OfAction.Controller(random.nextInt(0x10000), random.nextInt(1, 0x10000),
                    pick(OfAction.PacketInReason.values()), octets(random.nextInt(9)),
                    random.nextBoolean(),
                    random.nextInt(5));
            case 8 -> new OfAction.Enqueue(random.nextInt(OfPorts.MAX), random.nextInt());
            case 9 -> new OfAction.Group(random.nextInt());
            case 10 -> new OfAction.Bundle(pick(OfAction.HashFields.values()), random.nextInt(0x10000),
                    pick(OfAction.BundleAlgorithm.values()), random.nextBoolean() ? null : subfield(16),
                    List.of(1, 2, 3));
            case 11, 12 -> setField();
            case 13 -> load();
            case 14 -> new OfAction.SetVlanVid(random.nextInt(4096), random.nextBoolean());
            case 15 -> new OfAction.SetVlanPcp(random.nextInt(8), random.nextBoolean());
            case 16 -> new OfAction.StripVlan(random.nextBoolean());
            case 17 -> new OfAction.PushVlan(random.nextBoolean() ? EthTypes.VLAN : EthTypes.VLAN_AD);
            case 18 -> new OfAction.SetEthSrc(random.nextLong() >>> 16);
            case 19 -> new OfAction.SetIpv4Dst(random.nextInt());
            case 20 -> new OfAction.SetIpDscp(random.nextInt(64) << 2);
            case 21 -> new OfAction.SetL4Src(random.nextInt(0x10000));
            case 22 -> move();
            case 23 ->
                random.nextBoolean() ? new OfAction.StackPush(subfield(32)) : new OfAction.StackPop(subfield(32));
            case 24 ->
                random.nextBoolean() ? OfAction.DecTtl.DEFAULT : new OfAction.DecTtl(List.of(0, random.nextInt(99)));
            case 25 -> new OfAction.SetMplsLabel(random.nextInt(1 << 20));
            case 26 -> new OfAction.PushMpls(EthTypes.MPLS);
            case 27 -> new OfAction.SetTunnel(random.nextInt() & 0xffffffffL, false);
            case 28 -> new OfAction.FinTimeout(random.nextInt(10), random.nextInt(10));
            case 29 -> new OfAction.Resubmit(random.nextInt(OfPorts.MAX), random.nextInt(256), random.nextBoolean());
            case 30 -> new OfAction.Multipath(pick(OfAction.HashFields.values()), random.nextInt(0x10000),
                    pick(OfAction.MultipathAlgorithm.values()), random.nextInt(0x10000), random.nextInt(),
                    subfield(16));
            case 31 -> new OfAction.Note(octets(6 + 8 * random.nextInt(3)));
            case 32 -> sample();
            case 33, 34 -> ct();
            case 35 -> learn();
            case 36 -> depth == 0 ? new OfAction.Exit() : new OfAction.Clone(actions(random.nextInt(4), depth - 1));
            case 37 -> new OfAction.CheckPktLarger(random.nextInt(0x10000), subfield(1));
            case 38 -> new OfAction.SetQueue(random.nextInt());
            default -> random.nextBoolean() ? new OfAction.CtClear() : new OfAction.PopQueue();
        };
    }

    private <T> T pick(T[] values) {
        return values[random.nextInt(values.length)];
    }

    private Octets octets(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return Octets.of(bytes);
    }

    private Subfield subfield(int bits) {
        Field register = random.nextBoolean() ? Fields.reg(random.nextInt(16)) : Fields.xreg(random.nextInt(8));
        return new Subfield(register, random.nextInt(register.bits() - bits + 1), bits);
    }

    private OfAction setField() {
        while (true) {
            Field field = Fields.all().get(random.nextInt(Fields.all().size()));
            boolean ct = field.equals(Fields.CT_MARK) || field.equals(Fields.CT_LABEL);
            if (field.writable() && field.isStored() && !ct && field.prerequisite() == Field.Prerequisite.NONE
                    && field.format() != Field.Format.TUNNEL_FLAGS) {
                FieldValue mask = random.nextBoolean() || !field.maskable()
                        ? FieldValue.ones(field.bits())
                        : value(field.bits());
                FieldValue value = value(field.format() == Field.Format.OPENFLOW_PORT ? 15 : field.bits());
                if (!mask.isZero()) {
                    return new OfAction.SetField(field, value.and(mask), mask, false);
                }
            }
        }
    }

    private OfAction load() {
        Subfield to = subfield(random.nextInt(1, 33));
        FieldValue value = value(to.bits()).shiftLeft(to.offset());
        FieldValue mask = to.isWholeField() ? FieldValue.ones(to.field().bits()) : to.mask();
        return new OfAction.SetField(to.field(), value, mask, true);
    }

    private OfAction move() {
        int bits = random.nextInt(1, 33);
        return new OfAction.Move(subfield(bits), subfield(bits));
    }

    private NumberOrField numberOrField(int bits) {
        return random.nextBoolean()
                ? NumberOrField.of(random.nextInt() >>> (32 - bits))
                : new NumberOrField(0, subfield(bits));
    }

    private OfAction sample() {
        return new OfAction.Sample(random.nextInt(1, 0x10000), random.nextInt(), numberOrField(32), numberOrField(32),
                random.nextBoolean() ? OfPorts.NONE : random.nextInt(OfPorts.MAX),
                pick(OfAction.SampleDirection.values()));
    }

    private OfAction ct() {
        boolean commit = random.nextBoolean();
        List<OfAction> nested = new ArrayList<>();
        if (random.nextBoolean()) {
            nested.add(commit
                    ? nat()
                    : new OfAction.Nat(OfAction.NatDirection.NONE, null, null, 0, 0, false, false, false));
        }
        if (commit && random.nextBoolean()) {
            nested.add(new OfAction.SetField(Fields.CT_MARK, value(32)));
            nested.add(new OfAction.SetField(Fields.CT_LABEL, value(128)));
        }
        return new OfAction.Ct(commit, commit && random.nextBoolean(), numberOrField(16), random.nextInt(256),
                new int[]{0, 21, 69}[random.nextInt(3)], nested);
    }

    private OfAction nat() {
        boolean ipv6 = random.nextBoolean();
        FieldValue low = value(ipv6 ? 128 : 32);
        Address min = random.nextInt(4) == 0 ? null : new Address(ipv6, low);
        boolean ports = min != null && random.nextBoolean();
        int minPort = ports ? random.nextInt(1, 1000) : 0;
        return new OfAction.Nat(random.nextBoolean() ? OfAction.NatDirection.SRC : OfAction.NatDirection.DST, min, min,
                minPort,
                ports ? minPort + random.nextInt(1000) : 0, random.nextBoolean(), random.nextBoolean(), false);
    }

    private OfAction learn() {
        List<LearnSpec> specs = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            specs.add(switch (random.nextInt(5)) {
                case 0 -> new LearnSpec.MatchOn(Subfield.of(Fields.ETH_DST),
                        new LearnSource.FromField(Subfield.of(Fields.ETH_SRC)));
                case 1 -> new LearnSpec.MatchOn(Subfield.of(Fields.IPV4_SRC), new LearnSource.Immediate(value(32)));
                case 2 -> new LearnSpec.LoadTo(new LearnSource.Immediate(value(8)), subfield(8));
                case 3 -> new LearnSpec.LoadTo(new LearnSource.FromField(subfield(9)), subfield(9));
                default -> new LearnSpec.OutputTo(subfield(16));
            });
        }
        return new OfAction.Learn(random.nextInt(255), random.nextInt(5), random.nextInt(5), random.nextInt(5),
                random.nextInt(5),
                random.nextInt(0x10000), random.nextLong(), random.nextBoolean(), random.nextBoolean(),
                random.nextInt(5),
                random.nextBoolean() ? null : subfield(1), specs);
    }
}
