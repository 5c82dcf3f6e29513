package dev.turnout.openflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Compares with recorded behaviour of {@code ovs-ofctl}, where the recording is at hand: in the folder that
 * {@code TURNOUT_CONFORMANCE} names, or in {@code shared/conformance} beside the checkout.
 *
 * <p>A row holds a verb, a flow text, and for OpenFlow 1.3 and for all versions whether it parses and its normal form or
 * error; last the protocols that can say it. Rows that fail are counted by verb, and must not become more than
 * {@link #MAX_FAILURES}.
 */
class ConformanceTest {
    private static final String FILE = "flow-syntax.tsv";
    /** To be lowered, never raised. */
    private static final int MAX_FAILURES = 0;

    @Test
    void shouldParseAndPrintAsRecorded() throws IOException {
        Path file = recording();
        assumeTrue(file != null,
                "no recording of ovs-ofctl: " + FILE + " is neither in the folder that TURNOUT_CONFORMANCE"
                        + " names nor in shared/conformance beside the checkout");
        Map<String, Integer> failuresByVerb = new TreeMap<>();
        List<String> failures = new ArrayList<>();
        int rows = 0;
        for (String line : Files.readAllLines(file)) {
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            rows++;
            String[] columns = line.split("\t", -1);
            String failure = check(columns);
            if (failure != null) {
                failuresByVerb.merge(columns[0].replaceFirst(":.*", ""), 1, Integer::sum);
                failures.add(columns[0] + "\t" + columns[1] + "\n    " + failure);
            }
        }
        System.out.println("conformance: " + rows + " rows, failing by verb: " + failuresByVerb);
        assertThat(rows).isGreaterThan(0);
        assertThat(failures.size()).as(() -> String.join("\n", failures)).isLessThanOrEqualTo(MAX_FAILURES);
    }

    private static @Nullable String check(String[] columns) {
        String failure = check(columns[1], Protocols.OPENFLOW13, columns[2], columns[3], null);
        return failure != null ? failure : check(columns[1], Protocols.ANY, columns[4], columns[5], columns[6]);
    }

    private static @Nullable String check(String text, Protocols allowed, String outcome, String expected,
            @Nullable String protocols) {
        FlowParser parser = new FlowParser(PortNames.NONE, allowed);
        try {
            FlowMod mod = parser.parseFlowMod(text, FlowCommand.ADD);
            String printed = FlowPrinter.flowMod(ProtocolForm.of(mod, parser.usable().intersect(allowed)),
                    PortNames.NONE);
            if (!outcome.equals("OK")) {
                return "should fail with <" + expected + "> but gives <" + printed + ">";
            }
            if (!printed.equals(expected)) {
                return "expected <" + expected + "> but was <" + printed + ">";
            }
            if (protocols != null && !parser.usable().toString().equals(protocols)) {
                return "expected protocols <" + protocols + "> but was <" + parser.usable() + ">";
            }
            return null;
        } catch (FlowSyntaxException e) {
            return outcome.equals("ERR") ? null : "expected <" + expected + "> but failed: " + e.getMessage();
        }
    }

    private static @Nullable Path recording() {
        String named = System.getenv("TURNOUT_CONFORMANCE");
        if (named != null) {
            return existing(Path.of(named).resolve(FILE));
        }
        Path directory = Path.of("").toAbsolutePath();
        while (directory != null && !Files.exists(directory.resolve(".git"))) {
            directory = directory.getParent();
        }
        return directory == null
                ? null
                : existing(directory.resolveSibling("shared").resolve("conformance").resolve(FILE));
    }

    private static @Nullable Path existing(Path file) {
        return Files.isRegularFile(file) ? file : null;
    }
}
