package dev.turnout.ofproto.classifier;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

import dev.turnout.flow.Fields;
import dev.turnout.flow.FlowLayout;
import dev.turnout.flow.FlowMask;
import dev.turnout.flow.Match;
import org.jspecify.annotations.Nullable;

/**
 * The rules of one table. See the package for how it works.
 *
 * <p>Thread rules: {@link #lookup}, {@link #seek} and {@link #forEach} from any thread; the rest by the writer, who calls {@link #publish} before it moves the
 * version.
 *
 * @param <R>
 *            the rules
 */
public final class Classifier<R extends ClassifierRule> {
    private static final VarHandle ORDER;

    static {
        try {
            ORDER = MethodHandles.lookup().findVarHandle(Classifier.class, "order", Order.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** The subtables by descending highest priority, as of one moment. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Order(Subtable[] subtables, int[] maxPriorities) {
        static final Order EMPTY = new Order(new Subtable[0], new int[0]);
    }

    /** What a lookup needs beside the classifier, for reuse. Thread rules: one owner. */
    public static final class Scratch {
        private final PrefixTries.Results results = new PrefixTries.Results();
        private final Clauses clauses = new Clauses();
    }

    private final PrefixTries tries = new PrefixTries();
    private final Map<FlowMask, Subtable> subtables = new HashMap<>();
    private final Set<Subtable> shrunk = new HashSet<>();
    private final long[] expanded = new long[FlowLayout.WORDS];
    private boolean orderChanged;
    /** By ORDER. */
    @SuppressWarnings("unused")
    private Order order = Order.EMPTY;
    private int size;

    /**
     * The rule of highest priority that matches the key, or null. Among matching rules of the same priority it is any one, but the same for
     * every key that agrees in the bits looked at.
     *
     * <p>A conjunctive rule does not match by itself and does not end the search. Where those of one priority, above all plain matches, complete a
     * conjunction, the key is looked up again with {@code conj_id} set to it, among plain rules only, and what is found is the match, whatever its
     * priority. Where nothing is found, or nothing complete, the search goes on with the next lower priority.
     *
     * @param key
     *            the key; its {@code conj_id} is changed meanwhile and set back
     */
    @SuppressWarnings("unchecked") // only R's are inserted
    public @Nullable R lookup(long[] key, long version, Wildcards wildcards, Scratch scratch) {
        Order now = (Order) ORDER.getAcquire(this);
        scratch.results.clear();
        ClassifierRule best = null;
        int bestPriority = -1;
        for (int i = 0; i < now.subtables.length && now.maxPriorities[i] > bestPriority; i++) {
            ClassifierRule rule = now.subtables[i].lookup(key, version, wildcards, tries, scratch.results);
            if (rule != null && rule.priority() > bestPriority) {
                if (rule.isConjunctive()) {
                    scratch.clauses.found(rule);
                } else {
                    best = rule;
                    bestPriority = rule.priority();
                }
            }
        }
        return (R) (scratch.clauses.isEmpty()
                ? best
                : lookupConjunctive(now, best, key, version, wildcards, scratch));
    }

    private @Nullable ClassifierRule lookupConjunctive(Order now, @Nullable ClassifierRule plain, long[] key,
            long version, Wildcards wildcards, Scratch scratch) {
        Clauses clauses = scratch.clauses;
        ClassifierRule best = plain;
        for (int priority = clauses.highest(); priority > (best == null ? -1 : best.priority());) {
            long id = clauses.complete(priority);
            ClassifierRule found = id < 0 ? null : lookupId(now, id, key, version, wildcards, scratch);
            if (found != null) {
                best = found;
                break;
            }
            best = clauses.lower(priority, version, best);
            priority = clauses.highest();
        }
        clauses.clear();
        return best;
    }

    /** Looks up with a conjunction's id, among plain rules. */
    private @Nullable ClassifierRule lookupId(Order now, long id, long[] key, long version, Wildcards wildcards,
            Scratch scratch) {
        long former = Fields.CONJ_ID.get(key);
        Fields.CONJ_ID.set(key, id);
        ClassifierRule best = null;
        int bestPriority = -1;
        for (int i = 0; i < now.subtables.length && now.maxPriorities[i] > bestPriority; i++) {
            ClassifierRule rule = now.subtables[i].lookup(key, version, wildcards, tries, scratch.results);
            while (rule != null && rule.isConjunctive()) {
                rule = rule.nextVisible(version);
            }
            if (rule != null && rule.priority() > bestPriority) {
                best = rule;
                bestPriority = rule.priority();
            }
        }
        Fields.CONJ_ID.set(key, former);
        return best;
    }

    /**
     * The rule with exactly this match and priority that is visible in the version, or null, if it was published: as {@link #find}, for any thread.
     */
    @SuppressWarnings("unchecked") // only R's are inserted
    public @Nullable R seek(Match match, int priority, long version) {
        Order now = (Order) ORDER.getAcquire(this);
        for (Subtable subtable : now.subtables) {
            if (subtable.mask.equals(match.mask())) {
                return (R) subtable.find(match.compactValues(), priority, version);
            }
        }
        return null;
    }

    /** Calls back for every rule visible in the version whose match is covered by {@code cover}: as specific, or more. */
    @SuppressWarnings("unchecked") // only R's are inserted
    public void forEach(Match cover, long version, Consumer<R> consumer) {
        Order now = (Order) ORDER.getAcquire(this);
        for (Subtable subtable : now.subtables) {
            visit(subtable, cover, version, (Consumer<ClassifierRule>) consumer);
        }
    }

    private static void visit(Subtable subtable, Match cover, long version, Consumer<ClassifierRule> consumer) {
        FlowMask mask = subtable.mask;
        if (cover.mask().wordCount() == 0) {
            subtable.forEach(version, consumer);
        } else if (mask.equals(cover.mask())) {
            subtable.forEachWith(cover.compactValues(), version, consumer);
        } else if (mask.covers(cover.mask())) {
            long[] values = cover.values();
            subtable.forEach(version, rule -> {
                if (isCovered(rule, cover.mask(), values)) {
                    consumer.accept(rule);
                }
            });
        }
    }

    private static boolean isCovered(ClassifierRule rule, FlowMask cover, long[] values) {
        FlowMask mask = rule.mask();
        for (int n = 0; n < rule.values.length; n++) {
            int word = mask.wordIndex(n);
            if (((rule.values[n] ^ values[word]) & cover.word(word)) != 0) {
                return false;
            }
        }
        return true;
    }

    // --- the writer's side ---------------------------------------------------------------------------------------------------------------

    /** How many rules are linked, visible or not. */
    public int size() {
        return size;
    }

    /** As {@link #forEach}, but finds what was not yet published, too. */
    @SuppressWarnings("unchecked") // only R's are inserted
    public List<R> collect(Match cover, long version) {
        List<ClassifierRule> found = new ArrayList<>();
        for (Subtable subtable : subtables.values()) {
            visit(subtable, cover, version, found::add);
        }
        return (List<R>) found;
    }

    /** The rule with exactly this match and priority that is visible in the version, or null. */
    @SuppressWarnings("unchecked") // only R's are inserted
    public @Nullable R find(Match match, int priority, long version) {
        Subtable subtable = subtables.get(match.mask());
        return subtable == null ? null : (R) subtable.find(match.compactValues(), priority, version);
    }

    /** A visible rule of this priority that some packet matches together with {@code match}, or null. */
    @SuppressWarnings("unchecked") // only R's are inserted
    public @Nullable R findOverlap(Match match, int priority, long version) {
        List<ClassifierRule> found = new ArrayList<>(1);
        long[] values = match.values();
        for (Subtable subtable : subtables.values()) {
            if (subtable.maxPriority() < priority) {
                continue;
            }
            subtable.forEach(version, rule -> {
                if (found.isEmpty() && rule.priority() == priority && overlaps(rule, match.mask(), values)) {
                    found.add(rule);
                }
            });
            if (!found.isEmpty()) {
                return (R) found.get(0);
            }
        }
        return null;
    }

    private static boolean overlaps(ClassifierRule rule, FlowMask other, long[] values) {
        FlowMask mask = rule.mask();
        for (int n = 0; n < rule.values.length; n++) {
            int word = mask.wordIndex(n);
            if (((rule.values[n] ^ values[word]) & mask.word(word) & other.word(word)) != 0) {
                return false;
            }
        }
        return true;
    }

    /** Links a rule; lookups of its versions find it after {@link #publish}. */
    public void insert(R rule) {
        Subtable subtable = subtables.get(rule.mask());
        if (subtable == null) {
            subtable = new Subtable(rule.mask());
            subtables.put(subtable.mask, subtable);
            orderChanged = true;
        }
        if (subtable.hasPrefixes()) {
            rule.expandTo(expanded);
            tries.add(subtable.prefixLengths, expanded);
        }
        orderChanged |= subtable.insert(rule);
        size++;
    }

    /** Unlinks a rule that no version in use sees. */
    public void unlink(R rule) {
        Subtable subtable = subtables.get(rule.mask());
        if (subtable == null) {
            throw new IllegalStateException("a rule is unlinked that was never inserted");
        }
        subtable.unlink(rule);
        if (subtable.hasPrefixes()) {
            rule.expandTo(expanded);
            tries.remove(subtable.prefixLengths, expanded);
        }
        if (subtable.isShrunk()) {
            shrunk.add(subtable);
        }
        size--;
    }

    /** Brings the order of the subtables up to date. Costs nothing where it did not change. */
    public void publish() {
        for (Subtable subtable : shrunk) {
            if (subtable.size() == 0) {
                subtables.remove(subtable.mask);
                orderChanged = true;
            } else {
                orderChanged |= subtable.refreshMaxPriority();
            }
        }
        shrunk.clear();
        if (!orderChanged) {
            return;
        }
        orderChanged = false;
        Subtable[] sorted = subtables.values().toArray(new Subtable[0]);
        Arrays.sort(sorted, (a, b) -> Integer.compare(b.maxPriority(), a.maxPriority()));
        int[] maxPriorities = new int[sorted.length];
        for (int i = 0; i < sorted.length; i++) {
            maxPriorities[i] = sorted[i].maxPriority();
        }
        ORDER.setRelease(this, new Order(sorted, maxPriorities));
    }
}
