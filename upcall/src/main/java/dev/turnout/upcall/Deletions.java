package dev.turnout.upcall;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;

import dev.turnout.flow.DatapathActions;
import dev.turnout.flow.FlowKey;
import dev.turnout.flow.FlowMask;

/**
 * The deletions of megaflows: counted by reason, the last {@link #KEPT} kept for people. A flow's text is made when it is
 * asked for.
 *
 * <p>Thread rules: any thread.
 */
public final class Deletions {
    /** So many deletions are kept. */
    public static final int KEPT = 1000;

    private final EnumCounters<DeleteReason> counts = new EnumCounters<>(DeleteReason.class);
    private final AtomicReferenceArray<Deletion> ring = new AtomicReferenceArray<>(KEPT);
    private final AtomicLong next = new AtomicLong();

    /**
     * One deletion.
     *
     * @param number
     *            counts from 0
     * @param at
     *            when it was decided
     * @param id
     *            whose
     * @param thread
     *            the forwarding thread
     * @param reason
     *            why
     * @param flow
     *            masked key
     * @param mask
     *            mask
     * @param actions
     *            what it ran
     * @param packets
     *            packets attributed until then
     */
    public record Deletion(long number, Instant at, UkeyId id, int thread, DeleteReason reason, Flow flow,
            FlowMask mask, DatapathActions actions, long packets) {
    }

    /** A masked key that is put together when it is asked for. */
    @FunctionalInterface
    public interface Flow {
        FlowKey key();
    }

    /** Counts and keeps a deletion; the ukey's lock is held. */
    void record(Ukey ukey, DeleteReason reason) {
        counts.add(reason);
        long number = next.getAndIncrement();
        ring.setRelease((int) (number % KEPT), new Deletion(number, Instant.now(), ukey.id(), ukey.threadId(), reason,
                ukey::key, ukey.mask(), ukey.actions(), ukey.packets()));
    }

    /** Deletions by reason. */
    public Map<DeleteReason, Long> counts() {
        return counts.snapshot();
    }

    /** Deletions for a reason. */
    public long count(DeleteReason reason) {
        return counts.get(reason);
    }

    /** The last deletions, oldest first. */
    public List<Deletion> last() {
        List<Deletion> list = new ArrayList<>();
        for (int i = 0; i < KEPT; i++) {
            Deletion deletion = ring.getAcquire(i);
            if (deletion != null) {
                list.add(deletion);
            }
        }
        list.sort((a, b) -> Long.compare(a.number(), b.number()));
        return list;
    }
}
