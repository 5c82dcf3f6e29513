package dev.turnout.ofproto;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;

import dev.turnout.flow.DpAction;
import dev.turnout.flow.Fields;
import dev.turnout.flow.FlowKey;
import dev.turnout.flow.FlowLayout;
import dev.turnout.flow.FlowMask;
import dev.turnout.flow.Match;
import dev.turnout.openflow.FlowCommand;
import dev.turnout.openflow.FlowFilter;
import dev.turnout.openflow.FlowMod;
import dev.turnout.openflow.FlowStats;
import dev.turnout.openflow.OfAction;
import org.junit.jupiter.api.Test;

/**
 * Translations while batches come in: each sees all of a batch or nothing of it. A batch makes the flows of two tables output to the same port, another
 * one than before, amid thousands of flows that come and go, so that tables grow, slots are freed and dead rules are purged.
 */
class AtomicBatchTest {
    private static final int BATCHES = 300;
    private static final int CROWD = 1000;

    private final Ofproto ofproto = new Ofproto(() -> 0);
    private final Bridge bridge = ofproto.addBridge("br0", FailMode.SECURE, 1);

    private static FlowMod.Builder flow(int table, long address) {
        long[] words = new long[FlowLayout.WORDS];
        long[] mask = new long[FlowLayout.WORDS];
        Fields.IPV4_DST.set(words, address);
        Fields.IPV4_DST.setAll(mask);
        return FlowMod.builder(FlowCommand.ADD).table(table).match(new Match(words, FlowMask.of(mask)));
    }

    private static List<FlowMod> batch(int n) {
        int port = 2 + n % 3;
        List<FlowMod> mods = new ArrayList<>();
        OfAction output = new OfAction.Output(port);
        mods.add(flow(0, 1).actions(List.of(output, new OfAction.GotoTable(1))).build());
        for (int i = 0; i < CROWD; i++) {
            boolean add = n % 2 == 0;
            mods.add(flow(i % 2, 100 + i * 7919L).build().toBuilder()
                    .command(add ? FlowCommand.ADD : FlowCommand.DELETE).build());
        }
        mods.add(n % 2 == 0
                ? flow(1, 1).actions(List.of(output)).build()
                : flow(1, 1).actions(List.of(output)).command(FlowCommand.MODIFY_STRICT).build());
        return mods;
    }

    @Test
    void shouldBeSeenAsAWhole() throws Exception {
        for (int port = 1; port <= 4; port++) {
            bridge.addPort(PortInfo.of("p" + port, "memory", port, port));
        }
        bridge.apply(batch(0), true);
        AtomicBoolean done = new AtomicBoolean();
        try (ExecutorService readers = Executors.newFixedThreadPool(3)) {
            List<Future<Integer>> counts = List.of(readers.submit(() -> read(done)), readers.submit(() -> read(done)),
                    readers.submit(() -> list(done)));
            for (int n = 1; n <= BATCHES; n++) {
                assertThat(bridge.apply(batch(n), true)).allMatch(FlowModResult::isOk);
            }
            done.set(true);
            for (Future<Integer> count : counts) {
                assertThat(count.get()).isPositive();
            }
        } finally {
            done.set(true);
        }
        assertThat(bridge.flowCount()).isEqualTo(BATCHES % 2 == 0 ? CROWD + 2 : 2);
    }

    private int read(AtomicBoolean done) {
        FlowKey key = new FlowKey();
        key.set(Fields.IN_PORT, 1);
        key.set(Fields.ETH_TYPE, 0x0800);
        key.set(Fields.IPV4_DST, 1);
        return WholeBatches.translate(ofproto, key, done);
    }

    /** Lists flows: those of the two tables belong to one batch, and the crowd is there as a whole or not at all. */
    private int list(AtomicBoolean done) {
        int listings = 0;
        while (!done.get()) {
            List<FlowStats> flows = bridge.flows(FlowFilter.ALL);
            assertThat(flows.size()).as("listing %d", listings).isIn(2, CROWD + 2);
            List<OfAction> outputs = flows.stream().map(flow -> flow.actions())
                    .filter(actions -> !actions.isEmpty()).map(actions -> actions.get(0)).toList();
            assertThat(outputs).as("listing %d", listings).hasSize(2);
            assertThat(outputs.get(1)).isEqualTo(outputs.get(0));
            listings++;
        }
        return listings;
    }

    @Test
    void shouldNotShowATableEmptyThatIsReplaced() throws Exception {
        FlowMod output = FlowMod.builder(FlowCommand.ADD).actions(List.of(new OfAction.Output(2))).build();
        shouldOutputMeanwhile(List.of(FlowMod.builder(FlowCommand.DELETE).build(), output), true);
    }

    @Test
    void shouldNotShowATableEmptyWhoseDeletionIsUndone() throws Exception {
        FlowMod refused = FlowMod.builder(FlowCommand.ADD).table(254).build();
        shouldOutputMeanwhile(List.of(FlowMod.builder(FlowCommand.DELETE).build(), refused), false);
    }

    /** A standalone bridge outputs by its flow, and never floods as it would with an empty table, while a batch is applied again and again. */
    private void shouldOutputMeanwhile(List<FlowMod> batch, boolean succeeds) throws Exception {
        Bridge standalone = ofproto.addBridge("br1", FailMode.STANDALONE, 2);
        standalone.addPort(PortInfo.of("q1", "memory", 11, 1));
        standalone.addPort(PortInfo.of("q2", "memory", 12, 2));
        standalone.addPort(PortInfo.of("q3", "memory", 13, 3));
        FlowMod output = FlowMod.builder(FlowCommand.ADD).actions(List.of(new OfAction.Output(2))).build();
        standalone.apply(List.of(FlowMod.builder(FlowCommand.DELETE).build(), output), true);
        FlowKey key = new FlowKey();
        key.set(Fields.IN_PORT, 11);
        AtomicBoolean done = new AtomicBoolean();
        try (ExecutorService reader = Executors.newSingleThreadExecutor()) {
            Future<Integer> count = reader.submit(() -> {
                int translations = 0;
                while (!done.get()) {
                    assertThat(ofproto.translator().translate(new XlateIn(key, 60, 0, false, 0)).actions().actions())
                            .as("translation %d", translations).containsExactly(new DpAction.Output(12));
                    translations++;
                }
                return translations;
            });
            for (int n = 0; n < 20 * BATCHES && !count.isDone(); n++) {
                assertThat(standalone.apply(batch, true).getLast().isOk()).isEqualTo(succeeds);
            }
            done.set(true);
            assertThat(count.get()).isPositive();
        } finally {
            done.set(true);
        }
    }
}
