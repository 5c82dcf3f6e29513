package dev.turnout.switchd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunDirectoryTest {
    @TempDir
    Path directory;

    private boolean isLocked() throws IOException {
        String inode = ":" + Files.getAttribute(directory.resolve("turnout.pid"), "unix:ino") + " ";
        return Files.readAllLines(Path.of("/proc/locks")).stream().anyMatch(line -> line.contains(inode));
    }

    @Test
    void shouldKeepTheLockWhenAnotherSwitchOfTheProcessIsRefused() throws Exception {
        try (RunDirectory held = RunDirectory.open(directory)) {
            assertThat(held.socket()).isEqualTo(directory.resolve("turnout.sock"));
            assertThat(isLocked()).isTrue();
            assertThatThrownBy(() -> RunDirectory.open(directory.resolve("."))).isInstanceOf(IOException.class)
                    .hasMessageContaining("is in use by process " + ProcessHandle.current().pid());
            assertThat(isLocked()).isTrue();
        }
        assertThat(isLocked()).isFalse();
        RunDirectory.open(directory).close();
    }

    @Test
    void shouldSayWhyItCannotBeUsed() throws Exception {
        Path file = Files.writeString(directory.resolve("file"), "");
        assertThatThrownBy(() -> RunDirectory.open(file.resolve("run"))).hasMessage("cannot make the run directory "
                + file + "/run: Not a directory; choose one with --run-dir");
        Files.createDirectory(directory.resolve("turnout.pid"));
        assertThatThrownBy(() -> RunDirectory.open(directory)).hasMessage("cannot use the run directory " + directory
                + ": turnout.pid: Is a directory; choose another with --run-dir");
    }
}
