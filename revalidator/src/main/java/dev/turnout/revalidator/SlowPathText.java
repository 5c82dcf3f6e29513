package dev.turnout.revalidator;

import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

import dev.turnout.flow.DatapathFlowText;
import dev.turnout.upcall.Deletions;
import dev.turnout.upcall.UkeyState;
import dev.turnout.upcall.UpcallStats;
import dev.turnout.upcall.Upcalls;

/** What {@code appctl} prints about the slow path. Thread rules: stateless. */
public final class SlowPathText {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss.SSS", Locale.ROOT)
            .withZone(ZoneId.systemDefault());

    private SlowPathText() {
    }

    /**
     * {@code upcall/show}: megaflows, the limit, the last round, the ukeys that each revalidator thread looks after.
     *
     * @param name
     *            the datapath's
     * @param more
     *            also what was counted, states, deletions and failures ({@code -m})
     */
    public static String show(String name, Upcalls upcalls, Revalidator revalidator, boolean more) {
        UpcallStats stats = upcalls.stats();
        RevalidatorStats rounds = revalidator.stats();
        StringBuilder text = new StringBuilder(name).append(":\n");
        line(text,
                String.format(Locale.ROOT, "flows         : (current %d) (avg %d) (max %d) (limit %d)",
                        installed(stats),
                        rounds.averageFlows(), rounds.maxFlows(), stats.flowLimit()));
        line(text, String.format(Locale.ROOT, "dump duration : %dms", rounds.roundNs() / 1_000_000));
        line(text, "ufid enabled : true");
        text.append('\n');
        for (int thread = 0; thread < rounds.threads(); thread++) {
            AtomicInteger keys = new AtomicInteger();
            upcalls.table().forEach(thread, rounds.threads(), ukey -> keys.incrementAndGet());
            line(text, String.format(Locale.ROOT, "%d: (keys %d)", thread, keys.get()));
        }
        if (more) {
            appendMore(text, stats, rounds);
        }
        return text.toString();
    }

    private static int installed(UpcallStats stats) {
        return stats.ukeys().entrySet().stream().filter(entry -> entry.getKey().mayBeInstalled())
                .mapToInt(Map.Entry::getValue).sum();
    }

    private static void appendMore(StringBuilder text, UpcallStats stats, RevalidatorStats rounds) {
        text.append('\n');
        line(text, String.format(Locale.ROOT, "handlers      : %d, %d packets wait", stats.handlers(),
                stats.packetsHeld()));
        line(text, String.format(Locale.ROOT,
                "revalidation  : %d rounds, %d translated, %d kept, %d modified, %d deleted, %d orphans, %d busy%s",
                rounds.rounds(), rounds.translated(), rounds.kept(), rounds.modified(), rounds.deleted(),
                rounds.orphans(), rounds.busy(), rounds.isPaused() ? ", paused" : ""));
        line(text,
                String.format(Locale.ROOT, "faults        : %d illegal moves, %d counters went back, %d stale answers",
                        stats.illegalMoves(),
                        stats.backwardCounters(), stats.staleAcks()));
        for (UkeyState state : UkeyState.values()) {
            count(text, "ukeys", state.text(), stats.ukeys().getOrDefault(state, 0));
        }
        stats.counts().forEach((counter, number) -> count(text, "upcalls", counter.text(), number));
        stats.deletions().forEach((reason, number) -> count(text, "deleted", reason.text(), number));
        stats.installFailures().forEach(
                (status, number) -> count(text, "install failed", status.name().toLowerCase(Locale.ROOT), number));
        stats.modifyFailures().forEach(
                (status, number) -> count(text, "modify failed", status.name().toLowerCase(Locale.ROOT), number));
    }

    private static void count(StringBuilder text, String group, String what, long number) {
        if (number != 0) {
            line(text, String.format(Locale.ROOT, "%-14s: %-22s %d", group, what, number));
        }
    }

    private static void line(StringBuilder text, String line) {
        text.append("  ").append(line).append('\n');
    }

    /** {@code revalidator/history}: the last deletions, newest last. */
    public static String history(Upcalls upcalls, int most) {
        List<Deletions.Deletion> last = upcalls.deletions().last();
        StringBuilder text = new StringBuilder();
        for (Deletions.Deletion deletion : last.subList(Math.max(0, last.size() - most), last.size())) {
            text.append(TIME.format(deletion.at())).append(' ').append(deletion.reason().text()).append(": ufid:")
                    .append(deletion.id()).append(", ")
                    .append(DatapathFlowText.key(deletion.flow().key(), deletion.mask())).append(", packets:")
                    .append(deletion.packets()).append(", actions:")
                    .append(DatapathFlowText.actions(deletion.actions())).append(", thread:")
                    .append(deletion.thread()).append('\n');
        }
        return text.toString();
    }
}
