package dev.turnout.openflow;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import dev.turnout.openflow.OfAction.Output;

/**
 * Reads lists of actions. The one table of actions is {@link #TABLE}: every word that may begin an action, and what reads
 * its arguments; the families of actions ({@link HeaderActions}, {@link OutputActions}…) fill it.
 *
 * <p>Thread rules: one owner.
 */
final class ActionTexts {
    /** Nesting beyond is refused, so that no text can exhaust the stack. */
    static final int MAX_DEPTH = 64;
    /** Longer lists are refused: a message could not hold them. */
    private static final int MAX_ACTIONS = 4096;

    /** Reads one action's arguments: the text from {@code start} to before {@code end}. */
    interface ArgumentReader {
        OfAction read(ActionTexts context, String text, int start, int end);
    }

    /** Where a list stands, which decides what it may hold. */
    enum Nesting {
        FLOW, WRITE_ACTIONS, CLONE, CT, BUCKET
    }

    private static final NameTable<ArgumentReader> TABLE = table();

    final PortNames ports;
    private int usable = Protocols.P_OF10_UP;
    private int depth;
    private int count;

    ActionTexts(PortNames ports) {
        this.ports = ports;
    }

    private static NameTable<ArgumentReader> table() {
        Map<String, ArgumentReader> readers = new HashMap<>();
        HeaderActions.addTo(readers);
        FieldActions.addTo(readers);
        OutputActions.addTo(readers);
        PipelineActions.addTo(readers);
        CtText.addTo(readers);
        LearnText.addTo(readers);
        EncapText.addTo(readers);
        return new NameTable<>(readers, true);
    }

    /** The protocols that can say what was read. */
    int usable() {
        return usable;
    }

    /** Narrows down the protocols. */
    void restrict(int protocols) {
        usable &= protocols;
    }

    /** A flow's actions and instructions. */
    List<OfAction> parseInstructions(String text, int start, int end) {
        return parse(text, start, end, Nesting.FLOW);
    }

    /** A list within another action, or a flow's. */
    List<OfAction> parse(String text, int start, int end, Nesting nesting) {
        if (++depth > MAX_DEPTH) {
            throw new FlowSyntaxException("Action nested too deeply, at most " + MAX_DEPTH + " levels");
        }
        List<OfAction> actions = new ArrayList<>();
        KeyValues part = new KeyValues(text, start, end);
        boolean drop = false;
        while (part.next()) {
            if (part.keyEnd - part.keyStart == 4 && text.regionMatches(true, part.keyStart, "drop", 0, 4)) {
                drop = true;
                continue;
            }
            if (++count > MAX_ACTIONS) {
                throw new FlowSyntaxException("more than " + MAX_ACTIONS + " actions", OfError.OFPBAC_TOO_MANY);
            }
            actions.add(action(part, nesting));
        }
        if (drop && !actions.isEmpty()) {
            throw new FlowSyntaxException("\"drop\" must not be accompanied by any other action or instruction");
        }
        ActionOrder.check(actions, nesting);
        depth--;
        return actions;
    }

    private OfAction action(KeyValues part, Nesting nesting) {
        ArgumentReader reader = TABLE.get(part.text, part.keyStart, part.keyEnd);
        if (reader == null) {
            int port = PortText.parse(part.text, part.keyStart, part.keyEnd, ports);
            if (port < 0) {
                throw new FlowSyntaxException("unknown action " + part.key());
            }
            return new Output(port);
        }
        OfAction action = reader.read(this, part.text, part.valueStart, part.valueEnd);
        if (nesting != Nesting.FLOW && action instanceof OfAction.Meter) {
            restrict(Protocols.P_OF15_UP);
        }
        return action;
    }

    /** A table's number. */
    int table(String text, int start, int end) {
        int table = PortText.table(text, start, end);
        if (table < 0) {
            throw new FlowSyntaxException("unknown table \"" + text.substring(start, end) + "\"");
        }
        return table;
    }

    /** A port, or an exception that says what it was for. */
    int port(String text, int start, int end, String what) {
        int port = PortText.parse(text, start, end, ports);
        if (port < 0) {
            throw new FlowSyntaxException(text.substring(start, end) + ": " + what + " to unknown port");
        }
        return port;
    }

    /** The words between commas and spaces, as a few of the older actions take their arguments. */
    static List<String> words(String text, int start, int end) {
        List<String> words = new ArrayList<>();
        int at = start;
        while (at < end) {
            while (at < end && KeyValues.isSeparator(text.charAt(at))) {
                at++;
            }
            int first = at;
            while (at < end && !KeyValues.isSeparator(text.charAt(at))) {
                at++;
            }
            if (at > first) {
                words.add(text.substring(first, at));
            }
        }
        return words;
    }
}
