package dev.turnout.ofctl;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.function.Supplier;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class HelpTest {
    static List<String> families() {
        return Main.families().stream().map(Supplier::get).map(Family::name).toList();
    }

    @ParameterizedTest
    @MethodSource("families")
    void shouldNameEveryVerbAndOption(String name) {
        Family family = Main.families().stream().map(Supplier::get).filter(f -> f.name().equals(name)).findFirst()
                .orElseThrow();
        Shell.Result result = new Shell().run(name, "--help");
        assertThat(result.exitCode()).isZero();
        assertThat(result.out()).startsWith("turnout " + name + ": ");
        family.verbs().forEach(verb -> assertThat(result.out()).contains(verb.synopsis()));
        family.options().forEach(option -> assertThat(result.out()).contains("--" + option.name()));
        assertThat(result.out().lines()).allMatch(line -> line.length() <= 120);
    }

    @ParameterizedTest
    @MethodSource("families")
    void shouldNotCallAVerbThatIsThereUnsupported(String name) {
        Family family = Main.families().stream().map(Supplier::get).filter(f -> f.name().equals(name)).findFirst()
                .orElseThrow();
        family.verbs().forEach(verb -> assertThat(family.notSupported()).doesNotContain(verb.name()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"bash", "zsh"})
    void shouldGenerateCompletion(String shell) {
        assertThat(new Shell().run("vsctl", "--completion=" + shell).out()).contains("add-port", "dump-flows",
                "--may-exist",
                "complete -F _turnout turnout");
        assertThat(new Shell().run("vsctl", "--completion=fish").err())
                .isEqualTo("vsctl: shell \"fish\": expected bash or zsh\n");
    }

    @Test
    void shouldNameCommandsOfTheSwitch() {
        assertThat(new Shell().run("appctl", "--help").out()).contains("revalidator/history [COUNT]",
                "upcall/show [-m]", "dpif-netdev/pmd-perf-show",
                "ofproto/trace [--ct-next FLAGS]... BRIDGE FLOW [PACKET]",
                "ofproto/detrace [BRIDGE] UFID", "-f, --format=FORMAT");
    }

    @Test
    void shouldNameTheFamilies() {
        assertThat(new Shell().run().err())
                .isEqualTo("turnout: expected a command family, one of ofctl, vsctl, appctl, dpctl\n");
        assertThat(new Shell().run("bla").exitCode()).isEqualTo(1);
        assertThat(new Shell().run("ofctl", "-V").out()).startsWith("turnout ofctl ").doesNotContain("$");
    }
}
