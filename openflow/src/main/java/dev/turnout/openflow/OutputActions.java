package dev.turnout.openflow;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import dev.turnout.openflow.ActionTexts.ArgumentReader;
import dev.turnout.openflow.OfAction.HashFields;
import dev.turnout.openflow.OfAction.PacketInReason;
import org.jspecify.annotations.Nullable;

/** Reads the actions that send packets out, and those that choose where to. */
final class OutputActions {
    private static final int MIN_TRUNCATED = 14;
    private static final int MAX_BUNDLE_MEMBERS = 2048;

    private OutputActions() {
    }

    static void addTo(Map<String, ArgumentReader> table) {
        table.put("output", OutputActions::output);
        table.put("output_reg", OutputActions::output);
        table.put("controller", (c, text, start, end) -> controller(text, start, end));
        table.put("enqueue", OutputActions::enqueue);
        table.put("group", (c, text, start, end) -> new OfAction.Group(Numbers.u32(text, start, end, "group")));
        table.put("set_queue",
                (c, text, start, end) -> new OfAction.SetQueue(Numbers.u32(text, start, end, "set_queue")));
        table.put("pop_queue", (c, text, start, end) -> new OfAction.PopQueue());
        table.put("bundle", (context, text, start, end) -> bundle(context, text, start, end, false));
        table.put("bundle_load", (context, text, start, end) -> bundle(context, text, start, end, true));
        table.put("multipath", (c, text, start, end) -> multipath(text, start, end));
    }

    private static OfAction output(ActionTexts context, String text, int start, int end) {
        int port = PortText.parse(text, start, end, context.ports);
        if (port >= 0) {
            return new OfAction.Output(port);
        }
        if (text.indexOf("port", start, end) >= 0 && text.indexOf("max_len", start, end) >= 0) {
            return truncated(context, text, start, end);
        }
        if (!startsLikeField(text, start, end)) {
            throw new FlowSyntaxException(text.substring(start, end) + ": output to unknown port");
        }
        return new OfAction.OutputReg(NxmNames.parse(text, start, end), 0xffff);
    }

    private static boolean startsLikeField(String text, int start, int end) {
        int bracket = text.indexOf('[', start, end);
        return FieldTable.byAnyName(text, start, bracket < 0 ? end : bracket) != null;
    }

    private static OfAction truncated(ActionTexts context, String text, int start, int end) {
        int port = -1;
        int maxLength = -1;
        KeyValues part = new KeyValues(text, start, end);
        while (part.next()) {
            if (part.keyIs("port")) {
                port = context.port(text, part.valueStart, part.valueEnd, "truncated output");
                if (port > OfPorts.MAX && port != OfPorts.LOCAL && port != OfPorts.IN_PORT) {
                    throw new FlowSyntaxException("output to unsupported truncate port: " + part.value());
                }
            } else if (part.keyIs("max_len")) {
                maxLength = Numbers.u32(text, part.valueStart, part.valueEnd, "max_len");
                if (Integer.compareUnsigned(maxLength, MIN_TRUNCATED) < 0) {
                    throw new FlowSyntaxException(
                            "max_len " + part.value() + " is less than the minimum value " + MIN_TRUNCATED);
                }
            } else {
                throw new FlowSyntaxException("invalid key '" + part.key() + "' in output_trunc argument");
            }
        }
        if (port < 0 || maxLength == -1) {
            throw new FlowSyntaxException(text.substring(start, end) + ": truncated output needs port and max_len");
        }
        return new OfAction.OutputTrunc(port, maxLength);
    }

    private static OfAction controller(String text, int start, int end) {
        if (start == end) {
            return new OfAction.Output(OfPorts.CONTROLLER);
        }
        if (text.charAt(start) >= '0' && text.charAt(start) <= '9') {
            return new OfAction.Output(OfPorts.CONTROLLER, Numbers.u16(text, start, end, "max_len"));
        }
        int maxLength = 0xffff;
        int id = 0;
        int meter = 0;
        boolean pause = false;
        PacketInReason reason = PacketInReason.ACTION;
        Octets userdata = Octets.EMPTY;
        KeyValues part = new KeyValues(text, start, end);
        while (part.next()) {
            switch (part.key()) {
                case "reason" -> reason = reason(part.value());
                case "max_len" -> maxLength = Numbers.u16(text, part.valueStart, part.valueEnd, "max_len");
                case "id" -> id = Numbers.u16(text, part.valueStart, part.valueEnd, "id");
                case "userdata" -> userdata = hex(part.value(), "controller action's userdata");
                case "pause" -> pause = true;
                case "meter_id" -> meter = Numbers.u32(text, part.valueStart, part.valueEnd, "meter_id");
                default ->
                    throw new FlowSyntaxException("unknown key \"" + part.key() + "\" parsing controller action");
            }
        }
        if (reason == PacketInReason.ACTION && id == 0 && userdata.isEmpty() && !pause && meter == 0) {
            return new OfAction.Output(OfPorts.CONTROLLER, maxLength);
        }
        return new OfAction.Controller(maxLength, id, reason, userdata, pause, meter);
    }

    private static PacketInReason reason(String name) {
        for (PacketInReason reason : PacketInReason.values()) {
            if (reason.name().equalsIgnoreCase(name)) {
                return reason;
            }
        }
        throw new FlowSyntaxException("unknown reason \"" + name + "\"");
    }

