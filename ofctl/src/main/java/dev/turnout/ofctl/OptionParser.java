package dev.turnout.ofctl;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * Takes options out of arguments by the rules of GNU {@code getopt_long}, and with its words where one is wrong: long
 * options may be shortened as long as they stay unique, short ones may stand together, an argument follows in the same
 * word or the next, and {@code --} ends the options.
 *
 * <p>It is written by hand rather than with a library. {@code vsctl} has options per command between its {@code --} and
 * {@code appctl} leaves what follows the command alone, which annotations express badly; and loading and reflecting over
 * an annotated command model costs more than all the rest of a short command (the figures stand in {@code
 * docs/command-line.md}).
 */
public final class OptionParser {
    private final List<Option> options;
    private final boolean permute;

    /**
     * A parser.
     *
     * @param options
     *            those that exist
     * @param permute
     *            whether options may stand behind other arguments too
     */
    public OptionParser(List<Option> options, boolean permute) {
        this.options = options;
        this.permute = permute;
    }

    /**
     * The result of parsing.
     *
     * @param values
     *            by long name, in the order of the arguments: each occurrence's argument, empty where it had none
     * @param rest
     *            what is no option; where options do not permute, all from the first such argument on
     */
    public record Result(Map<String, List<String>> values, List<String> rest) {
        public boolean has(String name) {
            return values.containsKey(name);
        }

        /** The last occurrence's argument, or null. */
        public @Nullable String value(String name) {
            List<String> all = values.get(name);
            return all == null ? null : all.getLast();
        }
    }

    /**
     * Parses.
     *
     * @throws CliException
     *             if an option does not exist, lacks its argument or must not have one
     */
    public Result parse(List<String> arguments) {
        Map<String, List<String>> values = new LinkedHashMap<>();
        List<String> rest = new ArrayList<>();
        int i = 0;
        while (i < arguments.size()) {
            String word = arguments.get(i++);
            if (word.equals("--")) {
                break;
            } else if (word.startsWith("--")) {
                i = longOption(word, arguments, i, values);
            } else if (word.length() > 1 && word.charAt(0) == '-') {
                i = shortOptions(word, arguments, i, values);
            } else {
                rest.add(word);
                if (!permute) {
                    break;
                }
            }
        }
        rest.addAll(arguments.subList(i, arguments.size()));
        return new Result(values, rest);
    }

    private int longOption(String word, List<String> arguments, int next, Map<String, List<String>> values) {
        int equals = word.indexOf('=');
        String name = equals < 0 ? word.substring(2) : word.substring(2, equals);
        Option option = find(name);
        if (equals >= 0) {
            if (option.argument() == Option.Argument.NONE) {
                throw new CliException("option '--" + option.name() + "' doesn't allow an argument");
            }
            add(values, option, word.substring(equals + 1));
        } else if (option.argument() == Option.Argument.REQUIRED) {
            if (next == arguments.size()) {
                throw new CliException("option '--" + option.name() + "' requires an argument");
            }
            add(values, option, arguments.get(next++));
        } else {
            add(values, option, "");
        }
        return next;
    }

    private int shortOptions(String word, List<String> arguments, int next, Map<String, List<String>> values) {
        for (int k = 1; k < word.length(); k++) {
            char letter = word.charAt(k);
            Option option = find(letter);
            if (option.argument() == Option.Argument.NONE) {
                add(values, option, "");
                continue;
            }
            if (k + 1 < word.length()) {
                add(values, option, word.substring(k + 1));
            } else if (option.argument() == Option.Argument.OPTIONAL) {
                add(values, option, "");
            } else if (next < arguments.size()) {
                add(values, option, arguments.get(next++));
            } else {
                throw new CliException("option requires an argument -- '" + letter + "'");
            }
            break;
        }
        return next;
    }

    private static void add(Map<String, List<String>> values, Option option, String value) {
        values.computeIfAbsent(option.name(), name -> new ArrayList<>()).add(value);
    }

    private Option find(char letter) {
        for (Option option : options) {
            if (option.shortName() == letter) {
                return option;
            }
        }
        throw new CliException("invalid option -- '" + letter + "'");
    }

    private Option find(String name) {
        Option found = null;
        for (Option option : options) {
            if (option.name().equals(name)) {
                return option;
            }
            if (!name.isEmpty() && option.name().startsWith(name)) {
                if (found != null) {
                    throw new CliException("option '--" + name + "' is ambiguous: --" + found.name() + " or --"
                            + option.name());
                }
                found = option;
            }
        }
        if (found == null) {
            throw new CliException("unrecognized option '--" + name + "'");
        }
        return found;
    }
}
