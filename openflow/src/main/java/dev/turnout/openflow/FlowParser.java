package dev.turnout.openflow;

import java.util.ArrayList;
import java.util.List;

import dev.turnout.flow.Match;
import dev.turnout.openflow.FlowKeyword.Property;
import org.jspecify.annotations.Nullable;

/**
 * Reads flow texts in the syntax of {@code ovs-ofctl}: flow-mods, and the filters of listings and deletions.
 *
 * <p>A text is a list of parts, in any order, separated by commas or white space, and last the actions. Each part is read
 * where it stands, without making strings of its pieces, since a batch may hold a hundred thousand flows.
 *
 * <p>Thread rules: one owner. It may be used for many texts, one after the other.
 */
public final class FlowParser {
    private static final int MAY_OUT_PORT = 1;
    private static final int MAY_ACTIONS = 1 << 1;
    private static final int MAY_IMPORTANCE = 1 << 2;
    private static final int MAY_TIMEOUT = 1 << 3;
    private static final int MAY_PRIORITY = 1 << 4;
    private static final int MAY_FLAGS = 1 << 5;

    private static final FlowCommand[] COMMANDS = FlowCommand.values();

    private final PortNames ports;
    private final Protocols allowed;
    private final List<String> warnings = new ArrayList<>();
    private final MatchReader reader;
    private final KnownActions knownActions;
    private int usable = Protocols.P_OF10_UP;
    private int flags;

    /**
     * A parser.
     *
     * @param ports
     *            names that may stand for port numbers
     * @param allowed
     *            the protocols of which one must be able to say what the texts say
     */
    public FlowParser(PortNames ports, Protocols allowed) {
        this.ports = ports;
        this.allowed = allowed;
        reader = new MatchReader(ports);
        knownActions = new KnownActions(ports);
    }

    /** One text, one command; see {@link #parseFlowMod(String, FlowCommand)}. */
    public static FlowMod parseFlowMod(String text, FlowCommand command, PortNames ports, Protocols allowed) {
        return new FlowParser(ports, allowed).parseFlowMod(text, command);
    }

    /**
     * A flow, as {@code add-flow}, {@code mod-flows} and {@code del-flows --strict} take it.
     *
     * @throws FlowSyntaxException
     *             if it cannot be understood, or if no allowed protocol can say it
     */
    public FlowMod parseFlowMod(String text, FlowCommand command) {
        return parse(text, 0, text.length(), command);
    }

    /** A flow from {@code start} to before {@code end}. */
    FlowMod parse(String text, int start, int end, FlowCommand command) {
        return parse(text, start, end, command, mayHave(command));
    }

    /** A line of a file of flows: the flow may begin with a command ({@code delete}, {@code modify_strict}…). */
    public FlowMod parseLine(String line, FlowCommand otherwise) {
        return parseLine(line, 0, line.length(), otherwise);
    }

    /** The same from {@code lineStart} to before {@code end}. */
    FlowMod parseLine(String line, int lineStart, int end, FlowCommand otherwise) {
        int start = lineStart;
        while (start < end && KeyValues.isSpace(line.charAt(start))) {
            start++;
        }
        int stop = start;
        while (stop < end && !KeyValues.isSeparator(line.charAt(stop))) {
            stop++;
        }
        for (FlowCommand command : COMMANDS) {
            String keyword = command.keyword();
            if (keyword.length() == stop - start && line.startsWith(keyword, start)) {
                return parse(line, stop, end, command);
            }
        }
        return parse(line, start, end, otherwise);
    }

    /** What {@code dump-flows}, {@code dump-aggregate} and {@code del-flows} take: no actions, no priority. */
    public FlowFilter parseFilter(String text) {
        return parse(text, 0, text.length(), FlowCommand.DELETE, MAY_OUT_PORT).filter();
    }

    /** The protocols that can say what the last text said, whether allowed or not. */
    public Protocols usable() {
        return new Protocols(usable);
    }

    boolean hasWarnings() {
        return !warnings.isEmpty();
    }

    /** What the last text said that was given up or changed, one line each. */
    public List<String> warnings() {
        return List.copyOf(warnings);
    }

