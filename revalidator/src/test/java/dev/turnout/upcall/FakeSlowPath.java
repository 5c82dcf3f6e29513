package dev.turnout.upcall;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import dev.turnout.flow.DatapathActions;
import dev.turnout.flow.DpAction;
import dev.turnout.flow.FlowKey;
import dev.turnout.flow.FlowLayout;
import dev.turnout.flow.FlowMask;

/**
 * OpenFlow tables in miniature: flows are numbers, a rule is chosen by some low bits of the number. Each rule's actions name
 * it, so that what was executed and what was credited can be compared rule by rule.
 */
public final class FakeSlowPath implements SlowPath {
    /** Flows are numbered below this. */
    public static final int FLOWS = 32;

    /** A rule, and what it was credited with. */
    public static final class Rule {
        final int id;
        final boolean isCacheable;
        final boolean tellsController;
        final AtomicLong packets = new AtomicLong();
        final AtomicLong bytes = new AtomicLong();

        Rule(int id, boolean isCacheable, boolean tellsController) {
            this.id = id;
            this.isCacheable = isCacheable;
            this.tellsController = tellsController;
        }

        public int id() {
            return id;
        }

        public long packets() {
            return packets.get();
        }

        public long bytes() {
            return bytes.get();
        }

        DatapathActions actions() {
            DpAction output = new DpAction.Output(id);
            return new DatapathActions(tellsController
                    ? List.of(DpAction.Userspace.controller(id), output)
                    : List.of(output));
        }
    }

    private record Tables(int lookMask, List<Rule> rules) {
    }

    public final Map<Integer, Rule> rules = new ConcurrentHashMap<>();
    public final AtomicInteger openTranslations = new AtomicInteger();
    public final AtomicLong packetIns = new AtomicLong();
    private final AtomicInteger nextRule = new AtomicInteger(1);
    private final AtomicLong sequence = new AtomicLong();
    private volatile Tables tables = new Tables(0, List.of());
    /** One in so many translations fails; 0 none. */
    public volatile int failures;
    /** Runs within each translation, between its two looks at the tables' surroundings. */
    public volatile Runnable duringTranslation = () -> {
    };
    /** Runs before each credit. */
    public volatile Runnable duringCredit = () -> {
    };
    private final AtomicInteger translations = new AtomicInteger();

    public FakeSlowPath() {
        change(new Random(1));
    }

    /** Other rules, which perhaps look at other bits. */
    public void change(Random random) {
        int lookMask = (1 << random.nextInt(6)) - 1;
        Tables old = tables;
        boolean keepSome = old.lookMask == lookMask && random.nextInt(3) > 0;
        List<Rule> next = new ArrayList<>();
        for (int i = 0; i <= lookMask; i++) {
            if (keepSome && random.nextInt(4) > 0) {
                next.add(old.rules.get(i));
            } else {
                Rule rule = new Rule(nextRule.getAndIncrement(), random.nextInt(10) > 0, random.nextInt(10) == 0);
                rules.put(rule.id, rule);
                next.add(rule);
            }
        }
        tables = new Tables(lookMask, next);
        sequence.incrementAndGet();
    }

    /** A change that changes no translation. */
    public void bump() {
        sequence.incrementAndGet();
    }

    /** What the tables say about a flow now. */
    public DatapathActions actionsFor(FlowKey key) {
        Tables now = tables;
        return now.rules.get(flow(key) & now.lookMask).actions();
    }

    /** Number of a key's flow. */
    public static int flow(FlowKey key) {
        return (int) key.words()[FlowLayout.IPV4] & FLOWS - 1;
    }

    @Override
    public long changeSequence() {
        return sequence.get();
    }

    @Override
    public Translation translate(FlowKey key, boolean sideEffects, int frameLength) {
        if (failures > 0 && translations.incrementAndGet() % failures == 0) {
            throw new IllegalStateException("a translation that fails on purpose");
        }
        Tables now = tables;
        duringTranslation.run();
        return new FakeTranslation(now.rules.get(flow(key) & now.lookMask), now.lookMask);
    }

    @Override
    public boolean packetIn(int stateId, byte[] frame, FlowKey key) {
        packetIns.incrementAndGet();
        return true;
    }

    private final class FakeTranslation implements Translation {
        private final Rule rule;
        private final FlowMask wildcards;
        private final AtomicBoolean closed = new AtomicBoolean();

        FakeTranslation(Rule rule, int lookMask) {
            this.rule = rule;
            long[] words = new long[FlowLayout.WORDS];
            words[FlowLayout.RECIRC_PORT] = -1;
            words[FlowLayout.IPV4] = lookMask;
            wildcards = FlowMask.of(words);
            openTranslations.incrementAndGet();
        }

        @Override
        public DatapathActions actions() {
            return rule.actions();
        }

        @Override
        public FlowMask wildcards() {
            return wildcards;
        }

        @Override
        public boolean isCacheable() {
            return rule.isCacheable;
        }

        @Override
        public DeleteReason refusal() {
            return DeleteReason.AVOID_CACHING;
        }

        @Override
        public void credit(long packets, long bytes, long usedNs, int tcpFlags) {
            if (closed.get()) {
                creditsAfterEnd.incrementAndGet();
            }
            duringCredit.run();
            rule.packets.addAndGet(packets);
            rule.bytes.addAndGet(bytes);
        }

        @Override
        public void close() {
            if (!closed.compareAndSet(false, true)) {
                doubleCloses.incrementAndGet();
            }
            openTranslations.decrementAndGet();
        }
    }

    public final AtomicInteger doubleCloses = new AtomicInteger();
    public final AtomicInteger creditsAfterEnd = new AtomicInteger();
}
