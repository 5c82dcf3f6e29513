package dev.turnout.ofctl.passthrough;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;

import dev.turnout.ofctl.FakeSwitch;
import dev.turnout.ofctl.Shell;
import dev.turnout.ofctl.transport.CallException;
import dev.turnout.ofctl.transport.Calls;
import dev.turnout.v1.AppctlRequest;
import dev.turnout.v1.AppctlResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PassThroughTest {
    private FakeSwitch fake;
    private Shell shell;

    @BeforeEach
    void start() throws IOException {
        fake = new FakeSwitch().on(Calls.appctl(), PassThroughTest::answer);
        shell = Shell.of(fake);
    }

    @AfterEach
    void stop() throws IOException {
        fake.close();
    }

    private static List<AppctlResponse> answer(AppctlRequest request) {
        if (request.getCommand().equals("bla")) {
            throw new CallException(3, "\"bla\" is not a valid command");
        }
        String text = request.getCommand() + " " + String.join(",", request.getArgumentsList());
        return List.of(AppctlResponse.newBuilder().setOutput(text).build(),
                AppctlResponse.newBuilder().setOutput("\n").setExitCode(request.getCommand().equals("no") ? 2 : 0)
                        .build());
    }

    @Test
    void shouldPrintWhatTheDaemonRenders() {
        assertThat(shell.run("appctl", "fdb/show", "br0", "-x"))
                .isEqualTo(new Shell.Result(0, "fdb/show br0,-x\n", ""));
        assertThat(shell.run("appctl", "-f", "json", "ofproto/trace", "br0", "in_port=1"))
                .isEqualTo(new Shell.Result(0, "ofproto/trace --format=json,br0,in_port=1\n", ""));
        assertThat(shell.run("appctl", "ofproto/detrace", "-f", "json", "7"))
                .isEqualTo(new Shell.Result(0, "ofproto/detrace -f,json,7\n", ""));
        assertThat(shell.run("appctl", "-T", "5", "version")).isEqualTo(new Shell.Result(0, "version \n", ""));
        assertThat(shell.run("appctl", "-t", fake.directory().resolve("turnout.sock").toString(), "version").exitCode())
                .isZero();
    }

    @Test
    void shouldExitAsTheDaemonSays() {
        assertThat(shell.run("appctl", "no").exitCode()).isEqualTo(2);
    }

    @Test
    void shouldExitWithTwoIfTheDaemonRefuses() {
        assertThat(shell.run("appctl", "bla"))
                .isEqualTo(new Shell.Result(2, "", "appctl: \"bla\" is not a valid command\n"));
    }

    @Test
    void shouldNeedACommand() {
        assertThat(shell.run("appctl").err())
                .isEqualTo("appctl: at least one non-option argument is required (use --help for help)\n");
        assertThat(shell.run("dpctl").err()).isEqualTo("dpctl: missing command name; use --help for help\n");
    }

    @Test
    void shouldPassDatapathCommandsOn() {
        assertThat(shell.run("dpctl", "dump-flows", "-m", "--names", "filter=tcp"))
                .isEqualTo(new Shell.Result(0, "dpctl/dump-flows -m,--names,filter=tcp\n", ""));
        assertThat(shell.run("dpctl", "-s", "show")).isEqualTo(new Shell.Result(0, "dpctl/show -s\n", ""));
    }

    @Test
    void shouldRefuseDatapathCommandsThatAreNotThere() {
        assertThat(shell.run("dpctl", "bla"))
                .isEqualTo(new Shell.Result(1, "", "dpctl: unknown command 'bla'; use --help for help\n"));
        assertThat(shell.run("dpctl", "dump-conntrack")).isEqualTo(new Shell.Result(1, "",
                "dpctl: 'dump-conntrack': not supported; use --help for the commands that are\n"));
    }
}
