package dev.turnout.switchd.appctl;

import java.util.ArrayList;
import java.util.List;

import dev.turnout.switchd.SwitchException;

/**
 * The option {@code -f FORMAT}, {@code --format=FORMAT} among a command's arguments.
 *
 * @param isJson
 *            whether JSON is wanted rather than text; of several options the last counts
 * @param rest
 *            the other arguments
 */
record OutputFormat(boolean isJson, List<String> rest) {
    private static final String LONG = "--format";
    private static final String SHORT = "-f";

    /** Takes the option out. */
    static OutputFormat take(List<String> arguments) {
        boolean json = false;
        List<String> rest = new ArrayList<>();
        for (int i = 0; i < arguments.size(); i++) {
            String word = arguments.get(i);
            if (word.equals(LONG) || word.equals(SHORT)) {
                if (++i == arguments.size()) {
                    throw SwitchException.invalid("option " + word + " requires an argument: text or json");
                }
                json = isJson(arguments.get(i));
            } else if (word.startsWith(LONG + "=")) {
                json = isJson(word.substring(LONG.length() + 1));
            } else if (word.startsWith(SHORT)) {
                json = isJson(word.substring(SHORT.length()));
            } else {
                rest.add(word);
            }
        }
        return new OutputFormat(json, List.copyOf(rest));
    }

    private static boolean isJson(String format) {
        return switch (format) {
            case "json" -> true;
            case "text" -> false;
            default ->
                throw SwitchException.invalid("unknown output format \"" + format + "\": expected text or json");
        };
    }
}
