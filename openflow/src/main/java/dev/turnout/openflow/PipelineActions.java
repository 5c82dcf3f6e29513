package dev.turnout.openflow;

import java.util.Arrays;
import java.util.Map;

import dev.turnout.openflow.ActionTexts.ArgumentReader;
import dev.turnout.openflow.ActionTexts.Nesting;
import dev.turnout.openflow.OfAction.NumberOrField;
import dev.turnout.openflow.OfAction.SampleDirection;

/** Reads the actions and instructions that decide where the pipeline goes on, and those that only watch. */
final class PipelineActions {
    private static final int MAX_NOTE = 0xfff0;

    private PipelineActions() {
    }

    static void addTo(Map<String, ArgumentReader> table) {
        table.put("resubmit", PipelineActions::resubmit);
        table.put("goto_table", (context, text, start, end) -> new OfAction.GotoTable(context.table(text, start, end)));
        table.put("write_actions", (context, text, start, end) -> new OfAction.WriteActions(
                context.parse(text, start, end, Nesting.WRITE_ACTIONS)));
        table.put("clear_actions", (c, text, start, end) -> new OfAction.ClearActions());
        table.put("write_metadata", PipelineActions::writeMetadata);
        table.put("meter", (context, text, start, end) -> {
            context.restrict(Protocols.P_OF13_UP);
            return new OfAction.Meter(Numbers.u32(text, start, end, "meter"));
        });
        table.put("apply_actions", (c, text, start, end) -> {
            throw new FlowSyntaxException("apply_actions is the default instruction");
        });
        table.put("clone",
                (context, text, start, end) -> new OfAction.Clone(context.parse(text, start, end, Nesting.CLONE)));
        table.put("conjunction", (c, text, start, end) -> conjunction(text, start, end));
        table.put("note", (c, text, start, end) -> note(text, start, end));
        table.put("exit", (c, text, start, end) -> new OfAction.Exit());
        table.put("sample", PipelineActions::sample);
        table.put("fin_timeout", (c, text, start, end) -> finTimeout(text, start, end));
        table.put("debug_recirc", (c, text, start, end) -> new OfAction.DebugRecirc());
        table.put("debug_slow", (c, text, start, end) -> new OfAction.DebugSlow());
        table.put("output_trunc", (c, text, start, end) -> {
            throw new FlowSyntaxException("unknown action output_trunc, write output(port=...,max_len=...)");
        });
    }

    private static OfAction resubmit(ActionTexts context, String text, int start, int end) {
        int portEnd = comma(text, start, end);
        int tableStart = Math.min(portEnd + 1, end);
        int tableEnd = comma(text, tableStart, end);
        int rest = Math.min(tableEnd + 1, end);
        int port = portEnd == start ? OfPorts.IN_PORT : context.port(text, start, portEnd, "resubmit");
        int table = 255;
        if (tableEnd > tableStart) {
            table = PortText.table(text, tableStart, tableEnd);
            if (table < 0) {
                throw new FlowSyntaxException(text.substring(tableStart, tableEnd) + ": resubmit to unknown table");
            }
        }
        String option = text.substring(rest, end);
        if (!option.isEmpty() && !option.equals("ct")) {
            throw new FlowSyntaxException(option + ": unknown parameter of resubmit");
        }
        if (port == OfPorts.IN_PORT && table == 255) {
            throw new FlowSyntaxException("at least one \"in_port\" or \"table\" must be specified on resubmit");
        }
        return new OfAction.Resubmit(port, table, !option.isEmpty());
    }

    private static int comma(String text, int start, int end) {
        int comma = text.indexOf(',', start, end);
        return comma < 0 ? end : comma;
    }

    private static OfAction writeMetadata(ActionTexts context, String text, int start, int end) {
        context.restrict(Protocols.P_NXM_OF11_UP);
        int slash = text.indexOf('/', start, end);
        long mask = slash < 0 ? -1 : Numbers.u64(text, slash + 1, end, "write_metadata mask");
        return new OfAction.WriteMetadata(Numbers.u64(text, start, slash < 0 ? end : slash, "write_metadata"), mask);
    }

