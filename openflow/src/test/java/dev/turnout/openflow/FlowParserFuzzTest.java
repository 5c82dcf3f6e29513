package dev.turnout.openflow;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.SplittableRandom;

import com.code_intelligence.jazzer.junit.FuzzTest;
import org.junit.jupiter.api.Test;

/**
 * Whatever the text, there is a flow or a {@link FlowSyntaxException} of one line; and what was understood is printed so that
 * it is understood again, and printed the same. With {@code JAZZER_FUZZ=1} the fuzzer searches, else the seeds are tried.
 */
class FlowParserFuzzTest {
    private static final int MUTANTS = 8_000;

    @FuzzTest(maxDuration = "1m")
    void shouldGiveFlowOrSyntaxError(byte[] data) {
        check(new String(data, java.nio.charset.StandardCharsets.UTF_8));
    }

    /** Without a fuzzer: pieces of known flows, cut and glued at random. */
    @Test
    void shouldSurviveMutants() throws Exception {
        long seed = Long.getLong("turnout.seed", System.nanoTime());
        SplittableRandom random = new SplittableRandom(seed);
        List<String> lines = FlowParserTest.corpus().map(line -> line.substring(0, line.indexOf('\t'))).toList();
        for (int i = 0; i < MUTANTS; i++) {
            String text = mutant(lines, random);
            try {
                check(text);
            } catch (Throwable e) {
                throw new AssertionError("seed " + seed + ", text: " + text, e);
            }
        }
    }

    private static String mutant(List<String> lines, SplittableRandom random) {
        StringBuilder text = new StringBuilder(lines.get(random.nextInt(lines.size())));
        for (int n = random.nextInt(1, 5); n > 0; n--) {
            String other = lines.get(random.nextInt(lines.size()));
            int from = random.nextInt(other.length());
            int at = random.nextInt(text.length() + 1);
            switch (random.nextInt(4)) {
                case 0 -> text.insert(at, other, from, Math.min(other.length(), from + random.nextInt(12)));
                case 1 -> text.delete(at, Math.min(text.length(), at + random.nextInt(4)));
                case 2 -> text.insert(at, "(),=:/->[]0x-\"*. ".charAt(random.nextInt(17)));
                default -> text.insert(at, Long.toUnsignedString(random.nextLong() >>> random.nextInt(64), 16));
            }
        }
        return text.toString();
    }

    private static void check(String text) {
        FlowParser parser = new FlowParser(PortNames.NONE, Protocols.ANY);
        FlowMod mod;
        try {
            mod = parser.parseLine(text, FlowCommand.ADD);
        } catch (FlowSyntaxException e) {
            assertThat(e.text()).isNotEmpty();
            return;
        }
        FlowPrinter.flowMod(ProtocolForm.of(mod, parser.usable()), PortNames.NONE);
        if (mod.command() == FlowCommand.ADD) {
            String printed = FlowPrinter.text(mod, PortNames.NONE);
            FlowMod again = new FlowParser(PortNames.NONE, Protocols.ANY).parseFlowMod(printed, FlowCommand.ADD);
            assertThat(FlowPrinter.text(again, PortNames.NONE)).isEqualTo(printed);
        }
    }
}
