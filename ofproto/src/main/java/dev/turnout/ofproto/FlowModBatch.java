package dev.turnout.ofproto;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

import dev.turnout.openflow.FlowFlags;
import dev.turnout.openflow.FlowMod;
import dev.turnout.openflow.GroupMod;
import dev.turnout.openflow.OfAction;
import dev.turnout.openflow.OfError;
import dev.turnout.openflow.OfPorts;
import dev.turnout.openflow.TableMod;
import org.jspecify.annotations.Nullable;

/**
 * One batch of flow-mods and group-mods on its way into the tables: OpenFlow's semantics of add, modify and delete. Each is checked as a whole before
 * it changes anything; {@link #rollBack} undoes the batch.
 *
 * <p>Thread rules: one owner, who holds the bridge's lock.
 */
final class FlowModBatch {
    private final RuleTables tables;
    private final long version;
    private final long nowNs;
    /** What was done, in order: rules added (visible from {@link #version}) and removed. */
    private final List<Rule> log = new ArrayList<>();
    private final List<Rule> removed = new ArrayList<>();
    private final List<Boolean> logAdded = new ArrayList<>();

    private final GroupBatch groups;

    FlowModBatch(RuleTables tables, long nowNs) {
        this.tables = tables;
        this.nowNs = nowNs;
        version = tables.nextVersion();
        groups = new GroupBatch(tables.groups(), version, nowNs, this::remove);
    }

    /** Applies one. @throws FlowModException if it is refused; then it changed nothing */
    void apply(TableMod mod) {
        switch (mod) {
            case FlowMod flow -> apply(flow);
            case GroupMod group -> groups.apply(group);
        }
    }

    private void apply(FlowMod mod) {
        checkCommon(mod);
        switch (mod.command()) {
            case ADD -> add(mod);
            case MODIFY, MODIFY_STRICT -> modify(mod);
            case DELETE, DELETE_STRICT -> select(mod).forEach(this::remove);
        }
    }

    boolean isEmpty() {
        return log.isEmpty() && groups.isEmpty();
    }

    /** Rules that were visible before the batch and are not after it, and rules that were only visible within. */
    List<Rule> removed() {
        return removed;
    }

    void rollBack() {
        for (int i = log.size() - 1; i >= 0; i--) {
            Rule rule = log.get(i);
            if (logAdded.get(i)) {
                tables.undoAdd(rule);
            } else {
                tables.undoRemove(rule);
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
        int number = mod.table() == FlowMod.ALL_TABLES ? 0 : mod.table();
        ActionChecker.check(mod.actions(), mod.match(), number);
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
            if (table.pendingFlows() >= table.maxFlows()) {
                throw new FlowModException(OfError.OFPFMFC_TABLE_FULL,
                        "table " + number + ": full with " + table.pendingFlows() + " flows");
            }
        } else {
            remove(old);
        }
        insert(new Rule(mod, number, tables.shared(mod.actions()), version, nowNs));
    }

    /** The groups that the flow uses must be there, perhaps through the batch itself. */
    private void checkGroups(FlowMod mod) {
        ActionChecker.checkGroups(mod.actions(), tables.groups(), version);
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
            ActionChecker.check(mod.actions(), old.match(), old.table());
        }
        checkGroups(mod);
        boolean keepCounts = !mod.hasFlag(FlowFlags.RESET_COUNTS);
        List<OfAction> actions = tables.shared(mod.actions());
        for (Rule old : found) {
            remove(old);
            insert(new Rule(old, mod, actions, keepCounts, version, nowNs));
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
        log.add(rule);
        logAdded.add(true);
    }

    void remove(Rule rule) {
        tables.remove(rule);
        removed.add(rule);
        log.add(rule);
        logAdded.add(false);
    }

    /** Whether a filter names an output that narrows what it takes. */
    static boolean hasOutput(int outPort, int outGroup) {
        return outPort != OfPorts.NONE || outGroup != FlowMod.ANY_GROUP;
    }
}
