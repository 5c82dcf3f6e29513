package dev.turnout.ofproto;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

import dev.turnout.openflow.EvictionMod;
import dev.turnout.openflow.FlowFilter;
import dev.turnout.openflow.FlowMod;
import dev.turnout.openflow.FlowStats;
import dev.turnout.openflow.TableMod;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Why flows went, with which counters; timeouts, eviction, {@code fin_timeout}. */
class FlowRemovedTest {
    private static final long SECOND = 1_000_000_000L;
    private static final int FIN = 1;

    private long nowNs = 100 * SECOND;
    private final Ofproto ofproto = new Ofproto(() -> nowNs, new FakeMeters(), DatapathSupport.BASIC);
    private final Bridge bridge = ofproto.addBridge("br0", FailMode.SECURE, 1);
    private final List<FlowRemoved> heard = new ArrayList<>();

    @BeforeEach
    void begin() {
        bridge.addPort(PortInfo.of("p1", "memory", 1, 1));
        bridge.addPort(PortInfo.of("p2", "memory", 2, 2));
        ofproto.addFlowRemovedListener(heard::add);
    }

    private List<FlowModResult> apply(String... lines) {
        return bridge.apply(Texts.mods(lines), true);
    }

    private void done(String... lines) {
        assertThat(apply(lines)).allMatch(FlowModResult::isOk);
    }

    private XlateOut translate(int dpPort) {
        return ofproto.translator().translate(new XlateIn(Texts.tcp(dpPort), 60, 0, true, nowNs));
    }

    private List<FlowRemoved.Reason> reasons() {
        return heard.stream().map(FlowRemoved::reason).toList();
    }

    /** Time goes on; a round of revalidators credits everything. */
    private void pass(long ns) {
        nowNs += ns;
        ofproto.countersCreditedUpTo(nowNs);
        ofproto.expire(nowNs);
    }

    @Test
    void shouldTellOfFlaggedFlowsOnlyAndWhyTheyWent() {
        done("add-meter meter=1 kbps bands=type=drop rate=1",
                "add-flow table=1,in_port=1,send_flow_rem,idle_timeout=3,actions=drop",
                "add-flow table=1,in_port=2,send_flow_rem,hard_timeout=2,actions=drop",
                "add-flow table=1,in_port=3,send_flow_rem,actions=drop",
                "add-flow table=1,in_port=4,send_flow_rem,actions=meter:1,output:2",
                "add-flow table=1,in_port=5,actions=drop");
        pass(2 * SECOND);
        assertThat(reasons()).containsExactly(FlowRemoved.Reason.HARD_TIMEOUT);
        assertThat(heard.get(0).flow().durationNs()).isEqualTo(2 * SECOND);
        assertThat(heard.get(0).bridge()).isSameAs(bridge);
        pass(SECOND);
        done("del-meter meter=1");
        done("add-flow table=1,in_port=3,send_flow_rem,actions=output:1", "mod-flows in_port=3,actions=drop");
        done("del-flows");
        assertThat(reasons()).containsExactly(FlowRemoved.Reason.HARD_TIMEOUT, FlowRemoved.Reason.IDLE_TIMEOUT,
                FlowRemoved.Reason.METER_DELETE, FlowRemoved.Reason.DELETE);
    }

    @Test
    void shouldSayNothingOfWhatARollbackBringsBack() {
        done("add-flow in_port=1,send_flow_rem,actions=drop");
        assertThat(apply("del-flows", "add-flow in_port=2,actions=meter:7,output:1")).noneMatch(FlowModResult::isOk);
        assertThat(heard).isEmpty();
        assertThat(bridge.flowCount()).isOne();
    }

