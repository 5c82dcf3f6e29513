package dev.turnout.ofproto.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import dev.turnout.flow.Field;
import dev.turnout.flow.Fields;
import dev.turnout.flow.FlowKey;
import dev.turnout.flow.FlowLayout;
import dev.turnout.flow.Match;
import dev.turnout.openflow.FieldValue;
import dev.turnout.openflow.Octets;
import dev.turnout.openflow.OfAction;
import dev.turnout.openflow.OfAction.LearnSource;
import dev.turnout.openflow.OfAction.LearnSpec;
import dev.turnout.openflow.OfAction.PacketInReason;
import dev.turnout.openflow.OfPorts;
import dev.turnout.openflow.Subfield;

/** Random lists of actions. What does not go with a match is refused by the switch; then another list is drawn. */
final class RandomActions {
    private final Random random;
    /** What may be drawn. */
    enum Repertoire {
        /** Everything. */
        ALL,
        /** What changes no flows, and the datapath that is there executes without asking anybody. */
        EXECUTED,
        /** Also what learns, but nothing that recirculates: a recirculated packet sees what it has taught. */
        LEARNING
    }

    private final Repertoire repertoire;
    private int learnPriority = 10_000;
    /**
     * Packets may be paused. What learns is left out then, NORMAL, too: a packet that is resumed teaches what the naive switch does not know.
     */
    final boolean pauses;
    /** A packet that the flow at hand matches, as far as its match says. */
    private NaivePacket matched = packet(Match.ANY);

    RandomActions(Random random, Repertoire repertoire) {
        this.random = random;
        this.repertoire = repertoire;
        pauses = repertoire == Repertoire.ALL && random.nextInt(4) == 0;
    }

    long smallValue() {
        return random.nextInt(4);
    }

    private static NaivePacket packet(Match match) {
        return new NaivePacket(new ModelPacket(new byte[64], new FlowKey()), new FlowKey(match.values()), 0);
    }

    List<OfAction> list(int table, Match match) {
        matched = packet(match);
        List<OfAction> actions = new ArrayList<>();
        for (int n = random.nextInt(5); n > 0; n--) {
            if (repertoire != Repertoire.LEARNING && random.nextInt(5) == 0) {
                newer(table, actions);
            } else {
                actions.add(any(table));
            }
        }
        switch (random.nextInt(12)) {
            case 0 -> hashed(actions);
            case 1 -> {
                if (repertoire != Repertoire.EXECUTED && !pauses) {
                    actions.add(learn());
                    if (random.nextInt(3) == 0) {
                        actions.add(new OfAction.OutputReg(new Subfield(Fields.reg(1), 0, 2), 0xffff));
                    }
                }
            }
            default -> {
            }
        }
        switch (random.nextInt(4)) {
            case 0 -> actions.add(new OfAction.GotoTable(table + 1 + random.nextInt(3)));
            case 1 -> actions.add(new OfAction.Resubmit(OfPorts.IN_PORT, table + 1 + random.nextInt(2), false));
            default -> actions.add(output());
        }
        return actions;
    }

    private OfAction any(int table) {
        return switch (random.nextInt(15)) {
            case 14 -> new OfAction.Group(1 + random.nextInt(RandomPipeline.GROUPS));
            case 0, 1, 2 -> output();
            case 3, 4, 5, 6 -> set();
            case 7 -> new OfAction.PushVlan(random.nextBoolean() ? 0x8100 : 0x88a8);
            case 8 -> new OfAction.StripVlan(random.nextBoolean());
            case 9 -> OfAction.DecTtl.DEFAULT;
            case 10 -> resubmit(table);
            case 11 -> move();
            case 12 -> pipeline();
            default -> setOld();
        };
    }

    /** Adds one of the actions that take copies, recirculate, or go with one. */
    private void newer(int table, List<OfAction> to) {
        switch (random.nextInt(repertoire == Repertoire.ALL ? 14 : 8)) {
            case 0 -> to.add(new OfAction.DebugRecirc());
            case 1 -> to.add(new OfAction.Clone(some(table)));
            case 2 -> {
                to.add(new OfAction.StackPush(new Subfield(Fields.reg(0), 0, 1 + random.nextInt(32))));
                to.add(any(table));
            }
            case 3 -> to.add(new OfAction.StackPop(new Subfield(Fields.reg(random.nextInt(3)), 0,
                    1 + random.nextInt(32))));
            case 4 -> to.add(new OfAction.OutputTrunc(random.nextInt(6) == 0 ? OfPorts.IN_PORT : 1 + random.nextInt(9),
                    14 + random.nextInt(60)));
            case 5 -> {
                to.add(new OfAction.CheckPktLarger(40 + random.nextInt(50), new Subfield(Fields.reg(1), 0, 1)));
                to.add(any(table));
            }
            case 6, 7 -> labels(table, to);
            case 8 -> to.add(new OfAction.Sample(0xffff, random.nextInt(3), OfAction.NumberOrField.of(4),
                    new OfAction.NumberOrField(0, Subfield.of(Fields.reg(0))), OfPorts.NONE,
                    OfAction.SampleDirection.DEFAULT));
            case 9 -> to.add(!pauses
                    ? any(table)
                    : new OfAction.Controller(0xffff, 0, PacketInReason.ACTION, Octets.EMPTY, true, 0));
            case 10 -> to.add(new OfAction.CtClear());
            case 11 -> to.add(new OfAction.Resubmit(OfPorts.IN_PORT, table + 1, true));
            default -> to.add(track(table));
        }
    }

