package dev.turnout.revalidator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;

import dev.turnout.upcall.DeleteReason;
import dev.turnout.upcall.FakeFastPath;
import dev.turnout.upcall.FakeSlowPath;
import dev.turnout.upcall.Steps;
import dev.turnout.upcall.UpcallConfig;
import dev.turnout.upcall.Upcalls;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class SlowPathTextTest {
    private final AtomicLong clock = new AtomicLong(1_000_000_000L);
    private final FakeSlowPath slowPath = new FakeSlowPath();
    private final FakeFastPath fastPath = new FakeFastPath(0, clock::get, 64, 100);
    private final Upcalls upcalls = new Upcalls(slowPath, List.of(fastPath), new UpcallConfig(3, 12, 4, 24, 64, 1000),
            clock::get);
    private final Steps steps = new Steps(upcalls);
    private final Revalidator revalidator = new Revalidator(upcalls, slowPath,
            RevalidatorConfig.defaults().withThreads(2), clock::get, beganNs -> {
            });

    /** One megaflow of port 7, whose first packet was counted by nobody yet. */
    @BeforeEach
    void installOne() {
        fastPath.attach(upcalls);
        for (int seed = 0; upcalls.table().size() == 0; seed++) { // some rules are not cacheable
            slowPath.change(new Random(seed));
            fastPath.arrive(7, 3, 60);
            work();
        }
    }

    @AfterEach
    void close() {
        fastPath.close();
    }

    private void work() {
        steps.settle(fastPath);
    }

    @Test
    void shouldShowMegaflowsLimitRoundAndShares() {
        List<String> lines = SlowPathText.show("dp0", upcalls, revalidator, false).lines().toList();
        assertThat(lines).startsWith("dp0:", "  flows         : (current 1) (avg 0) (max 0) (limit 1000)",
                "  dump duration : 0ms", "  ufid enabled : true", "").hasSize(7);
        assertThat(lines.subList(5, 7)).as("one of two threads has the ukey")
                .containsAnyOf("  0: (keys 1)", "  1: (keys 1)").containsAnyOf("  0: (keys 0)", "  1: (keys 0)");
    }

    @Test
    void shouldShowWhatWasCountedWithMore() {
        assertThat(SlowPathText.show("dp0", upcalls, revalidator, true).lines())
                .contains("  handlers      : 0, 0 packets wait",
                        "  revalidation  : 0 rounds, 0 translated, 0 kept, 0 modified, 0 deleted, 0 orphans, 0 busy",
                        "  faults        : 0 illegal moves, 0 counters went back, 0 stale answers",
                        "  ukeys         : operational            1", "  upcalls       : installs               1")
                .noneMatch(line -> line.endsWith(" 0"));
    }

    @Test
    void shouldTellTheLastDeletionsNewestLast() {
        assertThat(SlowPathText.history(upcalls, 10)).isEmpty();
        upcalls.purge();
        work();
        clock.addAndGet(1);
        fastPath.arrive(7, 3, 60);
        work();
        upcalls.deleteFlows(flow -> true);
        work();
        assertThat(upcalls.deletions().count(DeleteReason.MANUAL)).isEqualTo(1);
        List<String> lines = SlowPathText.history(upcalls, 10).lines().toList();
        assertThat(lines).hasSize(2);
        assertThat(lines.get(0)).matches("\\d\\d:\\d\\d:\\d\\d\\.\\d{3} purge: ufid:[-0-9a-f]{36}, .*in_port\\(7\\).*,"
                + " packets:0, actions:.*, thread:0");
        assertThat(SlowPathText.history(upcalls, 1).lines()).singleElement().asString().contains(" manual: ufid:");
    }
}
