package dev.turnout.ofctl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OptionParserTest {
    private static final List<Option> OPTIONS = List.of(Option.flag("strict", 's', ""),
            Option.flag("names", (char) 0, ""),
            Option.flag("no-names", (char) 0, ""), Option.flag("no-stats", (char) 0, ""),
            Option.value("protocols", 'O', "V", ""),
            Option.optional("sort", "FIELD", ""));

    private static OptionParser.Result parse(boolean permute, String line) {
        return new OptionParser(OPTIONS, permute).parse(line.isEmpty() ? List.of() : List.of(line.split(" ")));
    }

    @Test
    void shouldTakeOptionsFromAnywhereWhenPermuting() {
        OptionParser.Result result = parse(true, "dump-flows --strict br0 -O OpenFlow13 --sort=in_port x");
        assertThat(result.rest()).containsExactly("dump-flows", "br0", "x");
        assertThat(result.has("strict")).isTrue();
        assertThat(result.value("protocols")).isEqualTo("OpenFlow13");
        assertThat(result.value("sort")).isEqualTo("in_port");
        assertThat(result.value("names")).isNull();
    }

    @Test
    void shouldLeaveWhatFollowsTheCommandWhenNotPermuting() {
        OptionParser.Result result = parse(false, "-s dpctl/dump-flows -m --names");
        assertThat(result.rest()).containsExactly("dpctl/dump-flows", "-m", "--names");
        assertThat(result.has("strict")).isTrue();
        assertThat(result.has("names")).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"-sOx,x", "-Ox,x", "-O x,x", "--protocols=x,x", "--proto x,x", "-O x --protocols=y,y"})
    void shouldUnderstandTheFormsOfArguments(String line, String value) {
        assertThat(parse(true, line).value("protocols")).isEqualTo(value);
    }

    @Test
    void shouldEndOptionsAtTwoDashes() {
        OptionParser.Result result = parse(true, "-s -- --names -s -");
        assertThat(result.rest()).containsExactly("--names", "-s", "-");
    }

    @Test
    void shouldKeepTheOrderOfOptions() {
        assertThat(parse(true, "--sort=a --names --sort").values()).containsOnlyKeys("sort", "names");
        assertThat(parse(true, "--sort=a --names --sort").values().get("sort")).containsExactly("a", "");
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '`', value = {"--bla,unrecognized option '--bla'", "-x,invalid option -- 'x'",
        "--strict=1,option '--strict' doesn't allow an argument", "-O,option requires an argument -- 'O'",
        "--protocols,option '--protocols' requires an argument",
        "--no,option '--no' is ambiguous: --no-names or --no-stats"})
    void shouldSayWhatIsWrong(String line, String message) {
        assertThatThrownBy(() -> parse(true, line)).isInstanceOf(CliException.class).hasMessage(message);
    }
}
