package dev.turnout.ofproto;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import dev.turnout.openflow.FlowFilter;
import dev.turnout.openflow.FlowMod;
import dev.turnout.openflow.OfAction;
import org.jspecify.annotations.Nullable;

/**
 * A bridge's flow tables and their version.
 *
 * <p>A reader takes {@link #version()} first and looks everything up in that version. A writer changes the tables under the next version and ends
 * with {@link #publish}: readers see all of its changes from then on, and none before. Removed rules stay linked for readers of older versions;
 * {@link #purge} unlinks them later. Before it does, it raises {@code purged}, so that a reader can tell by {@link #isStale} that rules of its
 * version may have been missing, and start again. Purges are rare (a thousand dead rules and an eighth of the living, or a second), so that
 * hardly ever happens.
 *
 * <p>Thread rules: {@link #version}, {@link #isStale}, lookups, {@link #select} and {@link #shortenTimeouts} from any thread; everything else under the bridge's lock.
 */
final class RuleTables {
    private static final VarHandle VERSION;
    private static final VarHandle PURGED;
    private static final Comparator<Rule> BY_PRIORITY = (a, b) -> Integer.compare(b.priority(), a.priority());
    private static final int MAX_SHARED = 4096;
    private static final int MIN_PURGE = 1024;
    private static final long PURGE_AFTER_NS = 1_000_000_000L;