    private static int mayHave(FlowCommand command) {
        return switch (command) {
            case ADD -> MAY_ACTIONS | MAY_TIMEOUT | MAY_PRIORITY | MAY_FLAGS | MAY_IMPORTANCE;
            case MODIFY, MODIFY_STRICT -> MAY_ACTIONS | MAY_TIMEOUT | MAY_PRIORITY | MAY_FLAGS;
            case DELETE -> MAY_OUT_PORT;
            case DELETE_STRICT -> MAY_OUT_PORT | MAY_PRIORITY;
        };
    }

    private FlowMod parse(String text, int start, int stop, FlowCommand command, int may) {
        warnings.clear();
        usable = Protocols.P_OF10_UP;
        flags = 0;
        int end = stop;
        int actionsStart = stop;
        if ((may & MAY_ACTIONS) != 0) {
            int action = findActions(text, start, stop);
            if (action < 0) {
                throw new FlowSyntaxException("must specify an action: " + text.substring(start, stop).strip());
            }
            end = action;
            actionsStart = text.indexOf('=', action) + 1;
        }
        FlowMod.Builder flow = FlowMod.builder(command);
        reader.reset();
        KeyValues part = new KeyValues(text, start, end);
        while (part.next()) {
            part(part, reader, flow, command, may);
        }
        reader.finish();
        usable &= reader.usable;
        List<OfAction> parsed = List.of();
        if ((may & MAY_ACTIONS) != 0) {
            KnownActions.Meaning actions = knownActions.parse(text, actionsStart, stop);
            parsed = actions.actions();
            usable &= actions.usable();
            ActionCheck check = new ActionCheck(reader.match, flow.table());
            check.checkAll(parsed);
            usable &= check.usable();
            if (usable == 0) {
                throw inconsistent(check.misfit());
            }
        }
        normalize();
        if ((usable & allowed.bits()) == 0) {
            throw new FlowSyntaxException("none of the usable flow formats (" + usable()
                    + ") is among the allowed flow formats (" + allowed + ")");
        }
        Match match = reader.match.build();
        return flow.match(match).tunnelMetadata(reader.match.tunnelMetadata()).flags(flags).actions(parsed).build();
    }

    /** The actions want several protocols none of which takes them all; {@code misfit}, if there is one, wants OpenFlow 1.0. */
    private FlowSyntaxException inconsistent(@Nullable OfAction misfit) {
        String culprit = misfit == null ? "" : ActionPrinter.format(List.of(misfit), ports) + ": ";
        return new FlowSyntaxException(culprit + "actions are invalid with specified match ("
                + OfError.OFPBAC_MATCH_INCONSISTENT + ")", OfError.OFPBAC_MATCH_INCONSISTENT);
    }

    private void normalize() {
        Match before = reader.match.normalize();
        if (before != null) {
            warnings.add("normalization changed the match, before: " + MatchPrinter.format(before, ports) + ", after: "
                    + MatchPrinter.format(reader.match.build(), ports));
        }
    }

    /** Where {@code action=} or {@code actions=} begins, as a part of its own; -1 if nowhere. */
    private static int findActions(String text, int start, int end) {
        for (int at = text.indexOf("action", start, end); at >= 0; at = text.indexOf("action", at + 1, end)) {
            boolean begins = at == start || KeyValues.isSeparator(text.charAt(at - 1));
            int after = at + 6;
            if (after < end && text.charAt(after) == 's') {
                after++;
            }
            while (after < end && KeyValues.isSpace(text.charAt(after))) {
                after++;
            }
            if (begins && after < end && text.charAt(after) == '=') {
                return at;
            }
        }
        return -1;
    }

    private void part(KeyValues part, MatchReader reader, FlowMod.Builder flow, FlowCommand command, int may) {
        switch (FlowKeyword.TABLE.get(part.text, part.keyStart, part.keyEnd)) {
            case FlowKeyword.MatchField field -> reader.field(field.row(), part);
            case FlowKeyword.ProtocolName name -> reader.protocol(name);
            case FlowKeyword.Flag flag -> {
                if ((may & MAY_FLAGS) == 0) {
                    throw unknown(part);
                }
                flags |= flag.flag();
                usable &= flag.usable();
            }
            case Property property -> property(property, part, flow, command, may);
            case null -> {
                if (part.key().indexOf('[') < 0) {
                    throw part.hasValue()
                            ? unknown(part)
                            : new FlowSyntaxException("field " + part.key() + " missing value");
                }
                reader.subfield(part);
            }
        }
    }