    /** A bucket's actions; {@code group} is the group's number: it may use groups of lower ones. */
    List<OfAction> bucket(int group) {
        List<OfAction> list = new ArrayList<>();
        for (int n = random.nextInt(3); n > 0; n--) {
            switch (random.nextInt(8)) {
                case 0 -> list.add(new OfAction.PushVlan(0x8100));
                case 1 -> list.add(new OfAction.StripVlan(true));
                case 2 -> list.add(OfAction.DecTtl.DEFAULT);
                case 3 -> list.add(repertoire == Repertoire.LEARNING ? setOld() : new OfAction.PushMpls(0x8847));
                case 4 -> list.add(repertoire == Repertoire.LEARNING ? setOld() : new OfAction.PopMpls(0x0800));
                default -> list.add(setOld());
            }
        }
        switch (random.nextInt(6)) {
            case 0 -> list.add(new OfAction.Resubmit(OfPorts.IN_PORT, 1 + random.nextInt(3), false));
            case 1 -> list.add(group > 1 ? new OfAction.Group(1 + random.nextInt(group - 1)) : new OfAction.Output(2));
            case 2 -> list.add(new OfAction.Output(OfPorts.CONTROLLER, 0xffff));
            default -> list.add(new OfAction.Output(1 + random.nextInt(7)));
        }
        return list;
    }

    private List<OfAction> some(int table) {
        List<OfAction> list = new ArrayList<>();
        for (int n = 1 + random.nextInt(3); n > 0; n--) {
            if (random.nextInt(6) == 0) {
                newer(table, list);
            } else {
                list.add(any(table));
            }
        }
        list.add(output());
        return list;
    }

    private void labels(int table, List<OfAction> to) {
        boolean more = false;
        switch (random.nextInt(6)) {
            case 0 -> to.add(new OfAction.PushMpls(random.nextInt(3) == 0 ? 0x8848 : 0x8847));
            case 1 -> to.add(new OfAction.DecMplsTtl());
            case 2 -> to.add(new OfAction.SetMplsLabel(random.nextInt(16)));
            case 3 -> to.add(new OfAction.SetMplsTtl(random.nextInt(4)));
            default -> {
                int[] types = {0x0800, 0x0800, 0x86dd, 0x8847, 0x0806, 0x8100};
                to.add(new OfAction.PopMpls(types[random.nextInt(types.length)]));
                more = true;
            }
        }
        if (more || random.nextBoolean()) {
            to.add(random.nextInt(3) == 0 ? OfAction.DecTtl.DEFAULT : any(table));
        }
    }

    private OfAction track(int table) {
        boolean commit = random.nextBoolean();
        List<OfAction> exec = new ArrayList<>();
        if (commit && random.nextBoolean()) {
            exec.add(new OfAction.SetField(Fields.CT_MARK, FieldValue.of(smallValue()), FieldValue.of(3), false));
        }
        if (commit && random.nextBoolean()) {
            exec.add(new OfAction.SetField(Fields.CT_LABEL, FieldValue.of(smallValue())));
        }
        OfAction.NumberOrField zone = random.nextBoolean()
                ? OfAction.NumberOrField.of(random.nextInt(3))
                : new OfAction.NumberOrField(0, new Subfield(Fields.reg(0), 0, 16));
        int next = random.nextInt(3) == 0 ? OfAction.Ct.NO_RECIRC : table + 1 + random.nextInt(2);
        return new OfAction.Ct(commit, false, zone, next, 0, exec);
    }

    private OfAction resubmit(int table) {
        int port = random.nextInt(3) == 0 ? 1 + random.nextInt(6) : OfPorts.IN_PORT;
        int to = random.nextInt(12) == 0 ? random.nextInt(table + 1) : table + 1 + random.nextInt(3);
        return new OfAction.Resubmit(port, to, false);
    }

