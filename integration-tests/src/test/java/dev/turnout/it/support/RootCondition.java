package dev.turnout.it.support;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

import dev.turnout.bench.lab.Capabilities;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Decides whether a {@link RequiresRoot} test runs: see there. */
final class RootCondition implements ExecutionCondition {
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
        Optional<String> capability = Capabilities.missing();
        return capability.isPresent() ? capability : missingTool();
    }

    private static Optional<String> missingTool() {
        boolean found = Stream.of("/usr/sbin/ip", "/sbin/ip", "/usr/bin/ip", "/bin/ip")
                .anyMatch(path -> Files.isExecutable(Path.of(path)));
        return found ? Optional.empty() : Optional.of("no ip command (Debian package iproute2)");
    }
}
