package dev.turnout.switchd.metrics;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Locale;

import dev.turnout.core.DropReason;
import dev.turnout.core.ForwardingThread;
import dev.turnout.core.ThreadCounter;
import dev.turnout.revalidator.RevalidatorStats;
import dev.turnout.switchd.TurnoutSwitch;
import dev.turnout.upcall.UpcallCounter;
import dev.turnout.upcall.UpcallStats;
import dev.turnout.v1.GetStatsResponse;
import dev.turnout.v1.ThreadStats;

/** The switch's counters as a message and as text. */
public final class SwitchFigures {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private SwitchFigures() {
    }

    /** Everything, by thread and of the slow path. */
    public static GetStatsResponse message(TurnoutSwitch turnout) {
        GetStatsResponse.Builder message = GetStatsResponse.newBuilder();
        turnout.datapath().threads().forEach(thread -> message.addThreads(message(thread)));
        UpcallStats upcalls = turnout.upcalls().stats();
        for (UpcallCounter counter : UpcallCounter.values()) {
            message.putSlowPath(counter.text().replace('-', '_'), upcalls.count(counter));
        }
        turnout.ofproto().translationDrops().forEach((reason, count) -> {
            if (count > 0) {
                message.putSlowPath("dropped_" + reason.text().replace('-', '_'), count);
            }
        });
        RevalidatorStats rounds = turnout.revalidator().stats();
        message.putSlowPath("upcalls", upcalls.count(UpcallCounter.TRANSLATED))
                .putSlowPath("upcalls_lost", turnout.datapath().count(ThreadCounter.LOST_UPCALLS))
                .putSlowPath("megaflows", turnout.datapath().count(ThreadCounter.MEGAFLOWS))
                .putSlowPath("ukeys", upcalls.ukeyCount()).putSlowPath("flow_limit", upcalls.flowLimit())
                .putSlowPath("packets_waiting", upcalls.packetsHeld())
                .putSlowPath("illegal_ukey_transitions", upcalls.illegalMoves())
                .putSlowPath("revalidation_rounds", rounds.rounds())
                .putSlowPath("revalidated", rounds.translated())
                .putSlowPath("revalidation_round_ns", rounds.roundNs());
        return message.build();
    }

    private static ThreadStats message(ForwardingThread thread) {
        ThreadStats.Builder message = ThreadStats.newBuilder().setId(thread.id()).setIo(thread.ioName())
                .setCpuTimeNs(cpuTimeNs(thread));
        for (ThreadCounter counter : ThreadCounter.values()) {
            message.putCounters(counter.name().toLowerCase(Locale.ROOT), thread.count(counter));
        }
        for (DropReason reason : DropReason.values()) {
            if (thread.drops(reason) > 0) {
                message.putDrops(reason.text().replace('-', '_'), thread.drops(reason));
            }
        }
        return message.build();
    }

    /** Processor time of a forwarding thread; 0 where it is not known. */
    public static long cpuTimeNs(ForwardingThread thread) {
        return Math.max(0, THREADS.getThreadCpuTime(thread.thread().threadId()));
    }

    /** The totals in a few lines, for the end of the daemon. */
    public static String summary(TurnoutSwitch turnout) {
        long drops = 0;
        for (DropReason reason : DropReason.values()) {
            drops += turnout.datapath().drops(reason);
        }
        UpcallStats upcalls = turnout.upcalls().stats();
        return String.format(Locale.ROOT,
                "packets received=%d sent=%d dropped=%d%n"
                        + "lookups emc=%d smc=%d megaflow=%d miss=%d lost=%d%n"
                        + "slow path upcalls=%d installs=%d rounds=%d illegal-ukey-transitions=%d%n",
                count(turnout, ThreadCounter.RECEIVED), count(turnout, ThreadCounter.OUTPUTS), drops,
                count(turnout, ThreadCounter.EMC_HITS), count(turnout, ThreadCounter.SMC_HITS),
                count(turnout, ThreadCounter.MEGAFLOW_HITS), count(turnout, ThreadCounter.MISSES),
                count(turnout, ThreadCounter.LOST_UPCALLS), upcalls.count(UpcallCounter.TRANSLATED),
                upcalls.count(UpcallCounter.INSTALLS), turnout.revalidator().stats().rounds(),
                upcalls.illegalMoves());
    }

    private static long count(TurnoutSwitch turnout, ThreadCounter counter) {
        return turnout.datapath().count(counter);
    }
}