    private OfAction output() {
        return switch (random.nextInt(16)) {
            case 0 -> new OfAction.Output(OfPorts.IN_PORT);
            case 1 -> new OfAction.Output(OfPorts.ALL);
            case 2 -> new OfAction.Output(OfPorts.FLOOD);
            case 3, 4, 5 -> new OfAction.Output(pauses ? 1 + random.nextInt(7) : OfPorts.NORMAL);
            case 6 -> new OfAction.Output(OfPorts.CONTROLLER, random.nextBoolean() ? 0xffff : 20);
            case 7 -> new OfAction.Controller(128, 0, PacketInReason.ACTION, Octets.EMPTY, false, 0);
            case 8 -> new OfAction.OutputReg(new Subfield(Fields.reg(0), 0, 16), 0xffff);
            case 9 -> new OfAction.Output(9);
            default -> new OfAction.Output(1 + random.nextInt(7));
        };
    }

    private OfAction pipeline() {
        return switch (random.nextInt(7)) {
            case 0 -> new OfAction.WriteMetadata(smallValue(), 0xffL);
            case 1 -> new OfAction.ClearActions();
            case 2 -> new OfAction.Exit();
            case 3 -> new OfAction.Note(Octets.EMPTY);
            default -> new OfAction.WriteActions(List.of(random.nextBoolean() ? setOld() : OfAction.DecTtl.DEFAULT,
                    random.nextInt(4) == 0
                            ? new OfAction.Group(1 + random.nextInt(RandomPipeline.GROUPS))
                            : new OfAction.Output(
                                    random.nextInt(5) == 0 && !pauses ? OfPorts.NORMAL : 1 + random.nextInt(6))));
        };
    }

    private OfAction setOld() {
        return switch (random.nextInt(11)) {
            case 0 -> new OfAction.SetVlanVid(random.nextBoolean() ? 10 : random.nextInt(4096), true);
            case 1 -> new OfAction.SetVlanPcp(random.nextInt(8), true);
            case 2 -> new OfAction.SetEthSrc(0x020000000000L + random.nextInt(6));
            case 3 -> new OfAction.SetEthDst(0x020000000000L + random.nextInt(6));
            case 4 -> new OfAction.SetIpv4Src(0x0a000001 + random.nextInt(3));
            case 5 -> new OfAction.SetIpv4Dst(0x0a000001 + random.nextInt(3));
            case 6 -> new OfAction.SetIpDscp(random.nextInt(64) << 2);
            case 7 -> new OfAction.SetIpTtl(random.nextInt(4));
            case 8 -> new OfAction.SetL4Src(1000 + random.nextInt(3));
            case 9 -> new OfAction.SetL4Dst(random.nextBoolean() ? 80 : random.nextInt(3));
            default -> new OfAction.SetIpEcn(random.nextInt(4));
        };
    }

    /** A choice by a hash, and mostly what makes it seen. */
    private void hashed(List<OfAction> actions) {
        OfAction.HashFields[] all = OfAction.HashFields.values();
        OfAction.HashFields fields = all[random.nextInt(all.length)];
        Subfield register = new Subfield(Fields.reg(0), 0, 16);
        boolean loads = random.nextBoolean();
        if (random.nextBoolean()) {
            OfAction.MultipathAlgorithm[] algorithms = OfAction.MultipathAlgorithm.values();
            actions.add(new OfAction.Multipath(fields, random.nextInt(3), algorithms[random.nextInt(algorithms.length)],
                    1 + random.nextInt(6), random.nextInt(12), register));
        } else {
            List<Integer> members = new ArrayList<>();
            for (int n = random.nextInt(5); n > 0; n--) {
                members.add(random.nextInt(6) == 0 ? OfPorts.IN_PORT : 1 + random.nextInt(7));
            }
            actions.add(new OfAction.Bundle(fields, random.nextInt(3),
                    random.nextInt(4) == 0
                            ? OfAction.BundleAlgorithm.ACTIVE_BACKUP
                            : OfAction.BundleAlgorithm.HRW,
                    loads ? register : null, members));
        }
        if (random.nextInt(4) > 0) {
            actions.add(new OfAction.OutputReg(register, 0xffff));
        }
    }

