package dev.turnout.ofproto;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

import dev.turnout.ofproto.FlowEvent.Kind;
import dev.turnout.ofproto.FlowRemoved.Reason;
import dev.turnout.openflow.FlowFilter;
import dev.turnout.openflow.FlowStats;
import org.jspecify.annotations.Nullable;

/**
 * Tells of a bridge's flows that appear, change and go: OpenFlow's flow monitor (OpenFlow 1.4, 7.3.5.17). Its owner takes one event after the other
 * ({@link #next}), at its own pace; who changes flows never waits for it.
 *
 * <p>Nothing is lost for that: at most {@value #MAX_WAITING} events wait in the order in which they happened. When there would be more, the monitor pauses: it
 * keeps, for each flow that changes, what the owner knows of it and what has become of it. When the owner has taken what waited before, it gets that
 * difference, each flow once. So what a monitor holds is bounded by the flows that were there and those that are there, however many changes there
 * were, and events hold no copies: a rule does not change.
 *
 * <p>Events come in the order in which changes were published, and are there before whoever asked for the change is answered. Only the order among flows of
 * a difference means nothing.
 *
 * <p>Thread rules: any thread. Its lock is taken under the bridge's, and no other lock is taken under it. {@code wake} is called on any thread, with the bridge's lock held: it
 * must neither block nor call back.
 */
public final class FlowMonitor implements AutoCloseable {
    /** Most events that wait before the monitor pauses. */
    public static final int MAX_WAITING = 1024;

    /**
     * What to tell.
     *
     * @param filter
     *            of which flows; a change concerns the monitor if the filter takes the flow before it or after it
     * @param initial
     *            of flows that are there
     * @param added
     *            of new flows
     * @param modified
     *            of changed flows
     * @param deleted
     *            of flows that go
     * @param abbreviatesOwn
     *            of the owner's own changes only that there were some
     */
    public record Wish(FlowFilter filter, boolean initial, boolean added, boolean modified, boolean deleted,
            boolean abbreviatesOwn) {
        /** All of all flows. */
        public static final Wish ALL = new Wish(FlowFilter.ALL, true, true, true, true, false);
    }

    private record Waiting(Kind kind, @Nullable Rule rule, @Nullable Reason reason, ChangeOrigin origin) {
        static Waiting of(Kind kind) {
            return new Waiting(kind, null, null, ChangeOrigin.NONE);
        }
    }

    /** What has become of a flow during a pause. */
    private static final class Net {
        /** What the owner knows, if he was told. */
        final @Nullable Rule known;
        FlowChange last;
        ChangeOrigin origin;
        boolean added;

        Net(@Nullable Rule known, FlowChange first, ChangeOrigin origin) {
            this.known = known;
            last = first;
            this.origin = origin;
        }

        Kind kind() {
            if (last.now() == null) {
                return Kind.DELETED;
            }
            return known == null || added ? Kind.ADDED : Kind.MODIFIED;
        }

        boolean isNothing() {
            Rule now = last.now();
            return known == null ? now == null : now != null && !added && !now.differs(known);
        }
    }

    private final Wish wish;
    private final FlowMonitors monitors;
    private final LongSupplier ownId;
    private final Runnable wake;
    private final LongSupplier clock;
    // All under this object's lock.
    private @Nullable Iterator<Rule> initial;
    private final Deque<Waiting> queue = new ArrayDeque<>();
    /** Changes since the pause began; null unless there is one. */
    private @Nullable Map<FlowPlace, Net> pause;
    private boolean ready;
    private boolean ended;
    private boolean closed;

    /** {@code ownId} gives the owner's election id, 0 for none; {@code clock} the time of flows. */
    FlowMonitor(Wish wish, FlowMonitors monitors, LongSupplier ownId, Runnable wake, LongSupplier clock) {
        this.wish = wish;
        this.monitors = monitors;
        this.ownId = ownId;
        this.wake = wake;
        this.clock = clock;
    }

    FlowFilter filter() {
        return wish.filter();
    }

    boolean wantsInitial() {
        return wish.initial();
    }

    /** Forgets the changes so far: the flows that it begins with are to be read anew. */
    synchronized void restart() {
        queue.clear();
        pause = null;
    }

    /** Begins: of these flows it is to tell, if it wants them, those that were there when it was last {@linkplain #restart restarted}. */
    void begin(List<Rule> flows) {
        synchronized (this) {
            initial = flows.stream().filter(this::selects).iterator();
            ready = true;
        }
        wake.run();
    }

