package dev.turnout.flow;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.turnout.packet.Packet;

/**
 * Key extraction on bytes that Jazzer chooses, in memory that ends with the frame. The ordinary test run replays the seeds beside this class; {@code
 * JAZZER_FUZZ=1 mvn -pl flow -am test -Dtest=FlowExtractorFuzzTest -Dsurefire.failIfNoSpecifiedTests=false} searches for new ones.
 */
class FlowExtractorFuzzTest {
    private static final GuardedMemory MEMORY = new GuardedMemory();
    private static final FlowKeys KEYS = new FlowKeys();

    @FuzzTest(maxDuration = "60s")
    void extracts(byte[] frame) {
        if (frame.length > 60_000) {
            return;
        }
        long packet = MEMORY.end() - frame.length - Packet.DATA_START;
        Packet.reset(packet);
        Packet.fromBytes(packet, frame);
        NaiveExtractor model = new NaiveExtractor(frame);

        int reason = FlowExtractor.extract(packet, KEYS, 0);

        FlowKey key = KEYS.toKey(0);
        assertThat(Malformed.of(reason)).isEqualTo(model.reason);
        assertThat(key).isEqualTo(model.key);
        long[] exact = new long[FlowLayout.WORDS];
        Arrays.fill(exact, -1L);
        assertThat(DatapathFlowText.key(key, FlowMask.of(exact))).isNotEmpty();
    }
}
