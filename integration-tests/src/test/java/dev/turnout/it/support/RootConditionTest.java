package dev.turnout.it.support;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;

import dev.turnout.bench.lab.Capabilities;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;

final class RootConditionTest {
    @Test
    void shouldRunWhereNothingIsMissing() {
        assertThat(RootCondition.decide(Optional.empty(), false).isDisabled()).isFalse();
        assertThat(RootCondition.decide(Optional.empty(), true).isDisabled()).isFalse();
    }

    @Test
    void shouldSkipWithAReasonForAnOrdinaryUser() {
        assertThat(RootCondition.decide(Optional.of("no CAP_NET_ADMIN"), false)).satisfies(result -> {
            assertThat(result.isDisabled()).isTrue();
            assertThat(result.getReason().orElseThrow()).contains("no CAP_NET_ADMIN");
        });
    }

    @Test
    void shouldFailInCi() {
        assertThatThrownBy(() -> RootCondition.decide(Optional.of("no CAP_NET_ADMIN"), true))
                .isInstanceOf(ExtensionConfigurationException.class).hasMessageContaining("no CAP_NET_ADMIN");
    }

    @Test
    void shouldNameTheMissingCapability() {
        assertThat(Capabilities.missing(0L)).hasValue("no CAP_SYS_ADMIN");
        assertThat(Capabilities.missing(1L << 21 | 1L << 13)).hasValue("no CAP_NET_ADMIN");
        assertThat(Capabilities.missing(1L << 21 | 1L << 12)).hasValue("no CAP_NET_RAW");
        assertThat(Capabilities.missing(0x1ffffffffffL)).isEmpty();
    }
}
