package dev.turnout.ofctl;

import java.util.List;

/**
 * A command of a family, as {@code --help} shows it.
 *
 * @param name
 *            what is typed
 * @param arguments
 *            what stands behind it: {@code BRIDGE [FLOW]}
 * @param help
 *            what it does, one line
 * @param minArguments
 *            fewest arguments
 * @param maxArguments
 *            most arguments
 * @param options
 *            names of options that may stand before it, beside the family's
 */
public record Verb(String name, String arguments, String help, int minArguments, int maxArguments,
        List<String> options) {
    /** Any number of arguments. */
    public static final int UNLIMITED = Integer.MAX_VALUE;

    public Verb {
        options = List.copyOf(options);
    }

    /** A verb without options of its own. */
    public Verb(String name, String arguments, String help, int minArguments, int maxArguments) {
        this(name, arguments, help, minArguments, maxArguments, List.of());
    }

    /**
     * Checks how many arguments there are.
     *
     * @throws CliException
     *             if there are too few or too many
     */
    public void check(List<String> given) {
        if (given.size() < minArguments) {
            throw new CliException(
                    "'" + name + "' command requires at least " + minArguments + " arguments: " + synopsis());
        }
        if (given.size() > maxArguments) {
            throw new CliException(
                    "'" + name + "' command takes at most " + maxArguments + " arguments: " + synopsis());
        }
    }

    /** The verb with its options and arguments. */
    public String synopsis() {
        StringBuilder text = new StringBuilder();
        for (String option : options) {
            text.append("[--").append(option).append("] ");
        }
        text.append(name);
        return arguments.isEmpty() ? text.toString() : text.append(' ').append(arguments).toString();
    }
}
