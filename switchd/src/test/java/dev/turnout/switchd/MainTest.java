package dev.turnout.switchd;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The daemon as a process. */
class MainTest {
    @TempDir
    Path directory;

    private Process start(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-XX:TieredStopAtLevel=1", "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow", "-cp", System.getProperty("java.class.path"),
                "dev.turnout.switchd.Main"));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command).redirectError(directory.resolve("err").toFile()).start();
    }

    private String errors() throws IOException {
        return Files.readString(directory.resolve("err"));
    }

    @Test
    void shouldServeUntilSigtermAndExitWithZero() throws Exception {
        Path runDir = directory.resolve("run");
        Path config = Files.writeString(directory.resolve("c.yaml"), "bridges: {br0: {datapath-type: dummy}}\n");
        Process daemon = start("--config", config.toString(), "--run-dir=" + runDir, "--grpc", "127.0.0.1:0",
                "--metrics", "127.0.0.1:0");
        try (var out = daemon.inputReader(StandardCharsets.UTF_8)) {
            String ready = out.readLine();
            assertThat(ready).as(errors())
                    .matches("ready socket=.*/turnout.sock grpc=127.0.0.1:[0-9]+ metrics=127.0.0.1:[0-9]+");
            Process second = start("--run-dir", runDir.toString(), "--grpc=none", "--metrics=none");
            assertThat(second.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(second.exitValue()).isEqualTo(1);
            assertThat(errors()).contains("the run directory " + runDir + " is in use by process " + daemon.pid());
            assertThat(daemon.toHandle().destroy()).isTrue(); // SIGTERM, and our end of the pipes stays open
            assertThat(daemon.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(out.lines().collect(java.util.stream.Collectors.joining("\n"))).contains("packets received=0");
            assertThat(daemon.exitValue()).isZero();
        } finally {
            daemon.destroyForcibly();
        }
        assertThat(Files.exists(runDir.resolve("turnout.sock"))).isFalse();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --bogus             | 2 | switchd: "--bogus" is not an option; see --help
            --grpc              | 2 | switchd: --grpc takes a value
            --grpc=nowhere      | 2 | switchd: --grpc: expected HOST:PORT or none, got "nowhere"
            --config=/none/c    | 1 | switchd: /none/c: no such file
            """)
    void shouldRefuseAWrongCommandLine(String argument, int code, String message) throws Exception {
        Process daemon = start(argument);
        assertThat(daemon.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(daemon.exitValue()).isEqualTo(code);
        assertThat(errors()).isEqualTo(message + "\n");
    }

    @Test
    void shouldHelp() throws Exception {
        Process daemon = start("--help");
        String text = new String(daemon.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(text).contains("--config FILE", "--run-dir DIR", "--grpc HOST:PORT|none",
                "--metrics HOST:PORT|none");
        assertThat(daemon.waitFor()).isZero();
    }
}