    /** A learn whose flows overlap with no other flows of their priority. */
    private OfAction learn() {
        List<LearnSpec> specs = new ArrayList<>();
        Field[] plain = {Fields.ETH_SRC, Fields.ETH_DST, Fields.IN_PORT, Fields.METADATA, Fields.reg(0),
            Fields.PKT_MARK};
        for (int n = random.nextInt(3); n > 0; n--) {
            Subfield to = bits(plain[random.nextInt(plain.length)]);
            specs.add(new LearnSpec.MatchOn(to, random.nextInt(5) == 0
                    ? new LearnSource.Immediate(FieldValue.of(smallValue()).and(FieldValue.ones(to.bits())))
                    : new LearnSource.FromField(like(to, plain))));
        }
        if (random.nextInt(3) == 0) {
            specs.add(new LearnSpec.MatchOn(new Subfield(Fields.VLAN_TCI, 0, 12),
                    new LearnSource.FromField(new Subfield(Fields.VLAN_TCI, 0, 12))));
        }
        if (matched.has(Fields.IPV4_SRC) && random.nextBoolean()) {
            specs.add(new LearnSpec.MatchOn(Subfield.of(Fields.ETH_TYPE),
                    new LearnSource.Immediate(FieldValue.of(0x0800))));
            specs.add(new LearnSpec.MatchOn(Subfield.of(Fields.IPV4_DST),
                    new LearnSource.FromField(Subfield.of(random.nextBoolean() ? Fields.IPV4_SRC : Fields.IPV4_DST))));
        }
        for (int n = random.nextInt(3); n > 0; n--) {
            Field source = writable();
            if (source.nominalBits() >= 16 && random.nextBoolean()) {
                specs.add(new LearnSpec.LoadTo(new LearnSource.FromField(new Subfield(source, 0, 16)),
                        new Subfield(Fields.reg(0), random.nextInt(17), 16)));
            } else {
                specs.add(new LearnSpec.LoadTo(new LearnSource.Immediate(FieldValue.of(smallValue())),
                        new Subfield(random.nextBoolean() ? Fields.reg(1) : Fields.ETH_DST, 0, 8)));
            }
        }
        if (random.nextInt(3) > 0) {
            specs.add(new LearnSpec.OutputTo(
                    random.nextInt(4) == 0 ? new Subfield(Fields.reg(0), 0, 16) : Subfield.of(Fields.IN_PORT)));
        }
        Subfield result = random.nextBoolean() ? new Subfield(Fields.reg(1), 0, 1) : null;
        return new OfAction.Learn(random.nextInt(5), 0, random.nextInt(3), 0, 0, learnPriority++,
                2000 + random.nextInt(3), random.nextBoolean(), random.nextInt(4) == 0,
                random.nextBoolean() ? 0 : 1 + random.nextInt(3), result, specs);
    }

    private Subfield bits(Field field) {
        int bits = random.nextBoolean() ? field.nominalBits() : 1 + random.nextInt(field.nominalBits());
        return new Subfield(field, random.nextInt(field.nominalBits() - bits + 1), bits);
    }

    /** As many bits of the same field, or of another one. */
    private Subfield like(Subfield to, Field... fields) {
        Field other = fields[random.nextInt(fields.length)];
        boolean fits = other.nominalBits() >= to.bits() && random.nextInt(4) == 0;
        return fits ? new Subfield(other, random.nextInt(other.nominalBits() - to.bits() + 1), to.bits()) : to;
    }

    private Field writable() {
        if (matched.has(Fields.ND_TARGET) && random.nextBoolean()) {
            Field option = matched.has(Fields.ND_SLL) ? Fields.ND_SLL : Fields.ND_TLL;
            return random.nextBoolean() ? Fields.ND_TARGET : option;
        }
        while (true) {
            Field field = Fields.all().get(random.nextInt(Fields.all().size()));
            if (random.nextInt(20) == 0) {
                field = random.nextBoolean() ? Fields.reg(random.nextInt(3)) : Fields.xxreg(0);
            }
            boolean slow = (field.word() >= FlowLayout.METADATA && random.nextInt(10) > 0)
                    || (field.prerequisite() == Field.Prerequisite.NONE && random.nextBoolean());
            if (field.isStored() && field.writable() && !slow && !field.equals(Fields.IN_PORT_OXM)
                    && matched.has(field)) {
                return field;
            }
        }
    }

    private OfAction set() {
        Field field = writable();
        FieldValue value = FieldValue.of(random.nextInt(3) > 0 ? smallValue() : random.nextLong());
        if (field.isWide() && random.nextBoolean()) {
            value = FieldValue.of(random.nextLong(), random.nextLong());
        }
        if (field.equals(Fields.IN_PORT)) {
            value = FieldValue.of(random.nextInt(7));
        }
        value = value.and(FieldValue.ones(field.nominalBits()));
        FieldValue mask = FieldValue.ones(field.bits());
        if (field.maskable() && random.nextInt(3) == 0) {
            mask = mask.and(FieldValue.of(random.nextLong(), random.nextLong()));
        }
        return new OfAction.SetField(field, value.and(mask), mask, random.nextBoolean());
    }

    private OfAction move() {
        Field from = Fields.all().get(random.nextInt(Fields.all().size()));
        Field to = writable();
        while (!from.isStored()) {
            from = Fields.all().get(random.nextInt(Fields.all().size()));
        }
        int bits = 1 + random.nextInt(Math.min(from.nominalBits(), to.nominalBits()));
        return new OfAction.Move(new Subfield(from, random.nextInt(from.nominalBits() - bits + 1), bits),
                new Subfield(to, random.nextInt(to.nominalBits() - bits + 1), bits));
    }
}
