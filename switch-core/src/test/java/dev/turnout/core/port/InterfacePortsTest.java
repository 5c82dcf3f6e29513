package dev.turnout.core.port;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;

import org.junit.jupiter.api.Test;

final class InterfacePortsTest {
    private static Map<String, String> mode(String mode) {
        return Map.of("receive-mode", mode);
    }

    @Test
    void shouldAcceptWhatItKnows() {
        assertThatCode(() -> {
            InterfacePorts.check("system", "veth0", Map.of());
            InterfacePorts.check("system", "veth0", mode("tpacket_v3"));
            InterfacePorts.check("tap", "tap0", mode("read"));
            InterfacePorts.check("internal", "br0", mode("io_uring"));
        }).doesNotThrowAnyException();
    }

    @Test
    void shouldNameWhatItDoesNotUnderstand() {
        assertThatThrownBy(() -> InterfacePorts.check("vxlan", "vx0", Map.of())).hasMessageContaining("'vxlan'");
        assertThatThrownBy(() -> InterfacePorts.check("system", "a-name-of-16-bytes", Map.of()))
                .hasMessageContaining("'a-name-of-16-bytes'");
        assertThatThrownBy(() -> InterfacePorts.check("system", "a/b", Map.of())).hasMessageContaining("'a/b'");
        assertThatThrownBy(() -> InterfacePorts.check("tap", "tap0", Map.of("remote_ip", "1.2.3.4")))
                .hasMessage("tap0: option 'remote_ip' is not known for type tap (known: receive-mode)");
        assertThatThrownBy(() -> InterfacePorts.check("tap", "tap0", mode("tpacket_v3")))
                .hasMessage("receive-mode 'tpacket_v3' is not one of read, io_uring");
        assertThatThrownBy(() -> InterfacePorts.check("system", "veth0", mode("fast")))
                .hasMessage("receive-mode 'fast' is not one of recvmmsg, io_uring, tpacket_v2, tpacket_v3");
    }
}
