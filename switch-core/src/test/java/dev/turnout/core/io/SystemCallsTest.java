package dev.turnout.core.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

final class SystemCallsTest {
    @Test
    void shouldReturnTheErrorNumberOfTheCallThatFailed() {
        SystemCalls calls = SystemCalls.ofThread();
        assertThat(calls.close(-1)).isEqualTo(-9);
        assertThat(calls.open("/nowhere/at/all", Linux.O_RDONLY)).isEqualTo(-Errno.ENOENT);
        assertThat(calls.ifNameToIndex("to-nobody")).isEqualTo(-Errno.ENODEV);
        assertThat(calls.read(-1, 0, 0)).isEqualTo(-9L);
        assertThat(calls.ifNameToIndex("lo")).isPositive();
        assertThat(calls.gettid()).isPositive();
    }

    @Test
    void shouldNameCallErrorAndMissingPermission() {
        assertThatThrownBy(() -> SystemCalls.check(-Errno.EPERM, "socket(AF_PACKET) for veth0",
                "needs the capability CAP_NET_RAW"))
                .hasMessage("socket(AF_PACKET) for veth0: EPERM (needs the capability CAP_NET_RAW)");
        assertThatThrownBy(
                () -> SystemCalls.check(-Errno.ENODEV, "interface veth0", "needs the capability CAP_NET_RAW"))
                .hasMessage("interface veth0: ENODEV").isInstanceOfSatisfying(SystemCallException.class,
                        e -> assertThat(e.errno()).isEqualTo(Errno.ENODEV));
        assertThatThrownBy(() -> SystemCalls.check(-119, "ioctl(X)")).hasMessage("ioctl(X): errno 119");
    }

    @Test
    void shouldPinTheThread() throws InterruptedException {
        int[] result = new int[1];
        Thread thread = new Thread(() -> result[0] = SystemCalls.ofThread().pinToCpu(0));
        thread.start();
        thread.join();
        assertThat(result[0]).isIn(0, -Errno.EINVAL); // EINVAL: CPU 0 is not this process's
    }
}
