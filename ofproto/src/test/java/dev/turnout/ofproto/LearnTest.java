package dev.turnout.ofproto;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;

import dev.turnout.flow.DpAction;
import dev.turnout.flow.Fields;
import dev.turnout.flow.FlowKey;
import dev.turnout.flow.FlowLayout;
import dev.turnout.flow.Match;
import dev.turnout.openflow.FieldValue;
import dev.turnout.openflow.FlowCommand;
import dev.turnout.openflow.FlowFilter;
import dev.turnout.openflow.FlowFlags;
import dev.turnout.openflow.FlowMod;
import dev.turnout.openflow.FlowParser;
import dev.turnout.openflow.FlowStats;
import dev.turnout.openflow.OfAction;
import dev.turnout.openflow.OfError;
import dev.turnout.openflow.PortNames;
import dev.turnout.openflow.Protocols;
import dev.turnout.openflow.Subfield;
import org.junit.jupiter.api.Test;

/** The {@code learn} action: a learning switch made of flows, ageing, moves, limits, what it costs and whom it waits for. */
class LearnTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long A = 0x02_0000_00000aL;
    private static final long B = 0x02_0000_00000bL;
    private static final long C = 0x02_0000_00000cL;
    private static final String MAC_LEARNING = "learn(table=10,hard_timeout=10,NXM_OF_VLAN_TCI[0..11],"
            + "NXM_OF_ETH_DST[]=NXM_OF_ETH_SRC[],output:NXM_OF_IN_PORT[])";

    private long nowNs = 100 * SECOND;
    private final Ofproto ofproto = new Ofproto(() -> nowNs);
    private final Bridge bridge = ofproto.addBridge("br0", FailMode.SECURE, 1);

    LearnTest() {
        for (int i = 1; i <= 4; i++) {
            bridge.addPort(PortInfo.of("p" + i, "memory", i, i));
        }
    }

    private static FlowMod parse(String text, FlowCommand command) {
        return FlowParser.parseFlowMod(text, command, PortNames.NONE, Protocols.DEFAULT);
    }

    private void add(String... texts) {
        for (String text : texts) {
            assertThat(bridge.apply(List.of(parse(text, FlowCommand.ADD)), true)).as(text)
                    .containsExactly(FlowModResult.OK);
        }
    }

    private void delete(String text) {
        assertThat(bridge.apply(List.of(parse(text, FlowCommand.DELETE)), true)).containsExactly(FlowModResult.OK);
    }

    private void learningSwitch() {
        add("table=0,actions=" + MAC_LEARNING + ",resubmit(,10)", "table=10,priority=0,actions=flood");
    }

    private static FlowKey key(int port, long src, long dst) {
        FlowKey key = new FlowKey();
        key.set(Fields.IN_PORT, port);
        key.set(Fields.ETH_SRC, src);
        key.set(Fields.ETH_DST, dst);
        key.set(Fields.ETH_TYPE, 0x0800);
        return key;
    }

    private XlateOut translate(int port, long src, long dst, boolean effects) {
        return ofproto.translator().translate(new XlateIn(key(port, src, dst), 60, 0, effects, nowNs));
    }

    /** Where a packet goes that makes an upcall. */
    private List<Integer> send(int port, long src, long dst) {
        return ports(translate(port, src, dst, true));
    }

    private static List<Integer> ports(XlateOut out) {
        return out.actions().actions().stream().filter(DpAction.Output.class::isInstance)
                .map(action -> ((DpAction.Output) action).port()).toList();
    }

    private List<FlowStats> learned(int table) {
        return bridge.flows(FlowFilter.ALL).stream().filter(flow -> flow.table() == table && flow.priority() > 0)
                .toList();
    }

    // --- a learning switch ---------------------------------------------------------------------------------------------------------------

    @Test
    void shouldLearnBeforeThePacketLeaves() {
        learningSwitch();
        assertThat(send(1, A, B)).containsExactly(2, 3, 4);
        assertThat(learned(10)).singleElement().extracting(FlowStats::actions)
                .isEqualTo(List.of(new OfAction.Output(1, 0)));
        assertThat(send(2, B, A)).containsExactly(1);
        assertThat(send(1, A, B)).containsExactly(2);
    }

    @Test
    void shouldGoOnInTheTablesThatThePacketBeganWith() {
        learningSwitch();
        assertThat(send(1, A, A)).as("the flow that this packet teaches is not for itself").containsExactly(2, 3, 4);
        assertThat(send(1, A, A)).as("but for the next; it would go back").isEmpty();
    }

    @Test
    void shouldFollowAHostThatMoves() {
        learningSwitch();
        assertThat(send(1, A, B)).hasSize(3);
        assertThat(send(3, A, B)).hasSize(3);
        assertThat(send(2, B, A)).containsExactly(3);
        assertThat(learned(10)).hasSize(2);
    }

    @Test
    void shouldMakeStaleOnlyWhenWhatIsLearnedChanges() {
        learningSwitch();
        long before = ofproto.changeSequence();
        XlateOut out = translate(1, A, B, true);
        long learned = ofproto.changeSequence();
        assertThat(learned).isGreaterThan(before);
        for (int i = 1; i <= 5; i++) {
            nowNs += SECOND;
            out.cache().credit(10, 1000, nowNs, 0);
            assertThat(send(1, A, B)).hasSize(3);
            assertThat(ports(translate(1, A, B, false))).hasSize(3);
        }
        assertThat(ofproto.changeSequence()).isEqualTo(learned);
        assertThat(send(2, A, B)).hasSize(3);
        assertThat(ofproto.changeSequence()).isGreaterThan(learned);
    }

    @Test
    void shouldLookAtNothingButWhatTheLearnedFlowTakes() {
        add("table=0,actions=" + MAC_LEARNING + ",output:2");
        XlateOut out = translate(1, A, B, true);
        assertThat(Fields.ETH_SRC.isAllSet(out.wildcards().toWords())).isTrue();
        assertThat(Fields.ETH_DST.isAnySet(out.wildcards().toWords())).isFalse();
        assertThat(out.wildcards().word(FlowLayout.ETH_SRC_VLAN) & 0xffff).isEqualTo(0x1fff);
        assertThat(out.wildcards().word(FlowLayout.IPV4)).isZero();
    }

    @Test
    void shouldLearnNothingWithoutSideEffects() {
        learningSwitch();
        long before = ofproto.changeSequence();
        XlateOut out = translate(1, A, B, false);
        assertThat(learned(10)).isEmpty();
        assertThat(ofproto.changeSequence()).isEqualTo(before);
        out.cache().credit(1, 60, nowNs, 0);
        assertThat(learned(10)).as("packets of the megaflow teach").hasSize(1);
    }

    @Test
    void shouldLearnFromPacketOuts() {
        learningSwitch();
        XlateOut out = ofproto.translator().packetOut(bridge, 2, List.of(new OfAction.Output(0xfff9)), key(2, B, A),
                60);
        assertThat(ports(out)).containsExactly(1, 3, 4);
        assertThat(learned(10)).hasSize(1);
    }

    // --- ageing --------------------------------------------------------------------------------------------------------------------------

    private void expire() {
        ofproto.countersCreditedUpTo(nowNs);
        int ignored = ofproto.expire(nowNs);
    }

    @Test
    void shouldStartTheHardTimeoutAnewWithEachCredit() {
        learningSwitch();
        XlateOut out = translate(1, A, B, true);
        nowNs += 8 * SECOND;
        out.cache().credit(3, 180, nowNs, 0);
        nowNs += 8 * SECOND;
        expire();
        assertThat(learned(10)).singleElement()
                .satisfies(flow -> assertThat(flow.hardAgeSeconds()).isEqualTo(8));
        nowNs += 2 * SECOND;
        expire();
        assertThat(learned(10)).isEmpty();
    }

    @Test
    void shouldCountTheIdleTimeoutByTheLearnedFlowsOwnPackets() {
        add("actions=learn(table=10,idle_timeout=10,NXM_OF_ETH_DST[]=NXM_OF_ETH_SRC[],output:NXM_OF_IN_PORT[])",
                "in_port=2,priority=40000,actions=resubmit(,10)");
        XlateOut teaching = translate(1, A, B, true);
        XlateOut using = translate(2, B, A, true);
        nowNs += 8 * SECOND;
        using.cache().credit(2, 120, nowNs, 0);
        nowNs += 8 * SECOND;
        teaching.cache().credit(5, 300, nowNs, 0);
        expire();
        assertThat(learned(10)).singleElement().satisfies(flow -> {
            assertThat(flow.packets()).isEqualTo(2);
            assertThat(flow.bytes()).isEqualTo(120);
            assertThat(flow.idleAgeSeconds()).isEqualTo(8);
        });
        nowNs += 2 * SECOND;
        teaching.cache().credit(1, 60, nowNs, 0);
        expire();
        assertThat(learned(10)).as("packets that teach do not use").isEmpty();
        teaching.cache().credit(1, 60, nowNs, 0);
        assertThat(learned(10)).as("but the next one learns it again").singleElement()
                .satisfies(flow -> assertThat(flow.packets()).isZero());
    }

    @Test
    void shouldKeepCountersWhereTheFlowIsReplaced() {
        learningSwitch();
        assertThat(send(1, A, B)).hasSize(3);
        XlateOut using = translate(2, B, A, true);
        using.cache().credit(4, 400, nowNs, 0);
        assertThat(send(3, A, B)).containsExactly(2);
        assertThat(learned(10)).filteredOn(flow -> flow.actions().equals(List.of(new OfAction.Output(3, 0))))
                .singleElement().satisfies(flow -> assertThat(flow.packets()).isEqualTo(4));
    }

    @Test
    void shouldLearnAgainWhatWasDeleted() {
        learningSwitch();
        XlateOut out = translate(1, A, B, true);
        delete("table=10,dl_dst=02:00:00:00:00:0a");
        assertThat(learned(10)).isEmpty();
        nowNs += SECOND;
        out.cache().credit(1, 60, nowNs, 0);
        assertThat(learned(10)).hasSize(1);
    }

    @Test
    void shouldNotLetLateCreditsUndoAMove() {
        learningSwitch();
        XlateOut atOne = translate(1, A, B, true);
        long whenAtOne = nowNs + SECOND;
        nowNs += 2 * SECOND;
        assertThat(send(3, A, B)).hasSize(3);
        long sequence = ofproto.changeSequence();
        atOne.cache().credit(7, 420, whenAtOne, 0);
        assertThat(send(2, B, A)).containsExactly(3);
        atOne.cache().credit(7, 420, nowNs + SECOND, 0);
        assertThat(ofproto.changeSequence()).isGreaterThan(sequence);
        assertThat(send(2, B, A)).as("later packets count").containsExactly(1);
    }

    @Test
    void shouldLearnNothingFromAFlowThatIsGone() {
        learningSwitch();
        XlateOut out = translate(1, A, B, true);
        delete("table=0");
        delete("table=10");
        long sequence = ofproto.changeSequence();
        out.cache().credit(1, 60, nowNs, 0);
        assertThat(bridge.flowCount()).isZero();
        assertThat(ofproto.changeSequence()).isEqualTo(sequence);
    }

    // --- what is learned -----------------------------------------------------------------------------------------------------------------

    @Test
    void shouldGiveTheFlowWhatTheActionSays() {
        add("tcp,actions=load:0x12345->NXM_NX_REG2[],learn(table=3,priority=7,cookie=0x77,idle_timeout=5,"
                + "hard_timeout=6,send_flow_rem,eth_type=0x800,nw_proto=6,NXM_OF_IP_DST[]=NXM_OF_IP_SRC[],"
                + "NXM_OF_TCP_SRC[0..7]=NXM_OF_TCP_DST[8..15],load:5->NXM_NX_REG0[4..7],"
                + "load:NXM_NX_REG2[0..15]->NXM_NX_REG1[16..31],output:NXM_NX_REG2[])");
        FlowKey key = key(1, A, B);
        key.set(Fields.IP_PROTO, 6);
        key.set(Fields.IPV4_SRC, 0x0a000001L);
        key.set(Fields.TCP_DST, 0x1234);
        ofproto.translator().translate(new XlateIn(key, 60, 0, true, nowNs)).cache().close();
        FlowMod expected = parse("table=3,priority=7,tcp,nw_dst=10.0.0.1,NXM_OF_TCP_SRC[0..7]=0x12,actions="
                + "load:5->NXM_NX_REG0[4..7],load:0x2345->NXM_NX_REG1[16..31]", FlowCommand.ADD);
        assertThat(learned(3)).singleElement().satisfies(flow -> {
            assertThat(flow.match()).isEqualTo(expected.match());
            assertThat(flow.actions()).as("a port of more than 16 bits is none").isEqualTo(expected.actions());
            assertThat(flow.priority()).isEqualTo(7);
            assertThat(flow.cookie()).isEqualTo(0x77);
            assertThat(flow.idleTimeout()).isEqualTo(5);
            assertThat(flow.hardTimeout()).isEqualTo(6);
            assertThat(flow.flags()).isEqualTo(FlowFlags.SEND_FLOW_REM);
        });
    }

    @Test
    void shouldSayByItsResultWhetherItLearnedUpToTheLimit() {
        add("table=0,actions=learn(table=10,limit=2,cookie=9,result_dst=NXM_NX_REG0[0],"
                + "NXM_OF_ETH_DST[]=NXM_OF_ETH_SRC[],output:NXM_OF_IN_PORT[]),resubmit(,1)",
                "table=1,reg0=1,actions=output:2", "table=1,reg0=0,actions=output:3");
        assertThat(send(1, A, 1)).containsExactly(2);
        assertThat(send(1, B, 1)).containsExactly(2);
        XlateOut over = translate(1, C, 1, true);
        assertThat(ports(over)).containsExactly(3);
        assertThat(over.cacheable()).isTrue();
        over.cache().credit(5, 300, nowNs, 0);
        assertThat(learned(10)).hasSize(2);
        assertThat(bridge.learnCounts().overLimit()).isEqualTo(1);
        XlateOut again = translate(1, C, 1, false);
        assertThat(ports(again)).as("a revalidation comes to the same").containsExactly(3);
        assertThat(again.cacheable()).isTrue();
        assertThat(ports(translate(1, A, 1, false))).containsExactly(2);
        assertThat(translate(1, A, 1, false).cacheable()).isTrue();
        delete("table=10,dl_dst=02:00:00:00:00:0a");
        XlateOut free = translate(1, C, 1, false);
        assertThat(free.cacheable()).as("it would have to learn first").isFalse();
        assertThat(free.whyNot()).contains("learned");
        assertThat(send(1, C, 1)).containsExactly(2);
        assertThat(learned(10)).hasSize(2);
    }

    @Test
    void shouldCountFlowsOfTheCookieHoweverTheyCame() {
        add("table=0,actions=learn(table=10,limit=2,cookie=9,NXM_OF_ETH_DST[]=NXM_OF_ETH_SRC[],load:1->NXM_NX_REG0[])");
        add("table=10,cookie=9,priority=1,actions=drop", "table=10,cookie=8,priority=2,actions=drop");
        assertThat(send(1, A, 1)).isEmpty();
        assertThat(send(1, B, 1)).isEmpty();
        assertThat(bridge.flowCount()).isEqualTo(4);
        delete("table=10,cookie=9/-1");
        assertThat(send(1, B, 1)).isEmpty();
        assertThat(send(1, C, 1)).isEmpty();
        assertThat(send(1, A, 1)).isEmpty();
        assertThat(bridge.flowCount()).isEqualTo(4);
    }

    @Test
    void shouldRefuseWithoutHarmWhereTheTableIsFull() {
        learningSwitch();
        bridge.setTable(10, TableConfig.parse("flow_limit=2"));
        assertThat(send(1, A, B)).hasSize(3);
        assertThat(send(2, B, C)).hasSize(3);
        assertThat(learned(10)).hasSize(1);
        assertThat(bridge.learnCounts().refused()).isEqualTo(1);
        assertThat(send(2, B, A)).containsExactly(1);
    }

    // --- full tables, and who hears of it -------------------------------------------------------------------------------------------------

    private static final String SHORT_LIVED = "learn(table=10,hard_timeout=10,send_flow_rem,NXM_OF_ETH_DST[]=NXM_OF_ETH_SRC[],"
            + "output:NXM_OF_IN_PORT[])";

    private List<FlowRemoved> listen() {
        List<FlowRemoved> heard = new ArrayList<>();
        ofproto.addFlowRemovedListener(heard::add);
        return heard;
    }

    @Test
    void shouldEvictForWhatIsLearnedAndTellOfIt() {
        List<FlowRemoved> heard = listen();
        add("table=0,actions=" + SHORT_LIVED + ",output:4");
        bridge.setTable(10, TableConfig.parse("flow_limit=2,overflow_policy=evict"));
        XlateOut first = translate(1, A, 1, true);
        nowNs += SECOND;
        assertThat(send(2, B, 1)).containsExactly(4);
        nowNs += SECOND;
        first.cache().credit(1, 60, nowNs, 0);
        nowNs += SECOND;
        assertThat(send(3, C, 1)).containsExactly(4);
        assertThat(learned(10)).extracting(flow -> flow.actions().get(0)).containsExactlyInAnyOrder(
                new OfAction.Output(1, 0), new OfAction.Output(3, 0));
        assertThat(heard).as("the one that was not learned again is the first to expire").singleElement()
                .satisfies(gone -> assertThat(gone.reason()).isEqualTo(FlowRemoved.Reason.EVICTION))
                .satisfies(gone -> assertThat(gone.flow().actions()).containsExactly(new OfAction.Output(2, 0)));
        assertThat(bridge.learnCounts().refused()).isZero();
    }

    @Test
    void shouldEvictForWhatCreditedPacketsTeach() {
        List<FlowRemoved> heard = listen();
        add("table=0,actions=" + SHORT_LIVED + ",output:4");
        bridge.setTable(10, TableConfig.parse("flow_limit=1,overflow_policy=evict"));
        XlateOut first = translate(1, A, 1, true);
        assertThat(send(2, B, 1)).containsExactly(4);
        nowNs += SECOND;
        first.cache().credit(1, 60, nowNs, 0);
        assertThat(heard).extracting(FlowRemoved::reason)
                .containsExactly(FlowRemoved.Reason.EVICTION, FlowRemoved.Reason.EVICTION);
        assertThat(learned(10)).singleElement().extracting(flow -> flow.actions().get(0))
                .isEqualTo(new OfAction.Output(1, 0));
    }

    @Test
    void shouldReportLearnedFlowsOnceTheirCountersAreFinal() {
        List<FlowRemoved> heard = listen();
        add("table=0,actions=" + SHORT_LIVED + ",resubmit(,10)");
        translate(1, A, B, true).cache().close();
        XlateOut using = translate(2, B, A, true);
        nowNs += 10 * SECOND;
        expire();
        assertThat(heard).as("of the flow for B, which nobody used").hasSize(1);
        using.cache().credit(3, 180, nowNs, 0);
        using.cache().close();
        assertThat(heard).hasSize(2);
        assertThat(heard.get(1).reason()).isEqualTo(FlowRemoved.Reason.HARD_TIMEOUT);
        assertThat(heard.get(1).flow().packets()).isEqualTo(3);
    }

    @Test
    void shouldReportWhatGoesWithItsLearners() {
        List<FlowRemoved> heard = listen();
        add("in_port=1,actions=learn(table=10,send_flow_rem,delete_learned,cookie=5,NXM_OF_ETH_DST[]=NXM_OF_ETH_SRC[])");
        assertThat(send(1, A, 1)).isEmpty();
        delete("table=0");
        assertThat(heard).singleElement().extracting(FlowRemoved::reason).isEqualTo(FlowRemoved.Reason.DELETE);
        assertThat(heard.get(0).flow().table()).isEqualTo(10);
    }

    @Test
    void shouldDeleteWhatWasLearnedByFlowsThatAreEvicted() {
        bridge.setTable(3, TableConfig.parse("flow_limit=3,overflow_policy=evict"));
        add("table=3,in_port=1,idle_timeout=9,actions=learn(table=10,delete_learned,cookie=5,load:1->NXM_NX_REG0[])",
                "table=10,cookie=5,priority=1,actions=drop", "table=3,in_port=2,actions=drop");
        bridge.setTable(3, TableConfig.parse("flow_limit=1,overflow_policy=evict"));
        assertThat(learned(3)).hasSize(1);
        assertThat(learned(10)).isEmpty();
    }

    /** Each of the two flows evicts the other, and the packet looks one up that has gone by then. */
    @Test
    void shouldComeToAnEndWhereATranslationOvertakesItself() {
        List<FlowRemoved> heard = listen();
        String other = "learn(table=10,priority=2,hard_timeout=10,send_flow_rem,NXM_OF_ETH_DST[],output:NXM_OF_IN_PORT[])";
        add("table=0,actions=learn(table=10,priority=1,hard_timeout=10,send_flow_rem,NXM_OF_ETH_DST[],load:1->NXM_NX_REG0[]),"
                + "resubmit(,10)," + other + ",output:3");
        bridge.setTable(10, TableConfig.parse("flow_limit=1,overflow_policy=evict"));
        for (int i = 0; i < 3; i++) {
            assertThat(send(1, A, B)).contains(3);
            assertThat(learned(10)).hasSize(1);
        }
        assertThat(heard).isNotEmpty();
    }

    // --- delete_learned ------------------------------------------------------------------------------------------------------------------

    @Test
    void shouldDeleteWhatWasLearnedWhenTheLastLearnerGoes() {
        String learn = "learn(table=10,delete_learned,cookie=5,NXM_OF_ETH_DST[]=NXM_OF_ETH_SRC[],load:1->NXM_NX_REG0[])";
        add("in_port=1,actions=" + learn, "in_port=2,actions=" + learn, "table=10,cookie=6,priority=1,actions=drop",
                "table=11,cookie=5,priority=1,actions=drop");
        assertThat(send(1, A, 1)).isEmpty();
        assertThat(send(2, B, 1)).isEmpty();
        delete("table=0,in_port=1");
        assertThat(learned(10)).hasSize(3);
        add("in_port=2,actions=" + learn);
        assertThat(learned(10)).as("a learner that is replaced by another is no loss").hasSize(3);
        long sequence = ofproto.changeSequence();
        delete("table=0,in_port=2");
        assertThat(learned(10)).singleElement().extracting(FlowStats::cookie).isEqualTo(6L);
        assertThat(learned(11)).hasSize(1);
        assertThat(ofproto.changeSequence()).isEqualTo(sequence + 1);
    }

    @Test
    void shouldDeleteThroughLearnersThatWereLearned() {
        add("table=9,cookie=1,actions=learn(table=8,delete_learned,cookie=2,NXM_OF_ETH_SRC[],load:1->NXM_NX_REG0[])",
                "table=8,cookie=2,priority=3,actions=learn(table=7,delete_learned,cookie=3,NXM_OF_ETH_SRC[],load:1->NXM_NX_REG0[])",
                "table=7,cookie=3,priority=3,actions=drop");
        delete("table=9");
        assertThat(bridge.flowCount()).isZero();
    }

    @Test
    void shouldDeleteNothingWhereTheBatchIsUndone() {
        add("in_port=1,actions=learn(table=10,delete_learned,cookie=5,NXM_OF_ETH_DST[]=NXM_OF_ETH_SRC[],load:1->NXM_NX_REG0[])");
        assertThat(send(1, A, 1)).isEmpty();
        FlowMod bad = FlowMod.builder(FlowCommand.ADD).actions(List.of(new OfAction.GotoTable(0))).build();
        assertThat(bridge.apply(List.of(parse("table=0", FlowCommand.DELETE), bad), true))
                .extracting(FlowModResult::status)
                .containsExactly(FlowModResult.Status.NOT_APPLIED, FlowModResult.Status.FAILED);
        assertThat(learned(10)).hasSize(1);
        add("table=3,actions=drop");
        assertThat(learned(10)).hasSize(1);
        delete("table=0");
        assertThat(learned(10)).isEmpty();
    }

    // --- checks --------------------------------------------------------------------------------------------------------------------------

    private void refused(String text, Match match, OfError error, String culprit) {
        FlowMod mod = parse(text, FlowCommand.ADD).toBuilder().match(match).build();
        FlowModResult result = bridge.apply(List.of(mod), true).get(0);
        assertThat(result.error()).as(text).isEqualTo(error);
        assertThat(result.message()).contains(culprit);
        assertThat(bridge.flowCount()).isZero();
    }

    @Test
    void shouldRefuseWhatCannotBeLearned() {
        refused("tcp,actions=learn(NXM_OF_ETH_SRC[],load:NXM_OF_TCP_SRC[]->NXM_NX_REG0[0..15])", Match.ANY,
                OfError.OFPBAC_MATCH_INCONSISTENT, "tcp_src");
        refused("ip,actions=learn(eth_type=0x800,NXM_OF_IP_SRC[])", Match.ANY, OfError.OFPBAC_MATCH_INCONSISTENT,
                "nw_src");
        refused("ip,actions=learn(output:NXM_OF_IP_SRC[])", Match.ANY, OfError.OFPBAC_MATCH_INCONSISTENT, "nw_src");
        refused("actions=learn(table=254,NXM_OF_ETH_SRC[])", Match.ANY, OfError.OFPBRC_EPERM, "254");
        refused("actions=learn(load:1->NXM_NX_CT_MARK[])", Match.ANY, OfError.OFPBAC_BAD_SET_ARGUMENT, "ct_mark");
    }

    @Test
    void shouldRefuseLoadsThatTheLearnedFlowDoesNotAllow() {
        OfAction learn = new OfAction.Learn(1, 0, 0, 0, 0, 1, 0, false, false, 0, null,
                List.of(new OfAction.LearnSpec.LoadTo(
                        new OfAction.LearnSource.Immediate(FieldValue.ONE),
                        Subfield.of(Fields.IPV4_SRC))));
        FlowModResult result = bridge
                .apply(List.of(FlowMod.builder(FlowCommand.ADD).actions(List.of(learn)).build()), true).get(0);
        assertThat(result.error()).isEqualTo(OfError.OFPBAC_MATCH_INCONSISTENT);
    }

    // --- threads -------------------------------------------------------------------------------------------------------------------------

    @Test
    void shouldLeaveTheWorkToWhoHasTheLock() throws InterruptedException {
        RuleTables tables = new RuleTables();
        ReentrantLock lock = new ReentrantLock();
        AtomicInteger changes = new AtomicInteger();
        FlowLearner learner = new FlowLearner(tables,
                new Facilities(new MeterTable(new FakeMeters()), DatapathSupport.BASIC), lock,
                batches -> changes.addAndGet(batches.size()));
        LearnedFlow flow = new LearnedFlow(parse("table=1,in_port=1,actions=output:2", FlowCommand.MODIFY_STRICT), 0,
                null);
        CountDownLatch held = new CountDownLatch(1);
        CountDownLatch asked = new CountDownLatch(1);
        Thread holder = Thread.ofPlatform().start(() -> {
            lock.lock();
            try {
                held.countDown();
                asked.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            } finally {
                lock.unlock();
            }
            learner.settle();
        });
        held.await();
        assertThat(learner.learn(flow, 5)).isEqualTo(FlowLearner.Outcome.WAITING);
        assertThat(tables.flows()).isZero();
        asked.countDown();
        holder.join();
        assertThat(tables.flows()).isEqualTo(1);
        assertThat(changes).hasValue(1);
        assertThat(learner.learn(flow, 6)).isEqualTo(FlowLearner.Outcome.THERE);
        assertThat(changes).hasValue(1);
    }

    @Test
    void shouldLoseNothingWhereManyLearnWhileFlowsChange() throws InterruptedException {
        learningSwitch();
        int threads = 4;
        int each = 400;
        List<Thread> all = new ArrayList<>();
        AtomicInteger uncaught = new AtomicInteger();
        for (int t = 0; t < threads; t++) {
            int from = t * each;
            all.add(Thread.ofPlatform().uncaughtExceptionHandler((_, _) -> uncaught.incrementAndGet()).start(() -> {
                for (int i = 0; i < each; i++) {
                    translate(1 + i % 4, A + 0x100 + from + i, B, true).cache().close();
                }
            }));
        }
        all.add(Thread.ofPlatform().uncaughtExceptionHandler((_, _) -> uncaught.incrementAndGet()).start(() -> {
            for (int i = 0; i < 300; i++) {
                List<FlowMod> batch = new ArrayList<>();
                for (int n = 0; n < 20; n++) {
                    batch.add(parse("table=20,priority=" + n + ",actions=drop", FlowCommand.ADD));
                }
                bridge.apply(batch, true);
            }
        }));
        for (Thread thread : all) {
            thread.join();
        }
        assertThat(uncaught).hasValue(0);
        assertThat(learned(10)).hasSize(threads * each);
        assertThat(bridge.learnCounts().learned()).isEqualTo((long) threads * each);
    }
}
