package dev.turnout.ofproto;

import dev.turnout.flow.Field;
import dev.turnout.flow.FlowLayout;
import dev.turnout.flow.FlowMask;
import dev.turnout.flow.Match;
import dev.turnout.openflow.FieldValue;
import dev.turnout.openflow.FlowMod;
import dev.turnout.openflow.FlowPrinter;
import dev.turnout.openflow.OfAction;
import dev.turnout.openflow.OfAction.LearnSource;
import dev.turnout.openflow.OfAction.LearnSpec;
import dev.turnout.openflow.OfError;
import dev.turnout.openflow.Subfield;
import org.jspecify.annotations.Nullable;

/**
 * What {@code learn} does in a translation.
 *
 * <p>A translation with side effects learns at once, before the packet goes on; {@link XlateCache} repeats it for every later credit of the megaflow,
 * so that a flow that went is learned again, and one that is there is refreshed. A translation without side effects only foresees what would happen.
 * The translation itself goes on in the version of the tables that it began in: it does not see what it has learned.
 *
 * <p>{@code result_dst} makes actions depend on what the tables hold. A translation that could not do what its bit says is not cached; the next packet
 * is translated again.
 *
 * <p>Thread rules: stateless.
 */
final class LearnExecution {
    private LearnExecution() {
    }

    /**
     * Executes the action in a translation.
     *
     * @param by
     *            the flow that has the action, null if a packet-out has
     */
    static void execute(XlateContext ctx, OfAction.Learn learn, @Nullable Rule by) {
        FlowLearner learner = ctx.bridge().learner();
        LearnedFlow flow = LearnedFlow.of(learn, ctx.flow, by);
        FlowLearner.Outcome outcome = ctx.hasSideEffects() ? learner.learn(flow, ctx.nowNs()) : learner.predict(flow);
        if (ctx.isObserved()) {
            ctx.note("learns " + FlowPrinter.text(flow.mod(), ctx.bridge().portNames()) + " (" + outcome.meaning()
                    + ")");
        }
        if (outcome.isLearned()) {
            ctx.cache().learned(ctx.bridge(), flow);
        }
        Subfield result = learn.resultDst();
        if (result != null) {
            if (outcome == FlowLearner.Outcome.WAITING || outcome == FlowLearner.Outcome.REFUSED) {
                ctx.avoidCaching();
            }
            ctx.flow.writeOrSkip(result, FieldValue.of(outcome.isLearned() ? 1 : 0));
        }
    }

    // --- checks --------------------------------------------------------------------------------------------------------------------------

    /**
     * Refuses an action that cannot make a flow ({@code result_dst} is checked as other writes are): sources must be in every packet that the match matches, what the learned flow matches and sets must
     * have its prerequisites spelled out in earlier parts.
     *
     * @param match
     *            of the flow that has the action
     * @param hasVlan
     *            whether its packets have a VLAN tag for sure at this point
     * @param facilities
     *            what the bridge's actions may use
     */
    static void check(OfAction.Learn learn, Match match, boolean hasVlan, Facilities facilities) {
        if (learn.table() == ReservedTable.NUMBER) {
            throw new FlowModException(OfError.OFPBRC_EPERM,
                    "learn(table=" + learn.table() + "): reserved for the switch itself");
        }
        if (learn.table() < 0 || learn.table() > ReservedTable.NUMBER) {
            throw new FlowModException(OfError.OFPBRC_BAD_TABLE_ID,
                    "learn(table=" + learn.table() + "): tables are 0 to 253");
        }
        long[] values = new long[FlowLayout.WORDS];
        long[] mask = new long[FlowLayout.WORDS];
        for (LearnSpec spec : learn.specs()) {
            switch (spec) {
                case LearnSpec.MatchOn(Subfield field, LearnSource source) -> {
                    checkSource(source, match, hasVlan);
                    require(field.field(), new Match(values, FlowMask.of(mask)), "match");
                    if (source instanceof LearnSource.Immediate(FieldValue value)) {
                        field.put(values, value);
                        field.put(mask, FieldValue.ones(field.bits()));
                    }
                }
                case LearnSpec.LoadTo(LearnSource source, Subfield destination) -> {
                    checkSource(source, match, hasVlan);
                    require(destination.field(), new Match(values, FlowMask.of(mask)), "load");
                }
                case LearnSpec.OutputTo(Subfield source) -> requireSource(source.field(), match, hasVlan);
            }
        }
        FlowMod prototype = LearnedFlow.prototype(learn);
        ActionChecker.check(prototype.actions(), prototype.match(), learn.table(), facilities);
    }

    private static void checkSource(LearnSource source, Match match, boolean hasVlan) {
        if (source instanceof LearnSource.FromField(Subfield field)) {
            requireSource(field.field(), match, hasVlan);
        }
    }

    private static void requireSource(Field field, Match match, boolean hasVlan) {
        requireStored(field);
        boolean met = field.prerequisite() == Field.Prerequisite.VLAN_VID
                ? hasVlan
                : Prerequisites.matches(field.prerequisite(), match);
        if (!met) {
            throw new FlowModException(OfError.OFPBAC_MATCH_INCONSISTENT,
                    "learn from " + field + ": the match must say that the packet has this field");
        }
    }

    private static void require(Field field, Match learned, String part) {
        requireStored(field);
        if (!Prerequisites.matches(field.prerequisite(), learned)) {
            throw new FlowModException(OfError.OFPBAC_MATCH_INCONSISTENT,
                    "learn " + part + " " + field + ": the learned flow must match what this field needs, before it");
        }
    }

    private static void requireStored(Field field) {
        if (!field.isStored()) {
            throw new FlowModException(OfError.OFPBAC_BAD_SET_TYPE, "learn " + field + ": this field is not supported");
        }
    }
}
