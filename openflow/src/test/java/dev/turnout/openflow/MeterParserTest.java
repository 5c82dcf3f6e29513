package dev.turnout.openflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SplittableRandom;

import com.code_intelligence.jazzer.junit.FuzzTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Meter texts, their prints and their errors, as recorded with {@code ovs-ofctl} 3.1. */
class MeterParserTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "meter=1 kbps burst stats bands=type=drop rate=1000 burst_size=200|"
                + "meter=1 kbps burst stats bands=;type=drop rate=1000 burst_size=200",
        "meter=2,pktps,bands=type=drop,rate=100,type=drop,rate=200|meter=2 pktps bands=;type=drop rate=100;type=drop rate=200",
        "meter=controller pktps bands=type=drop rate=10|meter=controller pktps bands=;type=drop rate=10",
        "meter=slowpath pktps stats bands=type=drop rate=10|meter=slowpath pktps stats bands=;type=drop rate=10",
        "meter=0x10 stats kbps band=type=drop rate=0x10|meter=16 kbps stats bands=;type=drop rate=16",
        "meter=1 meter=2 kbps bands=type=drop rate=9 rate=10|meter=2 kbps bands=;type=drop rate=10",
        "meter=1 kbps bands=type=dscp_remark rate=5 prec_level=1|meter=1 kbps bands=;type=dscp_remark rate=5 prec_level=1",
        "meter=1 kbps pktps bands=type=drop rate=5|meter=1 kbps pktps bands=;type=drop rate=5",
        "meter=4294901760 kbps bands=type=drop rate=4294967295|meter=4294901760 kbps bands=;type=drop rate=4294967295"})
    void shouldReadAndPrint(String text, String printed) {
        MeterConfig meter = MeterParser.parse(text);
        assertThat(meter.text()).isEqualTo(printed.replace(';', '\n'));
        assertThat(MeterParser.parse(meter.text())).isEqualTo(meter);
        assertThat(MeterParser.parse(meter.line())).isEqualTo(meter);
        assertThat(meter.line()).doesNotContain("\n");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"''|must specify bands", "meter=1 kbps|must specify bands",
        "meter=7 kbps bands|must specify bands", "meter=9 stats kbps|must specify bands",
        "meter=1 bands=type=drop rate=5|meter must specify either 'kbps' or 'pktps'",
        "kbps bands=type=drop rate=5|must specify 'meter'",
        "bands=type=drop rate=1 meter=7 kbps|must specify 'meter'",
        "meter=0 kbps bands=type=drop rate=5|invalid value for meter",
        "meter=4294901761 kbps bands=type=drop rate=1|invalid value for meter",
        "meter=xyz kbps bands=type=drop rate=1|invalid numeric format xyz",
        "meter=1 kbps bands=type=foo rate=5|field type unknown value foo",
        "meter=1 kbps bands=rate=5|band must start with the 'type' keyword",
        "meter=1 kbps bands=type=drop|band must have 'rate'",
        "meter=1 kbps bands=type=drop rate=0|band must have 'rate'",
        "meter=1 kbps bands=type=drop rate=5 foo=1|unknown keyword foo",
        "meter=1 kbps foo bands=type=drop rate=5|field foo missing value",
        "meter=1 kbps foo=1 bands=type=drop rate=5|unknown keyword foo",
        "meter=1 kbps bands=|meter must have bands",
        "meter=3 kbps bands=type=drop rate=1 burst_size=x|invalid numeric format x",
        "meter=4 kbps bands=type=drop burst_size=7 rate=3|band may have 'burst_size' only when 'burst' flag is set",
        "meter=7 burst kbps bands=type=drop rate=7|band must have 'burst_size' when 'burst' flag is set",
        "meter=7 burst kbps bands=type=drop rate=7 prec_level=3|Only 'dscp_remark' band may have 'prec_level'",
        "meter=7 kbps bands=type=dscp_remark rate=1|'dscp_remark' band must have 'prec_level'",
        "meter=7 kbps bands=type=dscp_remark rate=1 prec_level=256|invalid prec_level \"256\"",
        "meter=7 kbps bands=type|field type missing value",
        "meter=7 kbps bands=type=drop rate=|field rate missing value"})
    void shouldNameWhatIsWrong(String text, String message) {
        assertThatThrownBy(() -> MeterParser.parse(text)).isInstanceOf(FlowSyntaxException.class)
                .hasMessageContaining(message);
    }

    @Test
    void shouldReadNames() {
        assertThat(MeterParser.parseId("")).isEqualTo(MeterConfig.ALL);
        assertThat(MeterParser.parseId("meter=all")).isEqualTo(MeterConfig.ALL);
        assertThat(MeterParser.parseId("meter=7")).isEqualTo(7);
        assertThat(MeterParser.parseId("meter=controller")).isEqualTo(MeterConfig.CONTROLLER);
        assertThatThrownBy(() -> MeterParser.parseId("7")).hasMessage("field 7 missing value");
        assertThatThrownBy(() -> MeterParser.parseId("meter=7,foo=1")).hasMessage("unknown keyword foo");
        assertThatThrownBy(() -> MeterParser.parseId("meter=0")).hasMessageStartingWith("invalid value for meter");
    }

    @ParameterizedTest
    @ValueSource(strings = {"all", "controller", "slowpath", "12"})
    void shouldPrintIds(String text) {
        assertThat(MeterConfig.idText(MeterParser.parseId("meter=" + text))).isEqualTo(text);
    }

    @FuzzTest(maxDuration = "1m")
    void shouldGiveMeterOrSyntaxError(byte[] data) {
        check(new String(data, StandardCharsets.UTF_8));
    }

    @Test
    void shouldSurviveMutants() {
        long seed = Long.getLong("turnout.seed", System.nanoTime());
        SplittableRandom random = new SplittableRandom(seed);
        List<String> words = List.of("meter=", "1", "kbps", "pktps", "burst", "stats", "bands=", "type=", "drop",
                "dscp_remark", "rate=", "burst_size=", "prec_level=", " ", ",", "=", "(", ")", "4294967296", "0x", "-1",
                "all");
        for (int i = 0; i < 20_000; i++) {
            StringBuilder text = new StringBuilder(
                    random.nextBoolean() ? "meter=1 kbps burst stats bands=type=drop rate=1000 burst_size=200 " : "");
            for (int n = random.nextInt(8); n > 0; n--) {
                text.insert(random.nextInt(text.length() + 1), words.get(random.nextInt(words.size())));
            }
            try {
                check(text.toString());
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("seed " + seed + ", text: " + text, e);
            }
        }
    }

    private static void check(String text) {
        try {
            MeterConfig meter = MeterParser.parse(text);
            assertThat(MeterParser.parse(meter.text())).isEqualTo(meter);
        } catch (FlowSyntaxException e) {
            assertThat(e.text()).isNotEmpty();
        }
        try {
            assertThat(MeterConfig.idText(MeterParser.parseId(text))).isNotEmpty();
        } catch (FlowSyntaxException e) {
            assertThat(e.text()).isNotEmpty();
        }
    }
}