    static {
        try {
            VERSION = MethodHandles.lookup().findVarHandle(RuleTables.class, "version", long.class);
            PURGED = MethodHandles.lookup().findVarHandle(RuleTables.class, "purged", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final RuleTable[] tables = new RuleTable[Bridge.TABLES];
    /** The newest version; by VERSION. */
    private long version = 1;
    /** Readers of lower versions may miss rules; by PURGED. */
    @SuppressWarnings("unused")
    private long purged;
    private final ArrayDeque<Rule> dead = new ArrayDeque<>();
    private long oldestDeadNs;
    /** Whether there are dead rules, or groups that have become others. */
    private boolean mustPurge;
    private final ExpiryQueue timeouts = new ExpiryQueue();
    /** Tables that the next {@link #publish} concerns. */
    private final Set<RuleTable> touched = new HashSet<>();
    /** Lists of actions that rules of late have, by themselves. */
    private final Map<List<OfAction>, List<OfAction>> shared = new HashMap<>();
    private List<OfAction> lastAsked = List.of();
    private List<OfAction> lastShared = List.of();
    private final GroupTable groups = new GroupTable();
    private final LearnedCookies learnedCookies = new LearnedCookies();
    private final FlowMonitors monitors = new FlowMonitors();
    private int flows;

    RuleTables() {
        for (int i = 0; i < tables.length; i++) {
            tables[i] = new RuleTable(i);
        }
    }

    RuleTable table(int number) {
        return tables[number];
    }

    /** The groups, which share the versions. */
    GroupTable groups() {
        return groups;
    }

    FlowMonitors monitors() {
        return monitors;
    }

    LearnedCookies learnedCookies() {
        return learnedCookies;
    }

    long version() {
        return (long) VERSION.getAcquire(this);
    }

    /** Whether what was looked up in this version may have missed rules that are gone by now. */
    boolean isStale(long usedVersion) {
        // Counts are read opaque: what was read of them must not be newer than what is read here.
        VarHandle.loadLoadFence();
        return usedVersion < (long) PURGED.getVolatile(this);
    }

    /**
     * The flows that the filter takes but for its {@code outPort} and {@code outGroup}, as of one version: by table, then by descending priority. If
     * {@link #isStale} that version, some may be missing.
     */
    List<Rule> select(FlowFilter filter, long at) {
        int first = filter.table() == FlowMod.ALL_TABLES ? 0 : filter.table();
        int last = filter.table() == FlowMod.ALL_TABLES ? tables.length - 1 : filter.table();
        List<Rule> found = new ArrayList<>();
        for (int i = first; i <= last; i++) {
            int before = found.size();
            tables[i].classifier.forEach(filter.match(), at, rule -> {
                if (((rule.cookie() ^ filter.cookie()) & filter.cookieMask()) == 0) {
                    found.add(rule);
                }
            });
            // Of one priority, as large tables often are, the sort is one pass.
            found.subList(before, found.size()).sort(BY_PRIORITY);
        }
        return found;
    }

    int flows() {
        return flows;
    }

    // --- the writer's side ---------------------------------------------------------------------------------------------------------------

    long nextVersion() {
        return version + 1;
    }

    /** A list equal to this one that rules share, if one was seen of late: a million rules rarely have more than a few thousand. */
    @SuppressWarnings("ReferenceEquality") // flow-mods of one file have the very same list
    List<OfAction> shared(List<OfAction> actions) {
        if (actions != lastAsked) {
            if (shared.size() >= MAX_SHARED) {
                shared.clear();
            }
            List<OfAction> known = shared.putIfAbsent(actions, actions);
            lastShared = known == null ? actions : known;
            lastAsked = actions;
        }
        return lastShared;
    }

    void add(Rule rule) {
        RuleTable table = tables[rule.table()];
        table.classifier.insert(rule);
        groups.used(rule);
        touched.add(table);
        table.countFlow(1);
        flows++;
        learnedCookies.added(rule);
        timed(rule, true);
    }

    /** Which flows of a table go first. */
    EvictionIndex evictions(RuleTable table, long nowNs) {
        EvictionIndex index = table.evictions();
        if (index == null || index.isOld(nowNs)) {
            List<Rule> rules = timeouts.rules().stream().filter(rule -> rule.table() == table.number).toList();
            index = new EvictionIndex(table.config().groups(), rules, nowNs);
            table.setEvictions(index);
        }
        return index;
    }

    private void timed(Rule rule, boolean present) {
        if (!rule.hasTimeout()) {
            return;
        }
        EvictionIndex index = tables[rule.table()].evictions();
        if (present) {
            timeouts.add(rule);
            if (index != null) {
                index.add(rule);
            }
        } else {
            timeouts.remove(rule);
            if (index != null) {
                index.remove(rule);
            }
        }
    }

    /** Takes an addition of the coming version back. */
    void undoAdd(Rule rule) {
        RuleTable table = tables[rule.table()];
        rule.setRemoveVersion(rule.addVersion());
        table.classifier.unlink(rule);
        table.countFlow(-1);
        groups.unused(rule);
        flows--;
        learnedCookies.removed(rule);
        timed(rule, false);
    }

    /** Makes a rule invisible from the coming version on. */
    void remove(Rule rule) {
        RuleTable table = tables[rule.table()];
        rule.setRemoveVersion(nextVersion());
        groups.unused(rule);
        touched.add(table);
        table.countFlow(-1);
        flows--;
        learnedCookies.removed(rule);
        timed(rule, false);
    }

    /** Takes a removal of the coming version back. */
    void undoRemove(Rule rule) {
        RuleTable table = tables[rule.table()];
        rule.setRemoveVersion(Rule.NEVER);
        groups.used(rule);
        table.countFlow(1);
        flows++;
        learnedCookies.added(rule);
        timed(rule, true);
    }

    /** Makes the coming version the newest, and the removed rules dead. */
    void publish(List<Rule> removed, long nowNs) {
        for (RuleTable table : touched) {
            table.classifier.publish();
        }
        VERSION.setVolatile(this, version + 1);
        touched.forEach(RuleTable::publishFlows);
        touched.clear();
        if (!mustPurge && (!removed.isEmpty() || groups.hasOld())) {
            oldestDeadNs = nowNs;
            mustPurge = true;
        }
        dead.addAll(removed);
        if (dead.size() >= Math.max(MIN_PURGE, flows / 8)) {
            purge();
        }
    }

    /** Nothing of the coming version remained: the tables are as before. */
    void abandon() {
        for (RuleTable table : touched) {
            table.classifier.publish();
        }
        touched.clear();
        learnedCookies.abandon();
    }

    /** Unlinks dead rules if the first of them has been so for a second. */
    void purgeOld(long nowNs) {
        if (mustPurge && nowNs - oldestDeadNs >= PURGE_AFTER_NS) {
            purge();
        }
    }

    private void purge() {
        PURGED.setVolatile(this, version);
        // Nor may the opaque stores of counts below be seen before it.
        VarHandle.storeStoreFence();
        mustPurge = false;
        groups.purge(version);
        Set<RuleTable> shrunk = new HashSet<>();
        for (Rule rule = dead.poll(); rule != null; rule = dead.poll()) {
            RuleTable table = tables[rule.table()];
            table.classifier.unlink(rule);
            shrunk.add(table);
        }
        for (RuleTable table : shrunk) {
            table.classifier.publish();
        }
    }

    /** Makes a rule's timeouts at most so many seconds each; 0 leaves one as it is. Any thread. */
    void shortenTimeouts(Rule rule, int idleSeconds, int hardSeconds) {
        if (rule.shortenTimeouts(idleSeconds, hardSeconds)) {
            timeouts.shortened(rule);
        }
    }

    /** The rules whose time is over; the caller removes them. */
    List<Rule> expired(long nowNs, long creditedNs) {
        return timeouts.expired(nowNs, creditedNs);
    }

    /** The visible rule with exactly this match and priority as of the coming version, or null. */
    @Nullable
    Rule find(int table, FlowMod mod) {
        return tables[table].classifier.find(mod.match(), mod.priority(), nextVersion());
    }
}
