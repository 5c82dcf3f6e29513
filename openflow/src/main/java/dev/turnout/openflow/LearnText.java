package dev.turnout.openflow;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import dev.turnout.openflow.ActionTexts.ArgumentReader;
import dev.turnout.openflow.OfAction.Learn;
import dev.turnout.openflow.OfAction.LearnSource;
import dev.turnout.openflow.OfAction.LearnSpec;
import org.jspecify.annotations.Nullable;

/** Reads and writes {@code learn}: {@code learn(table=1,idle_timeout=10,NXM_OF_ETH_DST[]=NXM_OF_ETH_SRC[],output:…)}. */
final class LearnText {
    private LearnText() {
    }

    static void addTo(Map<String, ArgumentReader> table) {
        table.put("learn", (context, text, start, end) -> new Reader(context).read(text, start, end));
    }

    /** One {@code learn} being read. */
    private static final class Reader {
        private final ActionTexts context;
        private final List<LearnSpec> specs = new ArrayList<>();
        private int table = 1;
        private int priority = FlowMod.DEFAULT_PRIORITY;
        private int idle;
        private int hard;
        private int finIdle;
        private int finHard;
        private long cookie;
        private boolean sendFlowRem;
        private boolean deleteLearned;
        private int limit;
        private @Nullable Subfield resultDst;

        Reader(ActionTexts context) {
            this.context = context;
        }

        OfAction read(String text, int start, int end) {
            KeyValues part = new KeyValues(text, start, end);
            while (part.next()) {
                int from = part.valueStart;
                int to = part.valueEnd;
                switch (part.key()) {
                    case "table" -> {
                        table = context.table(text, from, to);
                        if (table == 255) {
                            throw new FlowSyntaxException("table id 255 not valid for `learn' action");
                        }
                    }
                    case "priority" -> priority = Numbers.u16(text, from, to, "priority");
                    case "idle_timeout" -> idle = Numbers.u16(text, from, to, "idle_timeout");
                    case "hard_timeout" -> hard = Numbers.u16(text, from, to, "hard_timeout");
                    case "fin_idle_timeout" -> finIdle = Numbers.u16(text, from, to, "fin_idle_timeout");
                    case "fin_hard_timeout" -> finHard = Numbers.u16(text, from, to, "fin_hard_timeout");
                    case "cookie" -> cookie = Numbers.u64(text, from, to, "cookie");
                    case "send_flow_rem" -> sendFlowRem = true;
                    case "delete_learned" -> deleteLearned = true;
                    case "limit" -> limit = Numbers.u32(text, from, to, "limit");
                    case "result_dst" -> resultDst(part);
                    default -> specs.add(spec(part));
                }
            }
            return new Learn(table, idle, hard, finIdle, finHard, priority, cookie, sendFlowRem, deleteLearned, limit,
                    resultDst,
                    specs);
        }

        private void resultDst(KeyValues part) {
            Subfield destination = NxmNames.parse(part.text, part.valueStart, part.valueEnd);
            if (!destination.field().writable()) {
                throw new FlowSyntaxException(part.value() + " is read-only");
            }
            if (destination.bits() != 1) {
                throw new FlowSyntaxException("result_dst in 'learn' action must be a single bit, not " + part.value());
            }
            resultDst = destination;
        }

        private LearnSpec spec(KeyValues part) {
            int bracket = part.text.indexOf('[', part.keyStart, part.keyEnd);
            if (FieldTable.byAnyName(part.text, part.keyStart, bracket < 0 ? part.keyEnd : bracket) != null) {
                return matchSpec(part);
            }
            if (part.keyIs("load")) {
                return loadSpec(part);
            }
            if (part.keyIs("output")) {
                return new LearnSpec.OutputTo(NxmNames.parse(part.text, part.valueStart, part.valueEnd));
            }
            throw new FlowSyntaxException("learn: unknown keyword " + part.key());
        }

        private LearnSpec matchSpec(KeyValues part) {
            Subfield field = NxmNames.parse(part.text, part.keyStart, part.keyEnd);
            OutputActions.requireShortNumber(field, part.key());
            if (!part.hasValue()) {
                return new LearnSpec.MatchOn(field, new LearnSource.FromField(field));
            }
            int bracket = part.text.indexOf('[', part.valueStart, part.valueEnd);
            if (FieldTable.byAnyName(part.text, part.valueStart, bracket < 0 ? part.valueEnd : bracket) == null) {
                return new LearnSpec.MatchOn(field, new LearnSource.Immediate(immediate(field, part)));
            }
            Subfield source = NxmNames.parse(part.text, part.valueStart, part.valueEnd);
            requireSameWidth(part.key(), field, part.value(), source);
            return new LearnSpec.MatchOn(field, new LearnSource.FromField(source));
        }

        private static void requireSameWidth(String name, Subfield field, String otherName, Subfield other) {
            if (field.bits() != other.bits()) {
                throw new FlowSyntaxException(
                        "learn: bit widths of " + name + " (" + field.bits() + ") and " + otherName + " ("
                                + other.bits() + ") differ");
            }
        }