    /** Pairs of digits with dots or spaces between. */
    static Octets hex(String text, String what) {
        StringBuilder digits = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c != '.' && !KeyValues.isSpace(c)) {
                digits.append(c);
            }
        }
        try {
            return Octets.of(HexFormat.of().parseHex(digits));
        } catch (IllegalArgumentException e) {
            throw new FlowSyntaxException("bad hex digit in " + what + ": " + text);
        }
    }

    private static OfAction enqueue(ActionTexts context, String text, int start, int end) {
        int stop = start;
        while (stop < end && ":q,".indexOf(text.charAt(stop)) < 0) {
            stop++;
        }
        int queue = stop;
        while (queue < end && ":q,".indexOf(text.charAt(queue)) >= 0) {
            queue++;
        }
        if (stop == start || queue == end) {
            throw new FlowSyntaxException("\"enqueue\" syntax is \"enqueue:PORT:QUEUE\" or \"enqueue(PORT,QUEUE)\"");
        }
        int port = context.port(text, start, stop, "enqueue");
        return new OfAction.Enqueue(port, Numbers.u32(text, queue, end, "queue"));
    }

    private static HashFields hashFields(String name, String all) {
        for (HashFields fields : HashFields.values()) {
            if (hashName(fields).equalsIgnoreCase(name)) {
                return fields;
            }
        }
        throw new FlowSyntaxException(all + ": unknown fields `" + name + "'");
    }

    static String hashName(HashFields fields) {
        return fields == HashFields.SYMMETRIC_L3L4_UDP ? "symmetric_l3l4+udp" : fields.name().toLowerCase(Locale.ROOT);
    }

    private static <E extends Enum<E>> E algorithm(E[] algorithms, String name, String all) {
        for (E algorithm : algorithms) {
            if (algorithm.name().equalsIgnoreCase(name)) {
                return algorithm;
            }
        }
        throw new FlowSyntaxException(all + ": unknown algorithm `" + name + "'");
    }

    private static OfAction bundle(ActionTexts context, String text, int start, int end, boolean load) {
        String all = text.substring(start, end);
        int fixed = load ? 5 : 4;
        List<String> words = ActionTexts.words(text, start, end);
        String delimiter = words.size() > fixed ? words.get(fixed).toLowerCase(Locale.ROOT) : "";
        int colon = delimiter.indexOf(':');
        String label = colon < 0 ? delimiter : delimiter.substring(0, colon);
        if (delimiter.isEmpty()) {
            throw new FlowSyntaxException(all + ": not enough arguments to bundle action");
        }
        if (!label.equals("members") && !label.equals("slaves")) {
            throw new FlowSyntaxException(all + ": missing member delimiter, expected `members', got `" + label + "'");
        }
        HashFields fields = hashFields(words.get(0), all);
        int basis = Numbers.u16(words.get(1), 0, words.get(1).length(), "basis");
        OfAction.BundleAlgorithm algorithm = algorithm(OfAction.BundleAlgorithm.values(), words.get(2), all);
        if (!words.get(3).equalsIgnoreCase("ofport")) {
            throw new FlowSyntaxException(all + ": unknown member_type `" + words.get(3) + "'");
        }
        Subfield destination = load ? NxmNames.parse(words.get(4)) : null;
        requireShortNumber(destination, all);
        int membersAt = all.toLowerCase(Locale.ROOT).indexOf(label) + label.length();
        return new OfAction.Bundle(fields, basis, algorithm, destination, members(context, all, membersAt));
    }

    private static List<Integer> members(ActionTexts context, String all, int from) {
        List<Integer> members = new ArrayList<>();
        int at = from;
        while (at < all.length()) {
            while (at < all.length() && ":, []".indexOf(all.charAt(at)) >= 0) {
                at++;
            }
            int first = at;
            while (at < all.length() && ", []".indexOf(all.charAt(at)) < 0) {
                at++;
            }
            if (at == first) {
                break;
            }
            int port = PortText.parse(all, first, at, context.ports);
            if (port < 0) {
                throw new FlowSyntaxException(all.substring(first, at) + ": bad port number");
            }
            if (members.size() == MAX_BUNDLE_MEMBERS) {
                throw new FlowSyntaxException("bundle: more than " + MAX_BUNDLE_MEMBERS + " members");
            }
            members.add(port);
        }
        return members;
    }

    static void requireShortNumber(@Nullable Subfield subfield, String all) {
        if (subfield != null && !FieldTable.of(subfield.field()).hasShortNumber()) {
            throw new FlowSyntaxException(all + ": experimenter OXM field '" + subfield.field() + "' not supported");
        }
    }

    private static OfAction multipath(String text, int start, int end) {
        String all = text.substring(start, end);
        List<String> words = ActionTexts.words(text, start, end);
        if (words.size() < 6) {
            throw new FlowSyntaxException(all + ": not enough arguments to multipath action");
        }
        HashFields fields = hashFields(words.get(0), all);
        int basis = Numbers.u16(words.get(1), 0, words.get(1).length(), "basis");
        OfAction.MultipathAlgorithm algorithm = algorithm(OfAction.MultipathAlgorithm.values(), words.get(2), all);
        int links = Numbers.unsigned(words.get(3), 0, words.get(3).length(), "n_links", 65536);
        if (links < 1) {
            throw new FlowSyntaxException(all + ": n_links " + links + " is not in valid range 1 to 65536");
        }
        int argument = Numbers.u32(words.get(4), 0, words.get(4).length(), "multipath argument");
        Subfield destination = NxmNames.parse(words.get(5));
        requireShortNumber(destination, all);
        if (destination.bits() < 16 && links > 1 << destination.bits()) {
            throw new FlowSyntaxException(all + ": " + destination.bits() + "-bit destination field has "
                    + (1 << destination.bits()) + " possible values, less than specified n_links " + links);
        }
        return new OfAction.Multipath(fields, basis, algorithm, links - 1, argument, destination);
    }
}