    private static FlowSyntaxException unknown(KeyValues part) {
        return new FlowSyntaxException("unknown keyword " + part.key());
    }

    private void property(Property property, KeyValues part, FlowMod.Builder flow, FlowCommand command, int may) {
        if (property == Property.ETH || property == Property.IGNORED) {
            return;
        }
        if (!part.hasValue()) {
            throw new FlowSyntaxException("field " + part.key() + " missing value");
        }
        String text = part.text;
        int start = part.valueStart;
        int end = part.valueEnd;
        switch (property) {
            case TABLE -> table(part, flow);
            case PRIORITY -> {
                require(may, MAY_PRIORITY, part);
                flow.priority(Numbers.u16(text, start, end, "priority"));
            }
            case IDLE_TIMEOUT -> {
                require(may, MAY_TIMEOUT, part);
                flow.idleTimeout(Numbers.u16(text, start, end, "idle_timeout"));
            }
            case HARD_TIMEOUT -> {
                require(may, MAY_TIMEOUT, part);
                flow.hardTimeout(Numbers.u16(text, start, end, "hard_timeout"));
            }
            case IMPORTANCE -> {
                require(may, MAY_IMPORTANCE, part);
                flow.importance(Numbers.u16(text, start, end, "importance"));
            }
            case OUT_PORT -> {
                require(may, MAY_OUT_PORT, part);
                int port = PortText.parse(text, start, end, ports);
                if (port < 0) {
                    throw new FlowSyntaxException(part.value() + " is not a valid OpenFlow port");
                }
                flow.outPort(port);
            }
            case OUT_GROUP -> {
                require(may, MAY_OUT_PORT, part);
                usable &= Protocols.P_OF11_UP;
                flow.outGroup(group(part));
            }
            case COOKIE -> cookie(part, flow, command);
            default -> {
                // A counter.
            }
        }
    }

    private static void require(int may, int what, KeyValues part) {
        if ((may & what) == 0) {
            throw unknown(part);
        }
    }

    private void table(KeyValues part, FlowMod.Builder flow) {
        int table = PortText.table(part.text, part.valueStart, part.valueEnd);
        if (table < 0) {
            throw new FlowSyntaxException("unknown table \"" + part.value() + "\"");
        }
        flow.table(table);
        if (table != FlowMod.ALL_TABLES) {
            usable &= Protocols.P_TABLE_ID;
        }
    }

    private static int group(KeyValues part) {
        String value = part.value();
        if (value.equalsIgnoreCase("any")) {
            return FlowMod.ANY_GROUP;
        }
        long group = Numbers.parse(part.text, part.valueStart, part.valueEnd);
        if (group < 0 || group > 0xffffff00L) {
            throw new FlowSyntaxException(value + " is not a valid OpenFlow group");
        }
        return (int) group;
    }

    private void cookie(KeyValues part, FlowMod.Builder flow, FlowCommand command) {
        String text = part.text;
        int slash = text.indexOf('/', part.valueStart, part.valueEnd);
        if (slash < 0) {
            if (command.isDelete()) {
                throw new FlowSyntaxException("cannot set cookie (to match on a cookie, specify a mask, e.g. cookie="
                        + part.value() + "/-1)");
            }
            flow.cookie(Numbers.u64(text, part.valueStart, part.valueEnd, "cookie")).modifyCookie(true);
            return;
        }
        if (command == FlowCommand.ADD) {
            throw new FlowSyntaxException("cookie=" + part.value() + ": flow additions cannot use a cookie mask");
        }
        long mask = Numbers.u64(text, slash + 1, part.valueEnd, "cookie mask");
        flow.cookieMatch(Numbers.u64(text, part.valueStart, slash, "cookie"), mask);
        if (mask != 0) {
            usable &= Protocols.P_NXM_OF11_UP;
        }
    }
}