        /** A value in the field's own format, or for some of its bits a number. */
        private FieldValue immediate(Subfield field, KeyValues part) {
            FieldTable.Row row = FieldTable.of(field.field());
            if (!field.isWholeField()) {
                return number(field, part, part.valueStart, part.valueEnd);
            }
            FieldText text = new FieldText(context.ports);
            text.parse(row, part.text, part.valueStart, part.valueEnd);
            if (!text.exact) {
                throw new FlowSyntaxException(part.key() + "=" + part.value() + ": wildcards not allowed here");
            }
            FieldValue value = text.fieldValue(field.field());
            if (value.bitLength() > field.bits()) {
                throw new FlowSyntaxException(
                        part.key() + ": value " + part.value() + " does not fit into " + field.bits() + " bits");
            }
            return value;
        }

        private static FieldValue number(Subfield field, KeyValues part, int start, int end) {
            FieldValue value = Numbers.wide(part.text, start, end, FieldTable.of(field.field()).bytes(), part.key());
            if (value.bitLength() > field.bits()) {
                throw new FlowSyntaxException(part.key() + ": value " + part.text.substring(start, end)
                        + " does not fit into " + field.bits() + " bits");
            }
            return value;
        }

        private static LearnSpec loadSpec(KeyValues part) {
            String text = part.text;
            int arrow = text.indexOf("->", part.valueStart, part.valueEnd);
            if (arrow <= part.valueStart) {
                throw new FlowSyntaxException(
                        "load: missing " + (arrow < 0 ? "`->'" : "source before `->'") + " in `" + part.value() + "'");
            }
            Subfield destination = NxmNames.parse(text, arrow + 2, part.valueEnd);
            OutputActions.requireShortNumber(destination, part.value());
            if (text.charAt(part.valueStart) >= '0' && text.charAt(part.valueStart) <= '9') {
                return new LearnSpec.LoadTo(
                        new LearnSource.Immediate(number(destination, part, part.valueStart, arrow)),
                        destination);
            }
            Subfield source = NxmNames.parse(text, part.valueStart, arrow);
            requireSameWidth(text.substring(part.valueStart, arrow), source, text.substring(arrow + 2, part.valueEnd),
                    destination);
            return new LearnSpec.LoadTo(new LearnSource.FromField(source), destination);
        }
    }

    static void append(StringBuilder out, Learn learn, PortNames ports) {
        out.append("learn(table=").append(learn.table());
        number(out, "idle_timeout", learn.idleTimeout());
        number(out, "hard_timeout", learn.hardTimeout());
        number(out, "fin_idle_timeout", learn.finIdleTimeout());
        number(out, "fin_hard_timeout", learn.finHardTimeout());
        if (learn.priority() != FlowMod.DEFAULT_PRIORITY) {
            out.append(",priority=").append(learn.priority());
        }
        out.append(learn.sendFlowRem() ? ",send_flow_rem" : "").append(learn.deleteLearned() ? ",delete_learned" : "");
        if (learn.cookie() != 0) {
            Numbers.appendHex(out.append(",cookie="), learn.cookie());
        }
        if (learn.limit() != 0) {
            out.append(",limit=").append(Integer.toUnsignedString(learn.limit()));
        }
        Subfield resultDst = learn.resultDst();
        if (resultDst != null) {
            NxmNames.append(out.append(",result_dst="), resultDst);
        }
        for (LearnSpec spec : learn.specs()) {
            append(out.append(','), spec, ports);
        }
        out.append(')');
    }

    private static void number(StringBuilder out, String name, int value) {
        if (value != 0) {
            out.append(',').append(name).append('=').append(value);
        }
    }

    private static void append(StringBuilder out, LearnSpec spec, PortNames ports) {
        switch (spec) {
            case LearnSpec.MatchOn(Subfield field, LearnSource.FromField(Subfield source)) -> {
                NxmNames.append(out, field);
                if (!source.equals(field)) {
                    NxmNames.append(out.append('='), source);
                }
            }
            case LearnSpec.MatchOn(Subfield field, LearnSource.Immediate(FieldValue value)) -> {
                if (field.isWholeField()) {
                    out.append(FieldTable.of(field.field()).actionName()).append('=');
                    FieldText.append(out, field.field(), value, FieldValue.ones(field.field().bits()), ports);
                } else {
                    NxmNames.append(out, field);
                    Numbers.appendHex(out.append('='), value);
                }
            }
            case LearnSpec.LoadTo(LearnSource source, Subfield destination) -> {
                out.append("load:");
                switch (source) {
                    case LearnSource.Immediate(FieldValue value) -> Numbers.appendHex(out, value);
                    case LearnSource.FromField(Subfield field) -> NxmNames.append(out, field);
                }
                NxmNames.append(out.append("->"), destination);
            }
            case LearnSpec.OutputTo(Subfield source) -> NxmNames.append(out.append("output:"), source);
        }
    }
}