    @Test
    void shouldWaitForPacketsThatMegaflowsForwardStill() {
        done("add-flow in_port=1,send_flow_rem,actions=output:2");
        XlateOut installed = translate(1);
        XlateOut another = translate(1);
        installed.cache().credit(5, 500, nowNs, 0);
        done("del-flows");
        assertThat(heard).isEmpty();
        another.cache().credit(1, 60, nowNs, 0);
        another.cache().close();
        nowNs += SECOND;
        assertThat(heard).isEmpty();
        installed.cache().credit(2, 200, nowNs, 0);
        installed.cache().close();
        assertThat(heard).singleElement().extracting(FlowRemoved::flow)
                .satisfies(flow -> assertThat(flow.packets()).isEqualTo(8))
                .satisfies(flow -> assertThat(flow.bytes()).isEqualTo(760))
                .satisfies(flow -> assertThat(flow.durationNs()).isZero());
    }

    @Test
    void shouldWaitForSoLongOnly() {
        done("add-flow in_port=1,send_flow_rem,actions=output:2");
        XlateOut neverClosed = translate(1);
        neverClosed.cache().credit(3, 300, nowNs, 0);
        done("del-flows");
        pass(FlowRemovals.MAX_WAIT_NS - 1);
        assertThat(heard).isEmpty();
        pass(1);
        assertThat(heard).singleElement().extracting(removed -> removed.flow().packets()).isEqualTo(3L);
        neverClosed.cache().close();
        assertThat(heard).hasSize(1);
    }

