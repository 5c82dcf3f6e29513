package dev.turnout.ofproto;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

import dev.turnout.ofproto.FlowRemoved.Reason;
import dev.turnout.openflow.EvictionMod;
import dev.turnout.openflow.FlowFlags;
import dev.turnout.openflow.FlowMod;
import dev.turnout.openflow.GroupMod;
import dev.turnout.openflow.MeterConfig;
import dev.turnout.openflow.MeterMod;
import dev.turnout.openflow.OfAction;
import dev.turnout.openflow.OfError;
import dev.turnout.openflow.OfPorts;
import dev.turnout.openflow.TableMod;
import org.jspecify.annotations.Nullable;

/**
 * One batch of changes on its way into the tables: OpenFlow's semantics of add, modify and delete. Each is checked as a whole before it changes
 * anything; {@link #rollBack} undoes the batch. What cannot be undone of a meter, new rates and its end in the datapath, waits for
 * {@link #commit}.
 *
 * <p>Thread rules: one owner, who holds the bridge's lock.
 */
final class FlowModBatch {
    private final RuleTables tables;
    private final MeterTable meters;
    private final Facilities facilities;
    private final long version;
    private final long nowNs;
    /** What was done, in order: rules added (visible from {@link #version}) and removed. */
    private final List<Rule> log = new ArrayList<>();
    /** Rules that were visible before the batch and are not after it, and rules that were only visible within. */
    private final List<Rule> removed = new ArrayList<>();
    private final List<Boolean> logAdded = new ArrayList<>();

    /** What monitors are to be told, in order; nothing unless there are any. */
    private final List<FlowChange> changes = new ArrayList<>();
    private final boolean monitored;
    private final GroupBatch groups;
    /** Of the removed rules, those whose end is reported. */
    private final List<Report> reports = new ArrayList<>();
    /** Take back what was done at once to meters and settings, in the order in which it was done. */
    private final List<Runnable> undos = new ArrayList<>();
    private final List<Runnable> meterCommits = new ArrayList<>();

    /** A flow whose end is to be reported. */
    record Report(Rule rule, Reason reason) {
    }

    FlowModBatch(RuleTables tables, Facilities facilities, long nowNs) {
        this.tables = tables;
        this.facilities = facilities;
        meters = facilities.meters();
        this.nowNs = nowNs;
        version = tables.nextVersion();
        monitored = !tables.monitors().isEmpty();
        groups = new GroupBatch(tables.groups(), facilities, version, nowNs,
                rule -> remove(rule, Reason.GROUP_DELETE));
    }

    /** Applies one. @throws FlowModException if it is refused; then it changed nothing */
    void apply(TableMod mod) {
        switch (mod) {
            case FlowMod flow -> apply(flow);
            case GroupMod group -> groups.apply(group);
            case MeterMod meter -> apply(meter);
            case EvictionMod eviction -> apply(eviction);
        }
    }

    private void apply(FlowMod mod) {
        checkCommon(mod);
        switch (mod.command()) {
            case ADD -> add(mod);
            case MODIFY, MODIFY_STRICT -> modify(mod);
            case DELETE, DELETE_STRICT -> select(mod).forEach(rule -> remove(rule, Reason.DELETE));
        }
    }

    private void apply(MeterMod mod) {
        int id = mod.meter().id();
        switch (mod.command()) {
            case ADD -> {
                Meter added = meters.add(mod.meter(), nowNs);
                undos.add(() -> {
                    meters.remove(added);
                    added.release();
                });
            }
            case MODIFY -> {
                MeterTable.check(mod.meter());
                Meter meter = meters.meters(id).get(0);
                meterCommits.add(() -> meter.replace(mod.meter()));
            }
            case DELETE -> {
                if (id == MeterConfig.ALL || meters.get(id) != null) {
                    meters.meters(id).forEach(this::delete);
                }
            }
        }
    }