    /** Takes note of what a batch has changed. */
    void tell(List<FlowChange> changes, ChangeOrigin origin) {
        boolean own = wish.abbreviatesOwn() && origin.electionId() != 0 && origin.electionId() == ownId.getAsLong();
        boolean news = false;
        synchronized (this) {
            if (closed) {
                return;
            }
            boolean abbreviated = false;
            for (FlowChange change : changes) {
                if (!covers(change.rule())) {
                    continue;
                }
                news = true;
                if (pause == null && queue.size() >= MAX_WAITING && wants(change.kind(), change.old(), change.now())) {
                    queue.add(Waiting.of(Kind.PAUSED));
                    pause = new LinkedHashMap<>();
                }
                if (pause != null) {
                    note(pause, change, origin);
                } else if (!abbreviated && wants(change.kind(), change.old(), change.now())) {
                    abbreviated = own;
                    queue.add(own
                            ? new Waiting(Kind.ABBREVIATED, null, null, origin)
                            : new Waiting(change.kind(), change.rule(), change.reason(), origin));
                }
            }
        }
        if (news) {
            wake.run();
        }
    }

    private static void note(Map<FlowPlace, Net> pause, FlowChange change, ChangeOrigin origin) {
        FlowPlace place = FlowPlace.of(change.rule());
        Net net = pause.computeIfAbsent(place, ignored -> new Net(change.old(), change, origin));
        net.last = change;
        net.origin = origin;
        net.added |= change.kind() == Kind.ADDED;
        if (net.known == null && change.now() == null) {
            pause.remove(place);
        }
    }

    private boolean covers(Rule rule) {
        FlowFilter filter = wish.filter();
        return filter.covers(rule.table(), filter.cookie(), rule.match());
    }

    private boolean wants(Kind kind, @Nullable Rule old, @Nullable Rule now) {
        boolean wanted = switch (kind) {
            case ADDED -> wish.added();
            case MODIFIED -> wish.modified();
            case DELETED -> wish.deleted();
            default -> throw new IllegalArgumentException(kind.toString());
        };
        return wanted && (selects(old) || selects(now));
    }

    /** The parts of the filter that look at what may change of a flow. */
    private boolean selects(@Nullable Rule rule) {
        FlowFilter filter = wish.filter();
        return rule != null && ((rule.cookie() ^ filter.cookie()) & filter.cookieMask()) == 0
                && ActionChecker.outputsTo(rule.actions(), filter.outPort(), filter.outGroup());
    }

    /** The next event; null if there is none now. */
    public @Nullable FlowEvent next() {
        Waiting next;
        synchronized (this) {
            next = poll();
        }
        if (next == null) {
            return null;
        }
        Rule rule = next.rule();
        FlowStats flow = rule == null ? null : rule.toStats(clock.getAsLong());
        return new FlowEvent(next.kind(), flow, next.reason(), next.origin());
    }

    private @Nullable Waiting poll() {
        if (!ready || closed) {
            return null;
        }
        if (initial != null) {
            if (initial.hasNext()) {
                return new Waiting(Kind.INITIAL, initial.next(), null, ChangeOrigin.NONE);
            }
            initial = null;
            return Waiting.of(Kind.SYNCED);
        }
        if (queue.isEmpty() && pause != null) {
            resume(pause);
        }
        if (queue.isEmpty() && ended) {
            closed = true;
            return Waiting.of(Kind.ENDED);
        }
        return queue.poll();
    }

    /** Puts the difference since the pause into the queue, which may have more than so many then: it holds no more than the pause did. */
    private void resume(Map<FlowPlace, Net> changes) {
        for (Net net : changes.values()) {
            Kind kind = net.kind();
            if (!net.isNothing() && wants(kind, net.known, net.last.now())) {
                queue.add(new Waiting(kind, net.last.rule(), net.last.reason(), net.origin));
            }
        }
        queue.add(Waiting.of(Kind.RESUMED));
        pause = null;
    }

    /** The bridge is gone: says so after all that there is to tell. */
    void end() {
        synchronized (this) {
            ended = true;
        }
        wake.run();
    }

    /** Ends it; there are no more events. */
    @Override
    public void close() {
        monitors.remove(this);
        synchronized (this) {
            closed = true;
            initial = null;
            queue.clear();
            pause = null;
        }
    }
}
