package dev.turnout.it.support;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Decides whether a {@link RequiresRoot} test runs: see there. */
final class RootCondition implements ExecutionCondition {
    private static final int CAP_NET_ADMIN = 12;
    private static final int CAP_NET_RAW = 13;
    private static final int CAP_SYS_ADMIN = 21;

    private static final Optional<String> MISSING = missing();

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        return decide(MISSING, "true".equals(System.getenv("CI")));
    }

    static ConditionEvaluationResult decide(Optional<String> missing, boolean ci) {
        if (missing.isEmpty()) {
            return ConditionEvaluationResult.enabled("namespaces are available");
        }
        if (ci) {
            throw new ExtensionConfigurationException("CI=true, but this machine cannot run it: " + missing.get());
        }
        return ConditionEvaluationResult.disabled("needs root and namespaces: " + missing.get());
    }

    private static Optional<String> missing() {
        if (!Files.isDirectory(Path.of("/proc/self/ns"))) {
            return Optional.of("this system has no Linux namespaces");
        }
        try (Stream<String> status = Files.lines(Path.of("/proc/self/status"))) {
            String line = status.filter(l -> l.startsWith("CapEff:")).findFirst().orElse("CapEff: 0");
            Optional<String> capability = missingCapability(Long.parseUnsignedLong(line.substring(7).strip(), 16));
            return capability.isPresent() ? capability : missingTool();
        } catch (IOException e) {
            return Optional.of("cannot read /proc/self/status: " + e.getMessage());
        }
    }

    static Optional<String> missingCapability(long effective) {
        if ((effective >>> CAP_SYS_ADMIN & 1) == 0) {
            return Optional.of("no CAP_SYS_ADMIN");
        }
        if ((effective >>> CAP_NET_ADMIN & 1) == 0) {
            return Optional.of("no CAP_NET_ADMIN");
        }
        return (effective >>> CAP_NET_RAW & 1) == 0 ? Optional.of("no CAP_NET_RAW") : Optional.empty();
    }

    private static Optional<String> missingTool() {
        boolean found = Stream.of("/usr/sbin/ip", "/sbin/ip", "/usr/bin/ip", "/bin/ip")
                .anyMatch(path -> Files.isExecutable(Path.of(path)));
        return found ? Optional.empty() : Optional.of("no ip command (Debian package iproute2)");
    }
}
