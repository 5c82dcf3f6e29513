package dev.turnout.switchd.appctl;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

import dev.turnout.flow.Field;
import dev.turnout.flow.Fields;
import dev.turnout.flow.FlowKey;
import dev.turnout.flow.FlowMask;
import dev.turnout.flow.Match;
import dev.turnout.ofproto.Bridge;
import dev.turnout.ofproto.Tracer;
import dev.turnout.openflow.CtStateText;
import dev.turnout.openflow.FlowParser;
import dev.turnout.openflow.FlowSyntaxException;
import dev.turnout.openflow.Protocols;
import dev.turnout.switchd.SwitchException;
import dev.turnout.switchd.TurnoutSwitch;

/**
 * {@code ofproto/trace}: a packet by its fields, or by its bytes in hexadecimal with the rest (at least {@code in_port}) as fields.
 *
 * <p>Thread rules: any thread.
 */
final class TraceCommand {
    static final String USAGE = "BRIDGE FLOW [PACKET]";
    private static final String CT_NEXT = "--ct-next";
    private static final int ETHERNET_HEADER = 14;
    private static final int MAX_BYTES = 65_535;

    private final TurnoutSwitch turnout;

    TraceCommand(TurnoutSwitch turnout) {
        this.turnout = turnout;
    }

    /** Arguments: options, the bridge, the flow, perhaps a packet. */
    String run(List<String> words, boolean json) {
        List<String> arguments = new ArrayList<>();
        List<Integer> ctNext = ctNext(words, arguments);
        if (arguments.size() < 2 || arguments.size() > 3) {
            throw SwitchException.invalid("expected " + USAGE + " besides options");
        }
        Bridge bridge = turnout.bridge(arguments.get(0));
        Match flow = flow(bridge, arguments.get(1));
        if (arguments.size() > 2) {
            flow = withPacket(flow, arguments.get(2));
        }
        try {
            Tracer tracer = new Tracer(turnout.ofproto(), ctNext);
            return json ? tracer.traceJson(bridge, flow) + "\n" : tracer.trace(bridge, flow);
        } catch (IllegalArgumentException e) {
            throw SwitchException.invalid(String.valueOf(e.getMessage()));
        }
    }

    /** Takes {@code --ct-next} out; {@code rest} gets the other arguments. */
    private static List<Integer> ctNext(List<String> words, List<String> rest) {
        List<Integer> states = new ArrayList<>();
        for (int i = 0; i < words.size(); i++) {
            String word = words.get(i);
            if (word.startsWith(CT_NEXT + "=")) {
                states.add(ctState(word.substring(CT_NEXT.length() + 1)));
            } else if (word.equals(CT_NEXT)) {
                if (++i == words.size()) {
                    throw SwitchException.invalid("option " + CT_NEXT + " requires an argument: flags of ct_state");
                }
                states.add(ctState(words.get(i)));
            } else if (word.startsWith("-")) {
                throw SwitchException.invalid(word + ": unknown option; expected " + CT_NEXT + " or --format");
            } else {
                rest.add(word);
            }
        }
        return states;
    }

    private static int ctState(String flags) {
        try {
            return CtStateText.parse(flags);
        } catch (FlowSyntaxException e) {
            throw SwitchException.invalid(CT_NEXT + ": " + e.text());
        }
    }

    private static Match flow(Bridge bridge, String text) {
        Match flow;
        try {
            flow = new FlowParser(bridge.portNames(), Protocols.ANY).parseFilter(text).match();
        } catch (FlowSyntaxException e) {
            throw SwitchException.invalid(e.text());
        }
        if (!Fields.IN_PORT_OXM.isAnySet(flow.mask().toWords())) {
            throw SwitchException.invalid("\"" + text + "\": expected in_port=PORT among the fields");
        }
        return flow;
    }

    /** The packet's key, with what the flow says beside it. */
    private Match withPacket(Match flow, String hex) {
        byte[] frame;
        try {
            frame = HexFormat.of().parseHex(hex);
        } catch (IllegalArgumentException e) {
            throw new SwitchException(SwitchException.Kind.INVALID,
                    "packet \"" + hex + "\": expected an even number of hexadecimal digits", e);
        }
        if (frame.length < ETHERNET_HEADER || frame.length > MAX_BYTES) {
            throw SwitchException.invalid("packet of " + frame.length + " bytes: expected " + ETHERNET_HEADER + " to "
                    + MAX_BYTES);
        }
        FlowKey key = turnout.keyOf(frame);
        long[] values = key.words().clone();
        long[] mask = flow.mask().toWords();
        long[] given = flow.values();
        for (int i = 0; i < values.length; i++) {
            values[i] = (values[i] & ~mask[i]) | given[i];
        }
        for (Field field : Fields.all()) {
            if (field.isStored() && field.isAnySet(values)) {
                field.setAll(mask);
            }
        }
        return new Match(values, FlowMask.of(mask));
    }
}
