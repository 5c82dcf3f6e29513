package dev.turnout.ofctl.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import dev.turnout.ofctl.FakeSwitch;
import dev.turnout.ofctl.Shell;
import dev.turnout.v1.AppctlRequest;
import dev.turnout.v1.AppctlResponse;
import dev.turnout.v1.ControlGrpc;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.StreamObserver;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TransportTest {
    private static final int PIECES = 300;

    /** Answers with many pieces, some of them long; refuses the command "bla". */
    private static List<AppctlResponse> pieces(AppctlRequest request) {
        if (request.getCommand().equals("bla")) {
            throw new CallException(CallException.NOT_FOUND, "no bla");
        }
        List<AppctlResponse> pieces = new ArrayList<>();
        for (int i = 0; i < PIECES; i++) {
            pieces.add(AppctlResponse.newBuilder().setOutput("x".repeat(i * 97)).setExitCode(i).build());
        }
        return pieces;
    }

    private static void check(Transport transport) {
        for (int round = 0; round < 3; round++) {
            List<AppctlResponse> received = new ArrayList<>();
            AppctlRequest request = AppctlRequest.newBuilder().setCommand("version").build();
            transport.stream(Calls.appctl(), request, received::add);
            assertThat(received).isEqualTo(pieces(request));
            assertThatThrownBy(
                    () -> transport.stream(Calls.appctl(), AppctlRequest.newBuilder().setCommand("bla").build(),
                            received::add))
                    .isInstanceOfSatisfying(CallException.class, e -> {
                        assertThat(e.code()).isEqualTo(CallException.NOT_FOUND);
                        assertThat(e.text()).isEqualTo("no bla");
                    });
        }
    }

    @Test
    void shouldCarryCallsOverTheControlSocket() throws IOException {
        try (FakeSwitch fake = new FakeSwitch().on(Calls.appctl(), TransportTest::pieces);
                Transport transport = Target.ofRunDirectory(fake.directory().toString()).connect()) {
            check(transport);
        }
    }

    @Test
    void shouldCarryCallsOverGrpc() throws IOException {
        Server server = InProcessServerBuilder.forName("transport-test").addService(new ControlGrpc.ControlImplBase() {
            @Override
            public void appctl(AppctlRequest request, StreamObserver<AppctlResponse> observer) {
                try {
                    pieces(request).forEach(observer::onNext);
                    observer.onCompleted();
                } catch (CallException e) {
                    observer.onError(Status.fromCodeValue(e.code()).withDescription(e.text()).asException());
                }
            }
        }).build().start();
        try (Transport transport = GrpcTransport.over(new Target.Grpc("localhost", 1),
                InProcessChannelBuilder.forName("transport-test").build())) {
            check(transport);
        } finally {
            server.shutdownNow();
        }
    }

    @Test
    void shouldTalkInBothDirections() throws IOException {
        Call<AppctlRequest, AppctlResponse> echo = new Call<>("test/Echo", Call.Kind.BIDIRECTIONAL,
                AppctlRequest.parser(),
                AppctlResponse.parser());
        try (FakeSwitch fake = new FakeSwitch().on(echo,
                request -> List.of(AppctlResponse.newBuilder().setOutput(request.getCommand()).build()));
                Transport transport = Target.ofRunDirectory(fake.directory().toString()).connect();
                Conversation<AppctlRequest, AppctlResponse> conversation = transport.open(echo)) {
            for (String word : List.of("a", "b", "c")) {
                conversation.send(AppctlRequest.newBuilder().setCommand(word).build());
                assertThat(conversation.receive()).isNotNull().extracting(AppctlResponse::getOutput).isEqualTo(word);
            }
            conversation.finish();
            assertThat(conversation.receive()).isNull();
        }
    }

    @Test
    void shouldSayWhyTheSwitchTurnsItAway() throws IOException {
        try (FakeSwitch fake = new FakeSwitch()) {
            fake.turnAway(8, "too many clients");
            for (int i = 0; i < 20; i++) { // the switch is sometimes first, and sometimes the client
                Shell.Result result = Shell.of(fake).run("vsctl", "show");
                assertThat(result.err()).isEqualTo("vsctl: too many clients\n");
                assertThat(result.exitCode()).isEqualTo(1);
                assertThat(Shell.of(fake).run("ofctl", "monitor", "br0").err()).isEqualTo("ofctl: too many clients\n");
            }
        }
    }

    @Test
    void shouldSayWhyThereIsNoConnection(@TempDir Path directory) {
        assertThat(new Shell().with("TURNOUT_RUN_DIR", directory.toString()).run("vsctl", "show").err())
                .isEqualTo("vsctl: cannot connect to unix:" + directory
                        + "/turnout.sock: No such file or directory (is the switch running?)\n");
        Shell.Result result = new Shell().with("TURNOUT_TARGET", "127.0.0.1:1").run("vsctl", "show");
        assertThat(result.err()).isEqualTo(
                "vsctl: cannot connect to 127.0.0.1:1: Connection refused (is the switch running?)\n");
        assertThat(result.exitCode()).isEqualTo(1);
    }

    @Test
    void shouldPreferTheOptionThenTheVariableThenTheRunDirectory() {
        Shell shell = new Shell().with("TURNOUT_RUN_DIR", "/nonexistent/run");
        assertThat(shell.run("appctl", "version").err()).contains("unix:/nonexistent/run/turnout.sock");
        shell.with("TURNOUT_TARGET", "unix:/nonexistent/variable");
        assertThat(shell.run("appctl", "version").err()).contains("unix:/nonexistent/variable:");
        assertThat(shell.run("appctl", "--target=unix:/nonexistent/option", "version").err())
                .contains("unix:/nonexistent/option:");
    }

    @ParameterizedTest
    @CsvSource({"unix:/a/b,unix:/a/b", "/a/b,unix:/a/b", "localhost:1,localhost:1", "[::1]:9339,[::1]:9339",
        "10.0.0.1:65535,10.0.0.1:65535"})
    void shouldReadTargets(String text, String target) {
        assertThat(Target.parse(text)).hasToString(target);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "localhost", "localhost:", "localhost:0", "localhost:65536", ":9339", "unix:",
        "::1:9339",
        "tcp:1.2.3.4:9339"})
    void shouldRefuseOtherTargets(String text) {
        Shell.Result result = new Shell().run("dpctl", "--target=" + text, "show");
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.err()).isEqualTo("dpctl: target \"" + text + "\": expected unix:PATH or HOST:PORT\n");
    }
}