    private void apply(EvictionMod mod) {
        if (mod.table() != FlowMod.ALL_TABLES) {
            TableConfig.checkNumber(mod.table());
        }
        for (int number = 0; number < ReservedTable.NUMBER; number++) {
            if (mod.table() == FlowMod.ALL_TABLES || mod.table() == number) {
                RuleTable table = tables.table(number);
                boolean former = table.evictsByRequest();
                table.setEvictsByRequest(mod.evicts());
                undos.add(() -> table.setEvictsByRequest(former));
            }
        }
        evictAll();
    }

    /** Deletes a meter and the flows that refer to it. */
    private void delete(Meter meter) {
        List.copyOf(meter.flows()).forEach(rule -> remove(rule, Reason.METER_DELETE));
        meters.remove(meter);
        undos.add(() -> meters.put(meter));
        meterCommits.add(meter::release);
    }

    boolean isEmpty() {
        return log.isEmpty() && groups.isEmpty() && undos.isEmpty() && meterCommits.isEmpty();
    }

    /** The batch stays: does what waited for that. */
    void commit() {
        meterCommits.forEach(Runnable::run);
    }

    /** Of the removed rules, those whose end is reported. */
    List<Report> reports() {
        return reports;
    }

    /** As {@link #publish(ChangeOrigin)}, of what no controller asked for. */
    void publish() {
        publish(ChangeOrigin.NONE);
    }

    /** Ends the batch: removes what was learned by flows that are gone, makes all of it visible in one step, and tells the monitors. */
    void publish(ChangeOrigin origin) {
        List<Rule> orphans = tables.learnedCookies().orphans(tables);
        while (!orphans.isEmpty()) {
            orphans.forEach(rule -> remove(rule, Reason.DELETE));
            orphans = tables.learnedCookies().orphans(tables);
        }
        tables.publish(removed, nowNs);
        if (monitored) {
            tables.monitors().tell(changes, origin);
        }
    }

    void rollBack() {
        reports.clear();
        changes.clear();
        for (Runnable undo : undos.reversed()) {
            undo.run();
        }
        for (int i = log.size() - 1; i >= 0; i--) {
            Rule rule = log.get(i);
            if (logAdded.get(i)) {
                tables.undoAdd(rule);
                meters.unlink(rule);
            } else {
                tables.undoRemove(rule);
                meters.link(rule);
            }
        }
        groups.rollBack();
        tables.abandon();
    }

    private static void checkCommon(FlowMod mod) {
        if (mod.table() == ReservedTable.NUMBER) {
            throw new FlowModException(OfError.OFPBRC_EPERM,
                    "table " + mod.table() + ": reserved for the switch itself");
        }
        if (mod.table() < 0 || mod.table() > FlowMod.ALL_TABLES) {
            throw new FlowModException(OfError.OFPBRC_BAD_TABLE_ID, "table " + mod.table() + ": tables are 0 to 253");
        }
        if (mod.priority() < 0 || mod.priority() > 0xffff) {
            throw new FlowModException(OfError.OFPFMFC_BAD_PRIORITY,
                    "priority " + mod.priority() + ": priorities are 0 to 65535");
        }
        if (!mod.tunnelMetadata().isEmpty()) {
            throw new FlowModException(OfError.OFPBMC_BAD_FIELD,
                    mod.tunnelMetadata().get(0).field() + ": tunnel metadata is not supported");
        }
    }

    private void add(FlowMod mod) {
        int number = mod.tableOfAddition();
        ActionChecker.check(mod.actions(), mod.match(), number, facilities);
        checkGroups(mod);
        RuleTable table = tables.table(number);
        Rule old = tables.find(number, mod);
        if (old == null) {
            if (mod.hasFlag(FlowFlags.CHECK_OVERLAP)
                    && table.classifier.findOverlap(mod.match(), mod.priority(), version) != null) {
                throw new FlowModException(OfError.OFPFMFC_OVERLAP,
                        "table " + number + ", priority " + mod.priority()
                                + ": overlaps with another flow of that priority");
            }
            if (table.pendingFlows() >= table.maxFlows() && !evict(table)) {
                throw new FlowModException(OfError.OFPFMFC_TABLE_FULL,
                        "table " + number + ": full with " + table.pendingFlows() + " flows");
            }
        } else {
            remove(old);
        }
        Rule added = new Rule(mod, number, tables.shared(mod.actions()), version, nowNs);
        insert(added);
        note(FlowChange.added(old, added));
    }

