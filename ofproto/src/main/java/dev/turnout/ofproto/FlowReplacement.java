package dev.turnout.ofproto;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import dev.turnout.openflow.ActionPrinter;
import dev.turnout.openflow.FlowCommand;
import dev.turnout.openflow.FlowFilter;
import dev.turnout.openflow.FlowMod;
import dev.turnout.openflow.PortNames;
import dev.turnout.openflow.ProtocolForm;
import dev.turnout.openflow.Protocols;

/**
 * What it takes to make a bridge's flows those of a list, as {@code replace-flows} does: first deletions, then additions. Flows are the same place in
 * the tables if table, priority and match agree; they differ there if cookie, timeouts, importance or actions do.
 *
 * <p>Thread rules: one owner, who holds the bridge's lock.
 */
final class FlowReplacement {
    private final RuleTables tables;
    private final Protocols form;
    private final List<FlowMod> changes = new ArrayList<>();
    /** For each of {@link #changes} its place in the list of wanted flows, -1 for deletions. */
    private final List<Integer> origins = new ArrayList<>();

    /**
     * Compares.
     *
     * @param wanted
     *            additions; of those for the same place the last one counts
     * @param readd
     *            add flows that are there just so, too
     * @param form
     *            the protocol in whose form actions are compared
     */
    FlowReplacement(RuleTables tables, List<FlowMod> wanted, boolean readd, Protocols form) {
        this.tables = tables;
        this.form = form;
        Map<FlowPlace, Integer> places = new HashMap<>(2 * wanted.size());
        for (int i = 0; i < wanted.size(); i++) {
            FlowMod mod = wanted.get(i);
            places.put(place(mod), i);
        }
        Set<Rule> kept = Collections.newSetFromMap(new IdentityHashMap<>());
        List<Integer> additions = new ArrayList<>();
        for (int i = 0; i < wanted.size(); i++) {
            FlowMod mod = wanted.get(i);
            Integer last = places.get(place(mod));
            if (last != null && last == i) {
                Rule rule = tables.find(mod.tableOfAddition(), mod);
                if (rule != null) {
                    kept.add(rule);
                }
                if (rule == null || readd || !isSame(rule, mod)) {
                    additions.add(i);
                }
            }
        }
        addDeletions(kept);
        for (int i : additions) {
            changes.add(wanted.get(i));
            origins.add(i);
        }
    }

    private static FlowPlace place(FlowMod mod) {
        return new FlowPlace(mod.tableOfAddition(), mod.priority(), mod.match());
    }

    private void addDeletions(Set<Rule> kept) {
        for (Rule rule : tables.select(FlowFilter.ALL, tables.version())) {
            if (!kept.contains(rule)) {
                changes.add(FlowMod.builder(FlowCommand.DELETE_STRICT).table(rule.table()).priority(rule.priority())
                        .match(rule.match()).build());
                origins.add(-1);
            }
        }
    }

    private boolean isSame(Rule rule, FlowMod mod) {
        return rule.isLike(mod) && (rule.actions().equals(mod.actions())
                || inForm(rule.toAddition()).equals(inForm(mod)));
    }

    /** The same action may be held in different ways; what a protocol would carry of them tells. */
    private String inForm(FlowMod mod) {
        return ActionPrinter.format(ProtocolForm.of(mod, form).actions(), PortNames.NONE);
    }

    List<FlowMod> changes() {
        return changes;
    }

    /** Results of the changes as results of the wanted flows; what needed no change is well. */
    List<FlowModResult> resultsOf(List<FlowModResult> results, int wanted) {
        List<FlowModResult> all = new ArrayList<>(Collections.nCopies(wanted, FlowModResult.OK));
        for (int i = 0; i < results.size(); i++) {
            int origin = origins.get(i);
            if (origin >= 0) {
                all.set(origin, results.get(i));
            }
        }
        return all;
    }
}
