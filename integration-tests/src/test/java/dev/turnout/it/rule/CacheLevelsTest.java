package dev.turnout.it.rule;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import dev.turnout.core.ThreadCounter;
import dev.turnout.ofproto.model.MegaflowRule;
import dev.turnout.ofproto.model.ModelPacket;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * For every packet that a megaflow matches the slow path would produce the same actions: held against what really leaves the
 * switch, whichever cache decides, before and after revalidation.
 */
class CacheLevelsTest {
    private static final int PIPELINES = Integer.getInteger("turnout.cachePipelines", 100);
    private static final int PACKETS = 4;
    private static final int INSIDE = 100;

    @ParameterizedTest(name = "{0} thread(s)")
    @ValueSource(ints = {1, 2})
    void shouldSendWhatTheNaiveSwitchSends(int threads) throws IOException {
        long seed = MegaflowRule.seed();
        Random random = new Random(seed);
        long[] hits = new long[4];
        for (int i = 0; i < PIPELINES; i++) {
            long pipelineSeed = random.nextLong();
            try (WholeSwitch sw = new WholeSwitch(pipelineSeed, threads)) {
                check(sw, "-Dturnout.seed=" + seed + ", pipeline " + i + " of seed " + pipelineSeed);
                hits[0] += sw.count(ThreadCounter.EMC_HITS);
                hits[1] += sw.count(ThreadCounter.SMC_HITS);
                hits[2] += sw.count(ThreadCounter.MEGAFLOW_HITS);
                hits[3] += sw.count(ThreadCounter.MISSES);
            }
        }
        System.out.println("seed " + seed + ", " + threads + " thread(s): decided by exact-match cache " + hits[0]
                + ", signature cache " + hits[1] + ", classifier " + hits[2] + ", slow path " + hits[3]);
        assertThat(hits).as("every level has decided").doesNotContain(0);
    }

    private static void check(WholeSwitch sw, String where) {
        List<ModelPacket> packets = new ArrayList<>();
        for (int i = 0; i < PACKETS; i++) {
            packets.addAll(sw.packetAndOthersInside(INSIDE));
        }
        List<String> expected = sw.expected(packets);
        String[] rounds = {"cold", "classifier and signature cache", "exact-match cache", "revalidated", "again"};
        for (int round = 0; round < rounds.length; round++) {
            if (round == 3) {
                sw.revalidate();
            }
            List<String> sent = sw.send(packets, expected.size());
            if (!sent.equals(expected)) {
                throw new AssertionError(
                        where + ", " + rounds[round] + ":\n" + difference(expected, sent) + sw.describe());
            }
        }
        assertThat(sw.illegalMoves()).as(where).isZero();
    }

    private static String difference(List<String> expected, List<String> sent) {
        List<String> missing = new ArrayList<>(expected);
        sent.forEach(missing::remove);
        List<String> surplus = new ArrayList<>(sent);
        expected.forEach(surplus::remove);
        return "missing " + missing.size() + " " + missing.stream().limit(5).toList() + "\nnot expected "
                + surplus.size() + " " + surplus.stream().limit(5).toList() + "\n";
    }
}
