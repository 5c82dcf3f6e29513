package dev.turnout.ofproto;

import java.util.List;

import dev.turnout.flow.FlowLayout;
import dev.turnout.flow.FlowMask;
import dev.turnout.flow.Match;
import dev.turnout.ofproto.classifier.Classifier;
import dev.turnout.ofproto.classifier.Wildcards;
import dev.turnout.openflow.FlowCommand;
import dev.turnout.openflow.FlowMod;

/** A bridge's tables, and flows of one table that all match the same packet. */
final class Rules {
    private static final long[] KEY = new long[FlowLayout.WORDS];

    final RuleTables tables = new RuleTables();
    private final Wildcards wildcards = new Wildcards();
    private final Classifier.Scratch scratch = new Classifier.Scratch();

    /** A flow of the coming version; its match looks at one word of the key. */
    Rule rule(int word, int priority) {
        long[] mask = new long[FlowLayout.WORDS];
        mask[word] = 0xff;
        FlowMod mod = FlowMod.builder(FlowCommand.ADD).table(0).priority(priority)
                .match(new Match(new long[FlowLayout.WORDS], FlowMask.of(mask))).build();
        return new Rule(mod, 0, mod.actions(), tables.nextVersion(), 0);
    }

    /** The writer's part: a version in which some flows are there, and others no more. */
    void change(List<Rule> added, List<Rule> removed) {
        added.forEach(tables::add);
        removed.forEach(tables::remove);
        tables.publish(removed, 0);
    }

    /** A reader's part: priority of the flow that the packet matches in a version, 0 for none. */
    int lookUp(long version) {
        Rule rule = tables.table(0).classifier.lookup(KEY, version, wildcards, scratch);
        return rule == null ? 0 : rule.priority();
    }
}
