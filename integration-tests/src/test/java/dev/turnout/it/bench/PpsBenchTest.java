package dev.turnout.it.bench;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;

import dev.turnout.bench.pps.PpsBench;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PpsBenchTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --reps 0     | --reps: expected at least 1, got 0
            --reps many  | --reps: 'many' is not a number
            --seconds 0  | --seconds: expected more than 0, got 0.0
            --warm -1    | --warm: expected at least 0, got -1.0
            --emc -1     | --emc: expected at least 0, got -1
            --smc maybe  | --smc: 'maybe' is neither on nor off
            --bogus 1    | pps: unknown option '--bogus' (--help lists them)
            """)
    void shouldSayInOneLineWhatIsWrong(String options, String message) {
        List<String> words = new ArrayList<>(List.of(options.split(" ")));
        words.add("all");
        assertThatThrownBy(() -> PpsBench.run(words, System.out)).isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }
}
