package dev.turnout.ofproto;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Random;

import dev.turnout.flow.Field;
import dev.turnout.flow.Fields;
import dev.turnout.flow.FlowKey;
import dev.turnout.flow.FlowLayout;
import dev.turnout.ofproto.TraceTree.Cause;
import dev.turnout.ofproto.classifier.Wildcards;
import dev.turnout.ofproto.model.MegaflowRule;
import dev.turnout.ofproto.model.RandomPipeline;
import dev.turnout.openflow.FlowFilter;
import dev.turnout.openflow.FlowStats;
import dev.turnout.packet.PacketPool;
import org.junit.jupiter.api.Test;

/** What a trace names as reasons is all that the megaflow looks at, and nothing else; over random pipelines. */
class TraceReasonsTest {
    private static final int PIPELINES = 300;
    private static final int PACKETS = 10;

    private long reasons;
    private long byTables;

    @Test
    void shouldGiveAReasonForEachBitAndNameOnlyTablesThatMatchIt() {
        long seed = MegaflowRule.seed();
        Random random = new Random(seed);
        try (PacketPool pool = MegaflowRule.pool()) {
            for (int i = 0; i < PIPELINES; i++) {
                long one = random.nextLong();
                RandomPipeline pipeline = new RandomPipeline(one, pool);
                for (int n = 0; n < PACKETS; n++) {
                    check(pipeline, pipeline.key(), "seed " + seed + ", pipeline " + one + "\n");
                }
            }
        }
        System.out.println("seed " + seed + ": " + reasons + " reasons, " + byTables + " of them tables");
        assertThat(byTables).as("seed %d", seed).isGreaterThan(PIPELINES);
        assertThat(reasons).as("seed %d", seed).isGreaterThan(byTables + PIPELINES);
    }

    private void check(RandomPipeline pipeline, FlowKey key, String where) {
        Translator translator = pipeline.ofproto.translator();
        XlateIn in = new XlateIn(key, 60, 0, false, 0);
        TraceTree tree = new TraceTree();
        XlateOut traced = translator.translate(in, tree);
        XlateOut plain = translator.translate(in);
        assertThat(traced.actions()).as(where).isEqualTo(plain.actions());
        assertThat(traced.wildcards()).as(where).isEqualTo(plain.wildcards());
        long[] all = new long[FlowLayout.WORDS];
        for (Map.Entry<Cause, long[]> reason : tree.reasons().entrySet()) {
            reasons++;
            for (int word = 0; word < FlowLayout.DATAPATH_WORDS; word++) {
                assertThat(all[word] & reason.getValue()[word]).as("%sbits with two reasons, word %d", where, word)
                        .isZero();
                all[word] |= reason.getValue()[word];
            }
            checkTable(pipeline, reason.getKey(), reason.getValue(), where);
        }
        for (int word = 0; word < FlowLayout.DATAPATH_WORDS; word++) {
            assertThat(all[word]).as("%sbits with a reason, word %d", where, word)
                    .isEqualTo(traced.wildcards().word(word));
        }
        traced.cache().close();
        plain.cache().close();
    }

    /** A table is the reason for a bit only if one of its flows matches the bit. */
    private void checkTable(RandomPipeline pipeline, Cause cause, long[] bits, String where) {
        if (cause.equals(Cause.EVERY_PACKET)) {
            assertThat(bits[FlowLayout.ETH_SRC_VLAN]).as("%stags that every packet looks at", where).isZero();
        }
        Bridge bridge = cause.table() == Cause.NO_TABLE || cause.action() != null
                ? null
                : pipeline.ofproto.bridge(cause.bridge());
        if (bridge == null) {
            return;
        }
        byTables++;
        long[] matched = new long[FlowLayout.WORDS];
        for (FlowStats flow : bridge.flows(FlowFilter.ALL)) {
            for (int word = 0; flow.table() == cause.table() && word < matched.length; word++) {
                matched[word] |= flow.match().mask().word(word);
            }
        }
        addConnection(matched);
        if ((matched[FlowLayout.ETH_SRC_VLAN] & 0xffff) != 0) {
            matched[FlowLayout.ETH_SRC_VLAN] |= FlowLayout.VLAN_PRESENT;
        }
        for (int word = 0; word < FlowLayout.DATAPATH_WORDS; word++) {
            assertThat(bits[word] & ~matched[word]).as("%s%s, word %d", where, cause, word).isZero();
        }
    }

    /** Matches on addresses and ports may be of the connection's, too: {@code resubmit(,ct)}. */
    private static void addConnection(long[] matched) {
        Field[][] pairs = {{Fields.IP_PROTO, Fields.CT_NW_PROTO}, {Fields.IPV4_SRC, Fields.CT_NW_SRC},
            {Fields.IPV4_DST, Fields.CT_NW_DST}, {Fields.IPV6_SRC, Fields.CT_IPV6_SRC},
            {Fields.IPV6_DST, Fields.CT_IPV6_DST}, {Fields.TCP_SRC, Fields.CT_TP_SRC},
            {Fields.TCP_DST, Fields.CT_TP_DST}};
        long[] given = matched.clone();
        for (Field[] pair : pairs) {
            long[] other = given.clone();
            Wildcards.swap(other, pair[0], pair[1]);
            for (int word = 0; word < matched.length; word++) {
                matched[word] |= other[word];
            }
        }
    }
}
