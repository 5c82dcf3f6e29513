package dev.turnout.flow;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;

/** Whatever the text, there is a megaflow's key that can be printed, or an error that names a token. */
class DatapathFlowParserFuzzTest {
    @FuzzTest(maxDuration = "60s")
    void shouldGiveMatchOrNameTheToken(byte[] data) {
        Match match;
        try {
            match = DatapathFlowParser.parse(new String(data, UTF_8));
        } catch (IllegalArgumentException e) {
            assertThat(e).hasMessageContaining("\"");
            return;
        }
        assertThat(DatapathFlowText.key(new FlowKey(match.values()), match.mask())).isNotEmpty();
    }
}