    /** Translations begin, credit and end while flows come and go: every packet is in exactly one report or in none that is lost. */
    @Test
    void shouldReportEveryPacketOnceWhenDeletionsRaceWithTranslations() {
        long seed = Long.getLong("turnout.seed", System.nanoTime());
        SplittableRandom random = new SplittableRandom(seed);
        ConcurrentLinkedQueue<FlowRemoved> reports = new ConcurrentLinkedQueue<>();
        ofproto.addFlowRemovedListener(reports::add);
        AtomicLong credited = new AtomicLong();
        AtomicLong stop = new AtomicLong();
        List<CompletableFuture<Void>> translators = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            SplittableRandom own = random.split();
            translators.add(CompletableFuture.runAsync(() -> {
                while (stop.get() == 0) {
                    XlateOut out = translate(1);
                    if (!out.actions().isDrop()) {
                        for (int n = own.nextInt(3); n > 0; n--) {
                            out.cache().credit(1, 100, nowNs, 0);
                            credited.incrementAndGet();
                        }
                    }
                    out.cache().close();
                }
            }));
        }
        for (int i = 0; i < 3000; i++) {
            done("add-flow in_port=1,send_flow_rem,actions=output:2");
            Thread.onSpinWait();
            done("del-flows");
        }
        stop.set(1);
        translators.forEach(CompletableFuture::join);
        assertThat(reports).as("seed %d", seed).hasSize(3000);
        assertThat(reports.stream().mapToLong(report -> report.flow().packets()).sum()).as("seed %d", seed)
                .isEqualTo(credited.get());
    }

    // --- fin_timeout ---------------------------------------------------------------------------------------------------

    @Test
    void shouldShortenTimeoutsOnceAConnectionCloses() {
        done("add-flow tcp,in_port=1,idle_timeout=60,send_flow_rem,actions=fin_timeout(idle_timeout=2,hard_timeout=9),output:2",
                "add-flow udp,in_port=1,actions=output:2");
        XlateOut out = translate(1);
        out.cache().credit(1, 100, nowNs, 0x12);
        pass(10 * SECOND);
        assertThat(flow()).extracting(FlowStats::idleTimeout, FlowStats::hardTimeout).containsExactly(60, 0);
        out.cache().credit(1, 100, nowNs, FIN | 0x10);
        assertThat(flow()).extracting(FlowStats::idleTimeout, FlowStats::hardTimeout).containsExactly(2, 9);
        out.cache().close();
        pass(0);
        assertThat(reasons()).as("ten seconds old").containsExactly(FlowRemoved.Reason.HARD_TIMEOUT);
    }

    @ParameterizedTest
    @ValueSource(strings = {"fin_timeout(idle_timeout=2),output:2", "clone(fin_timeout(idle_timeout=2)),output:2"})
    void shouldGiveATimeoutToAFlowThatHadNone(String actions) {
        done("add-flow tcp,in_port=1,send_flow_rem,actions=" + actions);
        XlateOut out = translate(1);
        out.cache().credit(1, 100, nowNs, 4);
        out.cache().close();
        pass(2 * SECOND - 1);
        assertThat(heard).isEmpty();
        pass(1);
        assertThat(reasons()).containsExactly(FlowRemoved.Reason.IDLE_TIMEOUT);
    }

    private FlowStats flow() {
        return bridge.flows(FlowFilter.ALL).stream().filter(flow -> flow.actions().size() > 1).findFirst()
                .orElseThrow();
    }

    // --- eviction ------------------------------------------------------------------------------------------------------

    private static final String TIMED = "add-flow table=3,send_flow_rem,";

    private List<Long> cookies() {
        return bridge.flows(FlowFilter.ALL).stream().map(FlowStats::cookie).sorted().toList();
    }

    @Test
    void shouldEvictTheLeastImportantThenTheSoonestToExpire() {
        bridge.setTable(3, TableConfig.parse("flow_limit=4,overflow_policy=evict"));
        done(TIMED + "in_port=1,cookie=1,importance=5,idle_timeout=5,actions=drop",
                TIMED + "in_port=2,cookie=2,importance=3,idle_timeout=50,actions=drop",
                TIMED + "in_port=3,cookie=3,importance=3,hard_timeout=40,actions=drop",
                TIMED + "in_port=4,cookie=4,actions=drop");
        done(TIMED + "in_port=5,cookie=5,importance=9,idle_timeout=60,actions=drop");
        assertThat(cookies()).containsExactly(1L, 2L, 4L, 5L);
        done(TIMED + "in_port=6,cookie=6,importance=9,idle_timeout=50,actions=drop");
        assertThat(cookies()).containsExactly(1L, 4L, 5L, 6L);
        assertThat(reasons()).containsOnly(FlowRemoved.Reason.EVICTION);
        assertThat(bridge.tableStats().get(3)).isEqualTo(new TableStats(3, "", 4, 0, 0, 4, true));
        done("add-flow table=3,in_port=6,cookie=7,actions=drop");
        assertThat(cookies()).as("a replacement needs no room").containsExactly(1L, 4L, 5L, 7L);
    }

    private List<FlowModResult> applyEviction(int table, boolean on, TableMod... more) {
        List<TableMod> mods = new ArrayList<>(List.of(new EvictionMod(table, on)));
        mods.addAll(List.of(more));
        return bridge.apply(mods, true);
    }

    private void evict(int table, boolean on) {
        assertThat(applyEviction(table, on)).containsExactly(FlowModResult.OK);
    }

    @Test
    void shouldTakeEvictionBackWhenTheBatchFails() {
        bridge.setTable(3, TableConfig.parse("flow_limit=1"));
        done(TIMED + "in_port=1,idle_timeout=5,actions=drop");
        applyEviction(FlowMod.ALL_TABLES, true, Texts.mod("add-flow actions=meter:1"));
        assertThat(bridge.tableStats()).noneMatch(TableStats::evicts);
        evict(FlowMod.ALL_TABLES, true);
        assertThat(bridge.tableStats()).allMatch(TableStats::evicts);
        assertThat(applyEviction(254, false).get(0).error()).hasToString("OFPTMFC_BAD_TABLE");
    }

    @Test
    void shouldRefuseWhereNothingMayGo() {
        bridge.setTable(3, TableConfig.parse("flow_limit=2 name=users"));
        done("add-flow table=3,in_port=1,idle_timeout=5,actions=drop", "add-flow table=3,in_port=2,actions=drop");
        FlowModResult refused = apply("add-flow table=3,in_port=3,actions=drop").get(0);
        assertThat(refused.error()).hasToString("OFPFMFC_TABLE_FULL");
        assertThat(refused.message()).contains("table 3", "2 flows");
        evict(3, true);
        done("add-flow table=3,in_port=3,actions=drop");
        assertThat(apply("add-flow table=3,in_port=4,actions=drop").get(0).error()).hasToString("OFPFMFC_TABLE_FULL");
        evict(3, false);
        assertThat(bridge.tableStats().get(3)).isEqualTo(new TableStats(3, "users", 2, 0, 0, 2, false));
    }

    @Test
    void shouldEvictFromTheLargestGroup() {
        bridge.setTable(3, TableConfig.parse("flow_limit=5,overflow_policy=evict,groups=NXM_OF_IN_PORT[]"));
        done(TIMED + "in_port=1,tcp,tcp_dst=1,cookie=1,idle_timeout=90,actions=drop",
                TIMED + "in_port=1,tcp,tcp_dst=2,cookie=2,idle_timeout=80,actions=drop",
                TIMED + "in_port=1,tcp,tcp_dst=3,cookie=3,importance=1,idle_timeout=1,actions=drop",
                TIMED + "in_port=2,tcp,tcp_dst=4,cookie=4,idle_timeout=2,actions=drop",
                TIMED + "cookie=5,idle_timeout=2,actions=drop",
                TIMED + "in_port=2,tcp,tcp_dst=6,cookie=6,idle_timeout=9,actions=drop");
        assertThat(cookies()).containsExactly(1L, 3L, 4L, 5L, 6L);
        done(TIMED + "in_port=3,cookie=7,idle_timeout=2,actions=drop");
        assertThat(cookies()).as("two groups of two").containsExactly(1L, 3L, 5L, 6L, 7L);
    }

    @Test
    void shouldCountAnEvictionBackWhenTheBatchFails() {
        bridge.setTable(3, TableConfig.parse("flow_limit=1,overflow_policy=evict"));
        done(TIMED + "in_port=1,cookie=1,idle_timeout=90,actions=drop");
        assertThat(
                apply(TIMED + "in_port=2,cookie=2,idle_timeout=90,actions=drop", "add-flow actions=meter:1,output:1"))
                .noneMatch(FlowModResult::isOk);
        assertThat(cookies()).containsExactly(1L);
        assertThat(heard).isEmpty();
        done(TIMED + "in_port=3,cookie=3,idle_timeout=90,actions=drop");
        assertThat(cookies()).containsExactly(3L);
    }

    @Test
    void shouldEvictDownToALimitThatIsLowered() {
        done(TIMED + "in_port=1,cookie=1,idle_timeout=90,actions=drop",
                TIMED + "in_port=2,cookie=2,idle_timeout=80,actions=drop",
                TIMED + "in_port=3,cookie=3,actions=drop");
        bridge.setTable(3, TableConfig.parse("flow_limit=2"));
        assertThat(bridge.flowCount()).as("refuse").isEqualTo(3);
        bridge.setTable(3, TableConfig.parse("flow_limit=1,overflow_policy=evict"));
        assertThat(cookies()).containsExactly(3L);
    }

    /** The victims of random flows are those of a linear search. */
    @Test
    void shouldEvictAsALinearSearch() {
        long seed = Long.getLong("turnout.seed", System.nanoTime());
        SplittableRandom random = new SplittableRandom(seed);
        bridge.setTable(3, TableConfig.parse("flow_limit=40,overflow_policy=evict"));
        record Flow(long cookie, int importance, long expiresNs) {
        }
        List<Flow> model = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            int importance = random.nextInt(4);
            int timeout = random.nextInt(1, 60000);
            nowNs += random.nextInt(100_000_000);
            if (model.size() == 40) {
                Flow first = model.stream().min((a, b) -> a.importance != b.importance
                        ? a.importance - b.importance
                        : Long.compare(a.expiresNs, b.expiresNs)).orElseThrow();
                model.remove(first);
            }
            model.add(new Flow(i, importance, nowNs + timeout * SECOND));
            done(TIMED + "tcp,tcp_dst=" + i + ",cookie=" + i + ",importance=" + importance + ",idle_timeout=" + timeout
                    + ",actions=drop");
            assertThat(cookies()).as("seed %d, step %d", seed, i)
                    .isEqualTo(model.stream().map(Flow::cookie).sorted().toList());
        }
    }
}