    /** {@code id,k/n} with white space between. */
    private static OfAction conjunction(String text, int start, int end) {
        int comma = text.indexOf(',', start, end);
        int slash = comma < 0 ? -1 : text.indexOf('/', comma, end);
        if (slash < 0) {
            throw new FlowSyntaxException(
                    "\"conjunction\" syntax is \"conjunction(id,i/n)\", not " + text.substring(start, end));
        }
        String id = text.substring(start, comma).strip();
        String clause = text.substring(comma + 1, slash).strip();
        String clauses = text.substring(slash + 1, end).strip();
        int k = Numbers.u8(clause, 0, clause.length(), "clause index");
        int n = Numbers.u8(clauses, 0, clauses.length(), "number of clauses");
        if (n < 2 || n > 64) {
            throw new FlowSyntaxException(
                    "conjunction must have at " + (n < 2 ? "least 2" : "most 64") + " clauses, not " + n);
        }
        if (k < 1 || k > n) {
            throw new FlowSyntaxException("clause index " + k
                    + (k < 1 ? " must be positive" : " must be less than or equal to number of clauses " + n));
        }
        return new OfAction.Conjunction(Numbers.u32(id, 0, id.length(), "conjunction id"), k - 1, n);
    }

    /** A note is as long as a message's padding makes it: 6 bytes, 14, 22… */
    private static OfAction note(String text, int start, int end) {
        byte[] data = OutputActions.hex(text.substring(start, end), "`note' argument").toByteArray();
        if (data.length > MAX_NOTE) {
            throw new FlowSyntaxException("note: input too big");
        }
        return new OfAction.Note(Octets.of(Arrays.copyOf(data, Math.max(6, (data.length + 1) / 8 * 8 + 6))));
    }

    private static OfAction sample(ActionTexts context, String text, int start, int end) {
        int probability = 0;
        int collector = 0;
        NumberOrField domain = NumberOrField.of(0);
        NumberOrField point = NumberOrField.of(0);
        int port = OfPorts.NONE;
        SampleDirection direction = SampleDirection.DEFAULT;
        KeyValues part = new KeyValues(text, start, end);
        while (part.next()) {
            switch (part.key()) {
                case "probability" -> probability = Numbers.u16(text, part.valueStart, part.valueEnd, "probability");
                case "collector_set_id" ->
                    collector = Numbers.u32(text, part.valueStart, part.valueEnd, "collector_set_id");
                case "obs_domain_id" -> domain = numberOrField(part);
                case "obs_point_id" -> point = numberOrField(part);
                case "sampling_port" -> port = context.port(text, part.valueStart, part.valueEnd, "sample");
                case "ingress" -> direction = SampleDirection.INGRESS;
                case "egress" -> direction = SampleDirection.EGRESS;
                default -> throw new FlowSyntaxException("invalid key \"" + part.key() + "\" in \"sample\" argument");
            }
        }
        if (probability == 0) {
            throw new FlowSyntaxException("non-zero \"probability\" must be specified on sample");
        }
        return new OfAction.Sample(probability, collector, domain, point, port, direction);
    }

    private static NumberOrField numberOrField(KeyValues part) {
        if (!part.hasValue() || part.text.charAt(part.valueStart) <= '9') {
            return NumberOrField.of(Numbers.u32(part.text, part.valueStart, part.valueEnd, part.key()));
        }
        Subfield source = NxmNames.parse(part.text, part.valueStart, part.valueEnd);
        if (source.bits() > 32) {
            throw new FlowSyntaxException(
                    "size of " + part.key() + " field (" + source.bits() + ") exceeds maximum (32)");
        }
        return new NumberOrField(0, source);
    }

    private static OfAction finTimeout(String text, int start, int end) {
        int idle = 0;
        int hard = 0;
        KeyValues part = new KeyValues(text, start, end);
        while (part.next()) {
            if (part.keyIs("idle_timeout")) {
                idle = Numbers.u16(text, part.valueStart, part.valueEnd, "idle_timeout");
            } else if (part.keyIs("hard_timeout")) {
                hard = Numbers.u16(text, part.valueStart, part.valueEnd, "hard_timeout");
            } else {
                throw new FlowSyntaxException("invalid key '" + part.key() + "' in 'fin_timeout' argument");
            }
        }
        return new OfAction.FinTimeout(idle, hard);
    }
}