    /** The groups that the flow uses must be there, perhaps through the batch itself. */
    private void checkGroups(FlowMod mod) {
        ActionChecker.checkGroups(mod.actions(), tables.groups(), version);
    }

    /** Makes room in a full table for one flow, if it may. */
    private boolean evict(RuleTable table) {
        int needed = table.pendingFlows() - table.maxFlows() + 1;
        if (!table.evicts() || table.maxFlows() == 0 || tables.evictions(table, nowNs).size() < needed) {
            return false;
        }
        evict(table, needed);
        return true;
    }

    private void evict(RuleTable table, int number) {
        for (int i = 0; i < number; i++) {
            Rule first = tables.evictions(table, nowNs).first();
            if (first == null) {
                return;
            }
            remove(first, Reason.EVICTION);
        }
    }

    /** Brings tables down to their limits that evict and are over it. */
    void evictAll() {
        for (int number = 0; number < ReservedTable.NUMBER; number++) {
            RuleTable table = tables.table(number);
            if (table.evicts()) {
                evict(table, table.pendingFlows() - table.maxFlows());
            }
        }
    }

    private void modify(FlowMod mod) {
        List<Rule> found = select(mod);
        if (found.isEmpty()) {
            if (mod.cookieMask() == 0) {
                add(mod);
            }
            return;
        }
        for (Rule old : found) {
            ActionChecker.check(mod.actions(), old.match(), old.table(), facilities);
        }
        checkGroups(mod);
        boolean keepCounts = !mod.hasFlag(FlowFlags.RESET_COUNTS);
        List<OfAction> actions = tables.shared(mod.actions());
        for (Rule old : found) {
            Rule changed = new Rule(old, mod, actions, keepCounts, version, nowNs);
            remove(old);
            insert(changed);
            if (changed.differs(old)) {
                note(FlowChange.modified(old, changed));
            }
        }
    }

    /** The flows that a modification or deletion takes. */
    private List<Rule> select(FlowMod mod) {
        Predicate<Rule> taken = rule -> ((rule.cookie() ^ mod.cookieMatch()) & mod.cookieMask()) == 0
                && (!mod.command().isDelete()
                        || ActionChecker.outputsTo(rule.actions(), mod.outPort(), mod.outGroup()));
        List<Rule> found = new ArrayList<>();
        int first = mod.table() == FlowMod.ALL_TABLES ? 0 : mod.table();
        int last = mod.table() == FlowMod.ALL_TABLES ? ReservedTable.NUMBER - 1 : mod.table();
        for (int number = first; number <= last; number++) {
            RuleTable table = tables.table(number);
            if (table.classifier.size() == 0) {
                continue;
            }
            if (mod.command().isStrict()) {
                @Nullable
                Rule rule = tables.find(number, mod);
                if (rule != null && taken.test(rule)) {
                    found.add(rule);
                }
            } else {
                for (Rule rule : table.classifier.collect(mod.match(), version)) {
                    if (taken.test(rule)) {
                        found.add(rule);
                    }
                }
            }
        }
        return found;
    }

    private void insert(Rule rule) {
        tables.add(rule);
        meters.link(rule);
        log.add(rule);
        logAdded.add(true);
    }

    /** Removes a rule, and says why if anybody is to hear of it. */
    void remove(Rule rule, Reason reason) {
        remove(rule);
        note(FlowChange.deleted(rule, reason));
        if (rule.stats() instanceof ReportedStats) {
            reports.add(new Report(rule, reason));
        }
    }

    private void note(FlowChange change) {
        if (monitored) {
            changes.add(change);
        }
    }

    private void remove(Rule rule) {
        tables.remove(rule);
        meters.unlink(rule);
        removed.add(rule);
        log.add(rule);
        logAdded.add(false);
    }

    /** Whether a filter names an output that narrows what it takes. */
    static boolean hasOutput(int outPort, int outGroup) {
        return outPort != OfPorts.NONE || outGroup != FlowMod.ANY_GROUP;
    }
}
